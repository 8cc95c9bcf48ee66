"""Turns a practitioner's weekly hours into slots: wall-clock hours in, UTC instants out."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Modality = Literal["video", "phone", "chat", "in_person"]
_KEY = re.compile(r"[A-Za-z0-9-]{1,40}")  # a slot's id is the key and 13 characters; FHIR allows 64


Hours = tuple[tuple[time, time], ...]


def always_open(_day: date) -> bool:
    """Know no public holidays."""
    return False


@dataclass(frozen=True)
class Profile:
    """What people may know of somebody before they choose. `languages` are of two letters, `licensed` are places as ISO
    3166 writes them ("GB", "US-CA"), `price` is shown as it is written; empty is not said."""

    profession: str = "therapy"
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    gender: str = ""
    licensed: tuple[str, ...] = ()
    price: str = ""


@dataclass(frozen=True)
class Practitioner:
    """Somebody who can be booked.

    `weekly` maps a weekday (0 is Monday) to opening hours (from, to), wall-clock in the IANA `zone`, in slots of
    `minutes`. On a day of `exceptions` those hours take the place of the week's, none is closed; else a day that is
    `closed`, as a public holiday, has none. `room` is the https link to where they see people by video, or empty.
    `profile` is what people may know of them before they choose. Raises ValueError for a key that FHIR ids do not
    allow, an unknown zone, or hours that do not run forward.
    """

    key: str
    name: str
    modality: Modality
    zone: str
    minutes: int
    weekly: Mapping[int, Hours]
    room: str = ""
    profile: Profile = Profile()
    exceptions: Mapping[date, Hours] = field(default_factory=dict)
    closed: Callable[[date], bool] = always_open

    def hours(self, day: date) -> Hours:
        """Return the opening hours of a local day, earliest first."""
        if day in self.exceptions:
            return tuple(sorted(self.exceptions[day]))
        return () if self.closed(day) else tuple(sorted(self.weekly.get(day.weekday(), ())))

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError("a practitioner's key is 1 to 40 letters, digits or hyphens")
        if not 5 <= self.minutes <= 480:
            raise ValueError("a slot lasts 5 to 480 minutes")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise ValueError("the zone must be an IANA name, such as Europe/Paris") from None
        if any(day not in range(7) for day in self.weekly):
            raise ValueError("weekly hours map 0 (Monday) to 6 to wall-clock times without a zone")
        for hours in (*self.weekly.values(), *self.exceptions.values()):
            if any(opens.tzinfo or closes.tzinfo for opens, closes in hours):
                raise ValueError("opening hours are wall-clock times without a zone")
            if any(opens >= closes for opens, closes in hours):
                raise ValueError("opening hours end after they begin, on the same day")


@dataclass(frozen=True)
class Opening:
    """One slot that the weekly hours give: UTC instants, and an id that depends on who and when only."""

    id: str
    practitioner: str
    modality: Modality
    start: datetime
    end: datetime


def openings(
    practitioner: Practitioner, after: datetime, days: int, away: Sequence[tuple[datetime, datetime]] = ()
) -> Iterator[Opening]:
    """Yield the slots that start in (after, after + days], earliest first, never overlapping, none within `away`.

    Time off takes slots out and moves none: those around it start when they would without it.
    A wall-clock start that a clock change leaves out is no slot; one that happens twice is the first of the
    two. A slot lasts its minutes in real time, also across a change (PEP 495 gives both readings).
    """
    zone = ZoneInfo(practitioner.zone)
    length = timedelta(minutes=practitioner.minutes)
    until = after + timedelta(days=days)
    day = after.astimezone(zone).date()
    free_from = datetime.min.replace(tzinfo=UTC)
    while day <= until.astimezone(zone).date():
        for opens, closes in practitioner.hours(day):
            last = _instant(datetime.combine(day, closes), zone)
            wall = datetime.combine(day, opens)
            while wall < datetime.combine(day, closes):
                start = _instant(wall, zone)
                exists = start.astimezone(zone).replace(tzinfo=None, fold=0) == wall
                if exists and free_from <= start and start + length <= last:
                    free_from = start + length
                    here = all(free_from <= leaves or returns <= start for leaves, returns in away)
                    if here and after < start <= until:
                        yield Opening(
                            id=f"{practitioner.key}-{start:%Y%m%d%H%M}",
                            practitioner=practitioner.key,
                            modality=practitioner.modality,
                            start=start,
                            end=free_from,
                        )
                wall += length
        day += timedelta(days=1)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant that a wall clock in the zone shows this, in UTC."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
