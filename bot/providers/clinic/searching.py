"""Reads the search parameters of a request, strictly: an unknown one is refused, never ignored."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.providers.clinic.problem import Problem

_PAGE = re.compile(r"(\d{1,12})_([A-Za-z0-9\-.]{1,64})")
_MOMENT = re.compile(r"(eq|ge|gt|le|lt)?(\d{4}-\d\d-\d\dT\S{5,30})")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MOST = 100


@dataclass(frozen=True)
class Search:
    """A search of slots or appointments. `window` holds (comparison, seconds since 1970) pairs, all of which
    must hold; `after` is the place (start, id) behind which the page begins."""

    count: int = _MOST
    statuses: tuple[str, ...] = ()
    schedule: str | None = None
    slot: str | None = None
    identifier: tuple[str, str] | None = None
    window: tuple[tuple[str, float], ...] = ()
    schedules: bool = False
    actors: bool = False
    after: tuple[int, str] | None = None


def slots(params: Iterable[tuple[str, str]]) -> Search:
    """Read a search of Slot. Raises Problem 400."""
    return _read(params, frozenset({"schedule", "start", "_include", "_include:iterate", "_sort"}), "start")


def appointments(params: Iterable[tuple[str, str]]) -> Search:
    """Read a search of Appointment. Raises Problem 400."""
    return _read(params, frozenset({"identifier", "slot", "date"}), "date")


def identifier(query: str) -> tuple[str, str]:
    """Read `system|value`. Raises Problem 400."""
    system, bar, value = query.partition("|")
    if not (system and bar and value):
        raise _unclear()
    return system, value


def page(start: int | None, last: str) -> str:
    """Return the token of the page behind this place."""
    return f"{start or 0}_{last}"


def _read(params: Iterable[tuple[str, str]], allowed: frozenset[str], moment: str) -> Search:
    search = Search()
    seen: set[str] = set()
    for name, value in params:
        if name not in allowed | {"status", "_count", "_page"} or (name in seen and name != moment):
            raise _unclear()
        seen.add(name)
        search = _add(search, name, value, moment)
    return search


def _add(search: Search, name: str, value: str, moment: str) -> Search:
    """Return the search with one more parameter."""
    match name, value:
        case "status", _ if all(re.fullmatch(r"[a-z-]{1,30}", status) for status in value.split(",")):
            return replace(search, statuses=tuple(value.split(",")))
        case (("schedule" | "slot"), _):
            bare = value.removeprefix(f"{name.capitalize()}/")
            if _ID.fullmatch(bare):
                return replace(search, schedule=bare) if name == "schedule" else replace(search, slot=bare)
        case "identifier", _:
            return replace(search, identifier=identifier(value))
        case "_include", "Slot:schedule":
            return replace(search, schedules=True)
        case "_include:iterate", "Schedule:actor":
            return replace(search, actors=True)
        case "_sort", "start":
            return search
        case "_count", _ if re.fullmatch(r"[1-9]\d{0,5}", value):
            return replace(search, count=min(int(value), _MOST))
        case "_page", _ if place := _PAGE.fullmatch(value):
            return replace(search, after=(int(place[1]), place[2]))
        case _, _ if name == moment and (bound := _MOMENT.fullmatch(value)):
            return replace(search, window=(*search.window, (bound[1] or "eq", _seconds(bound[2]))))
    raise _unclear()


def _seconds(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _unclear() from None
    if moment.tzinfo is None:
        raise _unclear()
    return moment.timestamp()


def _unclear() -> Problem:
    return Problem(400, "not-supported", "This search parameter, or its value, is not understood here.")
