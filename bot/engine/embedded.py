"""The engine inside the process, for SQLite: one worker with many hands, and APScheduler for the tick."""

import asyncio
from collections import Counter
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection

from bot import log
from bot.clock import Clock
from bot.engine.base import CarryOut, Tick
from bot.store import queries
from bot.store.engine import Store

LEASE = timedelta(seconds=60)
AT_ONCE = 64  # effects carried out at the same time
PACED = 32  # more of each workspace's: on their way, or waiting for their turn
PACED_LEASE = timedelta(minutes=10)  # longer than any turn is waited for
LOOK = 0.2  # seconds between looks for more, while some are under way
POLL = 1.0  # seconds between looks, if nothing wakes us


class Embedded:
    """Claims effects by lease and carries them out. `wake` is set when effects may have been planned."""

    def __init__(self, store: Store, clock: Clock, wake: asyncio.Event) -> None:
        self._store, self._clock, self._wake = store, clock, wake
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    async def recover(self) -> None:
        """Release every lease: there is one process, and whoever held a lease is dead."""
        await self._store.transact(queries.release_all)

    async def run(self, carry_out: CarryOut) -> None:
        """Carry out effects for as long as the service lives."""
        while True:
            try:
                await self.drain(carry_out)
            except Exception as error:  # the database may be back in a second
                log.failure("errands_failed", error, where="errands")
            try:
                async with asyncio.timeout(POLL):  # wait_for forgets in Python 3.11 that it was told to end
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    async def drain(self, carry_out: CarryOut) -> int:
        """Carry out everything that is due now, and what follows from it. Returns how many effects.

        One that hangs holds up nobody else: others are claimed as long as there is room. What keeps a workspace's pace
        has hands of its own, so hours of it hold up neither a reply nor another workspace."""
        count, under_way = 0, dict[asyncio.Task[None], bytes]()
        try:
            while True:
                for each in await self._claim(Counter(under_way.values())):
                    under_way[asyncio.ensure_future(_carried(carry_out, each))] = each.lane
                    count += 1
                if not under_way:
                    return count
                done, _ = await asyncio.wait(under_way, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del under_way[task]
                    task.result()  # nothing is swallowed: a worker that cannot go on says so
        finally:  # the service ends: what is under way is taken up again at the next start
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def every_minute(self, tick: Tick) -> None:
        """Tick every minute, by the only job that the scheduler has."""
        self._scheduler.add_job(tick, IntervalTrigger(minutes=1, timezone="UTC"), coalesce=True, max_instances=1)
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _claim(self, busy: Counter[bytes]) -> list[queries.Task]:
        now = self._clock.now()
        moment, until, paced = (int((now + more).timestamp()) for more in (timedelta(), LEASE, PACED_LEASE))

        def claims(conn: Connection) -> list[queries.Task]:
            claimed = []
            for lane in queries.lanes(conn):
                if lane and (room := PACED - busy[lane]) >= PACED // 2:  # some at a time: each claim is a write
                    claimed += queries.claim(conn, moment, paced, room, lane)
                elif not lane and (room := AT_ONCE - busy[lane]) > 0:
                    claimed += queries.claim(conn, moment, until, room)
            return claimed

        return await self._store.transact(claims)


async def _carried(carry_out: CarryOut, task: queries.Task) -> None:
    await carry_out(task)
