"""Public holidays, by the country of somebody's time zone or by place: the package `holidays` computes them, nothing is
fetched."""

from datetime import date
from functools import cache

import holidays

from bot.places import country_of
from flows.core.timing import Off, working


@cache
def days_off(zone: str) -> Off:
    """Return what tells whether a day is a public holiday in all of the zone's country; no day is, if the country's
    holidays are not known."""
    try:
        return days_off_of(country_of(zone) or "")
    except NotImplementedError:
        return working


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
