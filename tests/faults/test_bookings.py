"""Bookings and cancellations while anything goes wrong at any call: one booking an intent, or an honest "not booked".

The errands' own answers are tried (`Asking`, with what it asks again until it is known), at every kind of server. One
seed is one intent; with HAVEN_PROOF_SEEDS there are as many as it says."""

import os
from datetime import timedelta
from pathlib import Path
from random import Random  # noqa: TID251  a seed is a case that can be run again

import pytest

from bot import tasks
from bot.asking import LATE, Asking
from bot.providers import fhir_changes
from bot.providers.breaker import Breaker
from bot.providers.several import Providers
from flows.core.asks import Book, Cancel
from flows.core.care import Appointment, Slot
from flows.core.events import Booked, Changed, Event, Failed, Woke
from tests.bot.providers.conftest import NOW
from tests.bot.providers.faults import FAULTS, Died, Plan
from tests.bot.providers.kits import KITS, Kit
from tests.rig import rig

SEEDS = int(os.environ.get("HAVEN_PROOF_SEEDS", "36"))
AT_ONCE = 100  # intents that one server serves, until a new one is set up
SID = b"nobody in particular"[:16]


def rough(dice: Random) -> Plan:
    """A wire on which one request in ten, five or three meets a fault, until a dozen have been sent."""
    often = dice.choice((0.1, 0.2, 0.33))
    luck = [dice.choice(FAULTS) if dice.random() < often else None for _ in range(12)]
    return lambda n, _method: luck[n] if n < len(luck) else None


async def answered(asking: Asking, task: tasks.Ask, kit: Kit, dice: Random) -> Event:
    """Carry out an errand; now and then the process is killed over it, and it is taken up again."""
    plan = rough(dice)
    dies = dice.randrange(9) if dice.random() < 0.3 else None
    how = dice.choice(("die", "die_after"))
    kit.wire.set(lambda n, method: how if n == dies else plan(n, method))
    try:
        event = await asking.answer(task)
    except Died:
        event = await asking.answer(task, again=True)
    assert event is not None
    return event


async def known(asking: Asking, key: str, slot: Slot, kit: Kit) -> Event:
    """Ask by the key until it is known, as the errands do. AssertionError if it takes more than 60 s after recovery."""
    now = int(kit.clock.now().timestamp())
    settle = tasks.Settle(sid=SID, flow="booking", key=key, since=now, start=slot.start)
    await kit.wire.settle()
    recovered = kit.clock.now()
    while True:
        event = await asking.answer(settle)
        if event is not None:
            assert kit.clock.now() - recovered <= LATE + timedelta(seconds=1)
            return event
        kit.clock.later(timedelta(seconds=min(asking.patience(settle), 10)))


def what(event: Event) -> str:
    return event.why if isinstance(event, Failed) else event.kind


async def intent(asking: Asking, kit: Kit, dice: Random) -> str:
    """One person books, and maybe cancels; return what they were told at last."""
    (slot,) = await kit.slots()
    key = kit.key()
    wanted = Book(slot=slot, name="Sam", contact="sam@home.example", zone="Europe/Madrid", consented_at=NOW)
    event = await answered(asking, tasks.Ask(sid=SID, flow="booking", key=key, what=wanted), kit, dice)
    if what(event) == "uncertain":
        event = await known(asking, key, slot, kit)
    await kit.wire.settle()
    if not isinstance(event, Booked):
        assert what(event) in ("slot_taken", "refused", "provider_down"), event
        assert kit.keys(key) == [], event
        return what(event)
    await asking._provider.status(key)  # the nightly look: what came late to a server without any check is withdrawn
    assert kit.keys(key) == kit.standing(slot.key) == [event.appointment.reference]
    return await cancelled(asking, event.appointment, kit, dice)


async def cancelled(asking: Asking, held: Appointment, kit: Kit, dice: Random) -> str:
    if dice.random() < 0.5:
        return "booked"
    task = tasks.Ask(sid=SID, flow="booking", key=kit.key(), what=Cancel(appointment=held))
    event = await answered(asking, task, kit, dice)
    await kit.wire.settle()
    if what(event) == "provider_down":
        assert kit.standing(held.slot.key) == [held.reference]
    if isinstance(event, Failed):  # tried again by whoever wants it
        event = await asking.answer(task) or event
    assert isinstance(event, Changed), event
    assert kit.standing(held.slot.key) == []
    return "cancelled"


async def test_one_booking_an_intent_whatever_goes_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fhir_changes, "SETTLE", 0.002)
    told: dict[str, int] = {}
    failed: list[str] = []
    async with rig(tmp_path) as haven:
        asking = haven.service.errands._asking
        for number, name in enumerate(KITS):
            for seed in range(number, SEEDS, len(KITS)):
                if (seed // len(KITS)) % AT_ONCE == 0:
                    kit = KITS[name]()
                    asking._provider, asking._clock = Providers({"": kit.client()}), kit.clock
                try:
                    end = await intent(asking, kit, Random(f"{name} {seed}"))
                    told[end] = told.get(end, 0) + 1
                except Exception as error:
                    failed.append(f"{name}, seed {seed}: {type(error).__name__}: {str(error)[:300]}")
    with capsys.disabled():
        if SEEDS > 100:
            print(f"\n{SEEDS} intents at {len(KITS)} kinds of servers:", told)
    assert not failed, "\n".join(failed)
    assert {"booked", "cancelled", "provider_down"} <= set(told), told


async def test_down_for_an_hour_and_known_a_minute_after_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of a booking is lost, then nothing answers for an hour. Others are told at once that it is down; a
    minute after its return everybody's booking is known, and what is known is what the server holds."""
    monkeypatch.setattr(fhir_changes, "SETTLE", 0.002)
    async with rig(tmp_path) as haven:
        asking = haven.service.errands._asking
        for name in ("atomic", "plain POST", "cal.com"):
            kit = KITS[name]()
            asking._provider = Providers({"": Breaker("", kit.client(), kit.clock)})
            asking._clock = kit.clock
            await asking._provider.capabilities()
            slot, other = await kit.slots(2)
            key = kit.key()
            wanted = Book(slot=slot, name="Sam", contact="sam@home.example", zone="Europe/Madrid", consented_at=NOW)
            gone = False

            def lost(_n: int, method: str) -> str:  # the first change has its effect, and nothing is answered any more
                nonlocal gone
                before, gone = gone, gone or method in ("POST", "PUT")
                return "connect" if before else "drop_after" if gone else "delay"

            kit.wire.set(lost)
            event = await asking.answer(tasks.Ask(sid=SID, flow="booking", key=key, what=wanted))
            assert what(event or Woke(why="")) == "uncertain", name
            settle = tasks.Settle(
                sid=SID, flow="booking", key=key, since=int(kit.clock.now().timestamp()), start=slot.start
            )
            back = kit.clock.now() + timedelta(hours=1)
            asked, told = kit.clock.now(), 0
            while kit.clock.now() < back:
                kit.clock.later(timedelta(seconds=5))
                if kit.clock.now() >= asked:
                    assert await asking.answer(settle) is None, name
                    asked = kit.clock.now() + timedelta(seconds=asking.patience(settle))
                someone = wanted.model_copy(update={"slot": other})
                event = await asking.answer(tasks.Ask(sid=SID, flow="booking", key=kit.key(), what=someone))
                told += event == Failed(why="provider_down")
            assert told == 720, name
            assert asking.patience(settle) <= 45  # however long it was: a minute after the return it is known
            assert kit.wire.asked < 400, name
            await kit.wire.settle()
            known_at = None
            for _ in range(60):
                kit.clock.later(timedelta(seconds=1))
                if kit.clock.now() >= asked and (event := await asking.answer(settle)) is not None:
                    known_at = kit.clock.now()
                    break
                if kit.clock.now() >= asked:
                    asked = kit.clock.now() + timedelta(seconds=asking.patience(settle))
            assert known_at, f"{name}: not known a minute after it is back"
            assert isinstance(event, Booked) == (len(kit.keys(key)) == 1), (name, event)
            assert kit.free(other.key)
