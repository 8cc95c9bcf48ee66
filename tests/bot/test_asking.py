"""What is asked of providers on somebody's behalf: by whom they may be seen, and, of several, at the right one.

What was asked of one is settled and undone there: no other is asked, or waited for."""

import json

import pytest

from adapters.platform import Address
from bot import tasks
from bot.asking import LATE, Asking
from bot.offering import FRESH, Offering
from bot.outcomes import facts
from bot.providers.several import Providers
from bot.record import Ops, Record
from flows.core.asks import Book, Placed
from flows.core.care import Slot
from flows.core.events import Booked, Changed, Event, Failed
from tests import world
from tests.bot.providers.conftest import NOW, StillClock
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request
from tests.bot.providers.trying import SHORT, always, client


def between() -> tuple[Asking, Standin, Standin, StillClock]:
    clock, north, south = StillClock(), Standin(), Standin()
    providers = Providers({key: client(one, SHORT) for key, one in (("north", north), ("south", south))})
    return Asking(providers, Offering(providers, dict, lambda: "GB", clock), clock), north, south, clock


async def booked(asking: Asking, key: str) -> Slot:
    """Return the slot of a booking at the provider in the south."""
    slot = next(one for one in await asking._provider.find_slots(*WEEK, 6) if one.provider == "south")
    return (await asking._provider.book(request(slot, key))).slot


async def test_a_lost_answer_is_settled_where_it_was_asked_for() -> None:
    asking, north, south, clock = between()
    slot = await booked(asking, "k1")
    north.fault, asked = always("503"), len(north.asked)
    since = int(clock.now().timestamp())
    settle = tasks.Settle(sid=b"s", flow="booking", key="k1", since=since, start=slot.start, provider="south")
    event = await asking.answer(settle)
    assert isinstance(event, Booked)
    assert event.appointment.slot.provider == "south"
    clock.later(LATE)
    never = settle.model_copy(update={"key": "k9"})
    assert await asking.answer(never) == Failed(why="provider_down")  # whether the north answers is beside the point
    assert await asking.undo(tasks.Undo(key="k1", since=since, provider="south"))
    assert south.standing() == []
    assert len(north.asked) == asked
    assert await asking.answer(settle.model_copy(update={"provider": "closed"})) is None  # it may be back: not "no"


async def test_one_that_was_planned_before_providers_were_noted_is_asked_of_all() -> None:
    asking, north, _, clock = between()
    slot = await booked(asking, "k1")
    frozen = {"sid": "cw==", "flow": "booking", "key": "k1", "start": str(slot.start)}
    settle = tasks.Settle.model_validate_json(json.dumps(frozen | {"since": int(clock.now().timestamp())}))
    asked = len(north.asked)
    assert isinstance(await asking.answer(settle), Booked)
    assert len(north.asked) > asked
    north.fault = always("503")
    clock.later(LATE)
    assert await asking.answer(settle.model_copy(update={"key": "k9"})) is None  # it may be in the north


@pytest.mark.parametrize("provider", ["south", None])
async def test_what_cannot_be_asked_is_not_undone_yet(provider: str | None) -> None:
    asking, _, south, clock = between()
    await booked(asking, "k1")
    undo = tasks.Undo(key="k1", since=int(clock.now().timestamp()), provider=provider)
    held, south.fault = south.fault, always("503")
    assert not await asking.undo(undo)
    south.fault = held
    assert await asking.undo(undo)
    assert south.standing() == []


async def test_nobody_is_booked_or_kept_where_there_is_no_licence_for_the_place() -> None:
    """Asked as it is booked, and again when they say where they will be: by the directory as it is then."""
    clock, server = StillClock(), Standin(people=True)  # Kim, licensed in GB
    del server.store["PractitionerRole/r1"]  # a coach needs no licence
    providers = Providers({"": client(server)})
    asking = Asking(providers, Offering(providers, dict, lambda: "", clock), clock)
    (slot,) = await providers.find_slots(*WEEK, 1)

    async def told(what: Book | Placed, key: str) -> Event | None:
        clock.later(FRESH)  # past what is remembered of the directory
        return await asking.answer(tasks.Ask(sid=b"s", flow="booking", key=key, what=what))

    wanted = Book(slot=slot, name="Sam", contact="sam@home.example", zone="Europe/London", consented_at=NOW)
    for place in ("US", "US-CA", "IE"):
        assert await told(wanted.model_copy(update={"place": place}), "k1") == Failed(why="unlicensed")
    assert server.standing() == []
    booked = await told(wanted.model_copy(update={"place": "GB-SCT"}), "k2")
    assert isinstance(booked, Booked)
    held = booked.appointment
    assert await told(Placed(appointment=held, place="GB"), "p1") == Changed(what="placed")
    assert await told(Placed(appointment=held, place="FR"), "p2") == Failed(why="unlicensed")
    server.store["Practitioner/kim"]["qualification"] = []  # given up since
    assert await told(Placed(appointment=held, place="GB"), "p3") == Failed(why="unlicensed")
    server.fault = always("503")
    assert await told(Placed(appointment=held, place="GB"), "p4") == Failed(why="provider_down")
    assert len(server.standing()) == 1  # it is theirs to move or cancel


def test_where_somebody_will_be_stands_with_that_appointment_alone() -> None:
    one, other = world.appointment("k1"), world.appointment("k2")
    record = Record(sid=b"s", ops=Ops(address=Address(platform="p", tenant="t", user="u")))
    record.set_private(appointments=(one, other))
    task = tasks.Ask(sid=b"s", flow="booking", key="p1", what=Placed(appointment=one, place="FR"))
    assert facts(record, task, Changed(what="placed")) == (one.model_copy(update={"place": "FR"}), other)
    assert facts(record, task, Failed(why="unlicensed")) == (one, other)
