"""The room behind a stand-in Slack, in a thread of its own: Playwright has this thread's loop."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page

from adapters.platform import Address, Profile, Shown
from adapters.web.app import Room
from tests.bot.slack_stage import SAM, Stage
from tests.bot.test_room_story import Gate, gate_of, staged

T = TypeVar("T")
NEUTRAL = "https://www.wikipedia.org/"


class Rooms:
    """Somebody in Slack who opens the room; everything that they do there happens in the other thread."""

    def __init__(self, stage: Stage, loop: asyncio.AbstractEventLoop) -> None:
        self.stage, self._loop = stage, loop

    def do(self, what: Callable[[], Awaitable[T]]) -> T:
        """Let something happen there, and wait for it."""

        async def run() -> T:
            return await what()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(60)

    def enter(self) -> None:
        """Agree to the notice, in the chat."""
        self.do(lambda: self.stage.enter(SAM))

    def gate(self, button: str = "Private check") -> Gate:
        """Tap a button of the menu in the chat, and read the link and the code. A check is not offered again for two
        weeks, so three pass."""
        self.later(timedelta(days=21))

        async def tap() -> Gate:
            if self.stage.hands.modal(SAM):
                await self.stage.hands.close(SAM)
            await self.stage.hands.say(SAM, "menu")
            await self.stage.tap(SAM, "What would help today?", button)
            return gate_of(await self.stage.modal(SAM, "this code"))

        return self.do(tap)

    def link(self, locale: str) -> Gate:
        """Return a link for somebody who reads a language, as the gate makes it."""
        return Gate(*self._room.link(self._me, Profile(locale=locale, zone="Europe/London"), locale))

    def show(self, shown: Shown) -> None:
        """Bring what an errand has brought, to the page before which the person sits."""
        self.do(lambda: self._room.show(self._me, shown))

    def later(self, by: timedelta) -> None:
        """Let time pass."""
        self.stage.clock.later(by)

    @property
    def _room(self) -> Room:
        (room,) = [each for each in self.stage.service.doors if isinstance(each, Room)]
        return room

    @property
    def _me(self) -> Address:
        return Address(platform="slack", tenant=self.stage.workspace.team_id, user=SAM)


@contextmanager
def rooms(folder: Path, **settings: Any) -> Iterator[Rooms]:
    """Run everything for the length of the block."""
    started: list[Rooms] = []
    ready, over = threading.Event(), threading.Event()

    async def run() -> None:
        async with staged(folder, **settings) as stage:
            started.append(Rooms(stage, asyncio.get_running_loop()))
            ready.set()
            await asyncio.to_thread(over.wait)

    def body() -> None:
        try:
            asyncio.run(run())
        finally:
            ready.set()

    thread = threading.Thread(target=body)
    thread.start()
    ready.wait(60)
    try:
        assert started, "the room did not start"
        yield started[0]
    finally:
        over.set()
        thread.join(30)


def enter(page: Page, gate: Gate) -> None:
    """Open a link in the browser, and enter its code."""
    page.goto(gate.link)
    page.get_by_label("The four digits beside your link").fill(gate.code)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("heading", level=1).wait_for()
