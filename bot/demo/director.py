"""Runs the demo: one stage at a time, started over on request, and a pulse whenever something on it has changed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot import log, timelapse
from bot.demo import stored, tour
from bot.demo.stage import Stage, staged
from bot.settings import Settings, SettingsTrouble
from bot.vault import KeyTrouble
from content.problems import ContentError

STEPS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_BEAT: Final = 0.25  # seconds between two looks at the stage
_QUIET: Final = 0.1  # a deed has settled when nothing has changed for so long
_SETTLED: Final = 4.0  # seconds to wait for that, at most


class Director:
    """Holds the stage. `beat` grows with every change, so that a page knows when to look again."""

    def __init__(self, settings: Settings, db: str | None, at: datetime | None) -> None:
        self._settings, self._db, self._at = settings, db, at
        self._open = contextlib.AsyncExitStack()
        self._lock = asyncio.Lock()
        self._changed = asyncio.Condition()
        self._stage: Stage | None = None
        self._mark: object = None
        self._trouble = ""
        self._content: object = None
        self.beat = 0
        self.closing = False

    @property
    def stage(self) -> Stage:
        """Return the stage. Raises Resetting while it is set up."""
        if self._stage is None:
            raise Resetting(self._trouble)
        return self._stage

    @property
    def kept(self) -> bool:
        """Tell whether the database outlives the demo."""
        return self._db is not None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Director"]:
        """Set the stage, watch it for the length of the block, and strike it."""
        self._stage = await self._open.enter_async_context(staged(self._settings, self._db, self._at))
        watching = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            await self.close()
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            await self._open.aclose()

    async def close(self) -> None:
        """Let everybody go who waits for a pulse."""
        self.closing = True
        async with self._changed:
            self._changed.notify_all()

    # --- what can be done with the stage itself

    async def start_over(self) -> None:
        """Strike the stage and set a new one: fresh keys, databases, workspace and tenant; `--db` is kept."""
        async with self._lock:
            self._stage, self._trouble = None, ""
            await self._open.aclose()
            try:
                self._stage = await self._open.enter_async_context(staged(self._settings, self._db, self._at))
            except (SettingsTrouble, KeyTrouble, ContentError, ValueError) as error:
                self._trouble = str(error)
        await self._pulse()

    async def later(self, by: timedelta) -> None:
        """Let time pass; what falls due meanwhile happens."""
        async with self._lock:
            await timelapse.later(self.stage.service, self.stage.clock, by)
        await self.settled()

    async def take_edits(self) -> None:
        """Look for HR's edits now, which otherwise happens once a minute."""
        await self.stage.service.schedule.tick()
        await self.settled()

    async def taken_up(self, key: str) -> None:
        """Let somebody at the care desk take a request up; one that is not open there stays as it is."""
        case = self.stage.care.cases.get(key)
        if case and case.status == "open":
            self.stage.care.take(key)
        await self._pulse()

    async def done(self, deed: Awaitable[None]) -> None:
        """Wait for a deed and for what comes of it."""
        await deed
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing has changed for a moment, as the service answers after it has taken a delivery."""
        loop = asyncio.get_running_loop()
        end, since, mark = loop.time() + _SETTLED, loop.time(), self.mark()
        while loop.time() < end and loop.time() - since < _QUIET:
            await asyncio.sleep(0.03)
            if (now := self.mark()) != mark or await self._at_work():
                mark, since = now, loop.time()
        await self._pulse()

    async def _at_work(self) -> bool:
        database, now = self.stage.databases[0], int(self.stage.clock.now().timestamp())
        return await asyncio.to_thread(stored.at_work, database, now)

    # --- the pulse

    def mark(self) -> object:
        """Return something that differs whenever anything that is shown differs, but for the time."""
        if self._stage is None:
            return None
        stage = self._stage
        files = [_stamp(path) for path in stage.databases]
        minute = stage.clock.now().replace(second=0, microsecond=0)
        library, care = stage.service.library, [case.status for case in stage.care.cases.values()]
        return [seat.mark() for seat in stage.seats.values()], files, minute, library.current, library.problems, care

    async def after(self, beat: int, patience: float) -> int:
        """Wait until the beat is another than this one, `patience` seconds at most; return it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience), self._changed:
                await self._changed.wait_for(lambda: self.beat != beat or self.closing)
        return self.beat

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            try:
                await self._pulse()
            except Exception as error:  # whoever watches must not end because of one look
                log.failure("demo_look_failed", error, where="demo")

    async def _pulse(self) -> None:
        if self._stage is not None:
            tour.observe(self._stage)
            if self._content is not self._stage.service.library.current:
                self._content = self._stage.service.library.current
                self._stage.good_since = self._stage.clock.now()
        if (mark := self.mark()) != self._mark:
            self._mark = mark
            self.beat += 1
            async with self._changed:
                self._changed.notify_all()


class Resetting(Exception):
    """The stage is being set up; or it could not be, and this says why."""


def _stamp(path: Path) -> object:
    found = []
    for each in (path, path.with_name(path.name + "-wal")):
        with contextlib.suppress(OSError):
            stat = each.stat()
            found.append((stat.st_size, stat.st_mtime_ns))
    return found
