"""The real service, a stand-in Slack and the built-in clinic, over HTTP; and what people do there, step by step."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.look import buttons_of, fields_of, text_of
from bot.sandbox.slack.workspace import Workspace
from bot.settings import Settings, SlackSettings
from bot.store import queries
from bot.web import create_app
from bot.wiring import CLINIC, Service, build, running

SAM, MORGAN = "U0SAM", "U0MORGAN"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class Stage:
    """Everything, running."""

    workspace: Workspace
    hands: Hands
    service: Service
    clock: ShiftedClock
    base: str

    async def until(self, what: Callable[[], Any]) -> Any:
        """Wait for what comes a moment later, as a person would."""
        for _ in range(1500):  # half a minute: a loaded machine is slow, and nothing is lost by patience
            try:
                if found := what():
                    return found
            except (IndexError, TypeError, KeyError):
                pass
            await asyncio.sleep(0.02)
        places = {
            place: [text_of({"blocks": m.blocks}) for m in said[-2:]] for place, said in self.workspace.messages.items()
        }
        raise AssertionError(f"it did not come; the last messages: {places}")

    async def message(self, user: str, holds: str, channel: str = "") -> dict[str, Any]:
        """Wait for a message that holds some words; return the latest such."""
        found: dict[str, Any] = await self.until(
            lambda: [
                each for each in self.hands.messages(user, channel) if holds in text_of(each) and each.get("bot_id")
            ][-1]
        )
        return found

    async def modal(self, user: str, holds: str) -> dict[str, Any]:
        """Wait for the open dialog to hold some words."""

        def there() -> dict[str, Any] | None:
            view = self.hands.modal(user)
            return view if view and holds in text_of(view) else None

        found: dict[str, Any] = await self.until(there)
        return found

    async def tap(self, user: str, holds: str, label: str) -> None:
        """Tap a button of the latest message, once that holds some words."""
        await self.until(lambda: holds in text_of(self.hands.messages(user)[-1]))
        latest = self.hands.messages(user)[-1]
        delivery = await self.hands.tap(user, self.workspace.dm(user).id, latest["ts"], label)
        assert delivery.status == 200, delivery

    async def say(self, user: str, text: str, holds: str) -> None:
        """Type something, and wait for an answer that holds some words."""
        before = len(self.hands.messages(user))
        await self.hands.say(user, text)
        await self.until(lambda: holds in text_of(self.hands.messages(user)[before + 1 :][-1]))

    async def remind(self) -> None:
        """Let time pass until the next effect is due, a day before an appointment, and carry it out."""
        due = await self.service.store.transact(queries.next_due)
        assert due
        self.clock.later(datetime.fromtimestamp(due, UTC) - self.clock.now() + timedelta(seconds=1))
        await self.service.errands.drain()

    async def enter(self, user: str) -> None:
        """Say hello and agree to the notice."""
        await self.hands.say(user, "hello")
        await self.tap(user, "I am a program", "I agree, let's start")
        await self.message(user, "What would help today?")

    async def appointments(self, status: str) -> int:
        """Ask the clinic, over HTTP, how many appointments of a status it holds."""
        async with httpx.AsyncClient() as client:
            bundle = (await client.get(f"{self.base}{CLINIC}/Appointment", params={"status": status})).json()
        return len(bundle.get("entry", []))


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    clock = ShiftedClock(MONDAY)
    workspace = demo_workspace(clock)
    shell = FastAPI()
    async with serve(create_slack(workspace)) as slack, serve(shell) as base:
        settings = Settings(
            database_url=f"sqlite:///{folder / 'haven.db'}",
            slack=SlackSettings(
                signing_secret=workspace.signing_secret,
                bot_token=workspace.bot_token,
                team_id=workspace.team_id,
                api_url=f"{slack}/api/",
            ),
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        async with running(service):
            yield Stage(workspace, Hands(workspace, base, clock), service, clock, base)


async def book(stage: Stage, user: str = SAM, remind: str = "No") -> dict[str, Any]:
    """Play from the menu to a booked appointment; return the dialog that says so."""
    hands = stage.hands
    await stage.tap(user, "What would help today?", "Private check")
    form = await stage.modal(user, "Over the last 2 weeks")
    answers = dict(zip([each.label for each in fields_of(form)], (1, 1, 1, 1), strict=True))
    options = ("Not at all", "Several days", "More than half the days", "Nearly every day")
    await hands.submit(user, {label: options[points] for label, points in answers.items()})
    result = await stage.modal(user, "not a diagnosis")
    times = [each.label for each in buttons_of(result) if ", " in each.label]
    assert 1 <= len(times) <= 3
    await hands.tap_in_view(user, times[0])
    form = await stage.modal(user, "The provider gets")
    name, contact, *_, asked, consent = [each.label for each in fields_of(form)]
    entered = {name: "Canary-Name", contact: "canary@example.org", asked: remind, consent: "Yes, share it"}
    await hands.submit(user, entered)
    return await stage.modal(user, "Booked:")
