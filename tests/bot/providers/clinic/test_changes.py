"""Booking and cancelling by raw FHIR: whole or not at all, and a slot once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI

from bot.providers.clinic.hours import Modality
from bot.providers.clinic.resources import VIRTUAL_SERVICE, virtual_service
from tests.bot.providers.clinic.conftest import Json, Visitor, appointment, etag, post_entry, put_entry
from tests.bot.providers.conftest import ANA, ROOM, StillClock

NONE = "identifier=urn:haven:booking|k1"


async def refused(visitor: Visitor, status: int, *entries: Json) -> None:
    before = await visitor.everything()
    reply = await visitor.transact(*entries)
    assert reply.status_code == status
    assert reply.json()["resourceType"] == "OperationOutcome"
    assert await visitor.everything() == before


async def test_a_transaction_books(visitor: Visitor) -> None:
    slot = await visitor.free()
    reply = await visitor.book(slot)
    assert reply.status_code == 200
    assert reply.json()["type"] == "transaction-response"
    first, second = (entry["response"] for entry in reply.json()["entry"])
    assert (first["status"], first["etag"], first["location"]) == (
        "200 OK",
        'W/"2"',
        f"Slot/{slot['id']}/_history/2",
    )
    assert second["status"] == "201 Created"
    booked = await visitor.get("/" + second["location"].partition("/_history")[0])
    assert booked["status"] == "booked"
    assert booked["contained"] == appointment(slot)["contained"]
    assert booked["participant"][1]["actor"] == {"reference": "Practitioner/ana", "display": "Ana Ruiz"}
    assert booked["extension"][0]["url"] == VIRTUAL_SERVICE
    assert (await visitor.get(f"/Slot/{slot['id']}"))["status"] == "busy"


@pytest.mark.parametrize(
    ("modality", "room", "told"), [("video", ROOM, [virtual_service(ROOM)]), ("video", "", None), ("phone", ROOM, None)]
)
async def test_only_a_video_booking_with_a_room_gets_its_link(
    visitor: Visitor, clinic: FastAPI, modality: Modality, room: str, told: list[Json] | None
) -> None:
    clinic.state.practice.replace([replace(ANA, modality=modality, room=room)])
    await visitor.book(await visitor.free())
    (booked,) = await visitor.search("/Appointment")
    assert booked.get("extension") == told


async def test_the_order_of_the_entries_does_not_matter(visitor: Visitor) -> None:
    slot = await visitor.free()
    reply = await visitor.transact(post_entry(appointment(slot)), put_entry(slot | {"status": "busy"}))
    assert [entry["response"]["status"] for entry in reply.json()["entry"]] == ["201 Created", "200 OK"]


async def test_a_booking_sent_again_changes_nothing(visitor: Visitor) -> None:
    slot = await visitor.free()
    await visitor.book(slot)
    before = await visitor.everything()
    again = await visitor.book(slot)
    assert again.status_code == 200
    assert [entry["response"]["status"] for entry in again.json()["entry"]] == ["200 OK", "200 OK"]
    assert await visitor.everything() == before


async def test_the_same_key_for_another_slot_is_refused(visitor: Visitor) -> None:
    await visitor.book(await visitor.free())
    other = await visitor.free()
    await refused(visitor, 412, put_entry(other | {"status": "busy"}), post_entry(appointment(other)))


async def test_a_stale_version_is_refused_whole(visitor: Visitor) -> None:
    slot = await visitor.free()
    claim = put_entry(slot | {"status": "busy"}, 'W/"7"')
    await refused(visitor, 412, post_entry(appointment(slot)), claim)
    await refused(visitor, 428, post_entry(appointment(slot)), put_entry(slot | {"status": "busy"}, None))


async def test_what_comes_after_a_failure_leaves_nothing_before_it(visitor: Visitor) -> None:
    slot, other = await visitor.free(0), await visitor.free(1)
    await refused(
        visitor,
        404,
        put_entry(slot | {"status": "busy"}),
        post_entry(appointment(slot)),
        put_entry(appointment(other, "k2") | {"id": "none"}, None),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"slot": []},
        {"slot": [{"reference": "Slot/none"}]},
        {"start": "2025-03-03T08:05:00Z"},
        {"status": "cancelled"},
    ],
)
async def test_a_booking_that_is_not_one_of_the_slots_is_refused(visitor: Visitor, change: Json) -> None:
    slot = await visitor.free()
    await refused(visitor, 422, put_entry(slot | {"status": "busy"}), post_entry(appointment(slot) | change))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "proposed"},
        {"identifier": []},
        {"identifier": [{"value": "k1"}]},
        {"participant": []},
        {"start": "2025-03-03T08:00:00"},
        {"resourceType": "Patient"},
    ],
)
async def test_a_malformed_booking_is_refused(visitor: Visitor, change: Json) -> None:
    slot = await visitor.free()
    await refused(
        visitor,
        400,
        put_entry(slot | {"status": "busy"}),
        post_entry(appointment(slot), "k1") | {"resource": appointment(slot) | change},
    )


async def test_an_appointment_alone_claims_its_slot(visitor: Visitor) -> None:
    slot = await visitor.free()
    first = await visitor.post(appointment(slot), NONE)
    assert first.status_code == 201
    assert first.headers["etag"] == 'W/"1"'
    assert first.headers["location"].endswith(f"/Appointment/{first.json()['id']}/_history/1")
    assert (await visitor.get(f"/Slot/{slot['id']}"))["status"] == "busy"
    assert (await visitor.post(appointment(slot), NONE)).json() == first.json()
    assert (await visitor.post(appointment(slot))).status_code == 409
    assert (await visitor.post(appointment(slot, "k2"), NONE.replace("k1", "k2"))).status_code == 409
    assert len(await visitor.search("/Appointment")) == 1


async def test_a_condition_must_be_about_what_is_sent(visitor: Visitor) -> None:
    slot = await visitor.free()
    assert (await visitor.post(appointment(slot), NONE.replace("k1", "k2"))).status_code == 400
    assert (await visitor.post(appointment(slot), "status=booked")).status_code == 400
    assert (await visitor.post(appointment(slot), "")).status_code == 400
    assert await visitor.search("/Appointment") == []


async def test_a_transaction_cancels(visitor: Visitor) -> None:
    slot = await visitor.free()
    await visitor.book(slot)
    (booked,) = await visitor.search("/Appointment")
    busy = await visitor.get(f"/Slot/{slot['id']}")
    freed = [put_entry(booked | {"status": "cancelled"}), put_entry(busy | {"status": "free"})]
    assert (await visitor.transact(*freed)).status_code == 200
    assert (await visitor.search("/Appointment"))[0]["status"] == "cancelled"
    assert (await visitor.free())["id"] == slot["id"]
    await refused(visitor, 412, *freed)
    assert (await visitor.book(await visitor.free(), "k2")).status_code == 200


async def test_an_appointment_cancelled_alone_frees_its_slot(visitor: Visitor) -> None:
    slot = await visitor.free()
    await visitor.book(slot)
    (booked,) = await visitor.search("/Appointment")
    assert (await visitor.put(booked | {"status": "cancelled"}, 'W/"9"')).status_code == 412
    first = await visitor.put(booked | {"status": "cancelled"}, etag(booked))
    assert first.json()["status"] == "cancelled"
    assert first.headers["etag"] == 'W/"2"'
    assert (await visitor.free())["id"] == slot["id"]
    assert (await visitor.put(first.json(), None)).status_code == 200  # cancelling twice is success
    assert (await visitor.put(booked | {"status": "booked"}, None)).status_code == 422  # and not undone


async def test_a_booked_slot_is_not_freed_under_its_appointment(visitor: Visitor) -> None:
    slot = await visitor.free()
    await visitor.book(slot)
    busy = await visitor.get(f"/Slot/{slot['id']}")
    await refused(visitor, 409, put_entry(busy | {"status": "free"}))


async def test_a_slot_can_be_held_and_released(visitor: Visitor) -> None:
    slot = await visitor.free()
    assert (await visitor.put(slot | {"status": "busy"}, None)).status_code == 428
    held = await visitor.put(slot | {"status": "busy"}, etag(slot))
    assert (held.status_code, held.headers["etag"]) == (200, 'W/"2"')
    assert (await visitor.put(slot | {"status": "busy"}, etag(slot))).status_code == 412
    assert (await visitor.put(held.json(), 'W/"2"')).status_code == 412  # busy is not free
    assert (await visitor.put(held.json() | {"status": "free"}, 'W/"2"')).status_code == 200
    assert (await visitor.put(slot | {"end": "2025-03-03T11:00:00Z"}, 'W/"3"')).status_code == 422
    assert (await visitor.put(slot | {"status": "entered-in-error"}, 'W/"3"')).status_code == 400


async def test_an_appointment_keeps_its_slot_and_identifier(visitor: Visitor) -> None:
    slot, other = await visitor.free(0), await visitor.free(1)
    await visitor.book(slot)
    (booked,) = await visitor.search("/Appointment")
    changes: list[Json] = [
        {"slot": [{"reference": f"Slot/{other['id']}"}]},
        {"identifier": [{"system": "urn:haven:booking", "value": "k2"}]},
        {"end": other["end"]},
    ]
    for change in changes:
        assert (await visitor.put(booked | change, None)).status_code == 422
    assert (await visitor.put(booked | {"comment": "late"}, None)).json()["comment"] == "late"


async def test_the_past_cannot_be_booked(visitor: Visitor, clock: StillClock) -> None:
    slot = await visitor.free()
    clock.later(timedelta(hours=1))
    assert (await visitor.book(slot)).status_code == 409
    assert (await visitor.post(appointment(slot))).status_code == 409
    assert await visitor.search("/Appointment") == []


async def test_whoever_races_a_slot_is_booked_once(visitor: Visitor) -> None:
    slot = await visitor.free()
    tries = [visitor.book(slot, f"k{n}") for n in range(20)]
    tries += [visitor.post(appointment(slot, f"p{n}")) for n in range(10)]
    statuses = [reply.status_code for reply in await asyncio.gather(*tries)]
    assert len([status for status in statuses if status < 300]) == 1
    assert set(statuses) <= {200, 201, 409, 412}
    assert len(await visitor.search("/Appointment")) == 1


@pytest.mark.parametrize(
    "bundle",
    [
        {"type": "batch"},
        {"entry": []},
        {"entry": [{"resource": {}}]},
        {"entry": [{"resource": {}, "request": {"method": "DELETE", "url": "Slot/1"}}]},
        {"entry": [{"resource": {}, "request": {"method": "POST", "url": "Slot"}}]},
        {"entry": [{"resource": {}, "request": {"method": "PUT", "url": "Appointment"}}]},
        {"entry": [{"resource": {}, "request": {"method": "POST", "url": "Appointment"}}] * 11},
    ],
)
async def test_other_bundles_are_refused(visitor: Visitor, bundle: Json) -> None:
    sent = {"resourceType": "Bundle", "type": "transaction"} | bundle
    reply = await visitor.http.post("/", json=sent, headers={"Content-Type": "application/fhir+json"})
    assert reply.status_code == 400


async def test_one_resource_twice_in_a_transaction_is_refused(visitor: Visitor) -> None:
    slot = await visitor.free()
    await refused(visitor, 400, put_entry(slot | {"status": "busy"}), put_entry(slot | {"status": "free"}))


async def test_a_resource_too_long_to_seal_is_refused_whole(visitor: Visitor) -> None:
    slot = await visitor.free()
    long = appointment(slot) | {"comment": "x" * 4096}
    await refused(visitor, 422, put_entry(slot | {"status": "busy"}), post_entry(long))


async def test_a_record_that_holds_nothing_can_be_stored(visitor: Visitor) -> None:
    record = appointment(await visitor.free()) | {"status": "cancelled"}
    for name in ("slot", "start", "end"):
        del record[name]
    assert (await visitor.post(record)).status_code == 201
    assert len(await visitor.search("/Slot", status="busy")) == 0
