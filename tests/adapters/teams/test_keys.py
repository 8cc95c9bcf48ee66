import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.teams.keys import Keys
from adapters.teams.wire import Wire
from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.workspace import Workspace
from tests.adapters.teams.conftest import tenant

MINUTE = timedelta(minutes=1)


class Rig:
    def __init__(self, workspace: Workspace, clock: ShiftedClock, keys: Keys) -> None:
        self.workspace, self.clock, self.keys = workspace, clock, keys

    @property
    def kid(self) -> str:
        return self.workspace.identity.key.kid

    async def finds(self, kid: str) -> bool:
        return await self.keys.find(kid) is not None

    @property
    def fetches(self) -> int:
        return [call.method for call in self.workspace.recorded].count("openid")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    clock = ShiftedClock()
    workspace, wire = tenant(clock), Wire()
    async with serve(create_connector(workspace)) as url:
        workspace.url = url
        await wire.start()
        yield Rig(workspace, clock, Keys(wire, f"{url}/v1/.well-known/openidconfiguration", clock.now))
        await wire.stop()


async def test_keys_are_fetched_when_first_needed_and_kept(rig: Rig) -> None:
    assert rig.keys.empty
    assert [await rig.finds(rig.kid) for _ in range(3)] == [True, True, True]
    assert rig.fetches == 1
    assert not rig.keys.empty


async def test_many_at_once_fetch_once(rig: Rig) -> None:
    rig.workspace.delay("openid", 0.05)
    assert all(await asyncio.gather(*(rig.finds(rig.kid) for _ in range(20))))
    assert rig.fetches == 1


async def test_a_rotated_key_works_within_a_minute(rig: Rig) -> None:
    assert await rig.finds(rig.kid)
    rig.workspace.identity.rotate(keep=False)
    assert not await rig.finds(rig.kid)
    rig.clock.later(MINUTE)
    assert await rig.finds(rig.kid)


async def test_a_rotated_key_works_at_once_if_nobody_looked_just_now(rig: Rig) -> None:
    assert await rig.finds(rig.kid)
    rig.clock.later(MINUTE)
    rig.workspace.identity.rotate()
    assert await rig.finds(rig.kid)


async def test_unknown_names_make_nobody_call_more_than_once_a_minute(rig: Rig) -> None:
    for second in range(121):
        assert not await rig.finds(f"unknown-{second}")
        rig.clock.later(timedelta(seconds=1))
    assert rig.fetches in {2, 3}


async def test_a_key_that_is_published_no_more_is_gone_after_a_day(rig: Rig) -> None:
    old = rig.kid
    assert await rig.finds(old)
    rig.workspace.identity.rotate(keep=False)
    assert await rig.finds(old)
    rig.clock.later(timedelta(hours=24))
    assert not await rig.finds(old)


async def test_keys_stay_good_while_microsoft_does_not_answer(rig: Rig) -> None:
    assert await rig.finds(rig.kid)
    rig.clock.later(timedelta(hours=25))
    rig.workspace.fail_next("openid", 503)
    assert await rig.finds(rig.kid)


@pytest.mark.parametrize("method", ["openid", "keys"])
async def test_without_an_answer_there_are_no_keys(rig: Rig, method: str) -> None:
    rig.workspace.fail_next(method, 500)
    assert not await rig.finds(rig.kid)
    assert rig.keys.empty
    rig.clock.later(MINUTE)
    assert await rig.finds(rig.kid)


async def test_who_answers_slowly_is_not_waited_for(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.teams.keys._PATIENCE", 0.05)
    rig.workspace.delay("keys", 0.5)
    assert not await rig.finds(rig.kid)


async def test_keys_are_not_fetched_from_somewhere_else(rig: Rig) -> None:
    other = tenant(rig.clock)
    other.identity.rotate(keep=False)
    async with serve(create_connector(other)) as url:
        metadata = {**rig.workspace.identity.openid(rig.workspace.url), "jwks_uri": f"{url}/v1/.well-known/keys"}
        rig.workspace.identity.openid = lambda url: metadata  # type: ignore[method-assign]
        assert not await rig.finds(other.identity.key.kid)
    assert other.recorded == []


@pytest.mark.parametrize("told", [[], {"keys": []}, {"keys": None}, {"keys": [{"kty": "RSA"}, 5]}, {}])
async def test_an_answer_of_another_shape_is_none(rig: Rig, told: object) -> None:
    rig.workspace.identity.jwks = lambda: told  # type: ignore[method-assign,assignment,return-value]
    assert not await rig.finds(rig.kid)
    assert rig.keys.empty
