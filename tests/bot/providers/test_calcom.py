"""Cal.com beyond the contract: its own shapes, and what it is told."""

from datetime import timedelta

import httpx
import pytest
from starlette.responses import JSONResponse

from bot.providers.base import ProviderDown, Refused, SlotTaken, Unable, Uncertain
from bot.providers.calcom import CalcomProvider
from tests.bot.providers.calcom_standin import TOKEN, Calcom
from tests.bot.providers.conftest import NOW, StillClock
from tests.bot.providers.faults import Wire
from tests.bot.providers.kits import PEOPLE
from tests.bot.providers.test_fhir import WEEK, request


def opened(token: str = TOKEN, **server: object) -> tuple[CalcomProvider, Calcom, Wire]:
    clock = StillClock()
    standin = Calcom(clock, NOW + timedelta(days=1), count=6, **server)  # type: ignore[arg-type]
    wire = Wire(standin)
    http = httpx.AsyncClient(transport=wire)
    return CalcomProvider("http://127.0.0.1", people=PEOPLE, clock=clock, token=token, client=http), standin, wire


async def test_what_a_host_is_told_is_who_comes_and_when() -> None:
    provider, standin, _ = opened()
    first, second, third, *_ = await provider.find_slots(*WEEK, 6)
    await provider.book(request(first))
    (booking,) = standin.bookings.values()
    assert booking["attendees"] == [
        {"name": "Sam Doe", "email": "sam@home.example", "timeZone": "Europe/Madrid", "absent": False}
    ]
    assert booking["metadata"] == {"haven": "k1", "consentedAt": "2025-03-03T07:00:00Z"}
    await provider.book(request(second, "k2").model_copy(update={"contact": "+34 600 (12) 34-56"}))
    assert standin.bookings["uid000002"]["attendees"][0]["phoneNumber"] == "+346001234" + "56"
    for contact in ("600 12 34 56", "ask at the desk", "a@b"):
        with pytest.raises(Refused):  # neither can be written to or called: refused before anything is sent
            await provider.book(request(third, "k3").model_copy(update={"contact": contact}))
    with pytest.raises(Unable):
        await provider.book(request(third, "k3").model_copy(update={"voucher": "V"}))
    assert len(standin.bookings) == 2


async def test_a_time_without_a_zone_is_not_shown() -> None:
    provider, *_ = opened(naive=True)
    assert await provider.find_slots(*WEEK, 6) == ()


async def test_what_waits_for_the_host_is_not_booked() -> None:
    provider, standin, _ = opened(confirms=True)
    (slot, *_) = await provider.find_slots(*WEEK, 1)
    for _ in range(2):
        with pytest.raises(Uncertain):
            await provider.book(request(slot))
    standin.bookings["uid000001"]["status"] = "accepted"
    assert (await provider.book(request(slot))).reference == "booking/uid000001"


async def test_a_booking_is_followed_through_its_moves() -> None:
    """Each move makes a new booking, without our key: it is found all the same, and cancelled."""
    provider, standin, _ = opened(keeps=False)
    one, two, three = [slot for slot in await provider.find_slots(*WEEK, 9) if slot.practitioner == "101"][:3]
    booked = await provider.book(request(one))
    moved = await provider.reschedule(await provider.reschedule(booked, two, "m1"), three, "m2")
    assert (moved.key, moved.reference) == ("k1", "booking/uid000003")
    found = await provider.status("k1")
    assert found is not None
    assert found.slot.start == three.start
    await provider.cancel(booked)
    assert not [each for each in standin.bookings.values() if each["status"] == "accepted"]


async def test_to_another_practitioner_it_moves_by_a_new_booking() -> None:
    provider, standin, _ = opened()
    slots = await provider.find_slots(*WEEK, 12)
    jon, ines = (next(one for one in slots if one.practitioner == event) for event in ("101", "102"))
    booked = await provider.book(request(jon))
    moved = await provider.reschedule(booked, ines, "m1")
    assert (moved.key, moved.slot.who) == ("m1", "Ines Faro")
    standing = [each for each in standin.bookings.values() if each["status"] == "accepted"]
    assert [each["attendees"][0]["email"] for each in standing] == ["sam@home.example"]


async def test_an_answer_of_another_version_is_no_answer() -> None:
    """A version of the API that is not ours answers 200, with another shape or an error: never "there is none"."""
    provider, standin, _ = opened()
    (slot, *_) = await provider.find_slots(*WEEK, 1)
    for answer in (
        {"status": "success", "data": {"bookings": [], "totalCount": 0}},
        {"status": "error", "error": {"code": "x"}, "data": []},
        {"status": "success"},
    ):
        another = JSONResponse(answer)
        standin._list = lambda _request, another=another: another  # type: ignore[method-assign,misc]
        with pytest.raises(ProviderDown):
            await provider.status("k1")
        with pytest.raises(ProviderDown):
            await provider.book(request(slot))
    assert standin.bookings == {}


async def test_a_wrong_key_is_told_as_down_and_nothing_is_booked() -> None:
    provider, standin, _ = opened(token="cal_other")
    (slot, *_) = await provider.find_slots(*WEEK, 1)
    with pytest.raises(ProviderDown):
        await provider.book(request(slot))
    with pytest.raises(ProviderDown):  # not let in is not "there is none"
        await provider.status("k1")
    assert standin.bookings == {}


async def test_a_reservation_ends_and_keeps_everybody_out_until_then() -> None:
    provider, standin, _ = opened()
    (slot, *_) = await provider.find_slots(*WEEK, 1)
    held = await provider.hold(slot, "h1", NOW + timedelta(minutes=5))
    assert held.until == NOW + timedelta(minutes=5)
    with pytest.raises(SlotTaken):
        await provider.hold(slot, "h2", NOW + timedelta(minutes=5))
    with pytest.raises(SlotTaken):
        await provider.book(request(slot, "k2"))
    standin.clock.later(timedelta(minutes=6))
    assert (await provider.book(request(slot, "k2"))).slot == slot


async def test_who_did_not_come_is_known_by_the_hosts_own_mark() -> None:
    provider, standin, _ = opened()
    (slot, *_) = await provider.find_slots(*WEEK, 1)
    await provider.book(request(slot))
    assert not await provider.missed("k1")
    standin.bookings["uid000001"]["attendees"][0]["absent"] = True
    assert await provider.missed("k1")
    assert not await provider.missed("k2")
    with pytest.raises(Unable):  # a booking takes no note afterwards
        await provider.reach("k1")
