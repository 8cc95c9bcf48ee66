"""The real service on one platform, with time and chance that a script moves, and an ear at the desk's door.

Everything is real but time, chance and the platform's own side: SQLite, keys, shipped content, HTTP to the built-in
clinic, signed HTTP from the stand-in Slack, token-signed HTTP from the stand-in Teams.
"""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import httpx
from fastapi import FastAPI

from adapters.platform import Address, Arrival, Platform, Public, Shown
from bot.desk import Desk
from bot.providers.base import Refused, Request
from bot.providers.fhir import FhirProvider
from bot.sandbox.serve import serve
from bot.sandbox.slack.courier import NO_TLS
from bot.settings import Settings
from bot.store import queries
from bot.web import create_app
from bot.wiring import CLINIC, WORDS, Service, build
from content.library import Library
from flows.core.care import Appointment
from tests.fakes import NOW, FakeClock, Wire, nothing

How = Literal["reply", "show", "post", "announce"]


@dataclass(frozen=True)
class Given:
    """One abstract turn: what the desk or an errand gave to be drawn, and how."""

    how: How
    shown: Shown | Public


class ListeningDesk(Desk):
    """The desk, overheard."""

    def __init__(self, given: list[Given], **parts: Any) -> None:
        super().__init__(**parts)
        self._given = given

    async def receive(self, arrival: Arrival) -> Shown | None:
        shown = await super().receive(arrival)
        if shown:
            self._given.append(Given("reply", shown))
        return shown


class Overheard:
    """A platform as errands use it, overheard."""

    def __init__(self, platform: Platform, given: list[Given]) -> None:
        self._platform, self._given, self.name = platform, given, platform.name

    async def show(self, address: Address, shown: Shown) -> None:
        self._given.append(Given("show", shown))
        await self._platform.show(address, shown)

    async def post(self, address: Address, message: Public) -> str:
        self._given.append(Given("post", message))
        return await self._platform.post(address, message)

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        self._given.append(Given("announce", message))
        return await self._platform.announce(tenant, channel, message)


class Lost(ConnectionError):
    """The provider's answer does not come."""


@dataclass
class Backstage:
    """The service of one dialogue, and what happens to it from outside of the conversation."""

    service: Service
    clock: FakeClock
    wire: Wire
    given: list[Given]
    base: str

    def overhear(self) -> None:
        """Listen at every platform that errands can reach."""
        for name, platform in self.service.platforms.items():
            if not isinstance(platform, Overheard):
                self.service.platforms[name] = Overheard(platform, self.given)

    async def settle(self) -> None:
        """Wait until nothing is being drawn and nothing is left to carry out."""
        while True:
            drawing = [task for task in asyncio.all_tasks() if _draws(task)]
            if drawing:
                await asyncio.wait(drawing)
            if not await self.service.errands.drain() and not drawing:
                return

    async def during(self, deed: Coroutine[Any, Any, Any]) -> Any:
        """Let somebody do something while errands are carried out, as they always are; then settle."""
        doing, wake = asyncio.create_task(deed), self.service.desk.wake
        while not doing.done():
            woken = asyncio.create_task(wake.wait())
            await asyncio.wait([doing, woken], return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            wake.clear()
            await self.service.errands.drain()
        await self.settle()
        return doing.result()

    async def later(self, by: timedelta) -> None:
        """Let time pass, with a tick wherever something is due."""
        end = self.clock.now() + by
        while (due := await self._due()) and due < end:
            await self._jump(due - self.clock.now())
        await self._jump(end - self.clock.now())

    async def _jump(self, by: timedelta) -> None:
        self.clock.later(by)
        await self.service.schedule.tick()
        await self.settle()

    async def _due(self) -> datetime | None:
        now, hints = self.clock.now(), self.service.people.hints.values()
        dues = [each for hint in hints for each in (hint.due, hint.until) if each]
        effect = await self.service.store.transact(queries.next_due)
        if effect is not None:
            dues.append(datetime.fromtimestamp(effect, UTC))
        return min((due for due in dues if due > now), default=None)

    # -- what the provider does

    def provider_is_down(self) -> None:
        async def down(asked: str) -> None:
            raise Lost

        self.wire.before = down

    async def provider_loses_its_answer(self) -> None:
        """Let it do what it is asked next, and then be silent until it answers again."""
        provider, silent = self.service.provider, False
        assert isinstance(provider, FhirProvider)
        await provider.probe()  # what it can do was tried out before

        async def before(asked: str) -> None:
            if silent:
                raise Lost

        async def after(asked: str) -> None:
            nonlocal silent
            silent = silent or asked == "POST /"
            if silent:
                raise Lost

        self.wire.before, self.wire.after = before, after

    def provider_answers_again(self) -> None:
        self.wire.before = self.wire.after = nothing

    def provider_refuses(self) -> None:
        async def refuse(request: Request) -> Appointment:
            raise Refused

        self.service.provider.book = refuse  # type: ignore[method-assign]

    def provider_is_full(self) -> None:
        assert self.service.clinic
        self.service.clinic.state.practice.replace(())

    async def provider_gives_first_time_away(self) -> None:
        """Let somebody else book the earliest time that is free."""
        now, provider = self.clock.now(), self.service.provider
        (slot,) = await provider.find_slots(now, now + timedelta(days=7), 1)
        person = {"name": "Kim", "contact": "kim@home.example", "zone": "UTC"}
        request = Request(key=f"other{int(now.timestamp())}", slot=slot, consented_at=now, **person)
        await provider.book(request)


@cache
def _read_once(root: Path) -> Library:
    return Library(root, WORDS, NOW.date)


@dataclass(frozen=True)
class Ground:
    """Content, and a folder in which a service has been started before: with keys, tables, and free times."""

    content: Path
    started: Path

    async def start(self) -> None:
        """Start a service there, once for all dialogues, and close it."""
        self.started.mkdir()
        with patch("bot.wiring.Library", _library):
            settings = Settings(database_url=f"sqlite:///{self.started / 'haven.db'}", content_dir=self.content)
            service = build(settings, FakeClock(NOW, "before"), base_url="http://127.0.0.1:1")
        await service.close()


def _library(root: Path, *_: Any) -> Library:
    """Return the content of a folder, read once for all dialogues: that takes longer than most of them."""
    return _read_once(root)


def _draws(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task is an adapter's, putting a screen before somebody after the delivery was answered."""
    return getattr(task.get_coro(), "__qualname__", "").startswith(("Easel.", "Queues.", "Fronts."))


@contextlib.asynccontextmanager
async def backstage(
    folder: Path, ground: Ground, settings: dict[str, Any], app: FastAPI, base: str, clock: FakeClock
) -> AsyncIterator[Backstage]:
    """Put the service together behind `app`, which is served at `base`; all but its worker is running."""
    given: list[Given] = []
    shutil.copytree(ground.started, folder)
    made = Settings(database_url=f"sqlite:///{folder / 'haven.db'}", content_dir=ground.content, **settings)
    plain = partial(httpx.AsyncClient, verify=NO_TLS)  # nothing here is spoken to over TLS, and authorities load slowly
    with (
        patch("bot.wiring.Desk", partial(ListeningDesk, given)),
        patch("bot.wiring.Library", _library),
        patch("bot.providers.fhir_wire.httpx.AsyncClient", plain),
    ):
        service = build(made, clock, base_url=base)
    wire = Wire()
    wire.clinic = service.clinic
    app.mount(CLINIC, wire)
    app.mount("/", create_app(service))
    behind = Backstage(service, clock, wire, given, base)
    behind.overhear()
    for door in service.doors:
        await door.start()
    await service.errands.recover()
    await service.schedule.load()
    try:
        yield behind
    finally:
        for door in service.doors:
            await door.stop()
        await service.close()


@contextlib.asynccontextmanager
async def shell() -> AsyncIterator[tuple[FastAPI, str]]:
    """Serve an application that is filled in later: one server is both ends of the wire."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    async with serve(app) as base:
        yield app, base


def at_eight() -> FakeClock:
    """Return a clock at which every dialogue begins: a Monday, 08:00 in London."""
    return FakeClock(NOW)


__all__ = ["Backstage", "Given", "Ground", "at_eight", "backstage", "shell"]
