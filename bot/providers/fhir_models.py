"""The parts of FHIR R4 resources that the client decides by; whatever else a server sends is let be."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

from bot.providers.fhir_types import (
    Coding,
    Concept,
    Extension,
    HumanName,
    Identifier,
    Instant,
    Meta,
    Part,
    Reference,
    instant,
)
from flows.core.care import Modality
from flows.core.care import Slot as CareSlot

CLAIM: Final = "urn:haven:claim"
HELD_UNTIL: Final = "urn:haven:held-until"
CONFIRMED: Final = frozenset({"booked", "arrived", "checked-in", "fulfilled"})
ACTIVE: Final = CONFIRMED | {"proposed", "pending", "waitlist"}  # stands in the book, confirmed or not
_PRACTITIONER = re.compile(r"(?:^|/)(Practitioner/[A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?$")
_SLOT = re.compile(r"(?:^|/)(Slot/[A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?$")

Resource = dict[str, Any]


class Communication(Part):
    """Practitioner.communication: R4 has the language itself, R5 one element further in."""

    language: Concept | None = None
    coding: tuple[Coding, ...] = ()
    text: str | None = None


class Qualification(Part):
    """Practitioner.qualification."""

    issuer: Reference | None = None
    extension: tuple[Extension, ...] = ()


class Practitioner(Part):
    """Who is booked."""

    id: str
    active: bool = True
    name: tuple[HumanName, ...] = ()
    gender: str = ""
    communication: tuple[Communication, ...] = ()
    qualification: tuple[Qualification, ...] = ()
    extension: tuple[Extension, ...] = ()

    def called(self) -> str:
        """Return the name as it is shown; empty if there is none."""
        first = self.name[0] if self.name else HumanName()
        return first.text or " ".join([*first.given, *([first.family] if first.family else [])])


class Role(Part):
    """PractitionerRole: what somebody does at an organisation."""

    active: bool = True
    practitioner: Reference = Reference()
    code: tuple[Concept, ...] = ()
    specialty: tuple[Concept, ...] = ()


class Schedule(Part):
    """Whose slots they are."""

    id: str
    active: bool = True
    actor: tuple[Reference, ...] = ()

    def whose(self) -> str:
        """Return the reference to whose they are, "Practitioner/{id}"; empty if the server does not say."""
        return next((found for one in self.actor if (found := practitioner_key(one.reference))), "")


class Slot(Part):
    """A slot. One whose times have no offset does not parse, so it is never shown."""

    id: str
    meta: Meta
    status: str
    start: Instant
    end: Instant
    schedule: Reference = Reference()
    appointmentType: Concept | None = None  # noqa: N815
    serviceType: tuple[Concept, ...] = ()  # noqa: N815
    identifier: tuple[Identifier, ...] = ()
    extension: tuple[Extension, ...] = ()

    def etag(self) -> str:
        """Return the version as If-Match wants it; empty if the server gave none."""
        return f'W/"{self.meta.versionId}"' if self.meta.versionId else ""

    def modality(self) -> Modality:
        """Return how the two meet; in person where the server does not say otherwise."""
        concepts = [*([self.appointmentType] if self.appointmentType else []), *self.serviceType]
        words = [word for concept in concepts for word in concept.words()]
        signs: Sequence[tuple[Modality, tuple[str, ...]]] = (
            ("video", ("video", "virtual")),
            ("phone", ("phone",)),
            ("chat", ("chat",)),
            ("video", ("telehealth", "telemedicine", "online")),
        )
        for modality, needles in signs:
            if any(needle in word for word in words for needle in needles):
                return modality
        return "in_person"

    def held_until(self) -> datetime | None:
        """Return until when the slot is kept for somebody."""
        return _held_until(self.extension)

    def bookable(self, version: str, key: str | None = None) -> bool:
        """Tell whether it is free, at this version; or held under `key`."""
        free = self.status == "free" or (self.status == "busy-tentative" and key is not None and self.claim() == key)
        return free and self.etag() == version

    def claim(self) -> str | None:
        """Return the key of ours under which the slot is kept busy, if any."""
        return next((one.value for one in self.identifier if one.system == CLAIM), None)

    def shown(self, who: str, practitioner: str = "") -> CareSlot | None:
        """Return the slot as flows know it; None if it cannot be claimed or nobody is named. `practitioner` is the
        server's reference to whose it is."""
        key = f"Slot/{self.id}"
        if not (who and self.etag() and _SLOT.search(key) and self.start < self.end):
            return None
        if len(self.etag()) > 40:
            return None
        return CareSlot(
            key=key,
            version=self.etag(),
            start=self.start,
            end=self.end,
            who=who[:80],
            modality=self.modality(),
            practitioner=practitioner,
        )


class Appointment(Part):
    """An appointment, as far as it must be known even when the rest of it is odd."""

    resourceType: Literal["Appointment"]  # noqa: N815
    id: str
    status: str
    meta: Meta = Meta()
    identifier: tuple[Identifier, ...] = ()
    slot: tuple[Reference, ...] = ()
    extension: tuple[Extension, ...] = ()

    def has(self, system: str, value: str) -> bool:
        """Tell whether it carries this identifier; a server may have ignored the search parameter."""
        return any((one.system, one.value) == (system, value) for one in self.identifier)

    def slot_key(self) -> str | None:
        """Return "Slot/{id}", however the server writes the reference."""
        return slot_key(self.slot[0].reference) if self.slot else None

    def etag(self) -> str:
        """Return the version as If-Match wants it."""
        return f'W/"{self.meta.versionId}"'

    def held_until(self) -> datetime | None:
        """Return until when its slot is offered to somebody who waits."""
        return _held_until(self.extension)

    def rank(self) -> tuple[datetime, str]:
        """Return what decides between two bookings of one slot: the earlier change, then the id."""
        return instant(self.meta.lastUpdated) or datetime.max.replace(tzinfo=UTC), self.id


class Link(Part):
    """A link of a bundle."""

    relation: str = ""
    url: str = ""


class Response(Part):
    """Bundle.entry.response."""

    status: str = ""


class Entry(Part):
    """Bundle.entry."""

    resource: Resource | None = None
    response: Response | None = None


class Bundle(Part):
    """A searchset or a transaction's response."""

    resourceType: Literal["Bundle"]  # noqa: N815
    type: str
    link: tuple[Link, ...] = ()
    entry: tuple[Entry, ...] = ()

    def following(self) -> str | None:
        """Return the URL of the next page."""
        return next((link.url for link in self.link if link.relation == "next" and link.url), None)

    def resources(self) -> Iterator[Resource]:
        """Yield the resources."""
        return (entry.resource for entry in self.entry if entry.resource is not None)


def _held_until(extensions: Iterable[Extension]) -> datetime | None:
    return next((instant(one.valueInstant) for one in extensions if one.url == HELD_UNTIL), None)


def practitioner_key(reference: str | None) -> str:
    """Return "Practitioner/{id}" of a relative, absolute or versioned reference; empty for another."""
    found = _PRACTITIONER.search(reference or "")
    return found[1] if found else ""


def slot_key(reference: str | None) -> str | None:
    """Return "Slot/{id}" of a relative, absolute or versioned reference."""
    found = _SLOT.search(reference or "")
    return found[1] if found else None


def link(resource: Mapping[str, Any]) -> str:
    """Return the https link to a video room, or nothing.

    R5 has Appointment.virtualService.address[x]; R4 carries it in an extension of the same name.
    """
    parts: list[Any] = [resource.get("virtualService")]
    for one in resource.get("extension") or []:
        if isinstance(one, dict) and str(one.get("url", "")).lower().endswith("virtualservice"):
            parts.append(one)
    return next((found for part in parts for found in _links(part) if len(found) <= 200), "")


def _links(part: object) -> Iterator[str]:
    """Yield the https links in the values of a part, however deep."""
    if isinstance(part, list):
        for one in part:
            yield from _links(one)
    elif isinstance(part, dict):
        for name, value in part.items():
            if isinstance(value, str) and name != "url" and re.fullmatch(r"https://[^\s<>\"|]+", value):
                yield value
            elif isinstance(value, list | dict):
                yield from _links(value)
