"""Reads who can be booked at a FHIR server: practitioners, what they do, and whether their schedules are open."""

import re
from collections.abc import AsyncIterator, Iterable
from typing import Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from bot import log
from bot.providers.fhir_models import Practitioner, Role, Schedule, practitioner_key
from bot.providers.fhir_types import Concept
from bot.providers.fhir_wire import Wire
from flows.core import care

_TOPIC: Final = "urn:haven:topic"
_PROFESSION: Final = "urn:haven:profession"
_MODALITY: Final = "urn:haven:modality"
_PRICE: Final = "urn:haven:price"
_LICENSED: Final = "urn:haven:licensed"
_SIGNS: Final[tuple[tuple[care.Profession, tuple[str, ...]], ...]] = (  # in the words of a role's code or specialty
    ("psychiatry", ("psychiatr",)),
    ("gp", ("general practi", "family medicine", "family doctor")),
    ("coaching", ("coach",)),
    ("group", ("group",)),
)
_PROFESSIONS: Final[tuple[care.Profession, ...]] = get_args(care.Profession)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2}([-_].{1,20})?")  # BCP 47; three letters have no words of ours
_PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")  # ISO 3166
M = TypeVar("M", bound=BaseModel)


async def directory(wire: Wire, kinds: frozenset[str]) -> tuple[care.Practitioner, ...]:
    """Return the practitioners with an open schedule, in the order of their names.

    `kinds`: the resources that the server has. Without schedules to search, everybody is listed. Raises Unsent or
    Lost."""
    people = [one async for one in _all(wire, "Practitioner", Practitioner) if one.active and one.called()]
    roles: dict[str, list[Role]] = {}
    if "PractitionerRole" in kinds:
        async for role in _all(wire, "PractitionerRole", Role):
            if role.active:
                roles.setdefault(practitioner_key(role.practitioner.reference), []).append(role)
    schedules = [one async for one in _all(wire, "Schedule", Schedule)] if "Schedule" in kinds else []
    seeing = {one.whose() for one in schedules if one.active}
    listed = [one for one in people if not schedules or f"Practitioner/{one.id}" in seeing]
    described = [_described(one, roles.get(f"Practitioner/{one.id}", [])) for one in listed]
    return tuple(sorted(described, key=lambda one: (one.name, one.key)))


def _described(person: Practitioner, roles: list[Role]) -> care.Practitioner:
    """Return a practitioner as flows know one. What the directory does not say stays empty: it is never guessed."""
    said = {
        url: [one.valueCode or one.valueString or "" for one in person.extension if one.url == url] for url in _URLS
    }
    work = [concept for role in roles for concept in (*role.code, *role.specialty)]
    topics = said[_TOPIC] or [_word(one) for role in roles for one in role.specialty]
    licensed = [one.valueCode or "" for each in person.qualification for one in each.extension if one.url == _LICENSED]
    licensed += [each.issuer.display or "" for each in person.qualification if each.issuer]
    spoken = [
        coding.code or ""
        for each in person.communication
        for coding in (*each.coding, *(each.language.coding if each.language else []))
    ]
    return care.Practitioner(
        key=f"Practitioner/{person.id}",
        name=person.called()[:80],
        profession=_profession(said[_PROFESSION], work),
        languages=_some(one[:2].lower() for one in spoken if _LANGUAGE.fullmatch(one)),
        topics=_some(topics),
        modalities=tuple(one for one in get_args(care.Modality) if one in said[_MODALITY]),
        gender=person.gender if person.gender in ("female", "male", "other") else "",
        licensed=_some(one for one in licensed if _PLACE.fullmatch(one)),
        price=next(iter(said[_PRICE]), "")[:40],
    )


_URLS: Final = (_TOPIC, _PROFESSION, _MODALITY, _PRICE)


def _profession(said: list[str], work: list[Concept]) -> care.Profession:
    if known := [one for one in _PROFESSIONS if one in said]:
        return known[0]
    words = [word for concept in work for word in concept.words()]
    for profession, signs in _SIGNS:
        if any(sign in word for word in words for sign in signs):
            return profession
    return "therapy"


def _word(concept: Concept) -> str:
    coded = next((one.code or one.display or "" for one in concept.coding), "")
    return coded or concept.text or ""


def _some(values: Iterable[str]) -> tuple[str, ...]:
    """Return what is said, once each, bounded."""
    return tuple(dict.fromkeys(one[:40] for one in values if one))[:12]


async def _all(wire: Wire, kind: str, model: type[M]) -> AsyncIterator[M]:
    dropped = 0
    async for bundle in wire.pages(kind, []):
        for raw in bundle.resources():
            if raw.get("resourceType") != kind:
                continue
            try:
                found = model.model_validate(raw)
            except ValidationError:
                dropped += 1
                continue
            yield found
    if dropped:
        log.event("fhir_people_dropped", count=dropped)
