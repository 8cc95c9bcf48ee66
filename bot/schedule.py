"""The time: one tick a minute, and nothing else. Never a job a person.

A tick takes over HR's edits, plans the check-ins that are due, and drops conversations that have expired.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot import log
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.days_off import days_off
from bot.desk import Desk
from bot.engine.base import Engine
from bot.people import People
from bot.store import queries, reminders
from bot.store.engine import Store
from content.library import Library
from flows.core.retention import REMINDER, SEEN

BATCH = 250  # people whom the tick sees to in one transaction: nobody's turn waits longer than that


class Schedule:
    """Runs the tick. The hints in `people` say whom it concerns; each is checked again in its transaction."""

    def __init__(
        self,
        *,
        store: Store,
        desk: Desk,
        people: People,
        library: Library,
        clock: Clock,
        engine: Engine,
        campaigns: Campaigns,
    ) -> None:
        self._campaigns = campaigns
        self._store, self._desk, self._people = store, desk, people
        self._library, self._clock = library, clock
        self._engine = engine
        self._purged = 0  # up to which day tags of deliveries have been forgotten
        self.on_content: Callable[[], None] = lambda: None  # told when HR's edits were taken over
        self.on_tick: Callable[[], None] = lambda: None  # told of every minute

    async def load(self) -> None:
        """Open every row once, so that the tick knows whom it concerns."""
        await self._store.transact(self._people.hint_all)
        await asyncio.to_thread(days_off, self._library.current.organisation.zone)  # takes a second, and nobody's turn

    def start(self) -> None:
        """Tick every minute."""
        self._engine.every_minute(self.tick)

    def stop(self) -> None:
        """Stop ticking."""
        self._engine.stop()

    async def tick(self) -> int:
        """Do what is due now. Returns how many check-ins were planned."""
        self.on_tick()
        before = self._library.current
        for problem in await asyncio.to_thread(self._library.refresh):
            log.event("content_rejected", file=problem.file, line=problem.line)
        if self._library.current is not before:
            await asyncio.to_thread(self.on_content)
        now, planned = self._clock.now(), await self.see_to_people()
        await self.see_to_campaigns()
        oldest = int((now - SEEN).timestamp()) // 86400 + 1  # a tag bears its day only, and lies there SEEN at most
        gone_out = int((now - REMINDER).timestamp())
        if oldest != self._purged:  # once a day and at the start: it looks through all that was delivered for days
            await self._store.transact(lambda conn: queries.purge_seen(conn, oldest))
            self._purged = oldest
        await self._store.transact(lambda conn: reminders.purge(conn, gone_out))
        return planned

    async def see_to_people(self) -> int:
        """Plan the check-ins that are due, and drop what has had its time. Returns how many were planned."""
        now = self._clock.now()
        planned = await self._each(self._people.hints.due(now), self._desk.woke)
        await self._each(self._people.hints.over(now), self._desk.purge)
        return planned

    async def see_to_campaigns(self) -> None:
        """Plan what HR's campaigns send now."""
        try:
            if await self._campaigns.see_to():
                self._desk.wake.set()
        except Exception as error:  # a campaign that fails must not stop the rest of the tick
            log.failure("tick_failed", error, where="campaigns")

    async def _each(self, sids: list[bytes], do: Callable[[Sequence[bytes]], Awaitable[int]]) -> int:
        """Do something for people, a batch in a transaction: so a tick takes no longer than it must, and nobody's turn
        waits long for it. One row that does not open must not stop everybody's check-ins."""
        count = 0
        for start in range(0, len(sids), BATCH):
            batch = sids[start : start + BATCH]
            try:
                count += await do(batch)
            except Exception:
                for sid in batch:
                    try:
                        count += await do([sid])
                    except Exception as error:
                        log.failure("tick_failed", error, where="schedule")
        return count
