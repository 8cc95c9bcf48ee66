"""The waiting list: one waiter at a time, a quarter of an hour each."""

import contextlib
from collections import Counter
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.providers.clinic import searching
from bot.providers.clinic.changes import Change
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.resources import AppointmentBody, Resource
from bot.providers.clinic.waiting import WAITS
from tests.bot.providers.clinic.conftest import Json, Visitor, appointment, etag, put_entry
from tests.bot.providers.conftest import ANA, NOW, StillClock

QUARTER = timedelta(minutes=15)


def waiting(key: str) -> Json:
    body = appointment({"id": "x", "start": "", "end": ""}, key) | {"status": "waitlist"}
    return {name: value for name, value in body.items() if name not in ("slot", "start", "end")}


async def now(visitor: Visitor, key: str) -> Json:
    (found,) = await visitor.search("/Appointment", identifier=f"urn:haven:booking|{key}")
    return found


async def cancel(visitor: Visitor, key: str) -> None:
    standing = await now(visitor, key)
    assert (await visitor.put(standing | {"status": "cancelled"}, etag(standing))).status_code == 200


async def test_what_is_given_up_goes_to_one_waiter_after_the_other(visitor: Visitor, clock: StillClock) -> None:
    slot = await visitor.free(3)
    await visitor.book(slot)
    for key in ("w1", "w2"):
        assert (await visitor.post(waiting(key), f"identifier=urn:haven:booking|{key}")).status_code == 201
        clock.later(timedelta(seconds=1))
    assert "slot" not in await now(visitor, "w1")
    await cancel(visitor, "k1")
    until = clock.at + QUARTER
    for key, other in (("w1", "w2"), ("w2", "w1")):
        offered = await now(visitor, key)
        assert (offered["status"], offered["slot"]) == ("waitlist", [{"reference": f"Slot/{slot['id']}"}])
        assert (offered["start"], offered["end"]) == (slot["start"], slot["end"])
        ends = {"url": "urn:haven:held-until", "valueInstant": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
        assert offered["extension"] == [ends]
        assert "slot" not in await now(visitor, other)
        assert slot["id"] not in [one["id"] for one in await visitor.search("/Slot", status="free")]
        assert (await visitor.post(appointment(slot, "k9"))).status_code == 409
        clock.at = until  # nobody looks meanwhile, and nobody else gets it first
        until = clock.at + QUARTER
    assert "slot" not in await now(visitor, "w2")
    assert (await visitor.get(f"/Slot/{slot['id']}"))["status"] == "free"
    assert {(await now(visitor, key))["status"] for key in ("w1", "w2")} == {"waitlist"}  # they wait on


async def test_an_offer_is_taken_passed_on_or_left(visitor: Visitor, clock: StillClock) -> None:
    slot = await visitor.free(3)
    await visitor.book(slot)
    for key in ("w1", "w2", "w3"):
        await visitor.post(waiting(key))
        clock.later(timedelta(seconds=1))
    first = await now(visitor, "w1")
    assert (await visitor.put(first | {"status": "booked"}, None)).status_code == 412  # there is no offer yet
    await cancel(visitor, "k1")
    offered = await now(visitor, "w1")
    passed = {name: value for name, value in offered.items() if name not in ("slot", "start", "end")}
    assert (await visitor.put(passed, etag(offered))).status_code == 200
    second = await now(visitor, "w2")
    assert second["slot"][0]["reference"] == f"Slot/{slot['id']}"
    await cancel(visitor, "w2")
    third = await now(visitor, "w3")
    clock.later(QUARTER - timedelta(seconds=1))
    taken = await visitor.put(third | {"status": "booked"}, etag(third))
    assert taken.status_code == 200
    booked = taken.json()
    assert (booked["status"], booked["slot"], booked["contained"]) == ("booked", third["slot"], third["contained"])
    assert booked["participant"][-1]["actor"]["display"] == "Ana Ruiz"
    assert "urn:haven:held-until" not in str(booked)
    assert (await visitor.get(f"/Slot/{slot['id']}"))["status"] == "busy"
    await cancel(visitor, "w3")  # given up anew: whoever let it pass is asked again
    again = await now(visitor, "w1")
    assert again["slot"] == third["slot"]
    clock.later(QUARTER)
    assert (await visitor.put(again | {"status": "booked"}, etag(again))).status_code == 412  # a second too late


async def test_a_transaction_takes_an_offer_too(visitor: Visitor) -> None:
    slot = await visitor.free(3)
    await visitor.book(slot)
    await visitor.post(waiting("w1"))
    await cancel(visitor, "k1")
    offered, held = await now(visitor, "w1"), await visitor.get(f"/Slot/{slot['id']}")
    taken = [put_entry(offered | {"status": "booked"}), put_entry(held | {"status": "busy"})]
    assert (await visitor.transact(*taken)).status_code == 200
    assert (await now(visitor, "w1"))["status"] == "booked"


async def test_only_what_can_still_be_had_is_offered(visitor: Visitor, clinic: FastAPI, clock: StillClock) -> None:
    slots = [await visitor.free(n) for n in range(4)]
    for n, slot in enumerate(slots):
        assert (await visitor.book(slot, f"k{n}")).status_code == 200
    await visitor.post(waiting("w1"))
    clock.at = NOW + timedelta(minutes=50)  # ten minutes before the first begins
    await cancel(visitor, "k0")
    assert "slot" not in await now(visitor, "w1")
    assert (await visitor.get(f"/Slot/{slots[0]['id']}"))["status"] == "free"
    clinic.state.practice.reception.leave("ana", NOW, NOW + timedelta(days=1))
    await cancel(visitor, "k1")
    assert "slot" not in await now(visitor, "w1")  # Ana is off
    clinic.state.practice.replace([ANA])
    body = await now(visitor, "w1")
    clock.later(WAITS + timedelta(hours=1))
    await visitor.search("/Slot")
    assert (await visitor.get(f"/Appointment/{body['id']}"))["status"] == "cancelled"


MOVES = ["join", "leave", "cancel", "take", "pass", "later", "book"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 3), st.integers(1, 20)), max_size=30))
def test_in_any_order_nobody_has_two_offers_and_no_slot_two_waiters(
    clinic: FastAPI, clock: StillClock, moves: Any
) -> None:
    practice = clinic.state.practice
    slots = [one["id"] for one in practice.book.slots(searching.slots([("schedule", "bo")])).matches[-2:]]
    made = Counter[str]()

    def put(one: Resource, **changes: Any) -> Change:
        return Change(AppointmentBody.model_validate(one | changes), one["id"], etag(one))

    for move, n, minutes in moves:
        name = f"w{n}"
        key = f"{name}-{made[name]}-{clock.now():%d%H%M}"
        waits = [one for one in everybody(practice, "waitlist") if one["identifier"][0]["value"].startswith(name)]
        slot = practice.book.read("Slot", slots[n % 2])
        stands = [one for one in everybody(practice, "booked") if one["slot"][0]["reference"] == f"Slot/{slot['id']}"]
        wanted: list[Change] = []
        match move:
            case "later":
                clock.later(timedelta(minutes=minutes))
            case "join" if not waits:
                wanted = [Change(AppointmentBody.model_validate(waiting(key)))]
            case "leave":
                wanted = [put(one, status="cancelled") for one in waits]
            case "take":
                wanted = [put(one, status="booked") for one in waits]
            case "pass":
                wanted = [put(one, slot=[], start=None, end=None) for one in waits]
            case "cancel":
                wanted = [put(one, status="cancelled") for one in stands]
            case "book":
                wanted = [Change(AppointmentBody.model_validate(appointment(slot, f"b{key}-{minutes}")))]
        made[name] += 1
        with contextlib.suppress(Problem):
            practice.changes.apply(wanted)
        offered = [one for one in everybody(practice, "waitlist") if one.get("slot")]
        places = [one["slot"][0]["reference"].removeprefix("Slot/") for one in offered]
        assert len(set(places)) == len(places)
        for one, place in zip(offered, places, strict=True):
            held = practice.book.read("Slot", place)
            assert held["status"] == "busy-tentative"
            assert held["identifier"][0]["value"] == one["identifier"][0]["value"]
            assert one["extension"][-1]["valueInstant"] <= f"{clock.now() + QUARTER:%Y-%m-%dT%H:%M:%SZ}"
        booked = [one["slot"][0]["reference"] for one in everybody(practice, "booked")]
        assert len(set(booked)) == len(booked)


def everybody(practice: Any, status: str) -> list[Resource]:
    search = searching.appointments([("status", status)])
    found: list[Resource] = practice.book.appointments(search).matches
    return found
