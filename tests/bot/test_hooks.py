"""What providers tell of their own accord: signed, once, never believed."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.hooks import LIMIT, Hooks, Known
from bot.providers.hints import HEADERS, Kind, about
from tests.rig import Rig, rig

SECRET = "s3cret"
CAL = json.dumps({"triggerEvent": "BOOKING_RESCHEDULED", "payload": {"uid": "new", "rescheduleUid": "old"}}).encode()
FHIR = json.dumps({"id": "d1", "reference": "Appointment/a1", "status": "cancelled"}).encode()
Heard = list[tuple[str, frozenset[str]]]


def headers(kind: Kind, body: bytes, secret: str = SECRET) -> dict[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {HEADERS[kind]: f"sha256={made}" if kind == "fhir" else made}


@pytest.fixture
async def haven(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as opened:
        yield opened


async def test_a_hint_is_taken_once_from_who_signs_it(haven: Rig) -> None:
    heard: Heard = []
    service = haven.service
    known = {"north": Known("fhir", SECRET), "cal": Known("calcom", "other")}
    hooks = Hooks(known, lambda key, about: heard.append((key, about)), service.store, service.vault, service.clock)
    app = FastAPI()
    app.include_router(hooks.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:

        async def post(key: str, body: bytes, sent: Mapping[str, str]) -> int:
            return (await http.post(f"/providers/{key}/hook", content=body, headers=sent)).status_code

        for _ in range(3):  # a provider sends until it is answered, and somebody may send it again
            assert await post("north", FHIR, headers("fhir", FHIR)) == 202
            assert await post("cal", CAL, headers("calcom", CAL, "other")) == 202
        assert heard == [("north", frozenset({"Appointment/a1"})), ("cal", frozenset({"booking/new", "booking/old"}))]
        other = FHIR.replace(b"a1", b"a2")
        for key, sent in {
            "north": headers("fhir", FHIR),  # of another body
            "cal": headers("calcom", other),  # with another's secret
            "south": headers("fhir", other),  # who is not known
        }.items():
            assert await post(key, other, sent) == 401
        for odd in (b"", b"sha256=", b"sha256=\xe9"):
            sent_oddly = httpx.Headers([(b"x-haven-signature", odd)])
            assert await post("north", other, sent_oddly) == 401
        assert await post("north", b" " * (LIMIT + 1), {}) == 413
        for nonsense in (b"", b"[]", b"{", b'{"reference": 7}', b"[" * 9999):
            assert await post("north", nonsense, headers("fhir", nonsense)) == 202
    assert len(heard) == 2


def test_only_references_are_read_of_a_hint() -> None:
    assert about("fhir", b'{"reference": "Appointment/a1\\n"}') == frozenset()
    assert about("calcom", b'{"payload": {"uid": "' + b"x" * 90 + b'"}}') == frozenset()
    assert about("calcom", FHIR) == frozenset()
