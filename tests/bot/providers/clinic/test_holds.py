"""Slots that are kept for a few minutes, appointments that are moved, and what a killed process leaves."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.providers.base import SlotTaken
from bot.providers.clinic.resources import VIRTUAL_SERVICE
from bot.providers.fhir import FhirProvider
from tests.bot.providers.clinic.conftest import Json, Visitor, appointment, etag, put_entry
from tests.bot.providers.clinic.test_changes import refused
from tests.bot.providers.conftest import ANA, BO, NOW, TOKEN, StillClock
from tests.bot.providers.test_fhir import WEEK, request

MINUTE = timedelta(minutes=1)


def held(slot: Json, key: str = "k1", until: str | None = None) -> Json:
    kept = slot | {"status": "busy-tentative", "identifier": [{"system": "urn:haven:claim", "value": key}]}
    return kept | ({"extension": [{"url": "urn:haven:held-until", "valueInstant": until}]} if until else {})


async def hold(visitor: Visitor, slot: Json, key: str = "k1", until: str | None = None) -> Json:
    reply = await visitor.put(held(slot, key, until), etag(slot))
    assert reply.status_code == 200
    kept: Json = reply.json()
    return kept


async def test_a_held_slot_is_nobody_elses_until_it_runs_out(visitor: Visitor, clock: StillClock) -> None:
    slot = await visitor.free()
    kept = await hold(visitor, slot, until="2025-03-03T07:05:00Z")
    assert kept["extension"] == [{"url": "urn:haven:held-until", "valueInstant": "2025-03-03T07:05:00Z"}]
    assert kept["identifier"] == [{"system": "urn:haven:claim", "value": "k1"}]
    assert slot["id"] not in [one["id"] for one in await visitor.search("/Slot", status="free")]
    assert [one["id"] for one in await visitor.search("/Slot", status="busy-tentative")] == [slot["id"]]
    assert (await visitor.book(slot, "k2")).status_code == 412
    assert (await visitor.post(appointment(slot, "k2"))).status_code == 409
    other = held(kept, "k2") | {"status": "busy"}
    assert (await visitor.put(other, etag(kept))).status_code == 412  # under another key
    assert (await visitor.put(held(kept), etag(kept))).status_code == 412  # and not made longer
    clock.later(timedelta(minutes=4, seconds=59))
    assert (await visitor.book(slot, "k2")).status_code == 412
    clock.later(timedelta(seconds=1))
    freed = await visitor.get(f"/Slot/{slot['id']}")
    assert (freed["status"], freed.get("identifier"), freed.get("extension")) == ("free", None, None)
    assert slot["id"] in [one["id"] for one in await visitor.search("/Slot", status="free")]
    assert (await visitor.book(freed, "k2")).status_code == 200
    assert (await visitor.book(kept)).status_code == 412  # whoever held it comes too late


async def test_what_is_held_is_booked_or_given_back(visitor: Visitor) -> None:
    first, second = await visitor.free(0), await visitor.free(1)
    kept = await hold(visitor, first)
    assert (await visitor.book(kept)).status_code == 200
    assert (await visitor.get(f"/Slot/{first['id']}"))["status"] == "busy"
    await hold(visitor, second, "k2")
    assert (await visitor.post(appointment(second, "k2"))).status_code == 201  # its own key's appointment
    third = await hold(visitor, await visitor.free(), "k3")
    assert (await visitor.put(third | {"status": "free"}, etag(third))).json()["status"] == "free"


async def test_ten_minutes_at_most(visitor: Visitor, clock: StillClock) -> None:
    slot = await visitor.free()
    for until, kept in (("2025-03-03T09:00:00Z", "07:10:00"), (None, "07:10:00"), ("2025-03-03T07:01:30Z", "07:01:30")):
        now = await hold(visitor, slot, until=until)
        assert now["extension"][0]["valueInstant"] == f"2025-03-03T{kept}Z"
        slot = (await visitor.put(now | {"status": "free"}, etag(now))).json()
    nameless = slot | {"status": "busy-tentative"}
    assert (await visitor.put(nameless, etag(slot))).status_code == 422
    assert (await visitor.put(held(slot, until="2025-03-03T07:00:00Z"), etag(slot))).status_code == 422
    clock.later(timedelta(hours=1))
    assert (await visitor.put(held(slot), etag(slot))).status_code == 409  # it has begun


async def test_a_hold_outlives_new_hours_and_runs_out_all_the_same(
    visitor: Visitor, clinic: FastAPI, clock: StillClock
) -> None:
    slot = await visitor.free()
    kept = await hold(visitor, slot)
    for people in ([ANA, BO], []):
        clinic.state.practice.replace(people)
        assert await visitor.get(f"/Slot/{slot['id']}") == kept
    clock.later(10 * MINUTE)
    clinic.state.practice.replace([])
    assert (await visitor.get(f"/Slot/{slot['id']}"))["status"] == "busy-unavailable"


async def test_what_is_not_confirmed_yet_stands_in_its_slot(visitor: Visitor) -> None:
    slot = await visitor.free()
    assert (await visitor.post(appointment(slot) | {"status": "pending"})).status_code == 201
    (pending,) = await visitor.search("/Appointment")
    busy = await visitor.get(f"/Slot/{slot['id']}")
    assert busy["status"] == "busy"
    assert (await visitor.book(busy, "k2")).status_code == 412
    await refused(visitor, 409, put_entry(busy | {"status": "free"}))
    confirmed = (await visitor.put(pending | {"status": "booked"}, etag(pending))).json()
    assert confirmed["status"] == "booked"
    assert (await visitor.put(confirmed | {"status": "pending"}, None)).status_code == 422
    assert (await visitor.put(confirmed | {"status": "cancelled"}, None)).status_code == 200
    assert (await visitor.get(f"/Slot/{slot['id']}"))["status"] == "free"


def moved(booked: Json, slot: Json) -> Json:
    place = {"slot": [{"reference": f"Slot/{slot['id']}"}], "start": slot["start"], "end": slot["end"]}
    return booked | place


async def test_a_move_is_three_puts_whole_or_not_at_all(visitor: Visitor) -> None:
    old, taken, target = [await visitor.free(n) for n in range(3)]
    await visitor.book(old)
    (booked,) = await visitor.search("/Appointment")
    busy = await visitor.get(f"/Slot/{old['id']}")
    assert (await visitor.book(taken, "k2")).status_code == 200

    def puts(slot: Json) -> list[Json]:
        freed, claimed = busy | {"status": "free"}, slot | {"status": "busy"}
        return [put_entry(moved(booked, slot)), put_entry(freed), put_entry(claimed)]

    await refused(visitor, 412, *puts(taken))  # as it was seen before
    await refused(visitor, 412, *puts(await visitor.get(f"/Slot/{taken['id']}")))  # and as it is
    assert (await visitor.transact(*puts(target))).status_code == 200
    (now,) = await visitor.search("/Appointment", identifier="urn:haven:booking|k1")
    place = [{"reference": f"Slot/{target['id']}"}]
    assert (now["id"], now["slot"], now["start"]) == (booked["id"], place, target["start"])
    assert (now["contained"], now["extension"]) == (booked["contained"], booked["extension"])
    assert (await visitor.get(f"/Slot/{old['id']}"))["status"] == "free"
    assert (await visitor.get(f"/Slot/{target['id']}"))["status"] == "busy"
    await refused(visitor, 412, *puts(target))


async def test_a_move_to_somebody_else_is_to_them(visitor: Visitor) -> None:
    old, target = await visitor.free(), await visitor.free(schedule="bo")
    await visitor.book(old)
    (booked,) = await visitor.search("/Appointment")
    assert booked["extension"][0]["url"] == VIRTUAL_SERVICE
    now = (await visitor.put(moved(booked, target), etag(booked))).json()  # alone: the slots follow
    assert [one["actor"].get("display", "patient") for one in now["participant"]] == ["patient", "Bo Lind"]
    assert "extension" not in now  # no room: Bo calls
    assert (await visitor.get(f"/Slot/{old['id']}"))["status"] == "free"
    assert (await visitor.get(f"/Slot/{target['id']}"))["status"] == "busy"
    assert (await visitor.put(moved(now, old) | {"status": "cancelled"}, None)).status_code == 422


async def test_fifty_who_hold_and_book_one_slot_leave_one(visitor: Visitor) -> None:
    slot = await visitor.free()
    tries = [visitor.put(held(slot, f"h{n}"), etag(slot)) for n in range(25)]
    tries += [visitor.book(slot, f"k{n}") for n in range(25)]
    statuses = [reply.status_code for reply in await asyncio.gather(*tries)]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 412}


async def test_the_client_holds_books_and_moves(clinic: FastAPI, clock: StillClock) -> None:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(clinic))
    provider = FhirProvider("http://127.0.0.1", clock=clock, token=TOKEN, client=http)
    can = await provider.capabilities()
    assert can.atomic
    assert can.hold
    assert can.reschedule
    first, second, *_ = await provider.find_slots(*WEEK, 3)
    kept = await provider.hold(first, "h1", NOW + 20 * MINUTE)
    assert (kept.until, await provider.hold(first, "h1", NOW + 20 * MINUTE)) == (NOW + 10 * MINUTE, kept)
    with pytest.raises(SlotTaken):
        await provider.hold(first, "h2", NOW + 5 * MINUTE)
    with pytest.raises(SlotTaken):
        await provider.book(request(first, "k2"))
    booked = await provider.book(request(kept.slot).model_copy(update={"hold": "h1"}))
    assert (await provider.reschedule(booked, second, "m1")).key == "k1"
    free = [slot.key for slot in await provider.find_slots(*WEEK, 20)]
    assert first.key in free
    assert second.key not in free
    (again,) = await provider.find_slots(*WEEK, 1)
    kept = await provider.hold(again, "h3", NOW + 5 * MINUTE)
    await provider.release(kept.slot, "h3")
    assert again.key in [slot.key for slot in await provider.find_slots(*WEEK, 20)]
    await provider.aclose()


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
import sqlalchemy as sa
from bot.providers.clinic.tables import Database, slot
first, second, url = sys.argv[1:]
database = Database(url)
def hold(connection, key):
    until = int(datetime(2025, 3, 3, 7, 10, tzinfo=UTC).timestamp())
    values = {"status": "busy-tentative", "claim": "k", "held_until": until, "version": slot.c.version + 1}
    connection.execute(sa.update(slot).where(slot.c.id == key).values(values))
database.write(lambda connection: hold(connection, first))
def die(connection):
    hold(connection, second)
    os.kill(os.getpid(), signal.SIGKILL)
database.write(die)
"""


async def test_whoever_is_killed_leaves_no_hold_for_good(visitor: Visitor, tmp_path: Path, clock: StillClock) -> None:
    first, second = await visitor.free(0), await visitor.free(1)
    script = [sys.executable, "-c", KILLED, first["id"], second["id"], f"sqlite:///{tmp_path}/clinic.db"]
    done = await asyncio.to_thread(
        subprocess.run, script, check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    assert done.returncode == -signal.SIGKILL
    assert (await visitor.get(f"/Slot/{first['id']}"))["status"] == "busy-tentative"
    assert await visitor.get(f"/Slot/{second['id']}") == second  # killed while it wrote: nothing was written
    clock.later(10 * MINUTE)
    for slot in (first, second):
        assert (await visitor.book(await visitor.get(f"/Slot/{slot['id']}"), slot["id"])).status_code == 200
