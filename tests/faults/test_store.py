"""The store: what fails leaves no trace, what is acknowledged is there, and no effect is carried out by two."""

import asyncio
import contextlib
import sqlite3
import threading
from concurrent.futures import CancelledError, Future
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, text

from bot.providers.clinic import tables as clinic
from bot.store import queries
from bot.store.engine import Store, StoreDown, connect, upgrade
from bot.store.tables import metadata
from tests.rig import Rig, rig

HOUR = 3600


def _store(folder: Path) -> Store:
    engine = connect(f"sqlite:///{folder / 'haven.db'}")
    upgrade(engine)
    return Store(engine)


def _see(name: str) -> Any:
    return lambda conn: queries.see(conn, name.encode(), 1)


def _seen(folder: Path) -> set[str]:
    """Return what anybody else finds in the database."""
    with sqlite3.connect(folder / "haven.db") as other:
        found = {tag.decode() for (tag,) in other.execute("SELECT tag FROM seen")}
    other.close()
    return found


async def test_a_turn_that_fails_leaves_no_trace_and_its_neighbours_stay(tmp_path: Path) -> None:
    store = _store(tmp_path)

    def fails(conn: Connection) -> None:
        queries.see(conn, b"bad", 1)
        queries.see(conn, b"worse", 1)
        raise KeyError("whatever it is")

    def breaks(conn: Connection) -> None:
        queries.see(conn, b"odd", 1)
        conn.execute(text("SELECT nonsense"))

    turns = [_see("a"), fails, _see("b"), breaks, _see("c")]
    done = await asyncio.gather(*(store.transact(turn) for turn in turns), return_exceptions=True)
    assert [done[0], done[2], done[4]] == [True, True, True]
    assert isinstance(done[1], KeyError)
    assert isinstance(done[3], Exception)
    assert _seen(tmp_path) == {"a", "b", "c"}
    store.close()


async def test_what_is_acknowledged_is_on_disk(tmp_path: Path) -> None:
    store = _store(tmp_path)
    for number in range(5):
        await store.transact(_see(str(number)))
        assert str(number) in _seen(tmp_path)
    with store.engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert conn.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA trusted_schema").scalar() == 0
    store.close()


async def test_turns_share_a_commit(tmp_path: Path) -> None:
    store, commits = _store(tmp_path), []
    event.listen(store.engine, "commit", lambda conn: commits.append(1))
    await asyncio.gather(*(store.transact(_see(str(number))) for number in range(200)))
    assert len(_seen(tmp_path)) == 200
    assert len(commits) < 20
    store.close()


async def test_if_the_commit_fails_nobody_is_acknowledged(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'haven.db'}")
    upgrade(engine)
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
    engine.dispose()
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        conn.exec_driver_sql("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    store = Store(engine)

    def orphan(conn: Connection) -> None:
        conn.exec_driver_sql("INSERT INTO child VALUES (1)")  # SQLite says no when it commits, not before

    busy, go_on = threading.Event(), threading.Event()

    def waits(_: Connection) -> None:
        busy.set()
        go_on.wait()

    first = asyncio.create_task(store.transact(waits))
    await asyncio.to_thread(busy.wait)
    three = [asyncio.create_task(store.transact(turn)) for turn in (_see("a"), orphan, _see("b"))]
    await asyncio.sleep(0)  # all three are queued, and so come in one commit
    go_on.set()
    done = await asyncio.gather(*three, return_exceptions=True)
    await first
    assert [type(each) for each in done] == [StoreDown] * 3
    assert _seen(tmp_path) == set()
    assert await store.transact(_see("later"))
    store.close()


async def test_whoever_gives_up_waiting_while_the_store_fails_does_not_stop_it(tmp_path: Path) -> None:
    store = _store(tmp_path)

    class GivesUp(Future[Any]):
        """Is cancelled between the moment in which the store looks and the one in which it answers."""

        def done(self) -> bool:
            was = super().done()
            self.cancel()
            return was

    event.listen(store.engine, "begin", _down, once=True)
    gives_up: Future[Any] = GivesUp()
    store._queue.put((_see("a"), gives_up))
    await asyncio.to_thread(_until_answered, gives_up)
    assert await asyncio.wait_for(store.transact(_see("b")), 5)
    store.close()


def _until_answered(future: Future[Any]) -> None:
    with contextlib.suppress(StoreDown, CancelledError):
        future.result(5)


def _down(conn: Connection) -> None:
    raise ConnectionError("the disk is gone")


def test_the_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'haven.db'}")
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
        conn.exec_driver_sql("DROP INDEX effect_due")
        assert compare_metadata(MigrationContext.configure(conn), metadata) != []
    engine.dispose()


def test_the_clinics_migrations_make_exactly_its_tables(tmp_path: Path) -> None:
    database = clinic.Database(f"sqlite:///{tmp_path / 'clinic.db'}")
    database.upgrade()
    with database.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"version_table": clinic.VERSION_TABLE})
        assert compare_metadata(context, clinic.metadata) == []
    database.engine.dispose()


async def test_no_effect_is_claimed_by_two(tmp_path: Path) -> None:
    stores = [_store(tmp_path), _store(tmp_path)]
    ids = {number.to_bytes(16, "big") for number in range(100)}
    for id_ in ids:
        await stores[0].transact(lambda conn, id_=id_: queries.put_effect(conn, id_, b"body", 0))  # type: ignore[misc]

    async def work(store: Store) -> list[bytes]:
        mine: list[bytes] = []
        while len(mine) < 200 and (
            claimed := await store.transact(lambda conn: queries.claim(conn, HOUR, 2 * HOUR, 7))
        ):
            mine += [each.id for each in claimed]
        return mine

    first, second = await asyncio.gather(*(work(store) for store in stores))
    assert len(first) + len(second) == 100
    assert set(first) | set(second) == ids
    late = await stores[1].transact(lambda conn: queries.claim(conn, 2 * HOUR, 3 * HOUR, 1000))
    assert {each.id for each in late} == ids  # whoever held them is taken for dead
    for store in stores:
        store.close()


async def test_two_that_send_what_is_due_send_it_once(tmp_path: Path) -> None:
    async with rig(tmp_path, seed="one") as one, rig(tmp_path, seed="two") as two:
        users = [f"user{number}" for number in range(20)]
        await _due(one, users)
        two.clock.later(one.clock.now() - two.clock.now())
        two.platform = one.platform
        two.service.platforms["console"] = one.platform
        await two.service.schedule.load()
        planned = await asyncio.gather(one.service.schedule.tick(), two.service.schedule.tick())
        assert sum(planned) == len(users)
        await asyncio.gather(one.service.errands.drain(), two.service.errands.drain())
        assert {user: len(one.platform.messages[user]) for user in users} == dict.fromkeys(users, 1)
        assert await one.rows("effect") == []


async def test_whoever_stalls_until_the_lease_is_over_does_not_send_a_second_time(tmp_path: Path) -> None:
    async with rig(tmp_path, seed="one") as one, rig(tmp_path, seed="two") as two:
        await _due(one, ["sam"])
        await one.service.schedule.tick()
        stalled, go_on, transact = asyncio.Event(), asyncio.Event(), one.service.store.transact

        async def stalls(turn: Any, patience: float | None = None) -> Any:
            result = await transact(turn, patience)
            if not stalled.is_set():  # it has the lease, and now the machine sleeps
                stalled.set()
                await go_on.wait()
            return result

        one.service.store.transact = stalls  # type: ignore[method-assign]
        sending = asyncio.create_task(one.service.errands.drain())
        await stalled.wait()
        two.clock.later(one.clock.now() - two.clock.now() + timedelta(minutes=11))
        await two.service.errands.drain()
        assert len(two.platform.messages["sam"]) == 1
        go_on.set()
        await sending
        assert one.platform.messages["sam"] == []
        one.service.store.transact = transact  # type: ignore[method-assign]


async def _due(haven: Rig, users: list[str]) -> None:
    """Give everybody a plan, and let it be that time."""
    for user in users:
        await haven.place(user, "checkin", {"at": "choosing", "zone": ""})
        await haven.fill(user, day="0", time="10:00", zone="Europe/London")
    haven.clock.later(timedelta(hours=2))
