"""Draws the clinic's rows as FHIR R4 resources, and reads the few parts of a resource that it decides by."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import Row

MODALITY = "urn:haven:modality"
TOPIC = "urn:haven:topic"
PROFESSION = "urn:haven:profession"
PRICE = "urn:haven:price"
LICENSED = "urn:haven:licensed"
BCP47 = "urn:ietf:bcp:47"
CLAIM = "urn:haven:claim"
HELD_UNTIL = "urn:haven:held-until"
# The extension by which R4 carries R5's Appointment.virtualService (HL7 cross-version extensions, R5 in R4)
VIRTUAL_SERVICE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService"
_OURS = ("resourceType", "id", "meta", "identifier", "status", "slot", "start", "end")

Resource = dict[str, Any]


def _moment(value: object) -> datetime:
    """Read a FHIR instant; a time without an offset is refused (R4 datatypes, `instant`)."""
    if not isinstance(value, str) or "T" not in value:
        raise ValueError("not an instant")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("not an instant")
    return moment


class Part(BaseModel):
    """Any part of a resource: unknown elements are kept, errors never quote what was sent."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


Instant = Annotated[datetime, BeforeValidator(_moment)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]


class Identifier(Part):
    """A business identifier."""

    system: str = Field(min_length=1, max_length=200)
    value: str = Field(min_length=1, max_length=200)


class Reference(Part):
    """A reference to another resource."""

    reference: str = Field(max_length=200)


class Extension(Part):
    """An extension, as far as this clinic reads any."""

    url: str = Field(max_length=200)
    valueInstant: Instant | None = None  # noqa: N815


class SlotBody(Part):
    """What a PUT of a Slot may say; only the status can change, and for whom it is kept."""

    resourceType: Literal["Slot"]  # noqa: N815  FHIR's name
    id: Id
    status: Literal["free", "busy", "busy-tentative"]
    start: Instant | None = None
    end: Instant | None = None
    identifier: list[Identifier] = Field(default=[], max_length=5)
    extension: list[Extension] = Field(default=[], max_length=5)

    def claim(self) -> str | None:
        """Return the key that it is to be kept under, or None."""
        return next((one.value for one in self.identifier if one.system == CLAIM), None)

    def held_until(self) -> float | None:
        """Return until when it is to be held, in seconds since 1970, or None if that is not said."""
        return next(
            (one.valueInstant.timestamp() for one in self.extension if one.valueInstant and one.url == HELD_UNTIL), None
        )


class AppointmentBody(Part):
    """What a POST or PUT of an Appointment says."""

    resourceType: Literal["Appointment"]  # noqa: N815
    id: Id | None = None
    identifier: list[Identifier] = Field(min_length=1, max_length=3)  # the first is the booking's
    status: Literal["booked", "pending", "waitlist", "cancelled"]
    slot: list[Reference] = Field(default=[], max_length=1)
    start: Instant | None = None
    end: Instant | None = None
    participant: list[Resource] = Field(min_length=1)

    def slot_id(self) -> str | None:
        """Return the id of the slot that it stands in, or None."""
        return self.slot[0].reference.removeprefix("Slot/") if self.slot else None

    def document(self) -> Resource:
        """Return everything that the clinic does not keep in columns: this is what gets sealed."""
        said = {key: value for key, value in self.model_dump(mode="json").items() if key not in _OURS}
        extensions = [one for one in said.pop("extension", None) or [] if one.get("url") != HELD_UNTIL]
        others = [one.model_dump(mode="json") for one in self.identifier[1:]]
        kept = {"extension": extensions, "identifier": others}
        return {**said, **{name: value for name, value in kept.items() if value}}


class RequestPart(Part):
    """Bundle.entry.request."""

    method: Literal["POST", "PUT"]
    url: str = Field(max_length=200)
    ifMatch: str | None = None  # noqa: N815
    ifNoneExist: str | None = None  # noqa: N815


class EntryPart(Part):
    """Bundle.entry of a transaction."""

    resource: Resource
    request: RequestPart


class TransactionBody(Part):
    """A transaction Bundle; small ones only, for there is nothing large to do here."""

    resourceType: Literal["Bundle"]  # noqa: N815
    type: Literal["transaction"]
    entry: list[EntryPart] = Field(min_length=1, max_length=10)


def etag(version: int | str) -> str:
    """Return the weak ETag of a version."""
    return f'W/"{version}"'


def instant(seconds: int) -> str:
    """Return seconds since 1970 as a FHIR instant in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def updated(milliseconds: int) -> str:
    """Return milliseconds since 1970 as a FHIR instant in UTC."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def _head(kind: str, row: Row[Any]) -> Resource:
    meta = {"versionId": str(row.version), "lastUpdated": updated(row.updated)}
    return {"resourceType": kind, "id": row.id, "meta": meta}


def practitioner(row: Row[Any]) -> Resource:
    """Draw a row of `practitioner` as a Practitioner: gender, languages, and a qualification with the places where it
    holds in R4's own elements, the rest in extensions."""
    said: Resource = row.profile
    drawn = {**_head("Practitioner", row), "active": row.active, "name": [{"text": row.name}]}
    codes = [(TOPIC, topic) for topic in said.get("topics", ())]
    codes += [(url, said[name]) for url, name in ((PROFESSION, "profession"), (MODALITY, "modality")) if said.get(name)]
    extensions: list[Resource] = [{"url": url, "valueCode": code} for url, code in codes]
    if said.get("price"):
        extensions.append({"url": PRICE, "valueString": said["price"]})
    licences = [{"url": LICENSED, "valueCode": place} for place in said.get("licensed", ())]
    parts: Resource = {
        "extension": extensions,
        "gender": said.get("gender"),
        "qualification": [{"extension": licences, "code": {"text": said.get("profession", "")}}] if licences else None,
        "communication": [{"coding": [{"system": BCP47, "code": code}]} for code in said.get("languages", ())],
    }
    return {**drawn, **{name: part for name, part in parts.items() if part}}


def schedule(row: Row[Any]) -> Resource:
    """Draw a row of `practitioner` as the one Schedule that they have."""
    actor = {"reference": f"Practitioner/{row.id}", "display": row.name}
    return {**_head("Schedule", row), "active": row.active, "actor": [actor]}


def slot(row: Row[Any]) -> Resource:
    """Draw a row of `slot`, joined with its practitioner's name as `who`, as a Slot."""
    coding = {"system": MODALITY, "code": row.modality}
    kept: Resource = {}
    if row.claim and row.status in ("busy", "busy-tentative"):
        kept["identifier"] = [{"system": CLAIM, "value": row.claim}]
    if row.status == "busy-tentative":
        kept["extension"] = [{"url": HELD_UNTIL, "valueInstant": instant(row.held_until)}]
    return {
        **_head("Slot", row),
        **kept,
        "appointmentType": {"coding": [coding], "text": row.modality},
        "schedule": {"reference": f"Schedule/{row.practitioner}", "display": row.who},
        "status": row.status,
        "start": instant(row.starts),
        "end": instant(row.ends),
    }


def appointment(row: Row[Any], document: Resource) -> Resource:
    """Draw a row of `appointment` with its opened document as an Appointment."""
    drawn = {**_head("Appointment", row), "status": row.status, **document}
    drawn["identifier"] = [{"system": row.system, "value": row.value}, *document.get("identifier", [])]
    if row.slot is not None:
        drawn["slot"] = [{"reference": f"Slot/{row.slot}"}]
        drawn["start"], drawn["end"] = instant(row.starts), instant(row.ends)
    if row.offered_until is not None:
        until = {"url": HELD_UNTIL, "valueInstant": instant(row.offered_until)}
        drawn["extension"] = [*(drawn.get("extension") or []), until]
    return drawn


def virtual_service(url: str) -> Resource:
    """Return the extension that holds the link to a video room."""
    parts = [
        {"url": "_datatype", "valueString": "VirtualServiceDetail"},
        {"url": "address", "valueUrl": url},
    ]
    return {"url": VIRTUAL_SERVICE, "extension": parts}


def searchset(base: str, matches: Iterable[Resource], included: Iterable[Resource], links: Resource) -> Resource:
    """Return a searchset Bundle; `links` maps a relation (self, next) to its URL."""
    entries = [
        {
            "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": mode},
        }
        for mode, resources in (("match", matches), ("include", included))
        for resource in resources
    ]
    link = [{"relation": relation, "url": url} for relation, url in links.items()]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": link,
        **({"entry": entries} if entries else {}),
    }
