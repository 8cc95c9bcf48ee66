"""Which country somebody is in, for crisis lines: as they said, else as their time zone lies; and what lies where."""

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


def region_of(said: str, zone: str, home: str | None) -> str | None:
    """Return the country whose crisis lines are somebody's: where they said they are, else where their time zone lies,
    else where the organisation has its `home`; None if all of that is unknown."""
    return said or country_of(zone) or home or None


_PARTS = {  # zones all of which lie in one part of a country, as ISO 3166-2
    "America/Anchorage": "US-AK",
    "America/Campo_Grande": "BR-MS",
    "America/Cuiaba": "BR-MT",
    "America/Bahia": "BR-BA",
    "America/Boa_Vista": "BR-RR",
    "America/Halifax": "CA-NS",
    "America/Manaus": "BR-AM",
    "America/Moncton": "CA-NB",
    "America/Porto_Velho": "BR-RO",
    "America/Recife": "BR-PE",
    "America/Regina": "CA-SK",
    "America/Rio_Branco": "BR-AC",
    "America/St_Johns": "CA-NL",
    "America/Whitehorse": "CA-YT",
    "America/Winnipeg": "CA-MB",
    "Atlantic/Azores": "PT-20",
    "Atlantic/Canary": "ES-CN",
    "Atlantic/Madeira": "PT-30",
    "Africa/Ceuta": "ES-CE",
    "Australia/Adelaide": "AU-SA",
    "Australia/Brisbane": "AU-QLD",
    "Australia/Darwin": "AU-NT",
    "Australia/Hobart": "AU-TAS",
    "Australia/Lindeman": "AU-QLD",
    "Australia/Melbourne": "AU-VIC",
    "Australia/Perth": "AU-WA",
    "Australia/Sydney": "AU-NSW",
    "Europe/Busingen": "DE-BW",
    "Pacific/Honolulu": "US-HI",
}


def part_of(zone: str) -> str:
    """Return the part of a country, as ISO 3166-2, in which all of a zone lies; empty if it spans several, or none."""
    return _PARTS.get(_links().get(zone, zone), "")


@cache
def zones() -> frozenset[str]:
    """Return the names of all IANA zones. Kept: to list them takes as long as the rest of a turn."""
    return frozenset(available_timezones())
