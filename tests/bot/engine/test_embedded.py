"""The embedded engine keeps the contract."""

import asyncio

from bot.clock import Clock
from bot.engine.base import Engine
from bot.engine.embedded import Embedded
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
