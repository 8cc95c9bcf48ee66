"""The client's rules, one by one, against servers that leave exactly one thing to it."""

import pytest

from bot.providers.base import ProviderDown, ProviderError, Refused, SlotTaken, Uncertain
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import request
from tests.bot.providers.trying import SHORT, attempt, check, client, first, posts, sound


async def test_a_lost_answer_is_resolved_by_asking_not_by_sending_again() -> None:
    server = Standin()
    slot, provider = await first(server), client(server, SHORT)
    await provider.probe()
    sends = 0

    def fault(_n: int, method: str) -> str | None:
        nonlocal sends
        sends += method == "POST"
        return "lose_reply" if method == "POST" else None

    server.fault = fault
    check(server, "k1", await provider.book(request(slot)))
    check(server, "k1", await provider.book(request(slot)))
    server.if_none_exist = False
    assert (await provider.book(request(await first(server)))).slot.key == slot.key  # the key's slot, not another
    assert sends == 1


@pytest.mark.parametrize("transactions", ["atomic", "none"])
async def test_a_slot_that_changed_is_not_taken_from_a_server_that_would_let_us(transactions: str) -> None:
    server = Standin(transactions=transactions, if_match=False)
    slot, provider = await first(server), client(server)
    await provider.probe()
    held = server.save(server.store[slot.key] | {"status": "busy"})
    for status in ("busy", "free"):  # held by somebody by telephone; free again, but at another version
        server.save(held | {"status": status})
        assert isinstance(await attempt(provider, slot, "k1"), SlotTaken)
        assert server.store[slot.key]["status"] == status


@pytest.mark.parametrize("transactions", ["atomic", "none"])
async def test_a_conflict_is_tried_once_more_and_a_slot_that_changed_is_not(transactions: str) -> None:
    for fault, count, expected in (
        ("409", 1, "Appointment"),
        ("409", 2, "SlotTaken"),
        ("409", 9, "SlotTaken"),
        ("412", 1, "SlotTaken"),
    ):
        server = Standin(transactions=transactions)
        slot, provider = await first(server), client(server)
        await provider.probe()
        server.fault = posts([fault] * count)
        said = await attempt(provider, slot, "k1")
        assert type(said).__name__ == expected
        check(server, "k1", said)


async def test_a_slot_that_is_taken_meanwhile_is_seen_by_put_where_patch_would_not_see_it() -> None:
    """Many servers do not look at If-Match of a PATCH. Between our look at the slot and our claim somebody has it."""
    server = Standin(transactions="none")
    slot, provider = await first(server), client(server)
    await provider.probe()
    theirs = False

    def fault(_n: int, method: str) -> None:
        nonlocal theirs
        if method in ("PUT", "PATCH") and not theirs:
            theirs = True
            server.save(server.store[slot.key] | {"status": "busy"})

    server.fault = fault
    assert isinstance(await attempt(provider, slot, "k1"), SlotTaken)
    assert server.standing() == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("409", SlotTaken), ("503", Uncertain), ("400", Refused), ("429", ProviderDown), ("412", SlotTaken)],
)
async def test_a_claim_that_comes_to_nothing_is_released(fault: str, expected: type[ProviderError]) -> None:
    server = Standin(transactions="none")
    slot, provider = await first(server), client(server)
    await provider.probe()
    server.fault = posts([fault, fault])
    said = await attempt(provider, slot, "k1")
    assert type(said) is expected
    kept = expected is Uncertain  # it may still come to something
    assert server.store[slot.key]["status"] == ("busy" if kept else "free")
    assert bool(server.store[slot.key].get("identifier")) is kept


async def test_a_claim_is_not_released_under_somebody_who_stands_in_it() -> None:
    server = Standin(transactions="none")
    slot, provider = await first(server), client(server)
    await provider.probe()

    def fault(_n: int, method: str) -> str | None:
        if method != "POST":
            return None
        theirs = {"resourceType": "Appointment", "id": "theirs", "status": "booked"}
        identifier = [{"system": "urn:other", "value": "x"}]
        server.save(theirs | {"identifier": identifier, "slot": [{"reference": slot.key}]})
        return "409"

    server.fault = fault
    assert isinstance(await attempt(provider, slot, "k1"), SlotTaken)
    assert server.store[slot.key]["status"] == "busy"


async def test_a_probe_that_is_not_let_in_proves_nothing() -> None:
    for status in ("401", "403"):
        server = Standin(fault=posts([status]))
        provider = client(server)
        with pytest.raises(ProviderDown):
            await provider.probe()
        assert await provider.probe()


async def test_a_claim_whose_answer_was_lost_is_known_again() -> None:
    server = Standin(transactions="none")
    slot, provider = await first(server), client(server, SHORT)
    await provider.probe()
    server.fault = lambda _n, method: "lose_reply" if method == "PUT" else None
    check(server, "k1", await provider.book(request(slot)))
    other, claimed = await first(server), len(server.asked)
    server.fault = lambda n, method: "503" if method == "POST" or n > claimed + 5 else None
    with pytest.raises(Uncertain):
        await provider.book(request(other, "k2"))
    server.fault = sound
    with pytest.raises(SlotTaken):
        await provider.book(request(other, "k3"))
    check(server, "k2", await provider.book(request(other, "k2")))


@pytest.mark.parametrize("status", ["pending", "proposed"])
async def test_what_waits_for_confirmation_is_not_booked(status: str) -> None:
    server = Standin(status=status)
    slot, provider = await first(server), client(server)
    with pytest.raises(Uncertain):
        await provider.book(request(slot))
    with pytest.raises(Uncertain):
        await provider.status("k1")
    server.save(server.standing()[0] | {"status": "booked"})
    assert (await provider.book(request(slot))).slot == slot


async def test_an_earlier_appointment_in_our_slot_stands() -> None:
    """A server that lets somebody else in first, or in after us: the earliest stands, and we say so."""
    for theirs_first in (True, False):
        server = Standin()
        slot, provider = await first(server), client(server)
        theirs = {
            "resourceType": "Appointment",
            "id": "theirs",
            "identifier": [{"system": "urn:other", "value": "x"}],
            "status": "booked",
            "slot": [{"reference": f"http://127.0.0.1/{slot.key}/_history/1"}],
        }
        if theirs_first:
            server.save(theirs | {"slot": [{"reference": slot.key}]})
            with pytest.raises(SlotTaken):
                await provider.book(request(slot))
            assert [one["id"] for one in server.standing(slot=slot.key)] == ["theirs"]
            assert server.store[slot.key]["status"] == "busy"  # theirs, not ours to free
        else:
            booked = await provider.book(request(slot))
            server.save(theirs | {"slot": [{"reference": slot.key}]})
            assert (await provider.status("k1")) is not None
            await provider.cancel(booked)
            assert server.store[slot.key]["status"] == "busy"


async def test_of_two_with_our_key_the_earlier_stands() -> None:
    server = Standin()
    slot, provider = await first(server), client(server)
    booked = await provider.book(request(slot))
    twin = server.store[booked.reference] | {"id": "a0"}
    server.save(twin)
    found = await provider.status("k1")
    assert found is not None
    assert found.reference == booked.reference
    assert [one["id"] for one in server.standing()] == [booked.reference.removeprefix("Appointment/")]


@pytest.mark.parametrize("fault", ["403", "412", "500"])
async def test_one_too_many_that_cannot_be_cancelled_is_uncertain(fault: str) -> None:
    server = Standin()
    slot, provider = await first(server), client(server)
    booked = await provider.book(request(slot))
    server.save(server.store[booked.reference] | {"id": "a0"})
    server.fault = lambda _n, method: fault if method == "PUT" else None
    with pytest.raises(Uncertain):
        await provider.status("k1")


async def test_a_server_that_ignores_the_search_does_not_lend_us_its_bookings() -> None:
    server = Standin()
    slot, provider = await first(server), client(server)
    server.finds = True
    server.if_none_exist = False
    server.save(
        {
            "resourceType": "Appointment",
            "id": "other",
            "identifier": [{"system": "urn:haven:booking", "value": "k9"}],
            "status": "booked",
            "slot": [{"reference": "Slot/s2"}],
        }
    )
    assert await provider.status("k1") is None
    booked = await provider.book(request(slot))
    assert booked.reference != "Appointment/other"


async def test_what_the_server_says_it_made_but_does_not_show_is_uncertain() -> None:
    server = Standin()
    slot, provider = await first(server), client(server)
    await provider.probe()
    server.finds = False
    with pytest.raises(Uncertain):
        await provider.book(request(slot))
