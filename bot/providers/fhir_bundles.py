"""What the client sends to a FHIR server: an appointment, and the transactions that carry it."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final

from bot.providers.base import Request
from bot.providers.fhir_models import CLAIM, Resource

BOOKING: Final = "urn:haven:booking"
PROBE: Final = "urn:haven:probe"
_ZONE = "http://hl7.org/fhir/StructureDefinition/timezone"
_CONSENT = "urn:haven:consented-at"


def appointment(request: Request) -> Resource:
    """Return the Appointment to create. Of the person it says name, contact, zone and when they consented,
    and nothing else: that is all a provider learns."""
    contact = request.contact.strip()
    system = "email" if "@" in contact else "phone" if re.fullmatch(r"\+?[\d\s().-]{5,}", contact) else "other"
    patient = {
        "resourceType": "Patient",
        "id": "patient",
        "extension": [
            {"url": _ZONE, "valueCode": request.zone},
            {"url": _CONSENT, "valueDateTime": request.consented_at.astimezone(UTC).isoformat()},
        ],
        "name": [{"text": request.name}],
        "telecom": [{"system": system, "value": contact}],
    }
    return {
        "resourceType": "Appointment",
        "contained": [patient],
        "identifier": [{"system": BOOKING, "value": request.key}],
        "status": "booked",
        "slot": [{"reference": request.slot.key}],
        "start": request.slot.start.astimezone(UTC).isoformat(),
        "end": request.slot.end.astimezone(UTC).isoformat(),
        "participant": [{"actor": {"reference": "#patient"}, "status": "accepted"}],
    }


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


def claimed(slot: Resource, key: str) -> Resource:
    """Return the slot made busy under our key, so that a claim whose answer was lost is known again."""
    return {**slot, "status": "busy", "identifier": [*_others(slot), {"system": CLAIM, "value": key}]}


def released(slot: Resource) -> Resource:
    """Return the slot made free, without any claim of ours."""
    freed = {**slot, "status": "free", "identifier": _others(slot)}
    return {name: value for name, value in freed.items() if name != "identifier" or value}


def _others(slot: Resource) -> list[Resource]:
    return [one for one in slot.get("identifier") or [] if one.get("system") != CLAIM]
