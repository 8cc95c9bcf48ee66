"""A file for somebody's calendar: that they are busy, and when. Nothing else of an appointment is in it.

Times are instants in UTC (RFC 5545, 3.3.5, form 2). Every calendar shows them on the wall where it is looked at; no
rule of a time zone that changes later moves them; and the file does not tell where its person is.
"""

from datetime import UTC, datetime
from typing import Final

_BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a SEQUENCE has 31 bits: seconds since then fit until 2094


def calendar_file(uid: str, start: datetime, end: datetime, now: datetime, *, stands: bool = True) -> bytes:
    """Return the file: instants are aware. The same `uid` means the same entry, and the later of two files counts: its
    SEQUENCE is the time at which it was made, so nothing has to be remembered. `stands=False`: it was cancelled.

    There is no METHOD, as no calendar is to take it for an invitation, and no organizer, attendee, place or note."""
    from icalendar import Calendar, Event  # noqa: PLC0415  half a second to import, and few want a file

    entry = Event()
    entry.add("uid", uid)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("sequence", int((now - _BEGAN).total_seconds()))
    entry.add("dtstart", start.astimezone(UTC))
    entry.add("dtend", end.astimezone(UTC))
    entry.add("summary", "Busy")
    entry.add("class", "PRIVATE")
    entry.add("transp", "OPAQUE" if stands else "TRANSPARENT")
    entry.add("status", "CONFIRMED" if stands else "CANCELLED")
    calendar = Calendar()
    calendar.add("prodid", "-//Calendar file//EN")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    content: bytes = calendar.to_ical()
    return content
