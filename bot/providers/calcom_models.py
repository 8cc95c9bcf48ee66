"""The parts of Cal.com's answers that the client decides by (API v2; bookings of 2026-02-25, slots of 2024-09-04)."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.providers.fhir_types import Instant

KEY: Final = "haven"
"""Under which a booking's metadata holds our idempotency key."""
_SLOT: Final = re.compile(r"([1-9][0-9]{0,11})/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


class Range(_Part):
    """A free time, as `format=range` gives it. One without an offset does not parse."""

    start: Instant
    end: Instant


class Person(_Part):
    """A host or an attendee."""

    name: str = ""
    email: str | None = None
    phoneNumber: str | None = None  # noqa: N815  Cal.com's name
    timeZone: str = "UTC"  # noqa: N815
    absent: bool = False  # the host says that they did not come


class EventType(_Part):
    """What was booked."""

    id: int


class Booking(_Part):
    """A booking. Rescheduling cancels it and makes a new one, to which `rescheduledToUid` leads."""

    uid: str
    status: str
    start: Instant
    end: Instant
    eventType: EventType  # noqa: N815
    hosts: list[Person] = []
    attendees: list[Person] = []
    metadata: dict[str, Any] | None = None
    createdAt: Any = None  # noqa: N815
    rescheduledToUid: str | None = None  # noqa: N815
    meetingUrl: Any = None  # noqa: N815
    location: Any = None

    @property
    def active(self) -> bool:
        """Tell whether it stands in the book, confirmed or not."""
        return self.status in ("accepted", "pending")

    def ours(self, key: str) -> bool:
        """Tell whether it carries this key."""
        return (self.metadata or {}).get(KEY) == key

    def rank(self) -> tuple[str, str]:
        """Return what decides between two bookings of one time: the earlier made, then the uid."""
        return str(self.createdAt or "9"), self.uid

    def link(self) -> str:
        """Return the https link to the video room, or nothing."""
        for one in (self.meetingUrl, self.location):
            if isinstance(one, str) and re.fullmatch(r"https://[!-~]{1,190}", one):
                return one
        return ""


def slot_key(event: str, start: datetime) -> str:
    """Return how a free time is known to us: the event type and the instant."""
    return f"{event}/{stamp(start)}"


def split(key: str) -> tuple[str, str] | None:
    """Return event type and instant of a slot's key; None if it is not one of ours."""
    found = _SLOT.fullmatch(key)
    return (found[1], found[2]) if found else None


def stamp(moment: datetime) -> str:
    """Return an instant as Cal.com wants it: in UTC, with Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
