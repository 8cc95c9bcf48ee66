"""How a language writes days and dates, and what it calls itself."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from flows.core.words import Blanks, Label, Line, Words

Days = Annotated[tuple[Label, ...], Field(min_length=7, max_length=7)]
"""Seven names, Monday first, as `datetime.weekday()` counts."""
Months = Annotated[tuple[Label, ...], Field(min_length=12, max_length=12)]


class Locale(Words):
    """Names of days and months, and the order in which a date is said.

    `name` is what the language calls itself, so that whoever reads nothing else finds it. `weekdays` and `months` are
    short, for dates; `days` stand by themselves ("every Monday at 10:00").
    `places` are names of countries, by their two letters; `also` what else people call them, as they type it; `here`
    is what may stand before a name to say that one is there.
    `of` tells buttons of one kind apart: "Cancel: Mon 23 Nov, 09:00"."""

    name: Label
    weekdays: Days
    days: Days
    months: Months
    places: Mapping[str, Label] = Field(default_factory=dict)
    also: Mapping[str, tuple[Label, ...]] = Field(default_factory=dict)
    here: tuple[Label, ...] = ()
    when: Annotated[Line, Blanks("weekday", "day", "month", "time")]
    date: Annotated[Line, Blanks("day", "month")]
    of: Annotated[Line, Blanks("what", "which")] = Line("{what}: {which}")
