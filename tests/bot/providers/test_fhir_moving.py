"""Moving an appointment: never neither, never two, and what was said is what is."""

import asyncio
from typing import Any

import pytest

from bot.providers.base import ProviderError, Refused, SlotTaken, Uncertain
from bot.providers.fhir import FhirProvider
from flows.core.care import Appointment, Slot
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request
from tests.bot.providers.trying import attempt, client

SERVERS: dict[str, dict[str, Any]] = {
    "atomic": {},
    "partial": {"transactions": "partial"},
    "no_rollback": {"transactions": "no_rollback"},
    "accepts_all": {"transactions": "none", "if_match": False, "if_none_exist": False},
    "no marks": {"transactions": "none", "if_match": False, "if_none_exist": False, "keeps_marks": False},
    "anew": {"moves": False},
    "anew_claimed": {"moves": False, "transactions": "none"},
}


async def booked(server: Standin, key: str = "k1") -> tuple[FhirProvider, Appointment, Slot]:
    """A client, its appointment in the first free slot, and the next slot."""
    provider = client(server)
    first, second, *_ = await provider.find_slots(*WEEK, 3)
    return provider, await provider.book(request(first, key)), second


def check(server: Standin, old: Appointment, target: Slot, said: Appointment | BaseException) -> None:
    """One appointment of ours at least whatever happened, exactly one where something certain was said."""
    standing = server.standing()
    places = [one["slot"][0]["reference"] for one in standing]
    assert places, said
    if isinstance(said, Appointment):
        assert places == [target.key] == [said.slot.key], said
        assert server.store[target.key]["status"] == "busy"
        assert server.store[old.slot.key]["status"] == "free"
        assert said.reference == f"Appointment/{standing[0]['id']}"
    elif not isinstance(said, Uncertain):
        assert places == [old.slot.key], said
        assert server.store[old.slot.key]["status"] == "busy"


async def moved(provider: FhirProvider, old: Appointment, target: Slot) -> Appointment | BaseException:
    try:
        return await provider.reschedule(old, target, "m1")
    except ProviderError as error:
        return error


@pytest.mark.parametrize("name", SERVERS)
async def test_moves_once_and_again_is_the_same(name: str) -> None:
    server = Standin(**SERVERS[name])
    provider, old, target = await booked(server)
    said = await provider.reschedule(old, target, "m1")
    check(server, old, target, said)
    assert said.key == ("m1" if "moves" in SERVERS[name] else "k1")
    assert await provider.reschedule(old, target, "m1") == said
    (one,) = server.standing()
    assert one["contained"][0]["name"] == [{"text": "Sam Doe"}]  # the same person
    await provider.cancel(said)
    assert server.standing() == []


async def test_a_move_is_one_transaction_of_three_puts() -> None:
    server = Standin()
    provider, old, target = await booked(server)
    await provider.reschedule(old, target, "m1")
    sent = [one for one in server.bodies if one.get("type") == "transaction"][-1]
    verbs = sorted(f"{one['request']['method']} {one['request']['url']}" for one in sent["entry"])
    assert verbs == sorted([f"PUT {old.reference}", f"PUT {old.slot.key}", f"PUT {target.key}"])
    assert all(one["request"]["ifMatch"] for one in sent["entry"])


@pytest.mark.parametrize("name", SERVERS)
async def test_a_target_that_is_gone_leaves_everything_as_it_was(name: str) -> None:
    server = Standin(**SERVERS[name])
    provider, old, target = await booked(server)
    other = await attempt(client(server), target, "k2")
    assert isinstance(other, Appointment)
    said = await moved(provider, old, target)
    assert isinstance(said, SlotTaken)
    assert sorted(one["slot"][0]["reference"] for one in server.standing()) == sorted([old.slot.key, target.key])
    assert (await provider.status("k1")) is not None


@pytest.mark.parametrize("name", SERVERS)
async def test_a_target_that_somebody_keeps_by_telephone_is_not_taken(name: str) -> None:
    server = Standin(**SERVERS[name])
    provider, old, target = await booked(server)
    server.save(server.store[target.key] | {"status": "busy"})
    assert isinstance(await moved(provider, old, target), SlotTaken)
    assert [one["slot"][0]["reference"] for one in server.standing()] == [old.slot.key]


async def test_what_does_not_stand_is_not_moved() -> None:
    server = Standin()
    provider, old, target = await booked(server)
    await provider.cancel(old)
    assert isinstance(await moved(provider, old, target), Refused)
    assert server.store[target.key]["status"] == "free"


@pytest.mark.parametrize("name", ["atomic", "partial", "accepts_all", "no marks", "anew_claimed"])
async def test_two_who_move_to_one_slot_end_in_two(name: str) -> None:
    server = Standin(**SERVERS[name])
    provider = client(server)
    slots = await provider.find_slots(*WEEK, 3)
    olds = [await provider.book(request(slot, f"k{n}")) for n, slot in enumerate(slots[:2])]
    racers = zip([client(server), client(server)], olds, ("m0", "m1"), strict=True)

    async def move(racer: FhirProvider, old: Appointment, key: str) -> Appointment | BaseException:
        try:
            return await racer.reschedule(old, slots[2], key)
        except ProviderError as error:
            return error

    said = await asyncio.gather(*(move(*one) for one in racers))
    won = [one for one in said if isinstance(one, Appointment)]
    assert len(won) <= 1
    in_target = server.standing(slot=slots[2].key)
    assert len(in_target) <= 1
    assert len(won) == len(in_target) or any(isinstance(one, Uncertain) for one in said)
    assert len(server.standing()) == 2
