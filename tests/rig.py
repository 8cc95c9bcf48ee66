"""The whole service for a test, really: SQLite, keys, shipped content, the clinic over HTTP; only time, chance and
the platform are ours."""

import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from adapters.platform import Address, Arrival, Busy, Profile, Public, Shown
from bot import tasks
from bot.record import Conversation, Frame, Record
from bot.sandbox.serve import serve
from bot.settings import Settings
from bot.store import queries
from bot.store.tables import metadata
from bot.tls import trusted
from bot.wiring import CLINIC, Service, build
from flows.core.common import CommonWords
from flows.core.events import Answered, Said
from flows.core.screen import Screen
from flows.notice import version
from flows.registry import FLOWS
from tests.fakes import NOW, FakeClock, Recorder, Wire

TENANT = "demo"


class Rig:
    """People at the recorder, and the service behind it. Get one from `rig`."""

    service: Service
    base: str

    def __init__(self, folder: Path, clock: FakeClock, settings: dict[str, Any]) -> None:
        self.clock, self.platform, self.wire, self._settings = clock, Recorder(), Wire(), settings
        self.database = folder / "haven.db"
        self.copies = 1  # how often every arrival is delivered
        self._numbers = itertools.count()
        self._open = contextlib.AsyncExitStack()

    # -- what people do -------------------------------------------------------------------------------------

    async def say(self, user: str, text: str, **more: Any) -> Shown:
        """Type a line."""
        return await self._taken(self.arrival(user, event=Said(text=text), **more))

    async def tap(self, user: str, name: str, **more: Any) -> Shown:
        """Tap a button on screen, by its key or label."""
        return await self.press(user, self.shown(user), name, **more)

    async def press(self, user: str, place: Shown | Public, name: str, **more: Any) -> Shown:
        """Tap a button of any message or screen, an old one maybe, or somebody else's."""
        return await self._taken(self.arrival(user, token=token_of(place, name), **more))

    async def fill(self, user: str, **values: str) -> Shown:
        """Send the form on screen."""
        return await self._taken(self.arrival(user, event=Answered(values=values), token=self.shown(user).form))

    async def open(self, user: str) -> Shown:
        """Open the chat."""
        return await self._taken(self.arrival(user))

    async def later(self, by: timedelta) -> None:
        """Let time pass, with a tick wherever something is due, as a service that ran all the time would have had."""
        end = self.clock.now() + by
        while (due := await self._due()) and due < end:
            await self.jump(due - self.clock.now())
        await self.jump(end - self.clock.now())

    async def jump(self, by: timedelta) -> None:
        """Be later at once, as after a time in which the service did not run; then tick."""
        self.clock.later(by)
        await self.service.schedule.tick()
        await self.service.errands.drain()

    async def _due(self) -> datetime | None:
        now, hints = self.clock.now(), self.service.people.hints.values()
        dues = [each for hint in hints for each in (hint.due, hint.until) if each]
        effect = await self.service.store.transact(queries.next_due)
        if effect is not None:
            dues.append(datetime.fromtimestamp(effect, UTC))
        if campaign := self.service.campaigns.following():
            dues.append(campaign)
        return min((due for due in dues if due > now), default=None)

    # -- the way to a booking, which many tests begin with ----------------------------------------------------

    async def agree(self, user: str) -> Shown:
        """Open the chat for the first time and agree to the notice."""
        await self.open(user)
        return await self.tap(user, "agree")

    async def check(self, user: str, answers: str = "2211", more: str = "2") -> Shown:
        """From home through the private check to its result; what it asks on is all answered with `more`."""
        await self.tap(user, "check")
        shown = await self.fill(user, **{f"q{number}": each for number, each in enumerate(answers, start=1)})
        while shown.screen.fields:
            shown = await self.fill(user, **{field.key: more for field in shown.screen.fields})
        return shown

    async def book(self, user: str, name: str = "Sam", contact: str = "sam@home.example") -> Shown:
        """Choose the first time on screen and book it."""
        await self.tap(user, "slot")
        return await self.fill(user, name=name, contact=contact, consent="yes")

    # -- what they see --------------------------------------------------------------------------------------

    def shown(self, user: str) -> Shown:
        """Return what is on somebody's screen."""
        return self.platform.screens[user][-1]

    def screen(self, user: str) -> Screen:
        """Return the screen itself."""
        return self.shown(user).screen

    def text(self, user: str) -> str:
        """Return the lines on somebody's screen."""
        return "\n".join(self.screen(user).lines)

    def keys(self, user: str) -> list[str]:
        """Return the keys of the buttons on somebody's screen."""
        return [button.key for button in self.screen(user).buttons]

    def times(self, user: str) -> list[str]:
        """Return the labels of the buttons on screen that offer a time."""
        return [button.label for button in self.screen(user).buttons if button.key == "slot"]

    def words(self, flow: str) -> Any:
        """Return the words of a flow as HR's files have them: no test repeats them."""
        return self.service.library.current.words["en"][flow]

    # -- the ways in ----------------------------------------------------------------------------------------

    def address(self, user: str) -> Address:
        return Address(platform=self.platform.name, tenant=TENANT, user=user)

    def arrival(self, user: str, **more: Any) -> Arrival:
        """Return something that somebody did, with an id of its own."""
        given: dict[str, Any] = {"id": f"event-{next(self._numbers)}", "address": self.address(user), "secluded": True}
        given["profile"] = Profile(locale="en", zone="Europe/London", name=user.title())
        return Arrival(**(given | more))

    async def deliver(self, arrival: Arrival) -> Shown | None:
        """Bring an arrival through the door, again if it was not taken, as a platform does, and draw what comes of it;
        errands are not carried out yet."""
        for again in (True, True, False):
            try:
                shown = await self.service.desk.receive(arrival)
                break
            except Busy:
                if not again:
                    raise
        if shown:
            await self.platform.show(arrival.address, shown)
        return shown

    async def _taken(self, arrival: Arrival) -> Shown:
        for _ in range(self.copies):
            await self.deliver(arrival)
        await self.service.errands.drain()
        return self.shown(arrival.address.user)

    # -- behind the scenes ----------------------------------------------------------------------------------

    async def booked(self) -> list[dict[str, Any]]:
        """Return the appointments that stand in the clinic's book, as they are read over HTTP."""
        headers = {"Authorization": f"Bearer {self.service.vault.clinic_token()}"}
        async with httpx.AsyncClient(headers=headers, verify=trusted()) as client:
            answer = await client.get(f"{self.base}{CLINIC}/Appointment", params={"status": "booked", "_count": "50"})
        return [entry["resource"] for entry in answer.json().get("entry", [])]

    async def record(self, user: str) -> Record | None:
        """Return what is held about somebody, opened."""
        sid = self.service.vault.sid(self.address(user))
        return await self.service.store.transact(lambda conn: self.service.people.load(conn, sid))

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """Return a table's rows as they lie there."""
        query = metadata.tables[table].select()
        return await self.service.store.transact(lambda conn: [dict(row._mapping) for row in conn.execute(query)])

    async def planned(self) -> list[tasks.Task]:
        """Return what is planned, opened."""
        vault = self.service.vault
        return [tasks.unseal(vault, row["id"], row["body"]) for row in await self.rows("effect")]

    async def place(self, user: str, flow: str, state: dict[str, Any], **private: Any) -> Shown:
        """Put somebody into a state of a flow, and let them open the chat."""
        service, sid = self.service, self.service.vault.sid(self.address(user))
        record = service.people.stranger(sid, self.address(user))
        record.set_ops(notice=version(service.library.current.catalog("en")), zone="Europe/London")
        frame = Frame(flow=flow, version=FLOWS[flow].version, state=state)
        until = self.clock.now() + timedelta(minutes=30)
        record.set_private(conversation=Conversation(turn=f"placed-{flow}", frame=frame, until=until), **private)
        await service.store.transact(lambda conn: service.people.save(conn, record))
        return await self.open(user)

    @property
    def common(self) -> CommonWords:
        return self.service.desk.drawing.common("en")

    async def start(self) -> None:
        """Put the service together on what lies in the folder, and take up what a crash left."""
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        self.base = await self._open.enter_async_context(serve(app))
        settings = Settings(database_url=f"sqlite:///{self.database}", **self._settings)
        self.service = build(settings, self.clock, base_url=self.base)
        self._open.push_async_callback(self.service.close)
        assert self.service.clinic
        self.wire.clinic = self.service.clinic
        app.mount(CLINIC, self.wire)
        self.service.platforms[self.platform.name] = self.platform
        self.platform.drawn = self.service.desk.drawn
        await self.service.errands.recover()
        await self.service.schedule.load()

    async def stop(self) -> None:
        """Close everything; what is on disk stays."""
        await self._open.aclose()

    async def restart(self) -> None:
        """Stop, start, and draw what was not drawn."""
        await self.stop()
        await self.start()
        await self.service.errands.drain()


def token_of(place: Shown | Public, name: str) -> str:
    """Return the token of a button, by its key or label, the first of several. Raises LookupError."""
    for button, token in zip(place.screen.buttons, place.tokens, strict=True):
        if name in {button.key, button.label}:
            return token
    raise LookupError(f"no button {name}: {[button.key for button in place.screen.buttons]}")


@contextlib.asynccontextmanager
async def rig(folder: Path, at: datetime = NOW, seed: str = "", **settings: Any) -> AsyncIterator[Rig]:
    """Run the service on a folder for the length of the block."""
    one = Rig(folder, FakeClock(at, seed), settings)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()
