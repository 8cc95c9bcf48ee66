"""Who may knock: every way to come in without a right, by name, at the real door over HTTP."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.teams import payloads
from bot.sandbox.teams.demo import OTHER_TENANT, SAM
from bot.sandbox.teams.identity import FORGERIES, Identity
from tests.adapters.teams.conftest import World

CANARY = "canary-51d0"
BODIES = {401: "not verified", 403: "not for us"}
TENANT_ISSUER = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
OTHER_APP = "11111111-2222-4333-8444-555555555555"
ELSEWHERE = "https://haven.trafficmanager.net/amer/"


@dataclass(frozen=True)
class Knock:
    """A delivery: its token, and what is changed in an activity that would be good. `token` takes the service URL."""

    token: Callable[[Identity, str], str] = lambda us, url: us.token(url)
    changes: dict[str, Any] | None = None
    status: int = 401
    scheme: str = "Bearer "


MATRIX: dict[str, Knock] = {
    # every forgery that the stand-in knows: bad signature, none, HS256, audience, issuer, expiry, kid, endorsement …
    **{f"token: {name}": Knock(forge) for name, forge in FORGERIES.items()},
    "no bearer": Knock(scheme="Basic "),
    "small letters": Knock(scheme="bearer "),
    "issued by the government's cloud": Knock(lambda us, url: us.with_claims(url, iss="https://api.botframework.us")),
    "expiry is not a number": Knock(lambda us, url: us.with_claims(url, exp=float("nan"))),
    "several audiences": Knock(
        lambda us, url: us.with_claims(url, aud=[OTHER_APP, "c9e8c047-2a74-40a2-b28a-b162d5f5327c"])
    ),
    "service url: empty": Knock(lambda us, url: us.with_claims(url, serviceurl="")),
    "service url: not the token's": Knock(changes={"serviceUrl": ELSEWHERE}),
    "service url: missing in the activity": Knock(changes={"serviceUrl": None}),
    "service url: off the list, though signed": Knock(lambda us, _: us.token(ELSEWHERE), {"serviceUrl": ELSEWHERE}),
    "emulator: its channel": Knock(changes={"channelId": "emulator"}, status=403),
    "emulator: a token of the directory, version 1": Knock(
        lambda us, url: us.with_claims(url, iss=TENANT_ISSUER, appid=us._app_id, ver="1.0"), {"channelId": "emulator"}
    ),
    "emulator: a token of the directory, version 2": Knock(
        lambda us, url: us.with_claims(
            url, iss=f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0", azp=us._app_id, ver="2.0"
        ),
        {"channelId": "emulator"},
    ),
    "emulator: no service url, as it may": Knock(
        lambda us, url: us.with_claims(url, iss=TENANT_ISSUER, serviceurl=None, appid=us._app_id)
    ),
    "skill: another bot's token": Knock(
        lambda us, url: us.with_claims(url, iss=TENANT_ISSUER, appid=OTHER_APP, ver="1.0", serviceurl=None)
    ),
    "skill: anonymous": Knock(
        lambda us, url: us.with_claims(url, iss="https://api.botframework.com", aud="AnonymousSkill"),
        {"from": {"id": SAM, "role": "skill"}},
    ),
    "another tenant": Knock(changes={"channelData": {"tenant": {"id": OTHER_TENANT}}}, status=403),
    "no tenant": Knock(changes={"channelData": {}}, status=403),
    "another channel": Knock(changes={"channelId": "webchat"}, status=403),
}


@pytest.mark.parametrize("name", MATRIX)
async def test_nobody_comes_in(world: World, caplog: pytest.LogCaptureFixture, name: str) -> None:
    caplog.set_level(logging.DEBUG)
    knock = MATRIX[name]
    answer = await knocks(world, knock)
    assert (answer.status, answer.body) == (knock.status, BODIES[knock.status])
    assert world.desk.arrivals == []
    assert {call.method for call in world.workspace.recorded} <= {"openid", "keys"}  # nobody else was called
    assert CANARY not in repr([vars(record) for record in caplog.records])


async def test_the_same_delivery_comes_in_with_its_right(world: World) -> None:
    assert (await knocks(world, Knock())).status == 200
    assert len(world.desk.arrivals) == 1


async def test_rotation(world: World) -> None:
    """A new key works within a minute, the old one only for as long as it is published."""
    key = world.workspace.identity.key
    old = Knock(lambda us, url: key.sign({**us.header(), "kid": key.kid}, us.claims(url)))
    assert (await knocks(world, Knock())).status == 200
    world.workspace.identity.rotate(keep=False)
    world.clock.later(timedelta(seconds=59))
    assert (await knocks(world, Knock())).status == 401  # the keys were fetched 59 seconds ago: not again yet
    world.clock.later(timedelta(seconds=1))
    assert (await knocks(world, Knock())).status == 200
    assert (await knocks(world, old)).status == 401


async def test_unknown_keys_make_us_fetch_once_a_minute(world: World) -> None:
    for number in range(3):
        for _ in range(20):
            assert (await knocks(world, Knock(lambda us, url: us.by_stranger(url)))).status == 401
        assert world.calls("openid") == world.calls("keys") == number + 1
        world.clock.later(timedelta(minutes=1))


async def test_keys_that_come_slowly_hold_nobody_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.teams.keys._PATIENCE", 0.05)
    world.workspace.delay("openid", 1.0)
    answer = await knocks(world, Knock())
    assert (answer.status, answer.body) == (503, "not now")
    assert answer.seconds < 0.9


async def knocks(world: World, knock: Knock) -> Any:
    workspace = world.workspace
    told = payloads.message(workspace, workspace.person(SAM), workspace.personal(SAM), CANARY)
    body = json.dumps({**told, **(knock.changes or {})}).encode()
    token = knock.token(workspace.identity, workspace.service_url)
    headers = {"Content-Type": "application/json", "Authorization": f"{knock.scheme}{token}".strip()}
    return await world.hands.raw(body, headers)
