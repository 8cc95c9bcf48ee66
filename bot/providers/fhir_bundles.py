"""What the client sends to a FHIR server: an appointment, and the transactions that carry it."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bot.providers.base import Request, Whom
from bot.providers.fhir_models import CLAIM, HELD_UNTIL, Resource
from flows.core import care

BOOKING: Final = "urn:haven:booking"
PROBE: Final = "urn:haven:probe"
VOUCHER: Final = "urn:haven:voucher"
REACH: Final = "The chat no longer reaches this person. They agreed to be reached by the contact that they gave."
"""All that a provider learns of it, and only of who wanted that."""
_PATIENT: Final = "urn:haven:patient"
_ZONE = "http://hl7.org/fhir/StructureDefinition/timezone"
CONSENT: Final = "urn:haven:consented-at"


def patient(request: Whom) -> Resource:
    """Return whom the provider is to expect: name, contact, zone and when they consented, and nothing else. That is
    all a provider learns of a person."""
    contact = request.contact.strip()
    system = "email" if "@" in contact else "phone" if re.fullmatch(r"\+?[\d\s().-]{5,}", contact) else "other"
    return {
        "resourceType": "Patient",
        "extension": [
            {"url": _ZONE, "valueCode": request.zone},
            {"url": CONSENT, "valueDateTime": request.consented_at.astimezone(UTC).isoformat()},
        ],
        "name": [{"text": request.name}],
        "telecom": [{"system": system, "value": contact}],
    }


def own_patient(request: Whom) -> tuple[Resource, str]:
    """Return the Patient to create where the provider takes none within an appointment, and its If-None-Exist
    condition. It is known by this booking's key only, so two bookings of somebody are not tied together."""
    resource = patient(request) | {"identifier": [{"system": _PATIENT, "value": request.key}]}
    return resource, unless(_PATIENT, request.key)


def appointment(request: Request, actor: str | None = None) -> Resource:
    """Return the Appointment to create, with the person in it; or pointing to the Patient `actor`."""
    return {**waiting(request, actor), "status": "booked", **at(request.slot)}


def waiting(whom: Whom, actor: str | None = None) -> Resource:
    """Return the Appointment that is a place on a waiting list: without a slot and a time."""
    identifier = [{"system": BOOKING, "value": whom.key}]
    if whom.voucher:
        identifier.append({"system": VOUCHER, "value": whom.voucher})
    contained = {} if actor else {"contained": [patient(whom) | {"id": "patient"}]}
    return {
        "resourceType": "Appointment",
        **contained,
        "identifier": identifier,
        "status": "waitlist",
        "participant": [{"actor": {"reference": actor or "#patient"}, "status": "accepted"}],
    }


def at(slot: care.Slot) -> Resource:
    """Return the elements of an Appointment that say in which slot it is."""
    return {
        "slot": [{"reference": slot.key}],
        "start": slot.start.astimezone(UTC).isoformat(),
        "end": slot.end.astimezone(UTC).isoformat(),
    }


def anew(old: Mapping[str, Any], slot: care.Slot, key: str) -> Resource:
    """Return the Appointment that takes the place of another, for the same person, under a key of its own."""
    kept = {name: value for name, value in old.items() if name not in ("id", "meta", "text", "extension")}
    others = [one for one in old.get("identifier") or [] if one.get("system") != BOOKING]
    who = [one for one in old.get("participant") or [] if _patient(one)]
    identifier = [{"system": BOOKING, "value": key}, *others]
    return {**kept, "identifier": identifier, "status": "booked", "participant": who, **at(slot)}


def _patient(participant: Mapping[str, Any]) -> bool:
    """Tell whether a participant is the person: a provider adds its own to an appointment itself."""
    reference = str((participant.get("actor") or {}).get("reference", ""))
    return reference.startswith("#") or "Patient/" in reference


def probe(key: str) -> Resource:
    """Return an appointment that never was: cancelled, in no slot, at no time, of nobody."""
    return {
        "resourceType": "Appointment",
        "identifier": [{"system": PROBE, "value": key}],
        "status": "cancelled",
        "participant": [{"actor": {"display": "probe"}, "status": "declined"}],
    }


def unless(system: str, value: str) -> str:
    """Return the If-None-Exist condition: no resource with this identifier yet. `value` needs no escape."""
    return f"identifier={system}|{value}"


def create(resource: Resource, condition: str) -> Resource:
    """Return the entry of a transaction that creates a resource, on a condition."""
    request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": condition}
    return {"resource": resource, "request": request}


def replace(resource: Mapping[str, Any], if_match: str) -> Resource:
    """Return the entry of a transaction that replaces a resource at a version."""
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": dict(resource), "request": {"method": "PUT", "url": url, "ifMatch": if_match}}


def transaction(entries: Sequence[Resource]) -> Resource:
    """Return the transaction Bundle."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def busy(slot: Resource) -> Resource:
    """Return the slot made busy, without any mark of a hold."""
    return {**_bare(slot), "status": "busy"}


def claimed(slot: Resource, key: str) -> Resource:
    """Return the slot made busy under our key, so that a claim whose answer was lost is known again."""
    return _marked(busy(slot), key)


def held(slot: Resource, key: str, until: datetime) -> Resource:
    """Return the slot kept for a booking under our key, until then."""
    kept = _marked({**_bare(slot), "status": "busy-tentative"}, key)
    end = {"url": HELD_UNTIL, "valueInstant": until.astimezone(UTC).isoformat()}
    return {**kept, "extension": [*kept.get("extension", []), end]}


def released(slot: Resource) -> Resource:
    """Return the slot made free, without any mark of ours."""
    return {**_bare(slot), "status": "free"}


def _marked(slot: Resource, key: str) -> Resource:
    return {**slot, "identifier": [*slot.get("identifier", []), {"system": CLAIM, "value": key}]}


def _bare(slot: Resource) -> Resource:
    kept = dict(slot)
    for name, of, mark in (("identifier", "system", CLAIM), ("extension", "url", HELD_UNTIL)):
        others = [one for one in kept.pop(name, None) or [] if one.get(of) != mark]
        kept |= {name: others} if others else {}
    return kept
