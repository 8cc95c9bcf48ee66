"""How the client reads what real servers write."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.appointment import Appointment as R4Appointment
from hypothesis import given
from hypothesis import strategies as st

from bot.providers import fhir_bundles
from bot.providers.base import Request
from bot.providers.fhir_models import Appointment, Slot, link, slot_key
from bot.providers.fhir_records import Outcome, outcome
from bot.providers.fhir_types import Meta, instant
from bot.providers.fhir_wire import Lost, Reply
from flows.core import care

SLOT = {
    "id": "s",
    "meta": {"versionId": "1"},
    "status": "free",
    "start": "2025-03-04T10:00Z",
    "end": "2025-03-04T11:00Z",
}
V3 = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@pytest.mark.parametrize(
    ("given_", "modality"),
    [
        ({"appointmentType": {"coding": [{"system": "urn:haven:modality", "code": "chat"}]}}, "chat"),
        ({"appointmentType": {"text": "Video visit"}}, "video"),
        ({"serviceType": [{"coding": [{"system": V3, "code": "VR", "display": "virtual"}]}]}, "video"),
        ({"serviceType": [{"text": "Telephone consultation"}]}, "phone"),
        ({"serviceType": [{"text": "Telehealth"}]}, "video"),
        ({"serviceType": [{"text": "Telehealth by phone"}]}, "phone"),
        ({"appointmentType": {"coding": [{"code": "ROUTINE"}]}}, "in_person"),
        ({}, "in_person"),
    ],
)
def test_how_the_two_meet(given_: dict[str, Any], modality: str) -> None:
    assert Slot.model_validate(SLOT | given_).modality() == modality


ROOM = "https://video.example/r/1"
EXTENSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"virtualService": [{"addressUrl": ROOM}]}, ROOM),
        ({"virtualService": [{"addressContactPoint": {"system": "url", "value": ROOM}}]}, ROOM),
        ({"virtualService": [{"addressString": "dial 5"}, {"addressUrl": ROOM}]}, ROOM),
        ({"extension": [{"url": EXTENSION, "extension": [{"url": "address", "valueUrl": ROOM}]}]}, ROOM),
        ({"extension": [{"url": EXTENSION, "valueUrl": ROOM}]}, ROOM),
        ({"extension": [{"url": "urn:survey", "valueUrl": ROOM}]}, ""),
        ({"virtualService": [{"addressUrl": "javascript:alert(1)"}]}, ""),
        ({"virtualService": [{"addressUrl": "http://video.example/"}]}, ""),
        ({"virtualService": [{"addressUrl": 'https://a.example/"><b>'}]}, ""),
        ({"virtualService": [{"addressUrl": "https://a.example/|x"}]}, ""),
        ({"virtualService": [{"addressUrl": ROOM + "x" * 200}]}, ""),
        ({"virtualService": "x", "extension": [None, 1]}, ""),
        ({}, ""),
    ],
)
def test_the_link_to_a_room(resource: dict[str, Any], expected: str) -> None:
    assert link(resource) == expected


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("Slot/1", "Slot/1"),
        ("https://a.example/fhir/Slot/1", "Slot/1"),
        ("Slot/1/_history/3", "Slot/1"),
        ("Schedule/1", None),
        ("Slot/", None),
        ("Slot/a b", None),
        ("MySlot/1", None),
        (None, None),
    ],
)
def test_references_to_slots(reference: str | None, key: str | None) -> None:
    assert slot_key(reference) == key


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_is_read_as_it_is(moment: datetime) -> None:
    written = moment.astimezone(UTC).isoformat() if moment.year not in (1, 9999) else "2025-03-04T10:00:00+00:00"
    assert instant(written) == datetime.fromisoformat(written)
    assert instant(written.removesuffix("+00:00")) is None


@given(st.integers() | st.floats() | st.integers().map(str) | st.dates().map(str) | st.none() | st.booleans())
def test_what_is_no_instant_is_none(value: object) -> None:
    assert instant(value) is None


def test_the_earlier_change_ranks_first_then_the_id() -> None:
    def rank(key: str, at: object) -> Any:
        return Appointment(resourceType="Appointment", id=key, status="booked", meta=Meta(lastUpdated=at)).rank()

    early, late = "2025-03-04T10:00:00.1Z", "2025-03-04T11:00:00.2+01:00"
    assert sorted([rank("b", late), rank("c", early), rank("a", late), rank("z", "2025-03-04T09:00:00")]) == [
        rank("c", early),
        rank("a", late),
        rank("b", late),
        rank("z", None),
    ]


@given(
    name=st.text(min_size=1, max_size=80).filter(str.strip),
    contact=st.sampled_from(["a@b.example", "+34 600 111 222", "Signal: sam.01"]),
)
def test_what_is_sent_is_r4_and_of_one_person(name: str, contact: str) -> None:
    slot = care.Slot(
        key="Slot/s", version='W/"1"', start=datetime(2025, 3, 4, 10, tzinfo=UTC),
        end=datetime(2025, 3, 4, 11, tzinfo=UTC), who="W", modality="video",
    )  # fmt: skip
    request = Request(key="k1", slot=slot, name=name, contact=contact, zone="Europe/Madrid", consented_at=slot.start)
    sent = fhir_bundles.appointment(request)
    assert sent["contained"][0]["telecom"][0]["system"] in ("email", "phone", "other")
    if name.isprintable():
        R4Appointment.model_validate(sent)
    R4Appointment.model_validate(fhir_bundles.probe("k"))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["200 OK", "201 Created"], Outcome.DONE),
        (["200", "412 Precondition Failed"], Outcome.TAKEN),
        (["412", "409"], Outcome.TAKEN),
        (["201", "409 Conflict"], Outcome.CONFLICT),
        (["201", "422"], Outcome.REFUSED),
        (["404", "201"], Outcome.TAKEN),
        (["201"], None),
        (["201", "201", "201"], None),
        (["201", ""], None),
        (["201", "OK"], None),
    ],
)
def test_every_entry_is_looked_at_whatever_http_says(statuses: list[str], expected: Outcome | None) -> None:
    entries = [{"response": {"status": status}} for status in statuses]
    body = {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
    if expected is None:
        with pytest.raises(Lost):
            outcome(Reply(200, body), entries=2)
    else:
        assert outcome(Reply(200, body), entries=2) is expected


@pytest.mark.parametrize(
    "body", [{}, {"resourceType": "OperationOutcome"}, {"resourceType": "Bundle", "type": "batch-response"}]
)
def test_a_success_that_is_no_transaction_is_lost(body: dict[str, Any]) -> None:
    with pytest.raises(Lost):
        outcome(Reply(200, body), entries=2)
