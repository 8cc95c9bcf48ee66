"""Which country a time zone lies in: for crisis lines, when nobody has said where they are."""

from functools import cache
from importlib.resources import files


@cache
def _countries() -> dict[str, str]:
    """Read tzdata's zone.tab: a country code, coordinates and a zone on each line."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def country_of(zone: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of a zone's country; None for a zone of no country, as UTC."""
    return _countries().get(zone)
