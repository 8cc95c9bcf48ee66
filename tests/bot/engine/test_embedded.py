"""The embedded engine keeps the contract."""

import asyncio

from bot.clock import Clock
from bot.engine.base import Engine
from bot.engine.embedded import Embedded
from bot.store import queries
from bot.store.engine import Store
from tests.bot.engine.contract import EngineContract


class TestEmbedded(EngineContract):
    def make(self, store: Store, clock: Clock, wake: asyncio.Event) -> Engine:
        return Embedded(store, clock, wake)

    async def test_it_ticks_by_the_only_job_there_is(self, store: Store, clock: Clock) -> None:
        engine = Embedded(store, clock, asyncio.Event())
        engine.every_minute(asyncio.Event().wait)
        (job,) = engine._scheduler.get_jobs()
        assert (job.coalesce, job.max_instances, job.trigger.interval.total_seconds()) == (True, 1, 60)
        engine.stop()
        engine.stop()

    async def test_it_ends_when_it_is_told_to_whatever_comes_at_the_same_time(self, store: Store, clock: Clock) -> None:
        """`asyncio.wait_for` of Python 3.11 forgets that it was cancelled if what it waits for comes in that moment."""
        for moments in range(6):
            wake = asyncio.Event()
            running = asyncio.create_task(Embedded(store, clock, wake).run(_never))
            await asyncio.sleep(0.05)
            wake.set()
            for _ in range(moments):
                await asyncio.sleep(0)
            running.cancel()
            ended, _ = await asyncio.wait({running}, timeout=5)
            running.cancel()
            assert ended, f"still at work, told to end {moments} moments after it was woken"


async def _never(_: queries.Task) -> None:
    raise AssertionError("there is nothing to carry out")
