"""Searching and reading, and whether what is sent is FHIR R4."""

from dataclasses import asdict, replace
from datetime import time, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fhir.resources.R4B.appointment import Appointment
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.practitioner import Practitioner as FhirPractitioner
from fhir.resources.R4B.schedule import Schedule
from fhir.resources.R4B.slot import Slot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.providers.clinic.hours import Profile
from bot.providers.fhir import FhirProvider
from tests.bot.providers.clinic.conftest import Visitor, etag
from tests.bot.providers.conftest import ANA, BO, TOKEN, StillClock

INCLUDES: dict[str, Any] = {"_include": "Slot:schedule", "_include:iterate": "Schedule:actor"}


async def test_everything_it_sends_is_r4(visitor: Visitor) -> None:
    CapabilityStatement.model_validate(await visitor.get("/metadata"))
    bundle = await visitor.get("/Slot", status="free", _count=3, **INCLUDES)
    Bundle.model_validate(bundle)
    slot = await visitor.free()
    Slot.model_validate(slot)
    Bundle.model_validate((await visitor.book(slot)).json())
    (booked,) = await visitor.search("/Appointment", identifier="urn:haven:booking|k1")
    Appointment.model_validate(booked)
    Schedule.model_validate(await visitor.get("/Schedule/ana"))
    FhirPractitioner.model_validate(await visitor.get("/Practitioner/ana"))
    OperationOutcome.model_validate(await visitor.get("/Slot/none", expect=404))


async def test_the_statement_says_what_the_client_needs(visitor: Visitor) -> None:
    statement = await visitor.get("/metadata")
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["rest"][0]["interaction"] == [{"code": "transaction"}]
    names = {one["type"]: {p["name"] for p in one.get("searchParam", [])} for one in statement["rest"][0]["resource"]}
    assert names["Slot"] == {"status", "schedule", "start"}
    assert names["Appointment"] == {"identifier", "slot", "status", "date"}


async def test_the_directory_says_what_people_may_know_before_they_choose(visitor: Visitor, clinic: FastAPI) -> None:
    """As FHIR on the wire, and as our own client reads it."""
    said = Profile("therapy", ("en", "cy"), ("sleep", "burnout"), "female", ("GB", "US-CA"), "40 GBP")
    clinic.state.practice.replace([replace(ANA, profile=said), BO])
    (ana,) = [one for one in await visitor.search("/Practitioner") if one["id"] == "ana"]
    FhirPractitioner.model_validate(ana)
    assert (ana["gender"], [one["coding"][0]["code"] for one in ana["communication"]]) == ("female", ["en", "cy"])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(clinic))
    client = FhirProvider("http://127.0.0.1", clock=StillClock(), token=TOKEN, client=http)
    read, bo = await client.find_services()
    assert {name: getattr(read, name) for name in asdict(said)} == asdict(said)
    assert (read.key, read.modalities, bo.modalities, bo.gender) == ("Practitioner/ana", ("video",), ("phone",), "")
    await client.aclose()


@pytest.mark.parametrize("kind", ["Slot", "Schedule", "Practitioner"])
async def test_what_is_read_has_its_version_as_etag(visitor: Visitor, kind: str) -> None:
    key = (await visitor.free())["id"] if kind == "Slot" else "ana"
    reply = await visitor.http.get(f"/{kind}/{key}")
    assert reply.headers["etag"] == 'W/"1"' == etag(reply.json())
    assert reply.json()["meta"]["lastUpdated"] == "2025-03-03T07:00:00.000Z"


async def test_practitioners_and_schedules_are_listed(visitor: Visitor) -> None:
    assert [one["name"][0]["text"] for one in await visitor.search("/Practitioner")] == ["Ana Ruiz", "Bo Lind"]
    assert [one["actor"][0]["display"] for one in await visitor.search("/Schedule")] == ["Ana Ruiz", "Bo Lind"]


async def test_slots_are_found_by_status_schedule_and_start(visitor: Visitor) -> None:
    first, second, *_ = await visitor.search("/Slot", schedule="Schedule/ana")
    assert first["start"] == "2025-03-03T08:00:00Z"  # 09:00 in Madrid
    bounds = {
        "ge": [first, second],
        "gt": [second],
        "le": [first],
        "lt": [],
        "eq": [first],
        "": [first],
    }
    for prefix, expected in bounds.items():
        found = await visitor.search(
            "/Slot", schedule="ana", start=[f"{prefix}{first['start']}", f"le{second['start']}"]
        )
        assert [one["id"] for one in found] == [one["id"] for one in expected], prefix
    assert {one["schedule"]["display"] for one in await visitor.search("/Slot", schedule="bo")} == {"Bo Lind"}
    await visitor.book(first)
    assert [one["id"] for one in await visitor.search("/Slot", status="busy")] == [first["id"]]
    assert first["id"] not in [one["id"] for one in await visitor.search("/Slot", status="free")]
    assert first["id"] in [one["id"] for one in await visitor.search("/Slot", status="free,busy", schedule="ana")]


async def test_an_offset_in_a_parameter_is_an_instant(visitor: Visitor) -> None:
    utc = await visitor.search("/Slot", start="ge2025-03-10T10:00:00Z")
    assert utc == await visitor.search("/Slot", start="ge2025-03-10T11:00:00+01:00")


async def test_schedules_and_practitioners_come_along_once(visitor: Visitor) -> None:
    bundle = await visitor.get("/Slot", **INCLUDES)
    included = [one["resource"]["resourceType"] for one in bundle["entry"] if one["search"]["mode"] == "include"]
    assert sorted(included) == ["Practitioner", "Practitioner", "Schedule", "Schedule"]


async def walk(visitor: Visitor, url: str) -> list[list[str]]:
    pages = []
    while url:
        bundle = await visitor.get(url)
        pages.append([one["resource"]["id"] for one in bundle.get("entry", [])])
        url = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), "")
    return pages


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 120))
async def test_pages_hold_every_slot_once_and_in_order(visitor: Visitor, count: int) -> None:
    whole = (await walk(visitor, "/Slot?_count=100"))[0]
    pages = await walk(visitor, f"/Slot?status=free&_sort=start&_count={count}")
    assert [key for page in pages for key in page] == whole
    assert all(len(page) == min(count, 100) for page in pages[:-1])
    slots = await visitor.search("/Slot")
    assert slots == sorted(slots, key=lambda one: (one["start"], one["id"]))


async def test_a_booking_between_two_pages_hides_no_slot(visitor: Visitor) -> None:
    bundle = await visitor.get("/Slot", status="free", _count=3)
    first = [one["resource"] for one in bundle["entry"]]
    whole = [one["id"] for one in await visitor.search("/Slot", status="free")]
    await visitor.book(first[0])
    following = next(one["url"] for one in bundle["link"] if one["relation"] == "next")
    rest = [key for page in await walk(visitor, following) for key in page]
    assert [one["id"] for one in first] + rest == whole


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "status=free&status=busy",
        "status=FREE%27--",
        "start=2025-03-03",
        "start=ge2025-03-03T10:00:00",
        "start=sa2025-03-03T10:00:00Z",
        "start=geT",
        "start=ge2025-99-99T10:00:00Z",
        "_count=0",
        "_count=-1",
        "_count=many",
        "_sort=-start",
        "_include=Slot:patient",
        "_page=x",
        "schedule=a%20b",
        "identifier=a|b",
    ],
)
async def test_what_is_not_understood_is_refused_not_ignored(visitor: Visitor, query: str) -> None:
    outcome = await visitor.get(f"/Slot?{query}", expect=400)
    OperationOutcome.model_validate(outcome)


@pytest.mark.parametrize("query", ["identifier=a", "identifier=|a", "identifier=a|", "slot=a%2Fb", "patient=1"])
async def test_the_same_for_appointments(visitor: Visitor, query: str) -> None:
    await visitor.get(f"/Appointment?{query}", expect=400)


@pytest.mark.parametrize("path", ["/Patient", "/Patient/1", "/Slot/none", "/Schedule/none", "/a/b/c", "/docs"])
async def test_what_is_not_there_is_404(visitor: Visitor, path: str) -> None:
    OperationOutcome.model_validate(await visitor.get(path, expect=404))


async def test_appointments_are_found_by_identifier_slot_status_and_date(visitor: Visitor) -> None:
    slots = await visitor.search("/Slot", schedule="ana")
    for n in range(3):
        assert (await visitor.book(slots[n], f"k{n}")).status_code == 200
    searches: list[tuple[dict[str, Any], list[str]]] = [
        ({"identifier": "urn:haven:booking|k1"}, ["k1"]),
        ({"identifier": "urn:other|k1"}, []),
        ({"slot": f"Slot/{slots[2]['id']}"}, ["k2"]),
        ({"slot": slots[2]["id"], "status": "cancelled"}, []),
        ({"status": "booked", "date": f"gt{slots[0]['start']}"}, ["k1", "k2"]),
    ]
    for params, keys in searches:
        found = await visitor.search("/Appointment", **params)
        assert [one["identifier"][0]["value"] for one in found] == keys, params


async def test_new_hours_never_touch_what_is_booked(visitor: Visitor, clinic: FastAPI) -> None:
    before = await visitor.search("/Slot", schedule="ana")
    await visitor.book(before[0])
    people = await visitor.search("/Practitioner")
    clinic.state.practice.replace([ANA, BO])
    assert await visitor.search("/Practitioner") == people
    again = await visitor.search("/Slot", schedule="ana")
    assert again[1:] == before[1:]  # the same hours change nothing, versions included
    moved = ANA.__class__(ANA.key, "Ana R. Ruiz", "phone", ANA.zone, 30, {0: ((time(9), time(10)),)})
    clinic.state.practice.replace([moved])
    assert (await visitor.search("/Slot", status="busy"))[0] == again[0] | {
        "schedule": {"reference": "Schedule/ana", "display": "Ana R. Ruiz"}
    }
    free = await visitor.search("/Slot", status="free")
    assert {one["appointmentType"]["text"] for one in free} == {"phone"}
    assert {one["start"][11:] for one in free} <= {"08:00:00Z", "08:30:00Z", "07:00:00Z", "07:30:00Z"}
    assert [one["id"] for one in await visitor.search("/Practitioner")] == ["ana"]
    clinic.state.practice.replace([ANA, BO])
    freed = await visitor.search("/Slot", schedule="ana", status="free")
    assert [one["id"] for one in freed] == [one["id"] for one in before[1:]]


async def test_a_slot_freed_outside_the_hours_is_not_offered(visitor: Visitor, clinic: FastAPI) -> None:
    slot = await visitor.free()
    await visitor.book(slot)
    clinic.state.practice.replace([BO])
    (booked,) = await visitor.search("/Appointment")
    assert (await visitor.put(booked | {"status": "cancelled"}, etag(booked))).status_code == 200
    assert slot["id"] not in [one["id"] for one in await visitor.search("/Slot", status="free")]


async def test_time_brings_new_slots_and_takes_old_ones(visitor: Visitor, clock: StillClock) -> None:
    before = [one["start"] for one in await visitor.search("/Slot", status="free", schedule="ana")]
    clock.later(timedelta(days=7))
    after = [one["start"] for one in await visitor.search("/Slot", status="free", schedule="ana")]
    assert len(after) == len(before)
    assert min(after) == "2025-03-10T08:00:00Z"
    assert max(after) > max(before)


async def test_two_of_one_key_are_refused(clinic: FastAPI) -> None:
    with pytest.raises(ValueError, match="same key"):
        clinic.state.practice.replace([ANA, ANA])
