"""The client against the built-in clinic, over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, timedelta

import httpx
import pytest
from fastapi import FastAPI

from bot.providers.base import ProviderDown, Refused, Request, SlotTaken
from bot.providers.fhir import FhirProvider
from flows.core.care import Slot
from tests.bot.providers.conftest import ANA, NOW, TOKEN, StillClock, serving

WEEK = (NOW, NOW + timedelta(days=7))


def request(slot: Slot, key: str = "k1") -> Request:
    return Request(
        key=key,
        slot=slot,
        name="Sam Doe",
        contact="sam@home.example",
        zone="Europe/Madrid",
        consented_at=NOW,
    )


@pytest.fixture
def base(clinic: FastAPI) -> Iterator[str]:
    outer = FastAPI()
    outer.mount("/clinic/fhir/R4", clinic)
    with serving(outer) as url:
        yield f"{url}/clinic/fhir/R4"


@pytest.fixture(params=["", "/"])
def url(base: str, request: pytest.FixtureRequest) -> str:
    return base + str(request.param)


@pytest.fixture
async def provider(base: str, clock: StillClock) -> AsyncIterator[FhirProvider]:
    opened = FhirProvider(base, clock=clock, token=TOKEN)
    yield opened
    await opened.aclose()


async def test_with_or_without_a_slash_at_its_end(url: str, clock: StillClock) -> None:
    provider = FhirProvider(url, clock=clock, token=TOKEN)
    assert await provider.alive()
    assert await provider.probe()
    (slot,) = await provider.find_slots(*WEEK, 1)
    assert (await provider.book(request(slot))).slot == slot
    await provider.aclose()


async def test_the_probe_leaves_nothing(provider: FhirProvider, clinic: FastAPI) -> None:
    assert await provider.probe()
    assert clinic.state.practice.book.people("Practitioner")
    with clinic.state.practice._database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM appointment").scalar() == 0


async def test_free_slots_are_found_earliest_first(provider: FhirProvider) -> None:
    slots = await provider.find_slots(*WEEK, 5)
    assert [(slot.who, slot.modality, slot.start) for slot in slots[:2]] == [
        ("Ana Ruiz", "video", NOW + timedelta(hours=1)),
        ("Bo Lind", "phone", NOW + timedelta(hours=1)),
    ]
    assert len(slots) == 5
    assert list(slots) == sorted(slots, key=lambda slot: slot.start)
    assert await provider.find_slots(NOW - timedelta(days=2), NOW, 5) == ()


async def test_slots_come_from_every_page(provider: FhirProvider) -> None:
    slots = await provider.find_slots(NOW, NOW + timedelta(days=28), 500)
    assert len(slots) == len({slot.key for slot in slots}) == 60 + 8  # 20 mornings of Ana's, 4 of Bo's
    assert slots[-1].start > NOW + timedelta(days=24)


async def test_book_read_and_cancel(provider: FhirProvider) -> None:
    slot, *_ = await provider.find_slots(*WEEK, 1)
    booked = await provider.book(request(slot))
    assert (booked.key, booked.slot) == ("k1", slot)
    assert booked.reference.startswith("Appointment/")
    assert booked.link.startswith("https://rooms.clinic.example/")
    found = await provider.status("k1")
    assert found is not None
    assert found.model_copy(update={"slot": slot}) == booked
    assert (found.slot.key, found.slot.start, found.slot.who) == (slot.key, slot.start, slot.who)
    assert slot.key not in [one.key for one in await provider.find_slots(*WEEK, 20)]
    await provider.cancel(booked)
    assert await provider.status("k1") is None
    assert slot.key in [one.key for one in await provider.find_slots(*WEEK, 20)]
    await provider.cancel(booked)
    again = (await provider.find_slots(*WEEK, 1))[0]
    assert again.version != slot.version
    assert (await provider.book(request(again, "k2"))).slot == again


async def test_the_provider_learns_four_things_of_a_person(provider: FhirProvider, base: str) -> None:
    slot, *_ = await provider.find_slots(*WEEK, 1)
    await provider.book(request(slot))
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        bundle = (await http.get(f"{base}/Appointment")).json()
    (patient,) = bundle["entry"][0]["resource"]["contained"]
    assert patient == {
        "resourceType": "Patient",
        "id": "patient",
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/timezone", "valueCode": "Europe/Madrid"},
            {"url": "urn:haven:consented-at", "valueDateTime": "2025-03-03T07:00:00+00:00"},
        ],
        "name": [{"text": "Sam Doe"}],
        "telecom": [{"system": "email", "value": "sam@home.example"}],
    }


async def test_the_same_key_books_once(provider: FhirProvider) -> None:
    slot, other = await provider.find_slots(*WEEK, 2)
    first = await provider.book(request(slot))
    assert await provider.book(request(slot)) == first
    assert (await provider.book(request(other))).reference == first.reference
    assert other in await provider.find_slots(*WEEK, 5)


async def test_a_key_that_was_cancelled_is_spent(provider: FhirProvider) -> None:
    slot, *_ = await provider.find_slots(*WEEK, 1)
    await provider.cancel(await provider.book(request(slot)))
    with pytest.raises(SlotTaken):
        await provider.book(request(slot))


async def test_what_is_not_as_it_was_shown_is_taken(provider: FhirProvider, clinic: FastAPI, clock: StillClock) -> None:
    slot, other, *_ = await provider.find_slots(*WEEK, 2)
    await provider.book(request(slot))
    missing = slot.model_copy(update={"key": "Slot/none"})
    stale = other.model_copy(update={"version": 'W/"9"'})
    for one in (slot, missing, stale):
        with pytest.raises(SlotTaken):
            await provider.book(request(one, "k2"))
    clinic.state.practice.replace([])
    with pytest.raises(SlotTaken):
        await provider.book(request(other, "k2"))
    assert await provider.status("k2") is None


async def test_fifty_at_once_get_one_appointment(base: str, clock: StillClock, clinic: FastAPI) -> None:
    providers = [FhirProvider(base, clock=clock, token=TOKEN, timeout=20) for _ in range(5)]
    slot, *_ = await providers[0].find_slots(*WEEK, 1)
    tries = [providers[n % 5].book(request(slot, f"k{n}")) for n in range(50)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one).__name__ for one in results if not isinstance(one, SlotTaken)] == ["Appointment"]
    with clinic.state.practice._database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM appointment").scalar() == 1
    for provider in providers:
        await provider.aclose()


async def test_a_wrong_token_is_a_provider_that_is_down(base: str, clock: StillClock) -> None:
    provider = FhirProvider(base, clock=clock, token="wrong")
    assert not await provider.alive()
    with pytest.raises(ProviderDown):
        await provider.find_slots(*WEEK, 1)
    with pytest.raises(ProviderDown):
        await provider.probe()
    with pytest.raises(ProviderDown):
        await provider.status("k1")
    await provider.aclose()


async def test_nobody_there_is_a_provider_that_is_down(clock: StillClock) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        provider = FhirProvider(f"http://127.0.0.1:{held.getsockname()[1]}", clock=clock)
        assert not await provider.alive()
        slot = Slot(key="Slot/a", version="1", start=NOW, end=NOW, who="A", modality="chat")
        with pytest.raises(ProviderDown):
            await provider.find_slots(*WEEK, 1)
        with pytest.raises(ProviderDown):
            await provider.book(request(slot))
        with pytest.raises(ProviderDown):
            await provider.status("k1")
    await provider.aclose()


@pytest.mark.parametrize("key", ["", "a|b", "a b", "a&status=booked", "é"])
async def test_a_key_that_is_no_identifier_is_refused(provider: FhirProvider, key: str) -> None:
    slot, *_ = await provider.find_slots(*WEEK, 1)
    with pytest.raises(Refused):
        await provider.book(request(slot, key))
    with pytest.raises(Refused):
        await provider.book(request(slot.model_copy(update={"key": "../Slot/x"})))


@pytest.mark.parametrize(
    "url", ["http://clinic.example/fhir", "http://10.0.0.1/fhir", "ftp://127.0.0.1x/", "http://localhost.example"]
)
def test_names_are_not_sent_in_clear(url: str, clock: StillClock) -> None:
    with pytest.raises(ValueError, match="https"):
        FhirProvider(url, clock=clock)


def test_the_hours_of_these_tests() -> None:
    assert ANA.weekly[0]
    assert NOW.tzinfo is UTC
