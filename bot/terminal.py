"""A conversation in the terminal: the whole service in one process, with a clock that can be moved."""

import asyncio
import contextlib
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from adapters.console.platform import ConsolePlatform
from adapters.console.read import NotOnScreen, read
from adapters.platform import Address, Arrival, Busy, Profile
from bot import timelapse
from bot.clock import ShiftedClock, token
from bot.sandbox.serve import serve
from bot.settings import Settings
from bot.shell import ERR, OUT
from bot.wiring import CLINIC, Service, build

HELP = (
    "Type words, [a button], or values for a form. /as NAME changes who you are, /later 7d moves the clock, /quit ends."
)
_LATER = re.compile(r"(\d{1,4})\s*([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
TENANT = "demo"


class BadLine(Exception):
    """A line that cannot be carried out; the message says what can."""


class Terminal:
    """One person at a keyboard. `line` takes what was typed and writes what comes of it."""

    def __init__(self, service: Service, clock: ShiftedClock, write: Callable[[str], None], me: str) -> None:
        self._service, self._clock, self._write = service, clock, write
        self.platform = ConsolePlatform(write, service.desk.drawn, me)
        service.platforms[self.platform.name] = self.platform

    async def start(self) -> None:
        """Take up what a crash left, and show where we are."""
        await self._service.errands.recover()
        await self._service.schedule.load()
        await self._arrive(Arrival(id=self._id(), address=self._address(), secluded=True))

    async def line(self, text: str) -> None:
        """Carry out one line. Raises BadLine."""
        if text.startswith("/"):
            await self._command(text)
            return
        me = self.platform.me
        try:
            meant = read(text, self.platform.current.get(me), self.platform.messages[me])
        except NotOnScreen as error:
            raise BadLine(str(error)) from None
        arrival = Arrival(
            id=self._id(),
            address=self._address(),
            event=meant.event,
            token=meant.token,
            profile=Profile(locale="en", name=me.title()),
            secluded=True,
        )
        await self._arrive(arrival)

    async def _arrive(self, arrival: Arrival) -> None:
        try:
            shown = await self._service.desk.receive(arrival)
        except Busy:
            raise BadLine("The database did not take that, and nothing was changed. Please try again.") from None
        if shown:
            await self.platform.show(arrival.address, shown)
        await self._service.errands.drain()

    async def _command(self, text: str) -> None:
        word, _, rest = text[1:].partition(" ")
        if word == "as" and re.fullmatch(r"\w[\w.-]{0,39}", rest.strip()):
            self.platform.me = rest.strip().lower()
            await self._arrive(Arrival(id=self._id(), address=self._address(), secluded=True))
        elif word == "later" and (parts := _LATER.fullmatch(rest.strip())):
            await self.later(timedelta(**{_UNITS[parts[2]]: int(parts[1])}))
        elif word == "help":
            self._write(HELP)
        else:
            raise BadLine(f"I do not know {text}. {HELP}")

    async def later(self, by: timedelta) -> None:
        """Move the clock, stopping wherever something is due, as it would have come to pass."""
        await timelapse.later(self._service, self._clock, by)
        self._write(f"(it is {self._clock.now():%A %d %B %Y, %H:%M} UTC)")

    def _address(self) -> Address:
        return Address(platform=self.platform.name, tenant=TENANT, user=self.platform.me)

    def _id(self) -> str:
        return token(self._clock)


@contextlib.asynccontextmanager
async def opened(
    settings: Settings, db: str | None, at: datetime | None, me: str, write: Callable[[str], None]
) -> AsyncIterator[tuple[Terminal, str]]:
    """Put the service together for one conversation; yields the terminal and the clinic's address.

    Without `db` everything lies in a temporary folder that is deleted at the end."""
    clock = ShiftedClock(at)
    with tempfile.TemporaryDirectory(prefix="haven-") as folder:
        url = db or f"sqlite:///{Path(folder) / 'haven.db'}"
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        async with serve(app) as base:
            service = build(
                settings.model_copy(update={"database_url": url, "key_file": settings.key_file if db else None}),
                clock,
                base_url=base,
            )
            if service.clinic:
                app.mount(CLINIC, service.clinic)
            try:
                yield Terminal(service, clock, write, me), base + CLINIC
            finally:
                await service.close()


async def talk(settings: Settings, url: str | None, at: datetime | None, me: str, lines: list[str] | None) -> int:
    """Hold a conversation with whoever types, or play the lines of a script. Returns the command's exit status."""

    def write(text: str) -> None:
        OUT.print(text)
        OUT.print()

    async with opened(settings, url, at, me, write) as (terminal, clinic):
        interactive = lines is None and sys.stdin.isatty()
        if interactive:
            where = f"kept in {url}" if url else "in a temporary database, gone when you leave; --db keeps it"
            ERR.print(f"Haven, in this terminal: {where}.\nThe clinic's book, in FHIR: {clinic}/Appointment\n{HELP}\n")
        await terminal.start()
        if lines is not None:
            return await _play(terminal.line, lines, write)
        while interactive:
            try:
                typed = await asyncio.to_thread(input, f"{terminal.platform.me}> ")
            except EOFError:
                break
            if typed.strip() == "/quit":
                break
            try:
                if typed.strip():
                    await terminal.line(typed)
            except BadLine as error:
                write(str(error))
    return 0


async def _play(line: Callable[[str], Awaitable[None]], lines: list[str], write: Callable[[str], None]) -> int:
    """Play a script: a line a turn, `#` for a remark. Stops with 1 at the first line that cannot be carried out."""
    for number, text in enumerate(lines, start=1):
        if not text.strip() or text.startswith("#"):
            continue
        write(f"> {text.strip()}")
        try:
            await line(text)
        except BadLine as error:
            ERR.print(f"line {number}: {error}")
            return 1
    return 0
