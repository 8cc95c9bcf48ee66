"""What the clinic says of itself: its CapabilityStatement, and the Subscription of whom it tells."""

from datetime import datetime
from typing import Any, Final

from bot.providers.clinic.resources import Resource

CAPABILITY: Final = "urn:haven:capability"
CAPABILITIES: Final = ("hold", "waiting-list", "vouchers")  # what it does beyond R4's own words


def subscription(url: str, signature: str) -> Resource:
    """Return the one Subscription, which whoever runs the clinic has set: nobody else can have it call an address."""
    channel = {"type": "rest-hook", "endpoint": url, "header": [f"{signature}: sha256=<HMAC-SHA256 of the body>"]}
    return {
        "resourceType": "Subscription",
        "id": "service",
        "meta": {"versionId": "1"},
        "status": "active",
        "reason": "What the clinic itself changes of an appointment",
        "criteria": "Appointment?",
        "channel": channel,
    }


def capability(name: str, since: datetime, tells: bool = False) -> Resource:
    """Return the CapabilityStatement: exactly what the routes and the search understand.

    `tells`: it has a subscriber."""

    def kind(type_: str, codes: tuple[str, ...], params: dict[str, str], **more: Any) -> Resource:
        drawn: Resource = {
            "type": type_,
            "interaction": [{"code": code} for code in codes],
            "versioning": "versioned-update",
            **more,
        }
        if params:
            drawn["searchParam"] = [{"name": key, "type": type_} for key, type_ in params.items()]
        return drawn

    can = (*CAPABILITIES, *(("webhook",) if tells else ()))
    slots = {"status": "token", "schedule": "reference", "start": "date"}
    appointments = {"identifier": "token", "slot": "reference", "status": "token", "date": "date"}
    include = ["Slot:schedule", "Schedule:actor"]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "kind": "instance",
        "software": {"name": "Haven clinic"},
        "implementation": {"description": name},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    kind("Practitioner", ("read", "search-type"), {}),
                    kind("Schedule", ("read", "search-type"), {}),
                    *([kind("Subscription", ("read", "search-type"), {})] if tells else []),
                    kind("Slot", ("read", "update", "search-type"), slots, searchInclude=include),
                    kind(
                        "Appointment",
                        ("read", "update", "create", "search-type"),
                        appointments,
                        conditionalCreate=True,
                    ),
                    kind("Communication", ("create", "search-type"), {"identifier": "token"}, conditionalCreate=True),
                ],
                "interaction": [{"code": "transaction"}],
                "extension": [{"url": CAPABILITY, "valueCode": code} for code in can],
            }
        ],
    }
