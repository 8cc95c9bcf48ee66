import asyncio
import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.platform import Arrival, Forged, Shown
from bot.sandbox.slack.courier import Answer
from bot.sandbox.teams import payloads
from bot.sandbox.teams.demo import OTHER_TENANT, SAM
from bot.sandbox.teams.identity import FORGERIES
from tests.adapters.teams.conftest import World, public
from tests.adapters.teams.test_read import SAMPLES, anything

CANARY = "canary-7f3a"
BODIES = {400: "malformed", 401: "not verified", 403: "not for us", 413: "too large", 503: "not now"}


def activity(world: World, **changes: Any) -> dict[str, Any]:
    """Return something that Sam said, with these parts changed."""
    person = world.workspace.person(SAM)
    told = payloads.message(world.workspace, person, world.workspace.personal(SAM), CANARY)
    return {**told, **changes}


async def post(world: World, body: bytes, token: str | None = None, **headers: str) -> Answer:
    """Post a body with a good token or the one given; headers given here come on top."""
    good = world.workspace.identity.token(world.workspace.service_url)
    ours = {"Content-Type": "application/json", "Authorization": f"Bearer {good if token is None else token}".strip()}
    return await world.hands.raw(body, {**ours, **headers})


def refused(answer: Answer, status: int) -> None:
    assert (answer.status, answer.body) == (status, BODIES[status])


@pytest.fixture(autouse=True)
def logs(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def said(logs: pytest.LogCaptureFixture) -> str:
    """Return everything that any logger was told, with arguments, extras and exceptions."""
    return repr([vars(record) for record in logs.records])


def ours(logs: pytest.LogCaptureFixture) -> list[tuple[str, Any]]:
    return [(record.msg, record.__dict__["haven"]) for record in logs.records if record.name == "haven"]


@pytest.mark.parametrize("kind", FORGERIES)
async def test_a_forged_token_is_refused(world: World, logs: pytest.LogCaptureFixture, kind: str) -> None:
    token = world.workspace.identity.forge(kind, world.workspace.service_url)
    refused(await post(world, json.dumps(activity(world)).encode(), token), 401)
    assert world.desk.arrivals == []
    assert CANARY not in said(logs)
    assert ours(logs) == [("teams_refused", {"platform": "teams", "status": 401})]


async def test_a_delivery_without_a_token_is_refused(world: World) -> None:
    body = json.dumps(activity(world)).encode()
    refused(await world.hands.raw(body, {"Content-Type": "application/json"}), 401)
    assert world.workspace.recorded == []  # nobody without a token makes us call anybody


@pytest.mark.parametrize("first", ["good", "bad"])
async def test_a_header_that_stands_there_twice_is_refused(world: World, first: str) -> None:
    tokens = [world.workspace.identity.token(world.workspace.service_url), "abc"]
    one, other = tokens if first == "good" else reversed(tokens)
    body = json.dumps(activity(world)).encode()
    head = (
        f"POST /api/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: Bearer {one}\r\nAuthorization: Bearer {other}\r\n\r\n"
    )
    assert b" 401 " in await wire(world, head.encode() + body)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/amer/", "", None, 5, ["x"]])
async def test_the_service_url_must_be_the_tokens(world: World, url: object) -> None:
    refused(await post(world, json.dumps(activity(world, serviceUrl=url)).encode()), 401)
    assert world.desk.arrivals == []


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/amer/",  # not on the list of this test
        "https://smba.example.org/",
        "http://127.0.0.1:9/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "not a url",
        "//",
    ],
)
async def test_a_service_url_off_the_list_is_refused_even_if_signed(world: World, url: str) -> None:
    body = json.dumps(activity(world, serviceUrl=url)).encode()
    refused(await post(world, body, world.workspace.identity.token(url)), 401)
    assert world.desk.arrivals == []


async def test_a_user_in_the_service_url_does_not_hide_the_host(world: World) -> None:
    url = world.workspace.service_url.replace("http://", "http://somebody@")
    body = json.dumps(activity(world, serviceUrl=url)).encode()
    refused(await post(world, body, world.workspace.identity.token(url)), 401)


@pytest.mark.parametrize(
    "changes",
    [
        {"channelData": {"tenant": {"id": OTHER_TENANT}}},
        {"channelData": {"tenant": {"id": None}}},
        {"channelData": {"tenant": None}},
        {"channelData": None},
        {"channelData": []},
        {"channelId": "emulator"},
        {"channelId": "webchat"},
        {"channelId": None},
        {"channelId": ["msteams"]},
    ],
)
async def test_another_tenant_or_channel_is_refused(world: World, changes: dict[str, Any]) -> None:
    refused(await post(world, json.dumps(activity(world, **changes)).encode()), 403)
    assert world.desk.arrivals == []


async def test_the_tenant_of_the_conversation_does_not_count(world: World) -> None:
    told = activity(world, channelData={"tenant": {"id": OTHER_TENANT}})
    told["conversation"]["tenantId"] = world.workspace.tenant_id
    refused(await post(world, json.dumps(told).encode()), 403)
    told = activity(world)
    told["conversation"]["tenantId"] = None
    assert (await post(world, json.dumps(told).encode())).status == 200
    assert len(world.desk.arrivals) == 1


async def test_a_rotated_key_works_within_a_minute(world: World) -> None:
    assert await post_one(world) == 200
    world.workspace.identity.rotate(keep=False)
    refused(await post(world, json.dumps(activity(world)).encode()), 401)
    world.clock.later(timedelta(minutes=1))
    assert await post_one(world) == 200


async def post_one(world: World) -> int:
    return (await post(world, json.dumps(activity(world)).encode())).status


async def test_while_no_keys_can_be_fetched_teams_is_asked_to_come_again(world: World) -> None:
    world.workspace.fail_next("openid", 500)
    refused(await post(world, json.dumps(activity(world)).encode()), 503)
    world.clock.later(timedelta(minutes=1))
    assert await post_one(world) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"canary-7f3a"',
        b"5",
        b"\xff\xfe canary-7f3a",
        b"[" * 200_000,
        b'{"type": ' + b"9" * 5000 + b"}",
        b"{}",
        b'{"type": ["message"]}',
    ],
)
async def test_what_is_verified_and_malformed_is_refused(
    world: World, logs: pytest.LogCaptureFixture, body: bytes
) -> None:
    refused(await post(world, body), 400)
    assert CANARY not in said(logs)


async def test_too_large_a_body_is_refused(world: World) -> None:
    refused(await post(world, b"{" + b" " * 256 * 1024), 413)


async def test_the_largest_body_is_let_in(world: World) -> None:
    body = json.dumps(activity(world)).encode()
    assert (await post(world, body + b" " * (256 * 1024 - len(body)))).status == 200


async def wire(world: World, sent: bytes) -> bytes:
    """Send bytes on a bare connection and return the head of what comes back."""
    host, port = world.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 2)
    finally:
        writer.close()


def head(world: World, rest: str) -> bytes:
    good = world.workspace.identity.token(world.workspace.service_url)
    return f"POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {good}\r\n{rest}\r\n\r\n".encode()


@pytest.mark.parametrize("length", [256 * 1024 + 1, 9_999_999_999])
async def test_a_body_that_says_it_is_large_is_refused_unread(world: World, length: int) -> None:
    assert b" 413 " in await wire(world, head(world, f"Content-Length: {length}"))


async def test_a_body_without_a_length_is_read_up_to_the_limit_only(world: World) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    # the fifth chunk passes the limit; the body never ends
    assert b" 413 " in await wire(world, head(world, "Transfer-Encoding: chunked") + chunk * 5)


async def test_a_body_without_a_good_token_is_not_read_at_all(world: World) -> None:
    sent = b"POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer abc\r\nContent-Length: 1000\r\n\r\n"
    assert b" 401 " in await wire(world, sent)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "typing"},
        {"type": "conversationUpdate", "membersAdded": []},
        {"type": "messageReaction"},
        {"type": "messageUpdate"},
        {"type": "event", "name": "something_new"},
        {"type": "invoke", "name": "composeExtension/query", "value": {}},
        {"type": "invoke", "name": None},
        {"type": "endOfConversation"},
    ],
)
async def test_what_nobody_handles_is_acknowledged(world: World, changes: dict[str, Any]) -> None:
    answer = await post(world, json.dumps(activity(world, **changes)).encode())
    assert (answer.status, answer.body) == (200, "")
    assert world.desk.arrivals == []


async def test_a_forged_button_is_refused(world: World) -> None:
    world.fail(Forged(CANARY))
    invoke = activity(world, type="invoke", name="task/fetch", value={"data": {"t": CANARY}})
    for told in (activity(world), invoke):
        refused(await post(world, json.dumps(told).encode()), 403)


async def test_an_accident_tells_nothing(world: World, logs: pytest.LogCaptureFixture) -> None:
    def accident(arrival: Arrival) -> Shown | None:
        raise ValueError(f"{CANARY} {arrival}")

    world.desk.answer = accident
    answer = await post(world, json.dumps(activity(world)).encode())
    assert (answer.status, answer.body) == (500, "")
    assert CANARY not in said(logs)
    failed = [(msg, told["error"]) for msg, told in ours(logs) if msg == "teams_failed"]
    assert failed == [("teams_failed", "ValueError")]


async def test_a_refused_drawing_tells_nothing(world: World, logs: pytest.LogCaptureFixture) -> None:
    await world.install()
    world.will(public(CANARY))
    world.workspace.fail_next("send_to_conversation", 400, CANARY)
    await world.say(CANARY)
    assert CANARY not in said(logs)
    assert world.workspace.person(SAM).aad_object_id not in said(logs)
    assert SAM not in said(logs)
    assert world.workspace.app_password not in said(logs)


async def test_whatever_is_verified_is_answered_without_an_accident(world: World) -> None:
    """Any activity with one part spoilt."""

    def samples() -> list[dict[str, Any]]:
        drawn: list[dict[str, Any]] = []

        @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
        @given(st.data())
        def draw(data: st.DataObject) -> None:
            body = json.loads(json.dumps(data.draw(st.sampled_from(SAMPLES))))
            spot = body
            while isinstance(spot, dict) and spot:
                key = data.draw(st.sampled_from(sorted(spot)))
                if not isinstance(spot[key], dict) or data.draw(st.booleans()):
                    spot[key] = data.draw(anything)
                    break
                spot = spot[key]
            drawn.append(body)

        draw()
        return drawn

    for body in samples():
        told = {**body, "serviceUrl": world.workspace.service_url, "channelId": "msteams"}
        told["channelData"] = {"tenant": {"id": world.workspace.tenant_id}}
        answer = await post(world, json.dumps(told).encode())
        assert answer.status in {200, 400}, body
