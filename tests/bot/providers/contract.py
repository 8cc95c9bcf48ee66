"""What every client must do at every server, case by case: what was said is what is."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from bot.providers import fhir_changes
from bot.providers.base import (
    Held,
    ProviderDown,
    ProviderError,
    Refused,
    SlotTaken,
    Unable,
    Uncertain,
    VoucherRefused,
    Whom,
)
from flows.core.care import Appointment, Slot
from tests.bot.providers.allowed import Known, Sent, leaves, recorded
from tests.bot.providers.conftest import NOW
from tests.bot.providers.faults import FAULTS, always, at, sound
from tests.bot.providers.kits import WEEK, Kit
from tests.bot.providers.test_fhir import request

EVERY: Final = "HAVEN_PROOF_FAULTS" in os.environ
Case = Callable[[Kit], Awaitable[None]]
CASES: Final[dict[str, Case]] = {}
SHARED: Final = "Sleep: several days"
NO_BOOKING: Final = (SlotTaken, Refused, ProviderDown)


def case(run: Case) -> Case:
    """Note a case of the contract."""
    CASES[run.__name__.replace("_", " ")] = run
    return run


async def refuses(what: Awaitable[object], *errors: type[Exception]) -> Exception:
    """Return the error that must come; AssertionError if none or another comes."""
    try:
        got = await what
    except errors as error:
        return error
    raise AssertionError(f"{got!r} in place of {[one.__name__ for one in errors]}")


def true(kit: Kit, slot: Slot, key: str, said: Appointment | ProviderError) -> None:
    """What was said must be what is, at the server."""
    held = kit.keys(key)
    if isinstance(said, Appointment):
        assert len(held) == 1, (said, held)
        assert kit.standing(slot.key) == held
        assert said.slot.key == slot.key
    elif isinstance(said, NO_BOOKING):
        assert held == [], (said, held)


async def resolved(kit: Kit, slot: Slot, key: str, said: Appointment | ProviderError) -> None:
    """Once nothing goes wrong any more, asking by the key, and booking under it again, tell one truth."""
    await kit.wire.settle()
    true(kit, slot, key, said)
    found = await kit.provider.status(key)
    assert (found is not None) == (len(kit.keys(key)) == 1)
    if isinstance(said, Appointment):
        assert found is not None
        assert found.reference == said.reference
    again = await kit.said(slot, key)
    assert not isinstance(again, Uncertain | ProviderDown), again
    true(kit, slot, key, again)


@case
async def slots_come_earliest_first(kit: Kit) -> None:
    found = await kit.provider.find_slots(*WEEK, 40)
    assert len(found) == 40
    assert [one.start for one in found] == sorted(one.start for one in found)


@case
async def slots_start_within_the_window(kit: Kit) -> None:
    start, end = NOW + timedelta(days=2), NOW + timedelta(days=3)
    found = await kit.provider.find_slots(start, end, 500)
    assert found
    assert all(start <= one.start < end for one in found)


@case
async def no_slot_is_found_where_there_is_none(kit: Kit) -> None:
    assert await kit.provider.find_slots(NOW - timedelta(days=9), NOW - timedelta(days=8), 5) == ()


@case
async def no_more_slots_come_than_asked_for(kit: Kit) -> None:
    assert len(await kit.provider.find_slots(*WEEK, 3)) == 3


@case
async def times_have_their_zone(kit: Kit) -> None:
    for one in await kit.provider.find_slots(*WEEK, 20):
        assert one.start.utcoffset() is not None
        assert one.start < one.end


@case
async def slots_name_whose_they_are(kit: Kit) -> None:
    people = {one.key: one.name for one in await kit.provider.find_services()}
    for one in await kit.provider.find_slots(*WEEK, 20):
        assert one.who
        assert not people or people[one.practitioner] == one.who


@case
async def what_it_can_do_does_not_change_with_asking(kit: Kit) -> None:
    assert await kit.provider.capabilities() == await kit.provider.capabilities()


@case
async def it_is_alive(kit: Kit) -> None:
    assert await kit.provider.alive()


@case
async def a_booking_is_read_back(kit: Kit) -> None:
    (slot,) = await kit.slots()
    key = kit.key()
    said = await kit.said(slot, key)
    assert isinstance(said, Appointment), said
    assert (said.key, said.slot.start, said.slot.who) == (key, slot.start, slot.who)
    assert kit.keys(key) == [said.reference]


@case
async def a_booked_slot_is_not_offered(kit: Kit) -> None:
    (slot,) = await kit.slots()
    await kit.said(slot, kit.key())
    assert slot.key not in {one.key for one in await kit.provider.find_slots(*WEEK, 500)}


@case
async def the_same_key_is_the_same_booking(kit: Kit) -> None:
    (slot,) = await kit.slots()
    key = kit.key()
    assert await kit.said(slot, key) == await kit.said(slot, key)
    assert len(kit.standing(slot.key)) == 1


@case
async def a_slot_is_given_once(kit: Kit) -> None:
    (slot,) = await kit.slots()
    first, second = kit.key(), kit.key()
    assert isinstance(await kit.said(slot, first), Appointment)
    said = await kit.said(slot, second, kit.client())
    assert isinstance(said, SlotTaken), said
    true(kit, slot, second, said)


@case
async def two_slots_are_two_bookings(kit: Kit) -> None:
    for slot in await kit.slots(2):
        assert isinstance(await kit.said(slot, kit.key()), Appointment)


@case
async def a_key_that_nobody_booked_is_not_found(kit: Kit) -> None:
    assert await kit.provider.status(kit.key()) is None


@case
async def a_booking_is_found_by_its_key(kit: Kit) -> None:
    (slot,) = await kit.slots()
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    found = await kit.client().status(said.key)
    assert found is not None
    assert (found.key, found.reference) == (said.key, said.reference)
    assert (found.slot.start, found.slot.end) == (slot.start, slot.end)


@case
async def keys_and_slots_of_another_shape_are_refused(kit: Kit) -> None:
    (slot,) = await kit.slots()
    asked = kit.wire.asked
    for bad in ("k|x", "k&status=booked", "../k", ""):
        await refuses(kit.provider.book(request(slot, bad)), Refused)
    await refuses(kit.provider.book(request(slot.model_copy(update={"key": "Slot/../x"}), kit.key())), Refused)
    assert kit.wire.asked == asked  # nothing was sent


@case
async def a_cancelled_booking_is_gone_and_its_slot_free(kit: Kit) -> None:
    (slot,) = await kit.slots()
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    await kit.provider.cancel(said)
    assert kit.standing(slot.key) == []
    assert kit.free(slot.key)
    assert await kit.provider.status(said.key) is None


@case
async def cancelling_twice_is_success(kit: Kit) -> None:
    (slot,) = await kit.slots()
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    await kit.provider.cancel(said)
    await kit.provider.cancel(said)


@case
async def a_freed_slot_can_be_booked_by_somebody_else(kit: Kit) -> None:
    (slot,) = await kit.slots()
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    await kit.provider.cancel(said)
    fresh = next(one for one in await kit.provider.find_slots(*WEEK, 500) if one.key == slot.key)
    assert isinstance(await kit.said(fresh, kit.key()), Appointment)


@case
async def a_key_that_was_cancelled_is_spent(kit: Kit) -> None:
    (slot,) = await kit.slots()
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    await kit.provider.cancel(said)
    fresh = next(one for one in await kit.provider.find_slots(*WEEK, 500) if one.key == slot.key)
    assert isinstance(await kit.said(fresh, said.key), SlotTaken)


@case
async def an_appointment_moves(kit: Kit) -> None:
    slot, target = await kit.slots(2)
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    moved = await kit.provider.reschedule(said, target, kit.key())
    assert (moved.slot.start, moved.slot.who) == (target.start, target.who)
    assert kit.standing(slot.key) == []
    assert kit.standing(target.key) == [moved.reference]
    assert kit.free(slot.key)
    assert not kit.free(target.key)


@case
async def moving_again_is_the_same_move(kit: Kit) -> None:
    slot, target = await kit.slots(2)
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    key = kit.key()
    moved = await kit.provider.reschedule(said, target, key)
    assert await kit.provider.reschedule(said, target, key) == moved
    assert len(kit.standing(target.key)) == 1


@case
async def a_moved_appointment_is_found_and_cancelled(kit: Kit) -> None:
    slot, target = await kit.slots(2)
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    moved = await kit.provider.reschedule(said, target, kit.key())
    found = await kit.provider.status(moved.key)
    assert found is not None
    assert found.slot.start == target.start
    await kit.provider.cancel(moved)
    assert kit.standing(target.key) == []
    assert kit.free(target.key)


@case
async def a_move_to_a_taken_slot_leaves_it_where_it_was(kit: Kit) -> None:
    slot, target = await kit.slots(2)
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    assert isinstance(await kit.said(target, kit.key()), Appointment)
    await refuses(kit.provider.reschedule(said, target, kit.key()), SlotTaken)
    assert kit.standing(slot.key) == [said.reference]
    assert not kit.free(slot.key)
    assert len(kit.standing(target.key)) == 1


@case
async def what_was_cancelled_does_not_move(kit: Kit) -> None:
    slot, target = await kit.slots(2)
    said = await kit.said(slot, kit.key())
    assert isinstance(said, Appointment)
    await kit.provider.cancel(said)
    await refuses(kit.provider.reschedule(said, target, kit.key()), Refused)
    assert kit.free(target.key)


@case
async def a_hold_keeps_others_out_or_is_not_to_be_had(kit: Kit) -> None:
    (slot,) = await kit.slots()
    hold, key, other = kit.key(), kit.key(), kit.key()
    if not (await kit.provider.capabilities()).hold:
        await refuses(kit.provider.hold(slot, hold, NOW + timedelta(minutes=5)), Unable)
        return
    held = await kit.provider.hold(slot, hold, NOW + timedelta(minutes=5))
    assert isinstance(held, Held)
    assert NOW < held.until <= NOW + timedelta(minutes=6)
    assert slot.key not in {one.key for one in await kit.provider.find_slots(*WEEK, 500)}
    if kit.exclusive:
        assert isinstance(await kit.said(slot, other, kit.client()), SlotTaken)
        theirs = request(held.slot, other).model_copy(update={"hold": "somebodys"})
        await refuses(kit.client().book(theirs), SlotTaken)  # a hold is its owner's
    booked = await kit.provider.book(request(held.slot, key).model_copy(update={"hold": held.hold}))
    assert kit.standing(slot.key) == [booked.reference]


@case
async def a_hold_that_is_given_back_is_free(kit: Kit) -> None:
    (slot,) = await kit.slots()
    hold = kit.key()
    if (await kit.provider.capabilities()).hold:
        held = await kit.provider.hold(slot, hold, NOW + timedelta(minutes=5))
        await kit.provider.release(held.slot, held.hold)
    await kit.provider.release(slot, hold)  # what is not held is left
    assert kit.free(slot.key)


@case
async def fifty_at_once_get_one_slot_once(kit: Kit) -> None:
    """Criterion 1: at most one of ours stands, everybody is told the truth, nobody a false "booked"."""
    (slot,) = await kit.slots()
    keys = [kit.key() for _ in range(50)]
    clients = [kit.client() for _ in keys]
    for one in clients:
        await one.capabilities()
    fhir_changes.SETTLE = 0.3  # all fifty have to have written by then, on a busy machine, too
    said = await asyncio.gather(*(kit.said(slot, key, one) for key, one in zip(keys, clients, strict=True)))
    for key, answer in zip(keys, said, strict=True):
        true(kit, slot, key, answer)
    booked = [one for one in said if isinstance(one, Appointment)]
    assert len(booked) <= 1
    assert len(booked) == 1 or not kit.exclusive
    fhir_changes.SETTLE = 0.02
    for key in keys:
        await kit.provider.status(key)  # what is unknown settles by asking
    assert len(kit.standing(slot.key)) <= 1


def fault_cases() -> None:
    """Note a case for every fault at a request of a booking: at two of them, at all with HAVEN_PROOF_FAULTS."""
    for count, fault in enumerate(FAULTS):

        async def run(kit: Kit, fault: str = fault, count: int = count) -> None:
            for n in range(9) if EVERY else (count % 3, 3 + count % 2):
                (slot,) = await kit.slots()
                key, client = kit.key(), kit.client()
                await client.capabilities()
                kit.wire.set(at(fault, n))
                said = await kit.said(slot, key, client)
                await resolved(kit, slot, key, said)

        CASES[f"{fault} at any request of a booking is never a false word"] = run


fault_cases()


@case
async def a_lost_answer_of_a_move_is_resolved(kit: Kit) -> None:
    for count, fault in enumerate(("drop_after", "drop_before", "late", "500_done", "412", "429")):
        for n in range(10) if EVERY else (2 + count % 2, 4 + count % 2):
            slot, target = await kit.slots(2)
            said = await kit.said(slot, kit.key())
            assert isinstance(said, Appointment)
            key = kit.key()
            kit.wire.set(at(fault, n))
            with contextlib.suppress(ProviderError):
                await kit.provider.reschedule(said, target, key)
            assert len(kit.standing(slot.key)) + len(kit.standing(target.key)) >= 1  # never neither
            await kit.wire.settle()
            try:
                now = await kit.provider.reschedule(said, target, key)
                assert (kit.standing(target.key), kit.standing(slot.key)) == ([now.reference], [])
            except SlotTaken:  # its own earlier claim has changed the slot: it stands where it was
                assert kit.standing(slot.key) == [said.reference]
                assert kit.standing(target.key) == []


@case
async def a_lost_answer_of_a_cancellation_is_resolved(kit: Kit) -> None:
    for fault in ("drop_after", "drop_before", "500_done", "late"):
        for n in (0, 2, 3):
            (slot,) = await kit.slots()
            said = await kit.said(slot, kit.key())
            assert isinstance(said, Appointment)
            kit.wire.set(at(fault, n))
            with contextlib.suppress(Uncertain, ProviderDown):
                await kit.provider.cancel(said)
            await kit.wire.settle()
            await kit.provider.cancel(said)
            assert kit.standing(slot.key) == []


@case
async def down_is_said_and_nothing_else(kit: Kit) -> None:
    slot, target = await kit.slots(2)
    booked = await kit.said(slot, kit.key())
    assert isinstance(booked, Appointment)
    for fault in ("connect", "drop_before", "503", "429"):
        kit.wire.set(always(fault))
        assert not await kit.provider.alive()
        await refuses(kit.provider.find_slots(*WEEK, 3), ProviderDown)
        await refuses(kit.provider.status(booked.key), ProviderDown)
        await refuses(kit.provider.cancel(booked), ProviderDown)
        await refuses(kit.provider.book(request(target, kit.key())), ProviderDown)
        await refuses(kit.provider.reschedule(booked, target, kit.key()), ProviderDown)
        await kit.provider.release(target, kit.key())
    kit.wire.set(sound)
    assert kit.standing(slot.key) == [booked.reference]
    assert kit.free(target.key)


@case
async def a_voucher_is_good_once_or_refused(kit: Kit) -> None:
    if not (await kit.provider.capabilities()).vouchers:
        return
    slot, other = await kit.slots(2)
    await kit.provider.book(request(slot, kit.key()).model_copy(update={"voucher": kit.vouchers[0]}))
    for voucher in (kit.vouchers[0], "V-9"):
        await refuses(
            kit.provider.book(request(other, kit.key()).model_copy(update={"voucher": voucher})), VoucherRefused
        )
    assert kit.free(other.key)


@case
async def only_what_may_be_known_leaves_the_house(kit: Kit) -> None:
    """Criterion 6: name, contact, zone, consent and its time, voucher; keys and the provider's own references."""
    slot, target = await kit.slots(2)
    client, sent = kit.client(), list[tuple[Sent, bytes]]()
    kit.wire.sent = sent
    can = await client.capabilities()
    await client.find_services()
    await client.find_slots(*WEEK, 500)
    asked = request(slot, kit.key()).model_copy(update={"voucher": kit.vouchers[1] if can.vouchers else ""})
    if can.hold:
        held = await client.hold(slot, kit.key(), NOW + timedelta(minutes=5))
        asked = asked.model_copy(update={"slot": held.slot, "hold": held.hold})
        await client.release(target, kit.key())
    said = await client.book(asked)
    await client.status(said.key)
    moved = await client.reschedule(said, target, kit.key())
    await client.status(moved.key)
    with contextlib.suppress(Unable, Refused):
        await client.reach(moved.key)
    if can.sharing:
        await client.share(moved.reference, kit.key(), SHARED, asked.consented_at)
    await client.cancel(moved)
    if can.waiting_list:
        waits = kit.key()
        await client.wait(Whom(key=waits, **asked.model_dump(include={"name", "contact", "zone", "consented_at"})))
        await client.waiting(waits)
        await client.unwait(waits)
    known = Known(asked.name, asked.contact, asked.zone, asked.consented_at, frozenset({asked.voucher}), SHARED)
    strays = recorded(sent, known)
    assert not strays, strays
    words = {value for one, _ in sent for value in leaves(one)}
    assert {asked.name, asked.contact, asked.zone} <= words
