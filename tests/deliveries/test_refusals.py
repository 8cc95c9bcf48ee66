"""The refusal matrix: what each door refuses, how, and that nothing comes of it: no row, no drawing, nothing in a log.

The doors' own tests (tests/adapters) try the edges of each; here is the whole list, with the whole service behind it.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.sandbox.slack.courier import FORM, JSON, Answer, sign
from bot.sandbox.teams import payloads as teams_payloads
from bot.sandbox.teams.demo import OTHER_TENANT
from bot.sandbox.teams.identity import FORGERIES
from bot.store.tables import metadata
from tests.fuzz.served import CANARY, Ear
from tests.golden.on_slack import OnSlack
from tests.golden.on_teams import OnTeams

Sent = tuple[bytes, dict[str, str]]


def _event(here: OnSlack, **changes: Any) -> dict[str, Any]:
    event = {
        "type": "message",
        "channel_type": "im",
        "user": here.user,
        "text": CANARY,
        "ts": "1.2",
        "channel": "D0SAM",
    }
    return {"type": "event_callback", "team_id": "T0HAVEN", "event_id": "Ev1", "event": event} | changes


def _signed(
    here: OnSlack, body: bytes, kind: str = JSON, later: int = 0, secret: str = "", **headers: str | None
) -> Sent:
    stamp = str(int(here.behind.clock.now().timestamp()) + later)
    made = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(secret or here.workspace.signing_secret, stamp, body),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return body, {name: value for name, value in made.items() if value is not None}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _tap(here: OnSlack, **changes: Any) -> bytes:
    last = [each for each in here.hands.messages(here.user) if each.get("bot_id")][-1]
    told = here.hands.tap_payload(here.user, here.workspace.dm(here.user).id, last["ts"], "Private check")
    told["actions"][0]["value"] = "AQ" + "A" * 32
    return urlencode({"payload": json.dumps(told | changes)}).encode()


SLACK: dict[str, tuple[Callable[[OnSlack], Sent], int, str]] = {
    "no signature": (lambda here: _signed(here, _json(_event(here)), X_Slack_Signature=None), 401, "not verified"),
    "no timestamp": (
        lambda here: _signed(here, _json(_event(here)), X_Slack_Request_Timestamp=None),
        401,
        "not verified",
    ),
    "another secret": (lambda here: _signed(here, _json(_event(here)), secret="f" * 32), 401, "not verified"),
    "another version": (
        lambda here: _signed(here, _json(_event(here)), X_Slack_Signature="v1=00"),
        401,
        "not verified",
    ),
    "six minutes old": (lambda here: _signed(here, _json(_event(here)), later=-360), 401, "not verified"),
    "six minutes early": (lambda here: _signed(here, _json(_event(here)), later=360), 401, "not verified"),
    "a time that is none": (
        lambda here: _signed(here, _json(_event(here)), X_Slack_Request_Timestamp="now"),
        401,
        "not verified",
    ),
    "too large": (lambda here: _signed(here, b" " * 262_145), 413, "too large"),
    "no JSON": (lambda here: _signed(here, f'{{"{CANARY}'.encode()), 400, "malformed"),
    "a list": (lambda here: _signed(here, _json([CANARY])), 400, "malformed"),
    "an event without a type": (lambda here: _signed(here, _json(_event(here, event={CANARY: 1}))), 400, "malformed"),
    "a form without a payload": (lambda here: _signed(here, urlencode({"a": CANARY}).encode(), FORM), 400, "malformed"),
    "another workspace": (
        lambda here: _signed(here, _json(_event(here, team_id="T0OTHER"))),
        403,
        "not this workspace",
    ),
    "a forged button": (lambda here: _signed(here, _tap(here), FORM), 403, ""),
}


async def _held(place: OnSlack | OnTeams) -> dict[str, list[str]]:
    tables = {name: table.select() for name, table in metadata.tables.items()}
    return await place.behind.service.store.transact(
        lambda conn: {name: sorted(map(repr, conn.execute(query))) for name, query in tables.items()}
    )


async def is_refused(place: OnSlack | OnTeams, sent: Sent, status: int, said: str, ear: Ear) -> None:
    before, drawn = await _held(place), len(place.workspace.recorded)
    answer: Answer = await place.behind.during(place.hands.raw(*sent))
    assert (answer.status, answer.body) == (status, said)
    assert await _held(place) == before
    assert not place.behind.given
    asked = {"users.info", "openid", "keys", "token", "get_conversation_member"}
    assert {call.method for call in place.workspace.recorded[drawn:]} <= asked
    assert not ear.heard


@pytest.mark.parametrize("name", SLACK)
async def test_slack_refuses(slack: OnSlack, ear: Ear, name: str) -> None:
    make, status, said = SLACK[name]
    await is_refused(slack, make(slack), status, said, ear)


def _activity(here: OnTeams, **changes: Any) -> dict[str, Any]:
    person = here.workspace.person(here.user)
    told = teams_payloads.message(here.workspace, person, here.workspace.personal(here.user), CANARY)
    return {**told, **changes}


def _borne(here: OnTeams, body: bytes, token: str | None = None) -> Sent:
    good = here.workspace.identity.token(here.workspace.service_url)
    return body, {"Content-Type": JSON, "Authorization": f"Bearer {good if token is None else token}".strip()}


def _forged(kind: str) -> Callable[[OnTeams], Sent]:
    def make(here: OnTeams) -> Sent:
        token = here.workspace.identity.forge(kind, here.workspace.service_url)
        return _borne(here, _json(_activity(here)), token)

    return make


def _tapped(here: OnTeams) -> bytes:
    person, place = here.workspace.person(here.user), here.workspace.personal(here.user)
    data = {"t": "AQ" + "A" * 32}
    return _json(teams_payloads.invoke(here.workspace, person, place, "task/submit", data))


TEAMS: dict[str, tuple[Callable[[OnTeams], Sent], int, str]] = {
    **{kind: (_forged(kind), 401, "not verified") for kind in FORGERIES},
    "no token": (lambda here: (_json(_activity(here)), {"Content-Type": JSON}), 401, "not verified"),
    "another service": (
        lambda here: _borne(here, _json(_activity(here, serviceUrl="https://smba.example.org/"))),
        401,
        "not verified",
    ),
    "too large": (lambda here: _borne(here, b" " * 262_145), 413, "too large"),
    "no JSON": (lambda here: _borne(here, f'{{"{CANARY}'.encode()), 400, "malformed"),
    "a list": (lambda here: _borne(here, _json([CANARY])), 400, "malformed"),
    "no type": (lambda here: _borne(here, _json(_activity(here, type=None))), 400, "malformed"),
    "another channel": (lambda here: _borne(here, _json(_activity(here, channelId="webchat"))), 403, "not for us"),
    "another tenant": (
        lambda here: _borne(here, _json(_activity(here, channelData={"tenant": {"id": OTHER_TENANT}}))),
        403,
        "not for us",
    ),
    "a forged button": (lambda here: _borne(here, _tapped(here)), 403, "not for us"),
}


@pytest.mark.parametrize("name", TEAMS)
async def test_teams_refuses(teams: OnTeams, ear: Ear, name: str) -> None:
    make, status, said = TEAMS[name]
    await is_refused(teams, make(teams), status, said, ear)
