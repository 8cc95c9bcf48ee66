"""The client against servers that break a promise, and faults at every request: no false "booked"."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

import httpx
import pytest

from bot.providers import fhir
from bot.providers.base import ProviderDown, ProviderError, Refused, SlotTaken, Uncertain
from bot.providers.fhir import FhirProvider
from flows.core.care import Appointment, Slot
from tests.bot.providers.conftest import StillClock
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request

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

SHORT = 0.5  # seconds: where a server does not answer
T = TypeVar("T")


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that stamp milliseconds need no second of waiting."""
    if "coarse" not in request.node.name and "forgetfully" not in request.node.name:
        monkeypatch.setattr(fhir, "_SETTLE", 0.02)


def client(server: Standin, timeout: float = 20) -> FhirProvider:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(server))
    return FhirProvider("http://127.0.0.1", clock=StillClock(), timeout=timeout, client=http)


async def first(server: Standin) -> Slot:
    (slot,) = await client(server).find_slots(*WEEK, 1)
    return slot


def check(server: Standin, key: str, result: Appointment | BaseException) -> None:
    """What was said must be what is."""
    held = server.standing(key=key)
    if isinstance(result, Appointment):
        assert [one["status"] for one in held] == ["booked"]
        assert server.standing(slot=result.slot.key) == held
        assert result.reference == f"Appointment/{held[0]['id']}"
        assert server.store[result.slot.key]["status"] == "busy"
    elif isinstance(result, SlotTaken | Refused | ProviderDown):
        assert held == []
    else:
        assert isinstance(result, Uncertain)


async def attempt(provider: FhirProvider, slot: Slot, key: str) -> Appointment | BaseException:
    try:
        return await provider.book(request(slot, key))
    except ProviderError as error:
        return error


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


def sound(_n: int, _method: str) -> None:
    """No fault."""


def always(fault: str) -> Callable[[int, str], str]:
    return lambda _n, _method: fault


def posts(faults: list[str]) -> Callable[[int, str], str | None]:
    """These faults, one a POST, and none after them."""
    left = iter(faults)
    return lambda _n, method: next(left, None) if method == "POST" else None


async def some_at_once(runs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run many, few enough at a time that a busy machine does not look like a slow server."""
    gate = asyncio.Semaphore(40)

    async def run(one: Coroutine[Any, Any, T]) -> T:
        async with gate:
            return await one

    return await asyncio.gather(*(run(one) for one in runs))


def once(fault: str, at: int, method: str | None = None) -> Callable[[int, str], str | None]:
    return lambda n, verb: fault if n == at and method in (None, verb) else None


@pytest.mark.parametrize("name", ["atomic", "partial", "accepts_all", "forgetful"])
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


@pytest.mark.parametrize("name", ["atomic", "partial"])
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
async def test_a_conflict_is_tried_once_more(transactions: str) -> None:
    for conflicts, expected in ((1, "Appointment"), (2, "SlotTaken"), (9, "SlotTaken")):
        server = Standin(transactions=transactions)
        slot, provider = await first(server), client(server)
        await provider.probe()
        server.fault = posts(["409"] * conflicts)
        said = await attempt(provider, slot, "k1")
        assert type(said).__name__ == expected
        check(server, "k1", said)


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


async def test_slots_that_cannot_be_shown_truly_are_left_out() -> None:
    server = Standin()
    odd: list[dict[str, Any]] = [
        {"start": "2025-03-04T10:00:00", "end": "2025-03-04T11:00:00"},
        {"start": 1741082400},
        {"start": "1741082400"},
        {"start": None},
        {"schedule": {"reference": "Schedule/x"}},
        {"schedule": "Kim"},
        {"end": "2025-03-04T09:00:00+01:00"},
        {"id": "a/b"},
        {"id": 7},
        {"status": "busy"},
        {"start": "2024-03-04T10:00:00Z"},
    ]
    good = server.store["Slot/s0"]
    server.store = {str(n): good | {"id": f"x{n}"} | change for n, change in enumerate(odd)}
    server.store["unversioned"] = good | {"meta": {}}
    assert await client(server).find_slots(*WEEK, 20) == ()
    server.store["good"] = good
    assert len(await client(server).find_slots(*WEEK, 20)) == 1


async def test_slots_of_a_server_that_does_not_sort_are_sorted() -> None:
    server = Standin()
    server.store = dict(reversed(server.store.items()))
    slots = await client(server).find_slots(*WEEK, 2)
    assert [slot.key for slot in slots] == ["Slot/s0", "Slot/s1"]


async def test_an_early_slot_on_a_late_page_is_found() -> None:
    """A server that does not sort: a page is no reason to stop before the next."""
    late, early = (Standin().store[f"Slot/s{n}"] for n in (2, 0))

    def answer(asked: httpx.Request) -> httpx.Response:
        last = asked.url.query == b"p=2"
        slots = [early] if last else [late, late | {"id": "s1", "start": "2025-03-04T11:00:00+01:00"}]
        links = [] if last else [{"relation": "next", "url": "?p=2"}]
        entries = [{"resource": slot} for slot in slots]
        bundle = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
        return httpx.Response(200, json=bundle)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    provider = FhirProvider("http://127.0.0.1", clock=StillClock(), client=http)
    assert [slot.key for slot in await provider.find_slots(*WEEK, 2)] == ["Slot/s0", "Slot/s1"]


@pytest.mark.parametrize("fault", ["500", "garbage", "lose_request", "503", "409"])
async def test_a_provider_that_fails_is_told_soon(fault: str) -> None:
    server = Standin(fault=always(fault))
    provider = client(server, 0.2)
    calls: list[Callable[[], Any]] = [
        lambda: provider.find_slots(*WEEK, 3),
        lambda: provider.status("k1"),
        provider.probe,
    ]
    async with asyncio.timeout(2):
        for call in calls:
            with pytest.raises(ProviderDown) as caught:
                await call()
            assert "127.0.0.1" not in str(caught.value)
            assert caught.value.__cause__ is None
            assert caught.value.__suppress_context__


async def test_alive_says_no_soon_and_never_raises() -> None:
    async with asyncio.timeout(3):
        assert not await client(Standin(fault=always("lose_request")), timeout=30).alive()
    for fault in ("500", "garbage", "409"):
        assert not await client(Standin(fault=always(fault))).alive()
    server = Standin()
    statements: list[dict[str, Any]] = [
        {},
        {"fhirVersion": "5.0.0", "rest": []},
        {"fhirVersion": "4.0.1", "rest": [{}]},
        {"rest": 1},
    ]
    for statement in statements:
        server.statement = statement
        assert not await client(server).alive()
