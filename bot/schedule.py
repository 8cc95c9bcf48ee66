"""The time: one tick a minute, and nothing else. Never a job a person.

A tick takes over HR's edits, plans the check-ins that are due, and drops conversations that have expired.
"""

import asyncio
from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot import log
from bot.clock import Clock
from bot.desk import Desk
from bot.people import People
from bot.store import queries
from bot.store.engine import Store
from content.library import Library
from flows.core.retention import REMINDER, SEEN


class Schedule:
    """Runs the tick. The hints in `people` say whom it concerns; each is checked again in its transaction."""

    def __init__(self, *, store: Store, desk: Desk, people: People, library: Library, clock: Clock) -> None:
        self._store, self._desk, self._people = store, desk, people
        self._library, self._clock = library, clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self.on_content: Callable[[], None] = lambda: None  # told when HR's edits were taken over
        self.on_tick: Callable[[], None] = lambda: None  # told of every minute

    async def load(self) -> None:
        """Open every row once, so that the tick knows whom it concerns."""
        await self._store.transact(self._people.hint_all)

    def start(self) -> None:
        """Tick every minute; a tick that was missed is not made up for, the next one sees to all."""
        self._scheduler.add_job(self.tick, IntervalTrigger(minutes=1, timezone="UTC"), coalesce=True, max_instances=1)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> int:
        """Do what is due now. Returns how many check-ins were planned."""
        self.on_tick()
        before = self._library.current
        for problem in await asyncio.to_thread(self._library.refresh):
            log.event("content_rejected", file=problem.file, line=problem.line)
        if self._library.current is not before:
            await asyncio.to_thread(self.on_content)
        now, planned = self._clock.now(), 0
        for sid, hint in list(self._people.hints.items()):
            try:
                if hint.due and hint.due <= now:
                    planned += await self._desk.woke(sid)
                if hint.until and hint.until <= now:
                    await self._desk.purge(sid)
            except Exception as error:  # one row that does not open must not stop everybody's check-ins
                log.failure("tick_failed", error, where="schedule")
        oldest = int((now - SEEN).timestamp()) // 86400 + 1  # a tag bears its day only, and lies there SEEN at most
        gone_out = int((now - REMINDER).timestamp())
        await self._store.transact(lambda conn: queries.purge_seen(conn, oldest))
        await self._store.transact(lambda conn: queries.purge_reminders(conn, gone_out))
        return planned
