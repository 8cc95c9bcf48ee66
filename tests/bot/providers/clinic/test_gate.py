"""Who is let in, what is read of a body, and that no answer ever quotes a request."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot import log
from bot.providers.clinic.app import BODY_LIMIT, create_clinic
from tests.bot.providers.clinic.conftest import FHIR, Visitor, appointment
from tests.bot.providers.conftest import ANA, KEY, NOW, TOKEN, StillClock, serving

CANARY = "canary-8d1f"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    log.configure(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", f"bearer{TOKEN}", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN]
)
@pytest.mark.parametrize("path", ["/metadata", "/Slot", "/nothing"])
async def test_nothing_is_told_without_the_token(clinic: FastAPI, header: str | None, path: str) -> None:
    transport = httpx.ASGITransport(clinic)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        reply = await http.get(path, headers={} if header is None else {"Authorization": header})
        posted = await http.post("/", content=b"x" * 10, headers=FHIR)
    for answer in (reply, posted):
        assert answer.status_code == 401
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_clinic_without_a_token_is_open(tmp_path: Path) -> None:
    app = create_clinic(f"sqlite:///{tmp_path}/new/c.db", KEY, StillClock(), name="C", practitioners=[ANA], bearer=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        assert (await http.get("/metadata")).status_code == 200
    app.state.practice.dispose()


@pytest.mark.parametrize(
    "body",
    [
        CANARY.encode(),
        b"",
        b"[]",
        b"null",
        f'{{"resourceType": "{CANARY}"}}'.encode(),
        b'{"resourceType": NaN}',
        b"[" * 200_000,
        b"1" * 5_000,
        b"\xff\xfe" + CANARY.encode(),
        b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"a":"\\ud800"},'
        b'"request":{"method":"POST","url":"Appointment"}}]}',
    ],
)
@pytest.mark.parametrize("path", ["/", "/Appointment"])
async def test_garbage_gets_a_constant_answer(visitor: Visitor, body: bytes, path: str) -> None:
    reply = await visitor.http.post(path, content=body, headers=FHIR)
    assert reply.status_code == 400
    assert reply.json() == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "structure",
                "diagnostics": "The body is not a resource that this request may carry.",
            }
        ],
    }


@pytest.mark.parametrize("value", [b'"\\ud800"', b"NaN", b"-Infinity"])
async def test_what_could_not_be_sent_back_is_not_taken(visitor: Visitor, value: bytes) -> None:
    whole = json.dumps(appointment(await visitor.free()) | {"comment": CANARY}).encode()
    assert (await visitor.http.post("/Appointment", content=whole, headers=FHIR)).status_code == 201
    other = json.dumps(appointment(await visitor.free(), "k2") | {"comment": CANARY}).encode()
    body = other.replace(f'"{CANARY}"'.encode(), value)
    assert (await visitor.http.post("/Appointment", content=body, headers=FHIR)).status_code == 400


async def test_a_long_body_is_not_read_to_its_end(visitor: Visitor) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x" * 16_384

    assert (await visitor.http.post("/", content=b" " * BODY_LIMIT, headers=FHIR)).status_code == 400
    assert (await visitor.http.post("/", content=b" " * (BODY_LIMIT + 1), headers=FHIR)).status_code == 413
    assert (await visitor.http.put("/Slot/x", content=endless(), headers=FHIR)).status_code == 413
    assert sent < 50


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_web_page_could_post_by_itself_is_refused(visitor: Visitor, kind: str | None) -> None:
    reply = await visitor.http.post("/", content=b"{}", headers={"Content-Type": kind} if kind else {})
    assert reply.status_code == 415


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/Slot/x"), ("PATCH", "/Slot/x"), ("PUT", "/Slot")])
async def test_other_methods_are_405(visitor: Visitor, method: str, path: str) -> None:
    reply = await visitor.http.request(method, path)
    assert reply.status_code == 405
    assert reply.json()["resourceType"] == "OperationOutcome"


async def test_only_appointments_are_created(visitor: Visitor) -> None:
    assert (await visitor.http.post("/Slot", json={}, headers=FHIR)).status_code == 404
    assert (await visitor.http.put("/Schedule/ana", json={}, headers=FHIR)).status_code == 404


async def test_a_failure_is_told_to_nobody(clinic: FastAPI, visitor: Visitor, logged: io.StringIO) -> None:
    """Over real HTTP: the server's own log of a crash would quote the statement, and its parameters."""
    slot = await visitor.free()
    with clinic.state.practice._database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE appointment")
    headers = FHIR | {"Authorization": f"Bearer {TOKEN}"}
    with serving(clinic) as url:
        async with httpx.AsyncClient(base_url=url, headers=headers) as http:
            replies = [
                await http.get("/Appointment", params={"identifier": f"urn:x|{CANARY}"}),
                await http.post("/Appointment", json=appointment(slot, CANARY) | {"comment": CANARY}),
            ]
    for reply in replies:
        assert reply.status_code == 500
        assert reply.json()["issue"][0]["diagnostics"] == "The clinic failed. Nothing was changed."
        assert CANARY not in reply.text
    assert "event=clinic_failed error=OperationalError" in logged.getvalue()
    assert CANARY not in logged.getvalue()


@pytest.mark.parametrize("path", [f"/{CANARY}", f"/Slot/{CANARY}", f"/Slot?{CANARY}=1", f"/Slot?start={CANARY}"])
async def test_no_refusal_quotes_the_request(visitor: Visitor, path: str) -> None:
    reply = await visitor.http.get(path)
    assert reply.status_code in (400, 404)
    assert CANARY not in reply.text


async def test_mounted_it_answers_below_its_path(clinic: FastAPI) -> None:
    outer = FastAPI()
    outer.mount("/clinic/fhir/R4", clinic)
    headers = FHIR | {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx.ASGITransport(outer)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as http:
        bundle = (await http.get("/clinic/fhir/R4/Slot?_count=1")).json()
        assert bundle["entry"][0]["fullUrl"].startswith("http://127.0.0.1/clinic/fhir/R4/Slot/")
        assert (await http.get(bundle["link"][1]["url"])).status_code == 200
        assert (await http.post("/clinic/fhir/R4/", content=b"x")).status_code == 400
        moved = await http.post("/clinic/fhir/R4", content=b"x")
        assert (moved.status_code, moved.headers["location"]) == (307, "http://127.0.0.1/clinic/fhir/R4/")


def test_the_clock_of_these_tests_stands() -> None:
    assert StillClock().now() == NOW
