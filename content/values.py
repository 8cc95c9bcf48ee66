"""The small things of HR's files: times, days, zones, countries, ids; checked in plain words."""

import re
from collections.abc import Callable
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import holidays
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from content.problems import suggest
from flows.core.catalog import INTERNATIONAL

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MAX_WORDS: Final = 60  # of anything that one message holds
T = TypeVar("T")


def refuse(message: str, remedy: str, *where: str | int) -> PydanticCustomError:
    """Return the error that `explain` shows as it is; `where` points further into the value."""
    return PydanticCustomError("content", "{message}", {"message": message, "remedy": remedy, "where": where})


class Part(BaseModel):
    """A group of keys in a file: frozen, and closed, so that a misspelt key is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def distinct(attribute: str, remedy: str) -> Callable[[tuple[T, ...]], tuple[T, ...]]:
    """Return a check that no two items of a list are the same, or share an attribute if one is named."""

    def check(items: tuple[T, ...]) -> tuple[T, ...]:
        values = [getattr(item, attribute) if attribute else item for item in items]
        for at, value in enumerate(values):
            if value in values[:at]:
                where = (at, attribute) if attribute else (at,)
                raise refuse("this is here twice", remedy, *where)
        return items

    return check


def _matching(pattern: str, message: str, remedy: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise refuse(message, remedy)
        return value

    return check


def _no_braces(value: str) -> str:
    if re.search(r"[{}]", value):
        raise refuse("this text has no blanks to fill", "write it without { and }")
    return value


def _few_words(value: str) -> str:
    if (count := len(value.split())) > MAX_WORDS:
        raise refuse(f"this has {count} words", f"say it in at most {MAX_WORDS}")
    return value


def _weekday(value: object) -> object:
    if isinstance(value, str):
        if value not in WEEKDAYS:
            raise refuse(f"{value} is not a weekday", suggest(value, WEEKDAYS, "days"))
        return WEEKDAYS.index(value)
    return value


def _time(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value.strip()):
            raise refuse(f"{value} is not a time", 'write hours and minutes, as "09:30", up to "23:59"')
        hours, minutes = value.split(":")
        return time(int(hours), int(minutes))
    return value


def _date(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise refuse(f"{value} is not a date", "write year-month-day, as 2026-06-02")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refuse(f"{value} is not in the calendar", "write year-month-day, as 2026-06-02") from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):
        raise refuse(f"{value} is not a time zone", _zone_hint(value)) from None
    return value


def _zone_hint(value: str) -> str:
    hint = suggest(value, available_timezones(), "zones").split(" allowed zones")[0]
    return (hint if hint.startswith("did") else "") + " write area and city, as Europe/London"


@cache
def countries() -> frozenset[str]:
    """Return the ISO 3166 alpha-2 codes, from the table that comes with the time zones."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and not line.startswith("#"))


def subdivisions(country: str | None) -> tuple[str, ...]:
    """Return the parts of a country that have holidays of their own, as ISO 3166-2 without the country."""
    return tuple(holidays.list_supported_countries(include_aliases=False).get(country or "", ()))


def _country(value: str) -> str:
    if value not in countries():
        meant = {"UK": "GB", "EN": "GB", "USA": "US"}.get(value.upper(), value.upper())
        hint = f"did you mean {meant}? " if meant in countries() else ""
        raise refuse(f"{value} is not a country code", f"{hint}use the two letters of ISO 3166, as GB")
    return value


def _region(value: str) -> str:
    return value if value == INTERNATIONAL else _country(value)


def empty_is_none(value: object) -> object:
    """Read a key with nothing after it as "none"."""
    return None if value == "" else value


def _hours(value: object) -> object:
    if isinstance(value, str):
        parts = re.split(r"\s*[-–]\s*", value.strip())
        if len(parts) != 2:
            raise refuse(f"{value} is not a span of time", 'write from and to, as "09:00-12:00"')
        return {"start": parts[0], "end": parts[1]}
    return value


Key = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[a-z][a-z0-9_-]{0,39}",
            "this key is not written as keys are",
            "use small letters, digits and hyphens, starting with a letter, at most 40",
        )
    ),
]
NudgeKey = Annotated[  # shorter: two months of them lie in a person's row
    str,
    AfterValidator(
        _matching(
            r"[a-z][a-z0-9_-]{0,23}",
            "this key is not written as keys of check-in lines are",
            "use small letters, digits and hyphens, starting with a letter, at most 24",
        )
    ),
]
CampaignKey = Annotated[  # shorter still: it lies there with the day beside it
    str,
    AfterValidator(
        _matching(
            r"[a-z][a-z0-9_-]{0,15}",
            "this key is not written as keys of campaigns are",
            "use small letters, digits and hyphens, starting with a letter, at most 16",
        )
    ),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_no_braces)]
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600), AfterValidator(_no_braces)
]
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_no_braces)
]
Message = Annotated[Sentence, AfterValidator(_few_words)]
Phone = Annotated[
    str,
    AfterValidator(_matching(r"[+\d][\d ()+-]{1,29}", "this is not a number to dial", "write it as people dial it")),
]
Weekday = Annotated[int, BeforeValidator(_weekday)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Day = Annotated[date, BeforeValidator(_date)]
Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
RegionCode = Annotated[str, AfterValidator(_region)]
Language = Annotated[
    str, AfterValidator(_matching(r"[a-z]{2}", "this is not a language code", "use two letters, as en"))
]
Url = Annotated[
    str,
    AfterValidator(_matching(r"https://\S+", "this is not a web address", "copy the whole of it, with https://")),
]
SlackUser = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[UW][A-Z0-9]{2,20}",
            "this is not a Slack member ID",
            "copy it in Slack: profile, three dots, Copy member ID; it starts with U or W",
        )
    ),
]
SlackChannel = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[CG][A-Z0-9]{2,20}",
            "this is not a Slack channel ID",
            "copy it in Slack: the channel's name, About, Channel ID; it starts with C",
        )
    ),
]
TeamsUser = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            "this is not an Entra object ID",
            "copy it in the Entra admin centre: the person, Object ID; small letters",
        )
    ),
]
TeamsChannel = Annotated[
    str,
    AfterValidator(
        _matching(
            r"19:[!-~]{5,100}@thread\.(tacv2|skype)",
            "this is not a Teams channel ID",
            "copy the link to the channel in Teams: the part from 19: to @thread.tacv2, with %3A as : and %40 as @",
        )
    ),
]
ConsoleUser = Annotated[
    str,
    AfterValidator(_matching(r"[a-z][a-z0-9._-]{0,39}", "this is not a console name", "use small letters, as sam")),
]


class Span(Part):
    """A span of time within one day, start before end."""

    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start >= self.end:
            message = f"{self.start:%H:%M}-{self.end:%H:%M} ends before it starts"
            raise refuse(message, "write the earlier time first; hours past midnight go on the next day")
        return self

    @property
    def minutes(self) -> int:
        """Return the length of the span."""
        return (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute


def _apart(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    for at, span in enumerate(spans):
        if any(span.start < other.end and other.start < span.end for other in spans[:at]):
            raise refuse("these hours overlap others of the same day", "make one span of the two", at)
    return spans


Hours = Annotated[tuple[Annotated[Span, BeforeValidator(_hours)], ...], AfterValidator(_apart)]
