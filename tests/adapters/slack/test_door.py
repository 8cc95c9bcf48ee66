import asyncio
import json
import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.platform import Arrival, Forged, Shown
from bot.sandbox.slack.courier import FORM, JSON, Answer, sign
from tests.adapters.slack.conftest import World, public
from tests.adapters.slack.test_read import SAMPLES, anything, message

CANARY = "canary-7f3a"
VIEW = {"type": "view_submission", "team": {"id": "T0HAVEN"}, "view": {"callback_id": "haven"}}  # of no type
STEP = {"type": "event_callback", "team_id": "T0HAVEN", "event": {"type": "workflow_step_execute", "workflow_step": {}}}
BODIES = {400: "malformed", 401: "not verified", 403: "not this workspace", 413: "too large"}


async def post(world: World, body: bytes, kind: str = JSON, later: int = 0, **headers: str | bytes | None) -> Answer:
    """Post a signed body; `later` shifts its timestamp; headers given here replace or (None) drop ours."""
    stamp = str(int(world.clock.now().timestamp()) + later)
    ours: dict[str, str | bytes | None] = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(world.workspace.signing_secret, stamp, body),
    }
    ours |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await world.hands.raw(body, {k: v for k, v in ours.items() if v is not None})  # type: ignore[misc]


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


BODY = json.dumps(message(text=CANARY, user=CANARY)).encode()
FORGED = "v0=" + "0" * 64


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Slack_Signature": FORGED},
        {"X_Slack_Signature": None},
        {"X_Slack_Signature": "v0=ä".encode()},
        {"X_Slack_Signature": b"\xff\xfe"},
        {"X_Slack_Signature": ""},
        {"X_Slack_Request_Timestamp": None},
        {"X_Slack_Request_Timestamp": "yesterday"},
        {"X_Slack_Request_Timestamp": "9" * 400},
        {"X_Slack_Request_Timestamp": "١٢٣".encode()},
        {"later": -301},
        {"later": 400},
    ],
)
async def test_what_slack_did_not_sign_just_now_is_refused(
    world: World, logs: pytest.LogCaptureFixture, headers: dict[str, Any]
) -> None:
    refused(await post(world, BODY, **headers), 401)
    assert world.desk.arrivals == []
    assert CANARY not in said(logs)
    ours = [record for record in logs.records if record.name == "haven"]
    assert [(r.msg, r.__dict__["haven"]) for r in ours] == [("slack_refused", {"platform": "slack", "status": 401})]


async def test_a_signature_that_stands_there_twice_is_refused(world: World) -> None:
    stamp = str(int(world.clock.now().timestamp()))
    signature = sign(world.workspace.signing_secret, stamp, BODY)
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nConnection: close\r\n"
        f"Content-Length: {len(BODY)}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: {FORGED}\r\nX-Slack-Signature: {signature}\r\n\r\n"
    )
    assert b" 401 " in await wire(world, head.encode() + BODY)


async def test_a_replay_is_refused_after_five_minutes(world: World) -> None:
    stamp = str(int(world.clock.now().timestamp()))
    assert (await post(world, BODY, X_Slack_Request_Timestamp=stamp)).status == 200
    world.clock.later(timedelta(minutes=6))
    signature = sign(world.workspace.signing_secret, stamp, BODY)
    again = await post(world, BODY, X_Slack_Request_Timestamp=stamp, X_Slack_Signature=signature)
    refused(again, 401)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b'"canary-7f3a"', JSON),
        (b"5", JSON),
        (b"\xff\xfe canary-7f3a", JSON),
        (b"[" * 200_000, JSON),
        (b'{"type": ' + b"9" * 5000 + b"}", JSON),
        (b"{}", JSON),
        (b"payload=canary-7f3a", FORM),
        (b"payload=[]", FORM),
        (b"hello=canary-7f3a", FORM),
        (urlencode({"payload": json.dumps({"view": {"callback_id": CANARY}})}).encode(), FORM),
        (urlencode({"payload": json.dumps({"type": "view_submission", "view": CANARY})}).encode(), FORM),
        (urlencode({"payload": json.dumps(VIEW)}).encode(), FORM),
        (urlencode({"payload": json.dumps(VIEW | {"view": {"callback_id": CANARY, "type": CANARY}})}).encode(), FORM),
        (urlencode({"payload": json.dumps(VIEW | {"type": "workflow_step_edit", "callback_id": "x"})}).encode(), FORM),
        (json.dumps(STEP).encode(), JSON),
        (json.dumps({"type": "event_callback", "team_id": "T0HAVEN", "event": CANARY}).encode(), JSON),
        (json.dumps({"type": "event_callback", "authorizations": [CANARY]}).encode(), JSON),
        (json.dumps({"type": "block_actions", "team": {"id": "T0HAVEN"}, "actions": []}).encode(), JSON),
        (json.dumps({"type": {"a": CANARY}}).encode(), JSON),
    ],
)
async def test_what_is_signed_and_malformed_is_refused(
    world: World, logs: pytest.LogCaptureFixture, body: bytes, kind: str
) -> None:
    refused(await post(world, body, kind), 400)
    assert CANARY not in said(logs)


async def test_too_large_a_body_is_refused_before_it_is_verified(world: World) -> None:
    refused(await post(world, b"{" + b" " * 256 * 1024), 413)
    refused(await post(world, b"x" * 300 * 1024, X_Slack_Signature=FORGED), 413)


async def test_the_largest_body_is_let_in(world: World) -> None:
    body = BODY + b" " * (256 * 1024 - len(BODY))
    assert (await post(world, body)).status == 200


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


@pytest.mark.parametrize("length", [256 * 1024 + 1, 9_999_999_999])
async def test_a_body_that_says_it_is_large_is_refused_unread(world: World, length: int) -> None:
    head = f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    assert b" 413 " in await wire(world, head.encode())


async def test_a_body_without_a_length_is_read_up_to_the_limit_only(world: World) -> None:
    head = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    # the fifth chunk passes the limit; the body never ends
    assert b" 413 " in await wire(world, head + chunk * 5)


@pytest.mark.parametrize("length", ["-1", "1e3", "abc"])
async def test_a_length_that_is_no_length_is_refused(world: World, length: str) -> None:
    head = f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    assert b" 4" in (await wire(world, head.encode()))[:14]


async def test_slack_may_try_out_the_address(world: World) -> None:
    answer = await world.hands.url_verification()
    assert answer.status == 200
    assert answer.json == {"challenge": json.loads(answer.body)["challenge"]}
    assert (await post(world, b"ssl_check=1&token=x", FORM)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {**message(), "team_id": "T0OTHER"},
        {**SAMPLES[1], "team": {"id": "T0OTHER"}},
        {**SAMPLES[2], "team": {"id": "T0OTHER"}},
        {**SAMPLES[3], "team_id": "T0OTHER"},
        {**SAMPLES[4], "team": None},
    ],
)
async def test_another_workspace_is_refused(world: World, body: dict[str, Any]) -> None:
    refused(await post(world, json.dumps(body).encode()), 403)
    assert world.desk.arrivals == []


@pytest.mark.parametrize(
    "body",
    [
        message(type="team_join"),
        message(type="app_home_opened"),
        message(type="tokens_revoked"),
        message(subtype="message_changed"),
        {"type": "view_closed", "team": {"id": "T0HAVEN"}, "view": {"callback_id": "haven"}},
        {"type": "message_action", "team": {"id": "T0HAVEN"}, "callback_id": "x"},
        {"type": "app_rate_limited", "team_id": "T0HAVEN"},
        {"type": "block_suggestion", "team": {"id": "T0HAVEN"}},
        {"type": "something_new", "team": {"id": "T0HAVEN"}},
    ],
)
async def test_what_nobody_handles_is_acknowledged(world: World, body: dict[str, Any]) -> None:
    answer = await post(world, json.dumps(body).encode())
    assert (answer.status, answer.body) == (200, "")
    assert world.desk.arrivals == []


@pytest.mark.parametrize("body", SAMPLES[:4])
async def test_a_forged_token_is_refused(world: World, body: dict[str, Any]) -> None:
    world.fail(Forged(CANARY))
    answer = await post(world, json.dumps(body).encode())
    assert (answer.status, answer.body) == (403, "")


async def test_an_accident_tells_nothing(world: World, logs: pytest.LogCaptureFixture) -> None:
    def accident(arrival: Arrival) -> Shown | None:
        raise ValueError(f"{CANARY} {arrival}")

    world.desk.answer = accident
    answer = await post(world, json.dumps(message(text=CANARY)).encode())
    assert (answer.status, answer.body) == (500, "")
    assert CANARY not in said(logs)
    ours = [record for record in logs.records if record.name == "haven"]
    assert [(r.msg, r.__dict__["haven"]["error"]) for r in ours] == [("slack_failed", "ValueError")]


async def test_a_refused_drawing_tells_nothing(world: World, logs: pytest.LogCaptureFixture) -> None:
    world.will(public(CANARY))
    world.workspace.fail_next("chat.postMessage", "invalid_blocks")
    await world.hands.say("U0SAM", CANARY)
    await world.settle()
    assert CANARY not in said(logs)
    assert "U0SAM" not in said(logs)


async def test_whatever_is_signed_is_answered_without_an_accident(world: World) -> None:
    """Any JSON, and any delivery with one part spoilt, as an event and as an interaction."""

    def samples() -> list[dict[str, Any]]:
        drawn: list[dict[str, Any]] = []

        @settings(max_examples=100, database=None, suppress_health_check=list(HealthCheck))
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
        for kind, sent in (
            (JSON, json.dumps(body).encode()),
            (FORM, urlencode({"payload": json.dumps(body)}).encode()),
        ):
            answer = await post(world, sent, kind)
            assert answer.status in {200, 400, 403}, body
