"""SMART Scheduling Links: what is published is listed truly, and nothing is booked, promised or told there."""

from datetime import timedelta

import httpx
import pytest

from bot.offering import Offering
from bot.providers.base import Capabilities, ProviderDown, Unable
from bot.providers.breaker import Breaker
from bot.providers.links import LinksProvider
from bot.providers.links_trial import links_trial
from bot.providers.several import Providers
from flows import matching
from flows.core import care
from flows.core.asks import FindSlots
from flows.core.care import Wishes
from tests.bot.providers.conftest import NOW, StillClock
from tests.bot.providers.contract import CASES
from tests.bot.providers.faults import Wire, always, sound
from tests.bot.providers.kits import Kit
from tests.bot.providers.links_standin import PAGE, Publisher
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request
from tests.bot.providers.trying import client

READING = (
    "slots come earliest first",
    "slots start within the window",
    "no slot is found where there is none",
    "no more slots come than asked for",
    "times have their zone",
    "slots name whose they are",
    "what it can do does not change with asking",
    "it is alive",
    "a key that nobody booked is not found",
)
KIM = care.Practitioner(key="PractitionerRole/7", name="Kim Vale", licensed=("GB",), modalities=("phone",))


def opened(
    *people: care.Practitioner, base: str = "http://127.0.0.1/pub"
) -> tuple[LinksProvider, Publisher, StillClock]:
    clock, publisher = StillClock(), Publisher(NOW + timedelta(days=1))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(publisher))
    return LinksProvider(base, people=people, clock=clock, client=http), publisher, clock


async def test_it_keeps_the_contract_as_far_as_it_reads() -> None:
    clock = StillClock()
    wire = Wire(Publisher(NOW + timedelta(hours=2), count=90))

    def client() -> LinksProvider:
        http = httpx.AsyncClient(transport=wire)
        return LinksProvider("http://127.0.0.1/pub", people=(), clock=clock, client=http)

    kit = Kit("links", wire, clock, client, lambda _slot: [], lambda _key: [], lambda _slot: True)
    for name in READING:
        await CASES[name](kit)
    kit.provider = client()
    wire.set(always("503"))
    assert not await kit.provider.alive()
    with pytest.raises(ProviderDown):
        await kit.provider.find_slots(*WEEK, 3)
    wire.set(sound)
    assert await kit.provider.find_slots(*WEEK, 3)


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1/pub", "http://127.0.0.1/pub/", "http://127.0.0.1/pub/$bulk-publish"]
)
async def test_a_slot_leads_to_the_page_where_it_is_booked_and_is_whose_it_is(base: str) -> None:
    provider, publisher, _ = opened(KIM, base=base)
    slots = await provider.find_slots(*WEEK, 500)
    assert [one.key for one in slots] == [f"Slot/s{n}" for n in range(60)]  # of the odd ones, none
    first, last = slots[0], slots[-1]
    assert (first.who, first.practitioner, first.modality) == ("Kim Vale", "PractitionerRole/7", "phone")  # as HR says
    assert (last.who, last.practitioner, last.modality) == ("Harbour", "Location/1", "in_person")
    assert first.link == f"{PAGE}/0?source=portal"  # as it was published: nobody is named in it
    assert [one.name for one in await provider.find_services()] == ["Harbour", "Kim Vale"]
    assert {one.method for one in publisher.asked} == {"GET"}
    assert not any("authorization" in one.headers or one.url.query for one in publisher.asked)


async def test_who_has_no_licence_there_is_not_offered() -> None:
    provider, *_ = opened(KIM)
    people, slots = await provider.find_services(), await provider.find_slots(*WEEK, 500)
    assert {one.slot.who for one in matching.offers(people, slots, Wishes(place="GB"), "Europe/London", "s")} == {
        "Kim Vale"
    }
    assert matching.offers(people, slots, Wishes(place="FR"), "Europe/London", "s") == ()


async def test_files_are_read_once_a_minute_and_none_of_another_host() -> None:
    provider, publisher, clock = opened()
    for _ in range(3):
        await provider.find_slots(*WEEK, 5)
    assert len(publisher.asked) == 6
    clock.later(timedelta(minutes=1))
    publisher.fault = lambda path: 404 if "slots-2" in path else None
    with pytest.raises(ProviderDown):  # half of it is not the truth
        await provider.find_slots(*WEEK, 5)
    publisher.fault, publisher.elsewhere = lambda _path: None, True
    with pytest.raises(ProviderDown):
        await provider.find_slots(*WEEK, 5)
    assert {one.url.hostname for one in publisher.asked} == {"127.0.0.1"}


async def test_nothing_is_booked_held_or_told_there() -> None:
    provider, publisher, clock = opened(KIM)
    assert await provider.capabilities() == Capabilities(deep_link=True)
    (slot,) = await provider.find_slots(*WEEK, 1)
    asked = len(publisher.asked)
    held = care.Appointment(key="k1", reference="x", slot=slot)
    for refused in (
        provider.book(request(slot)),
        provider.hold(slot, "k1", NOW),
        provider.reschedule(held, slot, "k2"),
        provider.cancel(held),
    ):
        with pytest.raises(Unable):
            await refused
    await provider.release(slot, "k1")
    assert await provider.status("k1") is None
    assert len(publisher.asked) == asked
    there = Providers({"": client(Standin(holds=True)), "page": Breaker("page", provider, clock)})
    assert (await there.capabilities()).hold  # what is booked here can be held: their page has nothing to do with it
    assert {one.provider for one in await there.find_slots(*WEEK, 99)} == {"", "page"}


async def test_the_check_says_what_is_missing() -> None:
    provider, publisher, _ = opened(KIM)
    tried = {one.what: one for one in await links_trial(provider, NOW)}
    assert tried["free slots that can be shown"].seen == "60 of 67"
    assert tried["whose they are"].seen == "2; of 1 the licence"
    assert tried["books, moves and cancels"].good is None
    assert "reminds nobody" in tried["books, moves and cancels"].means
    provider, publisher, _ = opened()
    publisher.fault = lambda _path: 500
    (only,) = await links_trial(provider, NOW)
    assert only.good is False


async def test_what_is_booked_elsewhere_is_offered_beside_what_is_booked_here() -> None:
    provider, _, clock = opened(KIM)
    both = Providers({"": client(Standin()), "page": provider})
    offering = Offering(both, dict, lambda: "GB", clock)
    found = await offering.find(FindSlots(wishes=Wishes(place="GB")), seed="s")
    assert {(one.slot.provider, bool(one.slot.link)) for one in found.offers} == {("", False), ("page", True)}
