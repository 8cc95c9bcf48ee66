"""How long the tick takes, beside the usual way: an APScheduler job a person, in a job store on the same disk.

Both plan what is due and move it on to next week, durably, in SQLite with `synchronous=FULL`. Ours opens, seals a row
and plans a sealed effect for each; the peer's job only counts. Medians of interleaved rounds.
"""

import asyncio
import pickle
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, insert

from adapters.platform import Address
from bot.clock import ShiftedClock
from bot.settings import Settings
from bot.settle import settle
from bot.store.engine import connect
from bot.wiring import Service, build
from flows.core.care import Plan

ROUNDS = 3
SIZES = ((10_000, 1_000, 0.3), (100_000, 10_000, 3.0))
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
PAST = datetime(2026, 1, 5, tzinfo=UTC)  # overdue
Taken = tuple[float, float]  # seconds on the wall, seconds of the processor: they differ where others are at work, too
_fired = [0, 0]
_all_fired, _counting = threading.Event(), threading.Lock()


def fired() -> None:
    """Be a job: count."""
    with _counting:
        _fired[0] += 1
        if _fired[0] >= _fired[1]:
            _all_fired.set()


def main(sizes: tuple[tuple[int, int, float], ...] = SIZES, rounds: int = ROUNDS) -> None:
    """Measure each size, and print the medians beside the goal."""
    for people, due, goal in sizes:
        with tempfile.TemporaryDirectory() as folder:
            ours, peer = asyncio.run(_measure(Path(folder), people, due, rounds))
        print(
            f"{people:,} people, {due:,} due: {_told(ours)}; a job a person {_told(peer)}; goal < {goal} s", flush=True
        )


def _told(rounds: list[Taken]) -> str:
    wall, processor = zip(*rounds, strict=True)
    each = ", ".join(f"{one:.2f}" for one in wall)
    return f"{statistics.median(wall):.2f} s ({each}), of which {statistics.median(processor):.2f} s of processor"


async def _measure(folder: Path, people: int, due: int, rounds: int) -> tuple[list[Taken], list[Taken]]:
    clock = ShiftedClock(NOW)
    service = build(
        Settings(database_url=f"sqlite:///{folder}/haven.db"), clock, base_url="http://127.0.0.1:9", layers_of=tuple
    )
    await service.store.transact(lambda conn: _fill(conn, service, people, due))
    ours, peers = list[Taken](), list[Taken]()
    clock.later(timedelta(hours=2))
    settle()  # as `haven serve` does
    for _ in range(rounds):
        begun = time.perf_counter(), time.process_time()
        planned = await service.schedule.tick()
        ours.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
        assert planned == due
        clock.later(timedelta(weeks=1))
        _fill_peer(folder, people, due)
        peers.append(await asyncio.to_thread(_peer, folder, due))
        (folder / "jobs.db").unlink()
    await service.close()
    return ours, peers


def _fill(conn: Connection, service: Service, people: int, due: int) -> None:
    """Give everybody a plan: some at ten today, the others on another day."""
    for number in range(people):
        address = Address(platform="slack", tenant="T0BENCH", user=f"U{number}")
        record, soon = service.people.stranger(service.vault.sid(address), address), number < due
        plan = Plan(days=(0 if soon else 3,), at=wall(10), zone="Etc/UTC")
        first = NOW + (timedelta(hours=2) if soon else timedelta(days=60))
        record.set_ops(notice="n", zone="Etc/UTC", plan=plan, due=first)
        service.people.save(conn, record)


def _scheduler(folder: Path) -> BackgroundScheduler:
    store = SQLAlchemyJobStore(engine=connect(f"sqlite:///{folder}/jobs.db"))
    return BackgroundScheduler(
        jobstores={"default": store}, executors={"default": ThreadPoolExecutor(10)}, timezone=UTC,
        job_defaults={"misfire_grace_time": None, "coalesce": True},
    )  # fmt: skip


def _fill_peer(folder: Path, people: int, due: int) -> None:
    """Write a job a person, all at once: added one by one it takes minutes."""
    scheduler = _scheduler(folder)
    scheduler.start(paused=True)
    store, later = scheduler._jobstores["default"], datetime.now(UTC) + timedelta(days=60)  # noqa: TID251  its own clock
    job = scheduler.add_job(fired, IntervalTrigger(weeks=1), id="pattern", next_run_time=later)
    rows = []
    for number in range(people):
        at = PAST if number < due else later
        state = job.__getstate__() | {"id": f"j{number}", "next_run_time": at}
        row = {"id": f"j{number}", "next_run_time": at.timestamp(), "job_state": pickle.dumps(state)}
        rows.append(row)
    scheduler.remove_job("pattern")
    scheduler.shutdown()  # before anything is due: it would try to hand those to an executor that is gone
    with store.engine.begin() as connection:
        connection.execute(insert(store.jobs_t), rows)


def _peer(folder: Path, due: int) -> Taken:
    """Let the jobs that are due fire."""
    _fired[:] = [0, due]
    _all_fired.clear()
    scheduler = _scheduler(folder)
    begun = time.perf_counter(), time.process_time()
    scheduler.start()
    assert _all_fired.wait(600)
    taken = time.perf_counter() - begun[0], time.process_time() - begun[1]
    scheduler.shutdown()
    return taken


if __name__ == "__main__":
    main(SIZES[: int(sys.argv[1])], int(sys.argv[2]))  # how many sizes, how many rounds
