"""A provider that is down for an hour: people are told within five seconds, with a number to call, and nothing that was
under way is lost. The breaker's part is in `tests/bot/providers/test_several.py`."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.platform import Address, Shown
from bot import in_time, tasks
from bot.asking import Asking
from bot.offering import Offering
from bot.providers.breaker import Breaker
from bot.providers.fhir import FhirProvider
from bot.providers.several import Providers
from flows.core.asks import Book, Cancel, FindSlots, Hold, Placed, Reschedule
from flows.core.care import Wishes
from flows.core.events import Answered, Event, Failed
from tests.bot.providers.conftest import NOW, StillClock, serving
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request
from tests.bot.providers.trying import client
from tests.fakes import nothing
from tests.rig import Rig, rig

PROOF = "HAVEN_PROOF_OUTAGE" in os.environ
TOLD = 5.0  # seconds
DOWN = Failed(why="provider_down")
UNSURE = Failed(why="uncertain")
FORGET = Answered(values={"text": "forget me"})


async def test_whatever_hangs_in_whatever_is_asked_it_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """At each request of each thing that can be asked; the real bound is asserted, and measured in `make proofs`."""
    assert in_time.PATIENCE + 1.0 < TOLD  # what is left is for the chat
    monkeypatch.setattr(in_time, "PATIENCE", 0.15)
    slow = []

    async def hang(kind: str, at: int) -> Event | None:
        clock, server = StillClock(), Standin(people=True, holds=True)
        providers = Providers({"": Breaker("", client(server), clock)})
        slot, target = await providers.find_slots(*WEEK, 2)
        made = await providers.book(request(slot, "k0"))
        asking = Asking(providers, Offering(providers, dict, lambda: "GB", clock), clock)
        book = Book(slot=target, name="S", contact="s@x.example", zone="UTC", consented_at=NOW, place="GB")
        whats = {
            "find": FindSlots(wishes=Wishes(place="GB"), slot=target, hold="h1"),
            "hold": Hold(slot=target),
            "book": book,
            "move": Reschedule(appointment=made, slot=target),
            "cancel": Cancel(appointment=made),
            "placed": Placed(appointment=made, place="GB"),
        }
        asked = len(server.asked)
        server.fault = lambda n, _method: "lose_request" if n >= asked + at else None
        started = time.monotonic()
        event = await asking.answer(tasks.Ask(sid=b"s", flow="booking", key="k1", what=whats[kind]))
        if time.monotonic() - started > 1.0:
            slow.append((kind, at))
        await asking.stop()
        return event

    cases = [(kind, at) for kind in ("find", "hold", "book", "move", "cancel", "placed") for at in (0, 1, 2, 4)]
    told = dict(zip(cases, await asyncio.gather(*(hang(*case) for case in cases)), strict=True))
    assert not slow
    for (kind, _), event in told.items():
        if isinstance(event, Failed):
            assert event == (UNSURE if kind in {"book", "move", "cancel"} else DOWN), (kind, event)
    assert sum(event == UNSURE for event in told.values()) >= 9
    assert sum(event == DOWN for event in told.values()) >= 5


async def test_nothing_under_way_is_lost_in_an_hour(tmp_path: Path) -> None:
    """Five people, each in the middle of something else as the provider goes. An hour nothing answers; a minute after
    its return everybody's intent has come to its end, and what they hold is what stands in the book."""
    async with rig(tmp_path) as haven:
        for user in ("moves", "reaches", "misses", "leaves", "looks"):
            await haven.agree(user)
        await _form(haven, "moves")
        await haven.fill("moves", name="Sam", contact="moves@home.example", consent="yes")
        await haven.tap("moves", "move")
        await haven.tap("moves", "slot")
        for user in ("reaches", "misses", "leaves"):
            await _form(haven, user)

        await _lost(haven, after=True, act=haven.tap("moves", "yes"))
        await _lost(haven, after=True, act=_send(haven, "reaches"))
        await _lost(haven, after=False, act=_send(haven, "misses"))
        await _lost(haven, after=True, act=_send(haven, "leaves"))
        haven.wire.before = _refuse
        await haven.say("leaves", "forget me")
        await haven.tap("leaves", "yes")
        phone = haven.service.library.current.catalog("en").phone
        for _ in range(3):
            await haven.say("looks", "home")
            await haven.tap("looks", "options")
            await haven.tap("looks", "times")
            assert phone in haven.text("looks")
        assert phone in haven.text("reaches")

        for _ in range(6):  # in the proofs every 45 seconds are lived through, as they are
            await (haven.later if PROOF else haven.jump)(timedelta(minutes=10))
        waiting = {each.kind for each in await haven.planned()} & {"settle", "undo"}
        assert waiting == {"settle", "undo"}  # nobody has given up
        haven.wire.before = nothing
        await haven.later(timedelta(seconds=60))
        assert not {each.kind for each in await haven.planned()} & {"ask", "settle", "undo"}
        book = {one["id"]: one["start"] for one in await haven.booked()}
        held = {}
        for user in ("moves", "reaches", "misses"):
            record = await haven.record(user)
            assert record
            held[user] = [one.reference.removeprefix("Appointment/") for one in record.private.appointments]
        assert [len(held[user]) for user in ("moves", "reaches", "misses")] == [1, 1, 0]
        assert sorted(each for one in held.values() for each in one) == sorted(book)


async def _form(haven: Rig, user: str) -> None:
    await haven.check(user)
    await haven.tap(user, "slot")


async def _send(haven: Rig, user: str) -> None:
    await haven.fill(user, name="Sam", contact=f"{user}@home.example", consent="yes")


async def _refuse(_asked: str) -> None:
    raise ConnectionError("down")


async def _lost(haven: Rig, *, after: bool, act: object) -> None:
    """Do something while the provider goes: its change is made, or not, and nothing is answered any more."""
    gone = False

    async def goes(asked: str) -> None:
        nonlocal gone
        gone = gone or asked.startswith(("POST", "PUT"))
        if gone:
            raise ConnectionError("down")

    async def gone_already(_asked: str) -> None:
        if gone:
            raise ConnectionError("down")

    haven.wire.before, haven.wire.after = (gone_already, goes) if after else (goes, nothing)
    await act  # type: ignore[misc]
    haven.wire.before = haven.wire.after = nothing


# -- for real: minutes that make test cannot spare ---------------------------------------------------------------


@asynccontextmanager
async def listening(answer: Callable[[asyncio.StreamWriter], object]) -> AsyncIterator[int]:
    taking: set[asyncio.Task[None]] = set()

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        taking.add(task)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await answer(writer)  # type: ignore[misc]
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in taking:
            task.cancel()
        await asyncio.gather(*taking)


async def _silent(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def _unavailable(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 503 no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: 100000\r\n\r\n")
    for _ in range(200):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.3)


@pytest.mark.skipif(not PROOF, reason="takes half a minute: make proofs")
@pytest.mark.parametrize("how", ["silent", "refused", "503", "drip"])
async def test_for_real_the_phone_route_is_there_within_five_seconds(tmp_path: Path, how: str) -> None:
    answers = {"silent": _silent, "503": _unavailable, "drip": _drip}
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, and nobody listens
        refused: int = held.getsockname()[1]
        if how == "refused":
            await _measure(tmp_path, how, refused)
            return
        async with listening(answers[how]) as port:
            await _measure(tmp_path, how, port)


@pytest.mark.skipif(not PROOF, reason="takes ten seconds: make proofs")
async def test_for_real_who_books_as_it_goes_is_told_within_five_seconds(tmp_path: Path) -> None:
    server = Standin(people=True)
    del server.store["PractitionerRole/r1"]  # Kim is a therapist, licensed in GB
    with serving(server) as url:
        async with rig(tmp_path) as haven:
            asking = haven.service.errands._asking
            provider = FhirProvider(url, clock=haven.clock)
            elsewhere = Providers({"": Breaker("", provider, haven.clock)})
            asking._provider = asking._offering._provider = elsewhere
            await provider.probe()
            (slot,) = await provider.find_slots(*WEEK, 1)
            await haven.place("sam", "booking", {"at": "confirming", "slot": slot.model_dump(mode="json")})
            server.fault = lambda _n, method: "lose_request" if method == "POST" else "slow"
            show, times = haven.platform.show, list[float]()

            async def noted(address: Address, shown: Shown) -> None:
                await show(address, shown)
                times.append(time.monotonic())

            haven.platform.show = noted  # type: ignore[method-assign]
            started = time.monotonic()
            await haven.fill("sam", name="Sam", contact="sam@home.example", place="GB", consent="yes")
            took = times[-1] - started
            assert haven.text("sam").startswith(haven.words("booking").unsure.partition("{")[0])
            assert haven.service.library.current.catalog("en").phone in haven.text("sam")
            print(f"\nas it books: told after {took:.2f} s", end="")
            assert took < TOLD
            await asking.stop()
            await provider.aclose()


async def _measure(folder: Path, how: str, port: int) -> None:
    async with rig(folder) as haven:
        asking = haven.service.errands._asking
        provider = FhirProvider(f"http://127.0.0.1:{port}/R4", clock=haven.clock)
        elsewhere = Providers({"": Breaker("", provider, haven.clock)})
        asking._provider = asking._offering._provider = elsewhere
        phone = haven.service.library.current.catalog("en").phone
        for user in ("first", "second", "third"):
            await haven.agree(user)
            await haven.tap(user, "options")
            started = time.monotonic()
            await haven.tap(user, "times")
            took = time.monotonic() - started
            assert phone in haven.text(user)
            assert "does not answer" in haven.text(user)
            print(f"\n{how}: {user} told after {took:.2f} s", end="")
            assert took < TOLD
        await provider.aclose()
