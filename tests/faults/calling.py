"""Lets somebody ask to be called back in a process that kills itself at a chosen point, and then in one that goes on.

    python -m tests.faults.calling FOLDER all       every point of each story; prints a line of JSON each
    python -m tests.faults.calling FOLDER few       the points around the desk, in one story

Stories: nobody takes the request up; it is taken up; the desk is down for good; it is taken back. After each death the
service is back in a minute, or only when the promise has passed. The points are every commit, before and after an
arrival is taken, before and after a screen is drawn or a message posted, before the desk is asked, and once it has
done what it was asked and its answer is not read yet. The desk outlives everybody: it is a file.
"""

import asyncio
import json
import os
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
from sqlalchemy import event

from adapters.platform import Address, Public
from bot.contact import wire
from bot.engine import embedded
from bot.sandbox.care.desk import CareDesk, Case, create_desk
from tests.fakes import NOW, FakeClock, Wire
from tests.faults.driver import WHO, Chat, Fuse, Journal, warm
from tests.rig import Rig, token_of

Story = Literal["missed", "taken", "down", "withdrawn"]
STORIES: tuple[Story, ...] = ("missed", "taken", "down", "withdrawn")
OUTAGES = (1, 120)  # minutes: back in time for the promise of an hour, and not
SECRET = "whsec_" + "c2VjcmV0" * 4
AROUND = ("desk before POST", "desk after POST")  # between which a request could be lost or doubled
ITEMS = {"name": "Sam", "reach": "07700 900123", "urgency": "routine"}


class Timed(Fuse):
    """A fuse that leaves behind when it was."""

    def __init__(self, at: int, folder: Path) -> None:
        super().__init__(at)
        self._file, self.clock = folder / "clock", FakeClock()

    def __call__(self, name: str) -> None:
        self._file.write_text(self.clock.now().isoformat())
        super().__call__(name)

    def died(self) -> datetime:
        """Return when the last point was passed."""
        return datetime.fromisoformat(self._file.read_text())


class Kept(dict[str, Case]):
    """What the desk has: on paper before it answers. `takes` says that somebody there takes up whatever comes."""

    def __init__(self, path: Path, takes: bool) -> None:
        super().__init__()
        self._path, self._takes = path, takes
        for line in path.read_text().splitlines() if path.exists() else ():
            key, body, items, status = json.loads(line)
            super().__setitem__(key, Case(body.encode(), items, NOW, status))

    def __setitem__(self, key: str, case: Case) -> None:
        if self._takes and case.status == "open":
            case.status = "taken"
        super().__setitem__(key, case)
        with self._path.open("a") as file:
            file.write(json.dumps([key, case.body.decode(), case.items, case.status]) + "\n")


class Phone(Chat):
    """The chat, in which messages stand for good, too."""

    async def post(self, address: Address, message: Public) -> str:
        self._fuse("post")
        self._journal.write("message", message.model_dump_json())
        self._fuse("posted")
        return await super().post(address, message)


class Caller(Rig):
    """Somebody whose request stands as a preview, and who says yes to it."""

    def __init__(self, folder: Path, fuse: Timed, at: datetime, story: Story, number: int) -> None:
        care = {"url": "http://127.0.0.1:9/requests", "secret": SECRET}
        super().__init__(folder, FakeClock(at, f"life {number}"), {"care": care})
        self._fuse, self._story, self._life, fuse.clock = fuse, story, number, self.clock
        self.journal = Journal(folder / "journal")
        self.platform = Phone(self.journal, fuse)
        self.desk = CareDesk(
            SECRET, self.clock.now, cases=Kept(folder / "desk", story == "taken"), down=story == "down"
        )

    async def start(self) -> None:
        """Put the service together, with the desk behind its wire."""
        await super().start()
        between, contact = Wire(), self.service.contact
        assert contact
        between.clinic = create_desk(self.desk)
        between.before, between.after = self._asked, self._answered
        await contact._client.aclose()
        contact._client = httpx.AsyncClient(transport=httpx.ASGITransport(between), timeout=wire.TIMEOUT)

    async def _asked(self, asked: str) -> None:
        self._fuse(f"desk before {asked.split(maxsplit=1)[0]}")

    async def _answered(self, asked: str) -> None:
        self._fuse(f"desk after {asked.split(maxsplit=1)[0]}")

    async def live(self) -> None:
        """Say yes, or go on where a former life ended; then let the promised time pass."""
        event.listen(self.service.store.engine, "commit", lambda _: self._fuse("commit"))
        await self.service.errands.drain()
        if again := self.journal.unacknowledged():
            await self._bring(again.token, again.id)
        for step in ("send", "withdraw") if self._story == "withdrawn" else ("send",):
            if step in self.keys(WHO):
                await self._bring(token_of(self.shown(WHO), step), f"{self._life}-{step}")
        await self.later(timedelta(hours=2))

    async def _bring(self, token: str, id_: str) -> None:
        arrival = self.arrival(WHO, id=id_, token=token)
        self.journal.write("arrival", arrival.model_dump_json())
        self._fuse("receive")
        shown = await self.service.desk.receive(arrival)
        self._fuse("taken")
        self.journal.write("ack", "")
        if shown:
            await self.platform.show(arrival.address, shown)
        await self.service.errands.drain()


async def prepare(folder: Path) -> None:
    """Leave a preview on somebody's screen."""
    rig = Caller(folder, Timed(0, folder), NOW, "missed", 0)
    await rig.start()
    await rig.agree(WHO)
    await rig.tap(WHO, "callback")
    await rig.fill(WHO, name=ITEMS["name"], reach=ITEMS["reach"])
    await rig.stop()


async def life(folder: Path, fuse: Timed, at: datetime, story: Story, number: int) -> dict[str, Any]:
    """Live, and say how it ended."""
    rig = Caller(folder, fuse, at, story, number)
    await rig.start()
    await rig.live()
    record = await rig.record(WHO)
    ticket = record.private.ticket if record else None
    report = {
        "passed": list(fuse.passed),
        "desk": [[case.items, case.status] for case in rig.desk.cases.values()],
        "ticket": ticket.status if ticket else None,
        "left": bool(ticket and ticket.request),
        "said": rig.text(WHO).partition("\n")[0],
        "told": len(list(rig.journal.read("message"))),
        "effects": sorted(type(each).__name__ for each in await rig.planned()),
        "refused": rig.desk.refused if story != "down" else [],
    }
    await rig.stop()
    return report


def forked(folder: Path, fuse: Timed, at: datetime, story: Story, number: int) -> dict[str, Any]:
    """Live in a process of its own. Empty if it was killed."""
    report, child = folder / f"report{number}", os.fork()
    if child == 0:
        status = 1
        try:
            report.write_text(json.dumps(asyncio.run(life(folder, fuse, at, story, number))))
            status = 0
        finally:
            os._exit(status)
    os.waitpid(child, 0)
    return json.loads(report.read_text()) if report.exists() else {}


def main(folder: Path, few: bool) -> None:
    """Die at every point of each story; of the one in which the desk is asked again and again, at every fifth."""
    # looks for more work come with work done, not with time: so the points are the same in every life
    embedded.LOOK = 60.0
    (folder / "untouched").mkdir(parents=True)
    asyncio.run(prepare(folder / "untouched"))
    shutil.copytree(folder / "untouched", folder / "warm")
    warm(lambda: life(folder / "warm", Timed(0, folder / "warm"), NOW, STORIES[0], 1))
    for story in STORIES[:1] if few else STORIES:
        place = folder / story
        shutil.copytree(folder / "untouched", place)
        whole = forked(place, Timed(0, place), NOW, story, 1)
        points = whole.pop("passed")
        print(json.dumps({"story": story, "points": points, **whole}), flush=True)
        numbers = [at for at, name in enumerate(points, start=1) if not few or name in AROUND]
        for outage in OUTAGES[:1] if few else OUTAGES:
            for point in numbers[:: 5 if story == "down" else 1]:
                told = {"story": story, "outage": outage, "name": points[point - 1]}
                print(json.dumps(told | died(folder, point, outage, story)), flush=True)


def died(folder: Path, point: int, outage: int, story: Story) -> dict[str, Any]:
    """Die at a point, be away for so many minutes, go on, and say how that ended."""
    place = folder / f"{story}-{outage}-{point}"
    shutil.copytree(folder / "untouched", place)
    fuse = Timed(point, place)
    killed = forked(place, fuse, NOW, story, 1) == {}
    survived = forked(place, Timed(0, place), fuse.died() + timedelta(minutes=outage), story, 2)
    survived.pop("passed", None)
    shutil.rmtree(place)
    return {"killed": killed, **survived}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "few")
