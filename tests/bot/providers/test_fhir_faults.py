"""The client against servers that break a promise, and faults at every request: no false "booked"."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

import pytest

from bot.providers.base import ProviderDown, SlotTaken, Uncertain
from flows.core.care import Appointment
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import request
from tests.bot.providers.trying import SHORT, attempt, check, client, first, posts, sound

SERVERS: dict[str, dict[str, Any]] = {
    "atomic": {},
    "partial": {"transactions": "partial"},
    "no_rollback": {"transactions": "no_rollback"},
    "none": {"transactions": "none"},
    "unadvertised": {"transactions": "none", "advertised": False},
    "accepts_all": {"transactions": "none", "if_match": False, "if_none_exist": False},
    "accepts_all_coarsely": {"transactions": "none", "if_match": False, "if_none_exist": False, "coarse": True},
    "accepts_all_forgetfully": {"transactions": "none", "if_match": False, "keeps_marks": False, "coarse": True},
    "forgetful": {"transactions": "partial", "keeps_marks": False},
}
FAULTS = ("lose_request", "lose_reply", "late", "500", "500_done", "garbage", "409", "503")

T = TypeVar("T")


@pytest.mark.parametrize("name", SERVERS)
async def test_ten_at_once_get_one_slot_once(name: str) -> None:
    server = Standin(**SERVERS[name])
    slot = await first(server)
    keys = [f"k{n}" for n in range(10)]
    results = await asyncio.gather(*(attempt(client(server), slot, key) for key in keys))
    for key, result in zip(keys, results, strict=True):
        check(server, key, result)
    assert len([one for one in results if isinstance(one, Appointment)]) <= 1
    if "if_match" not in SERVERS[name]:  # where a claim is exclusive, somebody gets it
        assert len([one for one in results if isinstance(one, Appointment)]) == 1
        assert len([one for one in results if isinstance(one, SlotTaken)]) == 9


async def test_two_stamped_coarsely_in_the_same_second_wait_for_each_other() -> None:
    """The later one has the smaller id, so it stands; the earlier must not have said "booked" by then."""
    server = Standin(**SERVERS["accepts_all_forgetfully"])
    slot = await first(server)
    racers = [client(server), client(server)]
    for racer in racers:
        await racer.probe()
    server.fault = posts(["", "slow"])
    tries = zip(racers, ("k1", "k2"), strict=True)
    results = await asyncio.gather(*(attempt(racer, slot, key) for racer, key in tries))
    for key, result in zip(("k1", "k2"), results, strict=True):
        check(server, key, result)
    assert sorted(type(one).__name__ for one in results) == ["Appointment", "SlotTaken"]


@pytest.mark.parametrize("name", SERVERS)
async def test_one_alone_books_and_cancels_anywhere(name: str) -> None:
    server = Standin(**SERVERS[name])
    slot = await first(server)
    provider = client(server)
    assert await provider.alive()
    assert await provider.probe() is (name == "atomic")
    assert [one for one in server.store.values() if one["resourceType"] != "Slot"] == []
    booked = await provider.book(request(slot))
    check(server, "k1", booked)
    assert booked.slot == slot
    assert server.store[slot.key]["vendorNote"] == {"kept": True}
    found = await provider.status("k1")
    assert found is not None
    assert found.reference == booked.reference
    await provider.cancel(booked)
    await provider.cancel(booked)
    assert server.standing() == []
    assert server.store[slot.key]["status"] == "free"
    assert not server.store[slot.key].get("identifier")
    check(server, "k2", await provider.book(request(await first(server), "k2")))


async def some_at_once(runs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run many, few enough at a time that a busy machine does not look like a slow server."""
    gate = asyncio.Semaphore(40)

    async def run(one: Coroutine[Any, Any, T]) -> T:
        async with gate:
            return await one

    return await asyncio.gather(*(run(one) for one in runs))


def once(fault: str, at: int, method: str | None = None) -> Callable[[int, str], str | None]:
    return lambda n, verb: fault if n == at and method in (None, verb) else None


@pytest.mark.parametrize("name", ["atomic", "forgetful"])  # the contract tries the others, without waiting
async def test_a_fault_at_any_request_is_never_a_false_word(name: str) -> None:
    """Every fault at every request of a booking, and then the same key again without a fault."""

    async def run(fault: str, at: int) -> str:
        server = Standin(**SERVERS[name])
        slot = await first(server)
        server.fault = once(fault, at + len(server.asked))
        said = await attempt(client(server, SHORT), slot, "k1")
        await asyncio.gather(*server.late)
        check(server, "k1", said)
        server.fault = sound
        again = await attempt(client(server), slot, "k1")
        check(server, "k1", again)
        if isinstance(said, Appointment):
            assert again == said
        assert not isinstance(again, Uncertain | ProviderDown)
        return type(said).__name__

    said = await some_at_once(run(fault, at) for fault in FAULTS for at in range(14))
    assert {"Appointment", "ProviderDown", "Uncertain"} <= set(said)


@pytest.mark.parametrize("name", ["partial"])
async def test_a_fault_at_any_request_of_a_cancellation(name: str) -> None:
    async def run(fault: str, at: int) -> None:
        server = Standin(**SERVERS[name])
        provider = client(server)
        booked = await provider.book(request(await first(server)))
        server.fault = once(fault, at + len(server.asked))
        try:
            await client(server, SHORT).cancel(booked)
            assert server.standing() == []
        except ProviderDown:
            assert len(server.standing()) == 1
        except Uncertain:
            pass
        await asyncio.gather(*server.late)
        server.fault = sound
        await provider.cancel(booked)
        assert server.standing() == []

    await some_at_once(run(fault, at) for fault in FAULTS for at in range(8))
