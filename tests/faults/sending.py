"""Lets check-ins and a reminder fall due at once in a process that kills itself at a chosen point, then in one that may
be killed while it recovers, then in one that may not.

    python -m tests.faults.sending FOLDER EVERY      1: every point, and those of the recovery; a line of JSON each

The points are every statement of the database (also of the start and the recovery), every commit, before a message is
on the wire, once it is, and before its answer is read. In every life it is looked up whether the counts of what is
where add up, and fit what is planned. Processes are forked, so that imports and the reading of the content are paid
for once.
"""

import asyncio
import json
import os
import shutil
import sqlite3
import sys
from collections import Counter
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from adapters.pacing import LAUNCH
from adapters.platform import Address, Public
from bot.engine import embedded
from tests.fakes import NOW, FakeClock, Recorder
from tests.faults.driver import Fuse, warm
from tests.rig import Rig

DUE = timedelta(hours=26)  # from NOW, a Monday at eight: Tuesday at ten, for the check-in and for the reminder


PEOPLE = ("sam", "kim", "alex")
CALLS = {"post", "on the wire"}


class Chat(Recorder):
    """The platform: what is on the wire is there for good, and the answer takes a while."""

    def __init__(self, journal: Path, fuse: Fuse) -> None:
        super().__init__()
        self._journal, self._fuse = journal, fuse

    def turn(self, address: Address, channel: str = "") -> AbstractAsyncContextManager[None]:
        """Let everybody go at once."""
        return nullcontext()

    async def posted(self, address: Address, id: str) -> bool | None:
        """Tell nothing, as Teams does."""
        return None

    async def post(self, address: Address, message: Public) -> str:
        return await self._given(f"to {address.user}")

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        return await self._given(f"in {channel}")

    async def _given(self, where: str) -> str:
        self._fuse("post")
        with self._journal.open("a") as file:
            file.write(where + "\n")
        launch = LAUNCH.get()
        assert launch
        launch.on_wire()
        self._fuse("on the wire")
        await asyncio.sleep(0.05)  # longer than the others take to get on the wire
        self._fuse("answer")
        return where


async def prepare(folder: Path) -> None:
    """Let people opt in, and a manager ask for a reminder, both for the same minute."""
    rig = Rig(folder, FakeClock(NOW, "prepared"), {})
    await rig.start()
    for user in PEOPLE:
        await rig.agree(user)
        await rig.tap(user, "checkin")
        await rig.tap(user, "start")
        await rig.fill(user, day="1", time="10:00", zone="Europe/London")
    await rig.agree("morgan")
    for step in ("team", "Customer Support", "template", "send"):
        await rig.tap("morgan", step)
    await rig.later(timedelta(hours=1))  # open conversations are over, so nothing else falls due
    await rig.stop()


async def life(folder: Path, fuse: Fuse, number: int) -> dict[str, Any]:
    """Live through the minute in which they are due, and the next one."""
    rig = Rig(folder, FakeClock(NOW + DUE + timedelta(minutes=2 * number), f"life {number}"), {})
    rig.platform = Chat(folder / "given", fuse)
    statements.append(fuse)
    await rig.start()
    await adds_up(rig)
    event.listen(rig.service.store.engine, "commit", lambda _: fuse("commit"))
    for _ in range(2):
        await rig.service.schedule.tick()
        await rig.service.errands.drain()
        rig.clock.later(timedelta(minutes=1))
    passed, effects = list(fuse.passed), len(await rig.rows("effect"))
    records = [await rig.record(user) for user in PEOPLE]
    moved = all(each and each.ops.due and each.ops.due > rig.clock.now() + timedelta(days=6) for each in records)
    waves = await adds_up(rig)
    await rig.stop()
    return {"passed": passed, "effects": effects, "moved": moved, "waves": waves}


statements = list[Fuse]()  # the latest burns with every statement of haven.db


@event.listens_for(Engine, "connect")
def _traced(raw: sqlite3.Connection, _: object) -> None:
    (_, _, file), *_ = raw.execute("PRAGMA database_list")
    if statements and Path(file).name == "haven.db":
        raw.set_trace_callback(lambda _: statements[-1]("statement"))


async def adds_up(rig: Rig) -> dict[str, dict[str, int]]:
    """Return the counts of what is where, if they fit what is planned: every message is somewhere, and once."""
    service = rig.service
    waves = await service.store.transact(service.desk.deliveries.waves)
    planned = Counter(getattr(each, "audience", None) for each in await rig.planned())
    for kind, wave in waves.items():
        assert wave.queued == planned[kind], (kind, wave, planned)
        assert wave.queued + wave.ended == wave.audience, (kind, wave)
    return {kind: wave.model_dump() for kind, wave in waves.items()}


def forked(folder: Path, at: int, number: int) -> dict[str, Any]:
    """Live in a process of its own, killed at a point (0: not at all). Empty if it was killed."""
    report, child = folder / f"report{number}", os.fork()
    if child == 0:
        try:
            report.write_text(json.dumps(asyncio.run(life(folder, Fuse(at), number))))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return json.loads(report.read_text()) if report.exists() else {}


def told(folder: Path, kills: list[int], last: dict[str, Any]) -> None:
    given = folder / "given"
    counts = Counter(given.read_text().splitlines() if given.exists() else [])
    rest = {key: last.get(key) for key in ("effects", "moved", "waves")}
    print(json.dumps({"kills": kills, "given": counts, **rest}), flush=True)


def main(folder: Path, every: int) -> None:
    """Die at every point, of the statements at some (all if `every` is 1); and then while recovering, at some points,
    after the calls (after anything that is no statement if `every` is 1); after the first call at more of them."""
    # looks for more work come with work done, not with time: so the points are the same in every life
    embedded.LOOK = 60.0
    (folder / "untouched").mkdir(parents=True)
    asyncio.run(prepare(folder / "untouched"))

    def copy(name: str) -> Path:
        shutil.copytree(folder / "untouched", folder / name)
        return folder / name

    warm(lambda: life(copy("warm"), Fuse(0), 1))
    whole = forked(copy("whole"), 0, 1)
    points = whole["passed"]
    print(json.dumps({"points": points}))
    told(folder / "whole", [], whole)
    called = points.index("on the wire") + 1
    for first, name in enumerate(points, start=1):
        if name == "statement" and first % every:
            continue
        step = every if first == called else 3 * every
        twice = name != "statement" and (every == 1 or name in CALLS)
        for second in (0, *range(1 + first % step, len(points) + 1, step)) if twice else (0,):
            place = copy(f"{first}-{second}")
            if whole := forked(place, first, 1):  # its commits were fewer: they had more company
                told(place, [0], whole)
                break
            survived = forked(place, second, 2)
            told(place, [first, second], survived or forked(place, 0, 3))
            shutil.rmtree(place)
            if survived and second:
                break  # there are no more points in the second life


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
