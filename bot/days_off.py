"""Public holidays, by the country of somebody's time zone and, where that is known, by the part of it, or by place: the
package `holidays` computes them, nothing is fetched."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays

from bot.places import country_of, part_of
from flows.core.care import Plan
from flows.core.timing import Off, working

MOST = 60  # parts to choose from in a form; a country with more is taken as a whole


@cache
def days_off(zone: str, own: str = "", home: str = "") -> Off:
    """Return what tells whether a day is a public holiday where somebody is; no day is, if that is not known.

    The part of the country is the person's `own` choice, else that of the zone if the whole zone lies in one, else the
    organisation's `home`; each as ISO 3166-2 ("DE-BY"), and only if it is of the zone's country. If none is, days count
    that are off in all of the country."""
    country = country_of(zone) or ""
    known = holidays.list_supported_countries(include_aliases=False).get(country)
    if known is None:
        return working
    said = (each for each in (own, part_of(zone), home) if each.startswith(f"{country}-"))
    return days_off_of(next((each for each in said if each.partition("-")[2] in known), country))


@cache
def days_off_of(place: str) -> Off:
    """Return what tells whether a day is a public holiday in a country ("GB") or a part of one ("GB-SCT").

    Raises NotImplementedError if its holidays are not known."""
    country, _, part = place.partition("-")
    calendar = holidays.country_holidays(country, subdiv=part or None)

    @cache
    def off(day: date) -> bool:
        return day in calendar

    return off


def off_for(plan: Plan, home: str) -> Off:
    """Return what tells whether a day is a holiday for somebody with this plan; `home` is the organisation's part."""
    return days_off(plan.zone, plan.part, home)


@cache
def parts(country: str | None) -> Mapping[str, str]:
    """Return the parts of a country that have holidays of their own, by ISO 3166-2 code, with the name people know;
    empty if there are none, or too many to choose from."""
    every = holidays.list_supported_countries(include_aliases=False).get(country or "", [])
    known = [each for each in every if re.fullmatch(r"[A-Z0-9]{1,3}", each)]  # no towns, no zones of school holidays
    if not country or not 0 < len(known) <= MOST:
        return {}
    aliases = holidays.country_holidays(country).subdivisions_aliases
    names: dict[str, str] = {}
    for name, code in aliases.items():
        if not name.isupper():  # a code of another list
            names.setdefault(code, name)
    return {
        f"{country}-{code}": names.get(code, code) for code in sorted(known, key=lambda each: names.get(each, each))
    }
