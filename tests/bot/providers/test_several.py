"""Several providers as one, and the breaker before each: one that is down takes no other with it."""

from datetime import timedelta

import pytest

from bot.providers.base import Capabilities, ProviderDown, Refused
from bot.providers.breaker import Breaker
from bot.providers.several import Providers
from tests.bot.providers.conftest import StillClock
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request
from tests.bot.providers.trying import SHORT, always, client, sound


def two() -> tuple[Providers, Standin, Standin, StillClock]:
    clock, north, south = StillClock(), Standin(), Standin(transactions="none")
    both = {key: Breaker(key, client(one, SHORT), clock) for key, one in (("north", north), ("south", south))}
    return Providers(both), north, south, clock


async def test_what_is_found_carries_its_provider_and_goes_back_to_it() -> None:
    providers, north, south, _ = two()
    slots = await providers.find_slots(*WEEK, 6)
    assert sorted((slot.provider, slot.key) for slot in slots) == [
        (provider, f"Slot/s{n}") for provider in ("north", "south") for n in range(3)
    ]
    assert [slot.start for slot in slots] == sorted(slot.start for slot in slots)
    first, target = (slot for slot in slots if slot.provider == "south" and slot.key in ("Slot/s0", "Slot/s1"))
    booked = await providers.book(request(first))
    assert (booked.slot.provider, len(south.standing()), north.standing()) == ("south", 1, [])
    found = await providers.status("k1")
    assert found is not None
    assert found.slot.provider == "south"
    moved = await providers.reschedule(booked, target, "m1")
    assert (moved.slot.provider, moved.slot.key) == ("south", target.key)
    with pytest.raises(Refused):
        await providers.reschedule(moved, next(slot for slot in slots if slot.provider == "north"), "m2")
    await providers.cancel(moved)
    assert south.standing() == []
    with pytest.raises(Refused):
        await providers.book(request(first.model_copy(update={"provider": "gone"})))


async def test_one_that_is_down_takes_no_other_with_it() -> None:
    providers, north, south, _ = two()
    north.fault = always("503")
    slots = await providers.find_slots(*WEEK, 6)
    assert {slot.provider for slot in slots} == {"south"}
    assert (await providers.book(request(slots[0]))).slot.provider == "south"
    assert [await providers.at(key).alive() for key in ("north", "south")] == [False, True]
    assert await providers.alive()
    assert await providers.status("k1") is not None  # found, so it does not matter who else could not be asked
    with pytest.raises(ProviderDown):  # it may be there
        await providers.status("k9")
    assert await providers.at("south").status("k9") is None
    for slot in list(south.store.values()):
        if slot["resourceType"] == "Slot":
            south.save(slot | {"status": "busy"})
    with pytest.raises(ProviderDown):  # nothing found, and one not asked: not "there is nothing"
        await providers.find_slots(*WEEK, 6)
    south.fault = always("503")
    with pytest.raises(ProviderDown):
        await providers.find_slots(*WEEK, 6)
    assert not await providers.alive()


async def test_nothing_is_promised_that_one_of_them_cannot() -> None:
    providers, *_ = two()
    assert (await providers.at("north").capabilities()) == Capabilities(atomic=True, reschedule=True)
    assert (await providers.capabilities()) == Capabilities()


async def test_a_provider_that_is_down_for_an_hour_is_left_alone_and_taken_up_again_within_a_minute() -> None:
    clock, server = StillClock(), Standin()
    provider = Breaker("north", client(server, SHORT), clock)
    server.fault = always("503")
    for _ in range(2):
        with pytest.raises(ProviderDown):
            await provider.find_slots(*WEEK, 1)
    for _ in range(3600):  # asked every second by somebody, and each is told at once
        with pytest.raises(ProviderDown):
            await provider.find_slots(*WEEK, 1)
        clock.later(timedelta(seconds=1))
    assert len(server.asked) < 130  # not three thousand six hundred
    server.fault = sound
    back = clock.now()
    while provider.open:
        clock.later(timedelta(seconds=1))
    assert clock.now() - back <= timedelta(seconds=30)
    assert await provider.find_slots(*WEEK, 1)


async def test_alive_closes_the_circuit_and_a_refusal_does_not_open_it() -> None:
    clock, server = StillClock(), Standin()
    provider = Breaker("north", client(server, SHORT), clock)
    server.fault = always("503")
    for _ in range(2):
        with pytest.raises(ProviderDown):
            await provider.find_slots(*WEEK, 1)
    assert provider.open
    server.fault = sound
    assert await provider.alive()
    (slot,) = await provider.find_slots(*WEEK, 1)
    for _ in range(5):
        with pytest.raises(Refused):
            await provider.book(request(slot.model_copy(update={"key": "Slot/ x"})))
    assert not provider.open


async def test_a_search_that_hangs_is_told_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page comes in time, and all of them together do not."""
    monkeypatch.setattr("bot.providers.breaker.PATIENCE", 0.2)
    server = Standin(fault=always("slow"))
    provider = Breaker("north", client(server), StillClock())
    with pytest.raises(ProviderDown):
        await provider.find_slots(*WEEK, 1)


async def test_a_server_says_when_to_come_back() -> None:
    """429 with Retry-After: soon is waited for, later is left alone until then, and at most a minute is believed."""
    clock, server = StillClock(), Standin()
    provider = Breaker("north", client(server), clock)
    server.fault = lambda n, _method: "429 0" if n == 0 else None
    (slot,) = await provider.find_slots(*WEEK, 1)
    for said, waits in (("20", 20), ("86400", 60)):
        server.fault = always(f"429 {said}")
        with pytest.raises(ProviderDown):
            await provider.book(request(slot))
        server.fault = sound
        asked = len(server.asked)
        clock.later(timedelta(seconds=waits - 1))
        with pytest.raises(ProviderDown):
            await provider.find_slots(*WEEK, 1)
        assert len(server.asked) == asked
        clock.later(timedelta(seconds=2))
        assert await provider.find_slots(*WEEK, 1)
