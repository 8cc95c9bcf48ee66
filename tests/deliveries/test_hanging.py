"""While the provider hangs, everybody is acknowledged at once; people see that it goes on, and then what is true."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
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
from tests.golden.on_slack import OnSlack
from tests.golden.on_teams import OnTeams
from tests.golden.place import Place
from tests.golden.places import PLACES
from tests.golden.player import Player
from tests.golden.stage import Backstage, Lost

FORM = ("hello", "[I agree, let's start]", "book", "[Mon 23 Nov, 09:00, Dr Ada Okafor]")
WHO = {"What shall they call you?": "Sam", "How can they reach you?": "sam@home.example"}
CONSENT = {"May I give this to the provider?": "Yes, share it"}
ENTRIES: dict[str, str | list[str] | None] = {**WHO, **CONSENT}
ACK = 1.0  # seconds, while everything hangs that can
TIMEOUT = 0.4  # seconds that Haven waits for the provider where it hangs for long, instead of four
WORKING = "I am booking it now"
UNSURE = "I do not know whether it is booked"
BOOKED = "Booked: Mon 23 Nov, 09:00"
LAUNCHER = "opens in a window of its own"
BOOKING = "POST /"
HOLD = 4.8  # seconds: Teams gives a dialog five, and its answer is held back for up to four


class Hanging:
    """A provider that does not answer, until it comes back. What becomes of the booking that it was sent:

    `late` does it then, `drops` forgets it, and `silent` has done it at once, and says nothing about it."""

    def __init__(self, behind: Backstage, kind: str) -> None:
        self._kind, self._back, self._behind = kind, asyncio.Event(), behind
        self.asked: list[str] = []
        behind.wire.before, behind.wire.after = self._before, self._after

    async def _before(self, asked: str) -> None:
        self.asked.append(asked)
        if asked == BOOKING and self._kind != "silent":
            await self._back.wait()
            if self._kind == "drops":
                raise Lost
        if asked != BOOKING and BOOKING in self.asked:
            await self._back.wait()

    async def _after(self, asked: str) -> None:
        if asked == BOOKING:
            await self._back.wait()

    def comes_back(self) -> None:
        self._behind.wire.before = self._behind.wire.after = nothing
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


def showing(here: OnSlack | OnTeams) -> str:
    """Return what stands in the modal or the dialog."""
    if isinstance(here, OnSlack):
        return slack_text(here.hands.modal(here.user) or {})
    return teams_text(here.hands.dialog(here.user) or {})


def last_message(here: OnSlack | OnTeams) -> str:
    said = here.hands.messages(here.user)[-1]
    return slack_text(said) if isinstance(here, OnSlack) else teams_text(said)


async def until_they_read(here: OnSlack | OnTeams, text: str) -> None:
    """Wait until somebody who looks reads it: in Slack it comes by itself, in Teams a message offers to open it."""
    for _ in range(800):
        if isinstance(here, OnTeams) and LAUNCHER in last_message(here):
            await here.close()
            await here.hands.tap(here.user, here.hands.messages(here.user)[-1]["id"], "Open")
        if text in showing(here):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(showing(here))


async def submitted(here: OnSlack | OnTeams) -> float:
    """Send the form; return the seconds until it was answered."""
    if isinstance(here, OnSlack):
        return (await here.hands.submit(here.user, ENTRIES)).answers[0].seconds
    return (await here.hands.submit(here.user, ENTRIES)).answer.seconds


async def time_passes(here: Place, by: timedelta) -> None:
    here.behind.clock.later(by)
    here.behind.service.desk.wake.set()


@contextlib.asynccontextmanager
async def hung(
    platform: str, folder: Path, contents: Contents, kind: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[OnSlack | OnTeams, Hanging]]:
    """Come to the form with a provider that hangs from now on, for longer than anybody waits for it."""
    monkeypatch.setattr("adapters.teams.draw.HOLD", 0.2)
    async with PLACES[platform](folder / platform, contents["usual"], "sam") as here:
        assert isinstance(here, OnSlack | OnTeams)
        working = await at_the_form(here)
        provider = here.behind.service.provider
        assert isinstance(provider, FhirProvider)
        monkeypatch.setattr(provider._wire, "_timeout", TIMEOUT)
        hanging = Hanging(here.behind, kind)
        try:
            yield here, hanging
        finally:
            hanging.comes_back()
            working.cancel()


async def booked(behind: Backstage) -> int:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{behind.base}{CLINIC}/Appointment", params={"status": "booked"})
    return len(answer.json().get("entry", []))


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_a_provider_that_takes_a_second_books(platform: str, tmp_path: Path, contents: Contents) -> None:
    async with PLACES[platform](tmp_path / platform, contents["usual"], "sam") as here:
        working = await at_the_form(here)
        provider = Hanging(here.behind, "late")
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


@pytest.mark.parametrize(
    ("kind", "truth", "held"), [("silent", BOOKED, 1), ("late", BOOKED, 1), ("drops", "nothing is booked", 0)]
)
@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_a_provider_that_hangs_for_long(
    platform: str, kind: str, truth: str, held: int, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First that it goes on, then that nobody knows, for as long as nobody does, and at last what is true."""
    async with hung(platform, tmp_path, contents, kind, monkeypatch) as (here, provider):
        assert await submitted(here) < ACK
        assert WORKING in showing(here)
        await until_they_read(here, UNSURE)
        for seconds in (10, 20, 40):  # asked again, and again in vain
            times = len(provider.asked)
            await time_passes(here, timedelta(seconds=seconds))
            await until(lambda seen=times: len(provider.asked) > seen)  # type: ignore[misc]
            await asyncio.sleep(2 * TIMEOUT)
            await until_they_read(here, UNSURE)
        provider.comes_back()
        for _ in range(100):
            if await booked(here.behind) == held:
                break
            await asyncio.sleep(0.05)
        await time_passes(here, timedelta(minutes=3))
        await until_they_read(here, truth)
        assert await booked(here.behind) == held


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_help_does_not_wait_for_a_provider_that_hangs(
    platform: str, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hung(platform, tmp_path, contents, "silent", monkeypatch) as (here, provider):
        await submitted(here)
        await here.close()
        said: Any = await here.hands.say(here.user, "help")
        answer = said.answers[0] if isinstance(here, OnSlack) else said.answer
        assert (answer.status, answer.seconds < ACK) == (200, True)
        await until(lambda: "116 123" in last_message(here))
        provider.comes_back()
        await time_passes(here, timedelta(minutes=3))
        await until(lambda: "There is something new for you" in last_message(here))
        assert await booked(here.behind) == 1
