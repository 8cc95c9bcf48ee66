"""Picks, of what a server lists, the slots that can be shown truly and booked."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import ValidationError

from bot import log
from bot.providers.fhir_models import Practitioner, Resource, Schedule, Slot
from flows.core import care


def when(slot: care.Slot) -> tuple[datetime, str]:
    """Return what slots are sorted by: the start, then the key."""
    return slot.start, slot.key


def free(page: Iterable[Resource], start: datetime, end: datetime) -> list[care.Slot]:
    """Return the free slots of a page that start in [start, end), in the server's order.

    Left out are those without an offset in their times, a version to claim or a name to show."""
    names: dict[str, str] = {}
    whose: dict[str, str] = {}
    slots: list[Slot] = []
    dropped = 0
    for raw in sorted(page, key=lambda one: str(one.get("resourceType")) != "Practitioner"):
        try:
            match raw.get("resourceType"):
                case "Practitioner":
                    person = Practitioner.model_validate(raw)
                    names[f"Practitioner/{person.id}"] = person.called()
                case "Schedule":
                    schedule = Schedule.model_validate(raw)
                    called = (names.get(one.reference or "") or one.display or "" for one in schedule.actor)
                    names[f"Schedule/{schedule.id}"] = next((name for name in called if name), "")
                    whose[f"Schedule/{schedule.id}"] = schedule.whose()
                case "Slot":
                    slots.append(Slot.model_validate(raw))
        except ValidationError:
            dropped += 1
    found: list[care.Slot] = []
    for slot in slots:
        if slot.status != "free" or not start <= slot.start < end:
            continue
        who = names.get(slot.schedule.reference or "") or slot.schedule.display or ""
        shown = slot.shown(who, whose.get(slot.schedule.reference or "", ""))
        dropped += shown is None
        found += [shown] if shown else []
    if dropped:
        log.event("fhir_slots_dropped", count=dropped)
    return found
