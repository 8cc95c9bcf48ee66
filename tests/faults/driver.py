"""Plays a person who books, in a process that kills itself at a chosen point, and then in one that goes on from there.

    python -m tests.faults.driver FOLDER PART OF      every OF-th point from the PART-th on; prints a line of JSON each

The points are all places between which something outside of the process changes: before a commit and after it, before
and after a screen is drawn, before and after the clinic does what it is asked. Processes are forked, so that imports
are paid for once.
"""

import asyncio
import gc
import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from adapters.platform import Address, Arrival, Shown
from bot.engine import embedded
from bot.wiring import WORDS
from content import default_root, library
from content.loader import read_all
from flows.core.events import Answered
from tests.fakes import NOW, FakeClock, Recorder
from tests.rig import Rig, token_of

WHO = "sam"
STEPS = 60
FILLED = {
    **{f"q{number}": "1" for number in range(1, 5)},
    "name": "Sam",
    "contact": "sam@home.example",
    "consent": "yes",
}


class Fuse:
    """Kills the process, as a power cut would, at the n-th point; 0 is never."""

    def __init__(self, at: int, grave: Path | None = None) -> None:
        self.at, self.grave, self.passed = at, grave, list[str]()

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            if self.grave:
                self.grave.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)


class Journal:
    """What the platform knows whatever becomes of us: deliveries that were not acknowledged, and the chat so far."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, kind: str, content: str) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps([kind, content]) + "\n")

    def read(self, *kinds: str) -> Iterator[tuple[str, str]]:
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                kind, content = json.loads(line)
                if kind in kinds:
                    yield kind, content

    def shown(self) -> list[Shown]:
        return [Shown.model_validate_json(content) for _, content in self.read("shown")]

    def unacknowledged(self) -> Arrival | None:
        """Return what the platform will deliver again."""
        last = list(self.read("arrival", "ack"))[-1:]
        return Arrival.model_validate_json(last[0][1]) if last and last[0][0] == "arrival" else None


class Chat(Recorder):
    """The platform: a screen is in the chat for good once it is drawn."""

    def __init__(self, journal: Journal, fuse: Fuse) -> None:
        super().__init__()
        self._journal, self._fuse = journal, fuse
        self.screens[WHO] = journal.shown()

    async def show(self, address: Address, shown: Shown) -> None:
        self._fuse("draw")
        self._journal.write("shown", shown.model_dump_json())
        self._fuse("drawn")
        await super().show(address, shown)


class Person(Rig):
    """Somebody who does the obvious thing with whatever is on screen, until the appointment is under "mine"."""

    def __init__(self, folder: Path, fuse: Fuse, life: int) -> None:
        super().__init__(folder, FakeClock(NOW + timedelta(minutes=life), f"life {life}"), {})
        self._fuse, self._life, self.journal = fuse, life, Journal(folder / "journal")
        self.platform = Chat(self.journal, fuse)
        self.wire.before, self.wire.after = self._asked, self._answered

    async def _asked(self, asked: str) -> None:
        self._fuse(f"clinic before {asked}")

    async def _answered(self, asked: str) -> None:
        if asked.startswith("POST"):  # after it has only read, all is as before
            self._fuse(f"clinic after {asked}")

    async def live(self) -> None:
        """Begin, or go on where a former life ended."""
        await self.start()
        event.listen(self.service.store.engine, "commit", lambda _: self._fuse("commit"))
        await self.service.errands.drain()
        again = self.journal.unacknowledged()
        if again:
            await self._bring(again)
        elif not self.platform.screens[WHO]:
            await self._bring(self.arrival(WHO, id=f"{self._life}-hello"))
        for number in range(STEPS):
            following = self._following(f"{self._life}-{number}")
            if following is None:
                return
            await self._bring(following)
        raise RuntimeError(f"stuck at {self.text(WHO)}")

    async def _bring(self, arrival: Arrival) -> None:
        self.journal.write("arrival", arrival.model_dump_json())
        self._fuse("receive")
        shown = await self.service.desk.receive(arrival)
        self._fuse("taken")
        self.journal.write("ack", "")
        if shown:
            await self.platform.show(arrival.address, shown)
        await self.service.errands.drain()

    def _following(self, id_: str) -> Arrival | None:
        """Return what they do next; None if all is done."""
        shown, keys, fields = self.shown(WHO), self.keys(WHO), [each.key for each in self.screen(WHO).fields]
        if fields:
            values = {key: FILLED[key] for key in fields if key in FILLED}  # where they will be need not be said
            return self.arrival(WHO, id=id_, event=Answered(values=values), token=shown.form)
        booked = any(each.screen.lines[0].startswith("Booked") for each in self.platform.screens[WHO])
        if "find" in keys and "cancel" in keys:
            return None
        wanted = ("agree", "slot", "appointments" if booked else "check", "done", "look_again")
        key = next(each for each in wanted if each in keys)
        return self.arrival(WHO, id=id_, token=token_of(shown, key))


async def life(folder: Path, fuse: Fuse, number: int) -> dict[str, Any]:
    """Live, and say how it ended."""
    person = Person(folder, fuse, number)
    await person.live()
    passed = list(fuse.passed)
    await person.later(timedelta(minutes=1))
    record = await person.record(WHO)
    turns = Counter(each.turn for each in person.journal.shown())
    result = {
        "passed": passed,
        "booked": len(await person.booked()),
        "held": len(record.private.appointments) if record else 0,
        "effects": len(await person.rows("effect")),
        "drawn": max(turns.values()),
    }
    await person.stop()
    return result


def warm(whole: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Live once in the process from which all others are forked: the content that was read, and what is put together at
    its first use, is there in each of them, in memory that need not be copied."""
    reading = read_all(default_root(), WORDS, NOW.date())
    library.read_all = lambda *_: reading  # type: ignore[attr-defined]
    asyncio.run(whole())
    gc.collect()
    gc.freeze()


def forked(folder: Path, fuse: Fuse, number: int) -> tuple[int, dict[str, Any]]:
    """Live in a process of its own. Returns the signal that ended it (0 if none did) and the report."""
    report = folder / f"report{number}"
    child = os.fork()
    if child == 0:
        status = 1
        try:
            report.write_text(json.dumps(asyncio.run(life(folder, fuse, number))))
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return os.WTERMSIG(ended), json.loads(report.read_text()) if report.exists() else {}


def main(folder: Path, part: int, of: int) -> None:
    """Find the points, and die at every `of`-th of them."""
    # looks for more work come with work done, not with time: so the points are the same in every life
    embedded.LOOK = 60.0
    untouched = folder / "untouched"

    async def prepare() -> None:
        rig = Rig(untouched, FakeClock(NOW, "prepared"), {})
        await rig.start()
        await rig.stop()

    asyncio.run(prepare())
    shutil.copytree(untouched, folder / "warm")
    warm(lambda: life(folder / "warm", Fuse(0), 1))
    shutil.copytree(untouched, folder / "whole")
    _, whole = forked(folder / "whole", Fuse(0), 1)
    print(json.dumps({"point": 0, "name": "none", "signal": 0, **whole}), flush=True)
    for point in range(part, len(whole["passed"]), of):
        place = folder / str(point)
        shutil.copytree(untouched, place)
        grave = folder / f"died{point}"
        ended, _ = forked(place, Fuse(point + 1, grave), 1)
        _, report = forked(place, Fuse(0), 2)
        report["passed"] = len(report.get("passed", []))
        print(
            json.dumps(
                {"point": point + 1, "name": grave.read_text() if grave.exists() else "", "signal": ended, **report}
            ),
            flush=True,
        )
        shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
