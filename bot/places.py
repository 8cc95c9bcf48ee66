"""Which country a time zone lies in: for crisis lines, when nobody has said where they are."""

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones


@cache
def _countries() -> dict[str, str]:
    """Read tzdata's zone.tab: a country code, coordinates and a zone on each line."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


@cache
def _links() -> dict[str, str]:
    """Read tzdata's links: old names of zones, which some clients still use."""
    text = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line.startswith("L "))
    links = {alias: target for _, target, alias in rows}
    return {alias: links.get(target, target) for alias, target in links.items()}


def country_of(zone: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of a zone's country; None for a zone of no country, as UTC."""
    return _countries().get(_links().get(zone, zone))


@cache
def zones() -> frozenset[str]:
    """Return the names of all IANA zones. Kept: to list them takes as long as the rest of a turn."""
    return frozenset(available_timezones())
