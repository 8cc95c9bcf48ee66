"""What SMART Scheduling Links publishes, as far as we read it: a manifest, and files of one resource a line.

HL7/smart-scheduling-links, specification.md: Schedule, Slot with a booking deep link, Location, PractitionerRole."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.providers.fhir_models import Resource, Slot
from bot.providers.fhir_types import Concept, Meta, Reference
from flows.core import care

DEEP_LINKS: Final = frozenset(
    {
        "http://fhir-registry.smarthealthit.org/StructureDefinition/booking-deep-link",
        "http://hl7.org/fhir/uv/smart-scheduling-links/StructureDefinition/booking-deep-link",
    }
)
KINDS: Final = ("Location", "PractitionerRole", "Schedule", "Slot")
LONGEST: Final = timedelta(hours=3)
"""A longer slot is a clinic's opening hours, which the specification allows: no time that could be shown to anybody."""
_LINK: Final = re.compile(r"https://[^\s<>\"|@\\]{1,190}")
_ACTORS: Final = ("PractitionerRole", "Practitioner", "Location")  # whose slots they are: a person before a place
M = TypeVar("M", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


class Output(_Part):
    """A file of the manifest."""

    type: str
    url: str


class Manifest(_Part):
    """What is published, and where."""

    output: list[Output]


class Location(_Part):
    """Where somebody is seen."""

    id: str
    name: str = ""


class Role(_Part):
    """Who sees somebody."""

    id: str
    practitioner: Reference = Reference()


class Schedule(_Part):
    """Whose slots they are, and of what."""

    id: str
    actor: tuple[Reference, ...] = ()
    serviceType: tuple[Concept, ...] = ()  # noqa: N815  FHIR's name

    def whose(self) -> Reference:
        """Return the actor to show: a person before a place. Empty if there is none."""
        there = {(one.reference or "").partition("/")[0]: one for one in reversed(self.actor)}
        return next((there[kind] for kind in _ACTORS if kind in there), Reference())


class ListedSlot(Slot):
    """A slot as it is published: without a version, as nobody claims it here."""

    meta: Meta = Meta()


@dataclass
class Published:
    """What was read: everybody by the key of whose slots they are, all free slots, and how many could not be shown."""

    names: dict[str, str] = field(default_factory=dict)
    slots: list[care.Slot] = field(default_factory=list)
    dropped: int = 0
    free: int = 0


def read(files: Mapping[str, Iterable[str]]) -> Published:
    """Read the lines of the files, by the kind of resource in them."""
    found = Published()
    called = {f"Location/{one.id}": one.name for one in _all(files, "Location", Location, found)}
    roles = _all(files, "PractitionerRole", Role, found)
    called |= {f"PractitionerRole/{one.id}": one.practitioner.display or "" for one in roles}
    schedules: dict[str, tuple[str, Schedule]] = {}
    for one in _all(files, "Schedule", Schedule, found):
        whose = one.whose()
        key = whose.reference or ""
        name = whose.display or called.get(key, "")
        if name and re.fullmatch(r"[!-~]{1,80}", key):
            found.names[key] = name[:80]
            schedules[f"Schedule/{one.id}"] = key, one
    for raw, slot in _slots(files, found):
        if slot.status != "free":
            continue
        found.free += 1
        key, schedule = schedules.get(slot.schedule.reference or "", ("", None))
        shown = _shown(raw, slot, key, schedule, found.names) if schedule else None
        found.dropped += shown is None
        found.slots += [shown] if shown else []
    return found


def _shown(raw: Resource, slot: ListedSlot, key: str, schedule: Schedule, names: Mapping[str, str]) -> care.Slot | None:
    """Return a slot as flows know it; None without a page to book it on, or where it is no time of day."""
    link = deep_link(raw)
    if not link or not slot.start < slot.end <= slot.start + LONGEST or not re.fullmatch(r"[!-~]{1,64}", slot.id):
        return None
    said = (
        slot
        if slot.serviceType or slot.appointmentType
        else slot.model_copy(update={"serviceType": schedule.serviceType})
    )
    return care.Slot(
        key=f"Slot/{slot.id}",
        version="-",
        start=slot.start,
        end=slot.end,
        who=names[key],
        modality=said.modality(),
        practitioner=key,
        link=link,
    )


def deep_link(raw: Resource) -> str:
    """Return the https address of the page where a slot is booked, as it is published: nothing is added to it that
    could say who comes, or from where. Empty if there is none that can be opened."""
    for one in raw.get("extension") or []:
        if isinstance(one, dict) and one.get("url") in DEEP_LINKS:
            link = one.get("valueUrl")
            if isinstance(link, str) and _LINK.fullmatch(link) and link.isascii() and link.isprintable():
                return link
    return ""


def _slots(files: Mapping[str, Iterable[str]], found: Published) -> Iterator[tuple[Resource, ListedSlot]]:
    for raw in _lines(files, "Slot", found):
        try:
            yield raw, ListedSlot.model_validate(raw)
        except ValidationError:
            found.dropped += 1


def _all(files: Mapping[str, Iterable[str]], kind: str, model: type[M], found: Published) -> Iterator[M]:
    for raw in _lines(files, kind, found):
        try:
            yield model.model_validate(raw)
        except ValidationError:
            found.dropped += 1


def _lines(files: Mapping[str, Iterable[str]], kind: str, found: Published) -> Iterator[dict[str, Any]]:
    for line in files.get(kind, ()):
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raw = None
        if isinstance(raw, dict) and raw.get("resourceType") == kind:
            yield raw
        else:
            found.dropped += bool(line.strip())
