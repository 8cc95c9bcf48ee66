"""What every engine keeps to. A subclass says how to make one on a given store; pytest collects the subclass."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.engine.base import Engine
from bot.store import queries
from bot.store.engine import Store, connect, upgrade
from tests.fakes import FakeClock


class EngineContract:
    """The rules. Effects are rows with ids of one byte; carrying one out deletes it."""

    def make(self, store: Store, clock: Clock, wake: asyncio.Event) -> Engine:
        raise NotImplementedError

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        engine = connect(f"sqlite:///{tmp_path}/haven.db")
        upgrade(engine)
        store = Store(engine)
        yield store
        store.close()

    async def plan(self, store: Store, clock: Clock, *ids: int, later: timedelta = timedelta()) -> None:
        due = int((clock.now() + later).timestamp())
        for each in ids:
            await store.transact(lambda conn, id_=each: queries.put_effect(conn, bytes([id_]), b"body", due))  # type: ignore[misc]

    async def left(self, store: Store) -> set[int]:
        return {id_[0] for id_, _ in await store.transact(queries.effects)}

    async def test_what_is_due_is_carried_out_once_and_nothing_else_is(self, store: Store, clock: FakeClock) -> None:
        engine, done = self.make(store, clock, asyncio.Event()), list[int]()

        async def carry_out(task: queries.Task) -> None:
            done.append(task.id[0])
            await store.transact(lambda conn: queries.drop_effect(conn, task.id))

        await self.plan(store, clock, 1, 2)
        await self.plan(store, clock, 3, later=timedelta(minutes=1))
        assert await engine.drain(carry_out) == 2
        assert await engine.drain(carry_out) == 0
        assert sorted(done) == [1, 2]
        clock.later(timedelta(minutes=1))
        assert await engine.drain(carry_out) == 1
        assert await self.left(store) == set()

    async def test_what_follows_from_an_effect_is_carried_out_too(self, store: Store, clock: FakeClock) -> None:
        engine, done = self.make(store, clock, asyncio.Event()), list[int]()

        async def carry_out(task: queries.Task) -> None:
            done.append(task.id[0])
            await store.transact(lambda conn: queries.drop_effect(conn, task.id))
            if task.id[0] < 3:
                await self.plan(store, clock, task.id[0] + 1)

        await self.plan(store, clock, 1)
        assert await engine.drain(carry_out) == 3
        assert done == [1, 2, 3]

    async def test_two_engines_never_hold_the_same_effect(self, store: Store, clock: FakeClock) -> None:
        engines = [self.make(store, clock, asyncio.Event()) for _ in range(3)]
        held, done = set[int](), list[int]()

        async def carry_out(task: queries.Task) -> None:
            assert task.id[0] not in held
            held.add(task.id[0])
            await asyncio.sleep(0)
            done.append(task.id[0])
            await store.transact(lambda conn: queries.drop_effect(conn, task.id))

        await self.plan(store, clock, *range(200))
        counts = await asyncio.gather(*(engine.drain(carry_out) for engine in engines))
        assert sum(counts) == 200
        assert sorted(done) == list(range(200))

    async def test_one_that_dies_is_taken_up_when_its_lease_is_over_and_not_before(
        self, store: Store, clock: FakeClock
    ) -> None:
        dying, other, done = self.make(store, clock, asyncio.Event()), self.make(store, clock, asyncio.Event()), 0

        async def hangs(_: queries.Task) -> None:
            await asyncio.Event().wait()

        async def carry_out(task: queries.Task) -> None:
            nonlocal done
            done += 1
            assert task.attempts == 2
            await store.transact(lambda conn: queries.drop_effect(conn, task.id))

        await self.plan(store, clock, 1)
        running = asyncio.create_task(dying.drain(hangs))
        await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await other.drain(carry_out) == 0
        clock.later(timedelta(minutes=2))
        assert await other.drain(carry_out) == 1
        assert done == 1

    async def test_after_a_crash_it_is_taken_up_at_the_start(self, store: Store, clock: FakeClock) -> None:
        await self.plan(store, clock, 1)
        until = int((clock.now() + timedelta(minutes=1)).timestamp())
        await store.transact(lambda conn: queries.claim(conn, int(clock.now().timestamp()), until, 1))  # and dies
        engine, done = self.make(store, clock, asyncio.Event()), list[int]()

        async def carry_out(task: queries.Task) -> None:
            done.append(task.id[0])
            await store.transact(lambda conn: queries.drop_effect(conn, task.id))

        await engine.recover()
        await engine.drain(carry_out)
        assert done == [1]

    async def test_one_that_hangs_holds_up_nobody_and_there_is_a_limit(self, store: Store, clock: FakeClock) -> None:
        engine, at_once, most, release = self.make(store, clock, asyncio.Event()), 0, 0, asyncio.Event()
        done = list[int]()

        async def carry_out(task: queries.Task) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            if task.id[0] == 0:
                await release.wait()
            else:
                await asyncio.sleep(0.01)
            done.append(task.id[0])
            at_once -= 1
            await store.transact(lambda conn: queries.drop_effect(conn, task.id))
            if len(done) == 199:
                release.set()

        await self.plan(store, clock, *range(200))
        assert await asyncio.wait_for(engine.drain(carry_out), 30) == 200
        assert done[-1] == 0
        assert 2 <= most <= 64

    async def test_it_wakes_up_when_something_is_planned(self, store: Store, clock: FakeClock) -> None:
        wake, done = asyncio.Event(), asyncio.Event()
        engine = self.make(store, clock, wake)

        async def carry_out(task: queries.Task) -> None:
            await store.transact(lambda conn: queries.drop_effect(conn, task.id))
            done.set()

        running = asyncio.create_task(engine.run(carry_out))
        await self.plan(store, clock, 1)
        wake.set()
        await asyncio.wait_for(done.wait(), 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
