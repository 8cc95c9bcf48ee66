"""The client at the built-in clinic's waiting list, over real HTTP: one place a key, and one taker a slot."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.providers.base import Capabilities, NoList, Place, SlotTaken, Unable, Uncertain, Whom
from bot.providers.breaker import Breaker
from bot.providers.fhir import FhirProvider
from bot.providers.several import Providers
from flows.core.care import Slot
from tests.bot.providers.conftest import NOW, TOKEN, StillClock, serving
from tests.bot.providers.test_fhir import WEEK, request


class Loses:
    """Lets requests through to the clinic, and loses the answers to those of these methods."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.methods, self.posted = app, set[str](), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.posted += scope.get("method") == "POST"
        if scope.get("method") not in self.methods:
            await self.app(scope, receive, send)
            return

        async def lost(_message: object) -> None:
            return None

        await self.app(scope, receive, lost)
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def wire(clinic: FastAPI) -> Loses:
    return Loses(clinic)


@pytest.fixture
def base(wire: Loses) -> Iterator[str]:
    with serving(wire) as url:
        yield url


@pytest.fixture
async def provider(base: str, clock: StillClock) -> AsyncIterator[FhirProvider]:
    opened = FhirProvider(base, clock=clock, token=TOKEN)
    yield opened
    await opened.aclose()


def whom(key: str) -> Whom:
    return Whom(key=key, name="Kim", contact="kim@home.example", zone="Europe/Madrid", consented_at=NOW)


async def full(provider: FhirProvider) -> Slot:
    """Book a slot, for somebody who will give it up."""
    (slot,) = await provider.find_slots(*WEEK, 1)
    await provider.book(request(slot))
    return slot


async def given_up(provider: FhirProvider) -> None:
    appointment = await provider.status("k1")
    assert appointment
    await provider.cancel(appointment)


async def test_what_is_given_up_is_offered_and_taken_by_one(provider: FhirProvider, clock: StillClock) -> None:
    slot = await full(provider)
    first = await provider.wait(whom("w1"))
    assert await provider.wait(whom("w1")) == first  # the same place
    clock.later(timedelta(seconds=1))
    await provider.wait(whom("w2"))
    assert (await provider.waiting("w1"), await provider.waiting("none")) == (first, None)
    await given_up(provider)
    offered = await provider.waiting("w1")
    assert offered
    assert offered.slot
    assert (offered.slot.key, offered.slot.who, offered.until) == (
        slot.key,
        "Ana Ruiz",
        clock.at.replace(microsecond=0) + timedelta(minutes=15),
    )
    with pytest.raises(SlotTaken):
        await provider.take("w2", offered.slot)  # it is the other's
    await provider.decline("w1", offered.slot)
    await provider.decline("w1", offered.slot)
    assert await provider.waiting("w1") == first  # waits on
    second = await provider.waiting("w2")
    assert second
    assert second.slot
    with pytest.raises(SlotTaken):
        await provider.take("w1", offered.slot)
    taken = await provider.take("w2", second.slot)
    assert await provider.take("w2", second.slot) == taken == await provider.status("w2")
    assert (taken.key, taken.slot.key, await provider.waiting("w2")) == ("w2", slot.key, None)
    for _ in range(2):
        await provider.unwait("w1")
        await provider.unwait("w2")  # booked: that is not a place on the list
    assert (await provider.waiting("w1"), await provider.status("w2")) == (None, taken)


async def test_an_offer_that_ran_out_is_not_taken(provider: FhirProvider, clock: StillClock) -> None:
    await full(provider)
    await provider.wait(whom("w1"))
    await given_up(provider)
    offered = await provider.waiting("w1")
    assert offered
    assert offered.slot
    clock.later(timedelta(minutes=15))
    with pytest.raises(SlotTaken):
        await provider.take("w1", offered.slot)
    assert await provider.waiting("w1") == Place(reference=offered.reference)
    with pytest.raises(Uncertain):  # it is no booking: nobody may be told that it is
        await provider.status("w1")


async def test_answers_that_are_lost_make_no_second_place(provider: FhirProvider, wire: Loses) -> None:
    await full(provider)
    before, wire.methods = wire.posted, {"POST", "PUT"}
    place = await provider.wait(whom("w1"))  # done, and read back
    assert await provider.wait(whom("w1")) == place
    assert wire.posted == before + 1
    wire.methods = set()
    await given_up(provider)
    offered = await provider.waiting("w1")
    assert offered
    assert offered.slot
    wire.methods = {"PUT"}
    assert (await provider.take("w1", offered.slot)).key == "w1"


async def test_only_where_there_is_a_list(provider: FhirProvider, clock: StillClock) -> None:
    nowhere = NoList()
    with pytest.raises(Unable):
        await nowhere.wait(whom("w1"))
    down = FhirProvider("http://127.0.0.1:9", clock=clock, client=httpx.AsyncClient(timeout=0.2))
    both = Providers({"": provider, "down": Breaker("down", down, clock)})
    assert await both.with_lists() == ("",)
    provider._statement = {}
    assert await provider.capabilities() == Capabilities(atomic=True, reschedule=True, advisory=False)
    assert await both.with_lists() == ()
    with pytest.raises(Unable):
        await provider.wait(whom("w1"))
    await down.aclose()
