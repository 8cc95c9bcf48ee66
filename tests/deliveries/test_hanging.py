"""While the provider hangs, everybody is acknowledged at once; people see that it goes on, and then what is true."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.providers.fhir import FhirProvider
from bot.sandbox.slack.look import text_of as slack_text
from bot.sandbox.teams.look import text_of as teams_text
from bot.wiring import CLINIC
from tests.fakes import nothing
from tests.golden.conftest import Contents
from tests.golden.places import PLACES, OnSlack, OnTeams, Place
from tests.golden.player import Player
from tests.golden.stage import Backstage

FORM = ("hello", "[I agree, let's start]", "book", "[Mon 23 Nov, 09:00, Dr Ada Okafor]")
WHO = {"What shall they call you?": "Sam", "How can they reach you?": "sam@home.example"}
CONSENT = {"May I give this to the provider?": "Yes, share it"}
ENTRIES: dict[str, str | list[str] | None] = {**WHO, **CONSENT}
ACK = 1.0  # seconds, while everything hangs that can
HOLD = 4.8  # seconds: Teams gives a dialog five, and its answer is held back for up to four


class Hanging:
    """A provider that takes requests and does not answer, until it comes back and does what it was asked."""

    def __init__(self, behind: Backstage) -> None:
        self._back = asyncio.Event()
        self._behind = behind
        behind.wire.before = self._wait

    async def _wait(self, asked: str) -> None:
        await self._back.wait()

    def comes_back(self) -> None:
        self._behind.wire.before = nothing
        self._back.set()


async def at_the_form(here: Place) -> asyncio.Task[None]:
    """Play to the booking form, with what the provider can do tried out before; return the worker, running."""
    await Player(here).play([*FORM])
    provider = here.behind.service.provider
    assert isinstance(provider, FhirProvider)
    await provider.probe()
    return asyncio.create_task(here.behind.service.errands.run())


async def until(what: Callable[[], Any], seconds: float = 40) -> None:
    """Wait for what comes a moment later."""
    for _ in range(int(seconds / 0.02)):
        if what():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


async def booked(behind: Backstage) -> int:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{behind.base}{CLINIC}/Appointment", params={"status": "booked"})
    return len(answer.json().get("entry", []))


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_a_provider_that_takes_a_second_books(platform: str, tmp_path: Path, contents: Contents) -> None:
    async with PLACES[platform](tmp_path / platform, contents["usual"], "sam") as here:
        working = await at_the_form(here)
        provider = Hanging(here.behind)
        asyncio.get_running_loop().call_later(1, provider.comes_back)
        if isinstance(here, OnSlack):
            slack = here.hands
            delivery = await slack.submit(here.user, ENTRIES)
            assert delivery.answers[0].seconds < ACK
            assert "I am booking it now" in slack_text(slack.modal(here.user) or {})
            await until(lambda: "Booked: Mon 23 Nov, 09:00" in slack_text(slack.modal(here.user) or {}))
        else:
            assert isinstance(here, OnTeams)
            told = await here.hands.submit(here.user, ENTRIES)
            assert told.answer.seconds < HOLD
            assert "Booked: Mon 23 Nov, 09:00" in teams_text(here.hands.dialog(here.user) or {})
        assert await booked(here.behind) == 1
        working.cancel()
