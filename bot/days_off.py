"""Public holidays, by the country of somebody's time zone: from the package `holidays`, computed, never fetched."""

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
        calendar = holidays.country_holidays(country_of(zone) or "")
    except NotImplementedError:
        return working

    @cache
    def off(day: date) -> bool:
        return day in calendar

    return off
