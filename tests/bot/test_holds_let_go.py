"""A time that is held for a form is given back as soon as its form is left, whatever way."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import tasks
from flows.core.asks import Hold
from tests.rig import Rig, rig


@pytest.fixture
async def haven(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as opened:
        yield opened


async def free(haven: Rig) -> int:
    now = haven.clock.now()
    return len(await haven.service.provider.find_slots(now, now + timedelta(days=3), 200))


async def test_a_form_that_is_left_holds_nothing(haven: Rig) -> None:
    before = await free(haven)
    await haven.agree("sam")
    for way in ("home", "check", "forget me"):
        await haven.say("sam", "book")
        await haven.tap("sam", "slot")
        assert (haven.screen("sam").submit != "", await free(haven)) == (True, before - 1), way
        for detail in ("language", "stop", "options"):
            await haven.say("sam", detail)
            assert await free(haven) == before - 1  # a detail on top of it is no leaving: they come back to it
        await haven.say("sam", way)
        if way == "forget me":
            await haven.tap("sam", "yes")
        assert await free(haven) == before, way
    assert await haven.planned() == []


async def test_what_is_held_too_late_is_given_back(haven: Rig) -> None:
    """The form was left while the provider was being asked."""
    before = await free(haven)
    await haven.agree("sam")
    await haven.say("sam", "book")
    asked = haven.shown("sam")
    token = next(t for b, t in zip(asked.screen.buttons, asked.tokens, strict=True) if b.key == "slot")
    await haven.deliver(haven.arrival("sam", token=token))
    held = [each for each in await haven.planned() if isinstance(each, tasks.Ask)]
    assert isinstance(held[0].what, Hold)
    await haven.say("sam", "home")
    assert await free(haven) == before
