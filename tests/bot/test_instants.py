"""One instant, wherever it is written: card, calendar file, provider and reminder; in forty zones, round every time
that clocks there are put forward or back, booked before that and attended after it.

A year's and fewer minutes of them in `make test`; three years' in `make proofs` (HAVEN_PROOF_EDGES)."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import calendar_file, reminding
from bot.providers import fhir_bundles as bundles
from bot.providers.fhir_slots import free
from flows import booking
from flows.booking.states import Choosing, Confirmed, Mine, Moving
from flows.core.care import Appointment, Offer, Slot
from flows.core.catalog import Catalog
from flows.core.screen import Screen
from tests import world

ZONES = (
    *("Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Berlin", "Europe/Athens", "Europe/Istanbul"),
    *("Atlantic/Azores", "Atlantic/Reykjavik", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Cairo"),
    *("Africa/Johannesburg", "Asia/Jerusalem", "Asia/Beirut", "Asia/Tehran", "Asia/Kabul", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Yangon", "Asia/Shanghai", "Asia/Tokyo", "Australia/Perth", "Australia/Darwin"),
    *("Australia/Adelaide", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham"),
    *("Pacific/Kiritimati", "Pacific/Marquesas", "Pacific/Honolulu", "America/Los_Angeles", "America/Phoenix"),
    *("America/New_York", "America/Havana", "America/St_Johns", "America/Sao_Paulo", "America/Asuncion"),
    *("America/Santiago", "America/Nuuk"),
)
WHOLE = "HAVEN_PROOF_EDGES" in os.environ
FROM, YEARS = datetime(2026, 1, 1, tzinfo=UTC), 3 if WHOLE else 1
MINUTES = (-90, -30, -15, 0, 15, 30, 45, 60, 90, 14 * 60) if WHOLE else (-15, 0, 15, 45, 14 * 60)
AROUND = [timedelta(minutes=each) for each in MINUTES]
AHEAD = (
    (timedelta(days=13), timedelta(hours=2)) if WHOLE else (timedelta(days=13),)
)  # how long before it the card is read
WRITTEN = (UTC, ZoneInfo("Asia/Kolkata"))  # whose offsets a provider writes, beside the person's own
QUARTERS = [timedelta(minutes=each) for each in range(-12 * 60, 14 * 60 + 1, 15)]  # every offset that there is
WHEN = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2}, \d\d:\d\d(?: \(UTC[+-]\d{1,2}(?::\d\d)?\))?")
Case = tuple[str, datetime, datetime]  # zone, when it begins, when that is read


def edges(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which clocks are put, found by looking at every hour, then every minute."""
    hour, before = FROM, FROM.astimezone(zone).utcoffset()
    while hour < FROM + timedelta(days=366 * YEARS):
        hour += timedelta(hours=6)
        if hour.astimezone(zone).utcoffset() != before:
            minutes = (hour - timedelta(minutes=each) for each in range(6 * 60, -1, -1))
            yield next(each for each in minutes if each.astimezone(zone).utcoffset() != before)
            before = hour.astimezone(zone).utcoffset()


def cases(zones: tuple[str, ...] = ZONES) -> list[Case]:
    """Return every zone's edges, and for a zone that has none a day like any other."""
    found = {name: [*edges(ZoneInfo(name))] or [datetime(2026, 7, 1, 12, tzinfo=UTC)] for name in zones}
    return [
        (name, edge + around, edge + around - ahead)
        for name, each in found.items()
        for edge, around, ahead in product(each, AROUND, AHEAD)
    ]


def meant(said: str, zone: ZoneInfo, read: datetime) -> set[datetime]:
    """Return every instant that a card may mean: what a wall in that zone shows, in the days after it is read. All
    offsets are tried, so nothing of what wrote the card is believed."""
    _, day, month, at, *offset = said.replace(",", "").split()
    local = datetime.strptime(f"{day} {month} {read.year} {at} +0000", "%d %b %Y %H:%M %z").replace(tzinfo=None)
    if local < read.replace(tzinfo=None) - timedelta(days=30):
        local = local.replace(year=read.year + 1)
    there = {(local - each).replace(tzinfo=UTC) for each in QUARTERS}
    there = {each for each in there if each.astimezone(zone).replace(tzinfo=None) == local}
    if offset:
        sign, hours, minutes = re.fullmatch(r"\(UTC([+-])(\d+):?(\d*)\)", offset[0]).groups()  # type: ignore[union-attr]
        away = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        there = {each for each in there if each.astimezone(zone).utcoffset() == away}
    return {each for each in there if f"{each.astimezone(zone):%a}" == said[:3]}


def slot_of(begins: datetime, writes: Any) -> Slot:
    """Return a slot as it is read from a provider that writes its times with the offset of `writes`."""
    resource = {
        "resourceType": "Slot",
        "id": "s",
        "meta": {"versionId": "1"},
        "status": "free",
        "schedule": {"reference": "Schedule/a", "display": "Dr 1"},
        "start": begins.astimezone(writes).isoformat(),
        "end": (begins + timedelta(minutes=50)).astimezone(writes).isoformat(),
    }
    schedule = {
        "resourceType": "Schedule",
        "id": "a",
        "actor": [{"reference": "Practitioner/p", "display": "Dr 1"}],
    }
    (slot,) = free([resource, schedule], begins, begins + timedelta(minutes=1))
    return slot


def cards(one: Appointment, zone: str, read: datetime) -> list[Screen]:
    """Return every card on which the time of an appointment stands, and its reminder in the chat."""
    person = world.person(zone=zone, appointments=(one,))
    at = world.moment(person, world.catalog()).model_copy(update={"now": read})
    words = world.words(booking.BookingWords)
    assert isinstance(words, booking.BookingWords)
    states: tuple[Any, ...] = (
        Confirmed(appointment=one),
        Mine(),
        Moving(appointment=one, slot=one.slot),
        Choosing(offers=(Offer(slot=one.slot),)),
    )
    drawn = [booking.FLOW.view(state, words, at) for state in states]
    return [*drawn, booking.reminder(one, words, at.catalog, zone)]


def wrong(case: Case) -> list[str]:
    """Return what does not mean the instant at which the appointment begins."""
    zone, begins, read = case
    found = []
    for writes in (*WRITTEN, ZoneInfo(zone)):
        one = Appointment(key="k", reference="Appointment/1", slot=slot_of(begins, writes), remind="both")
        sent = bundles.at(one.slot)
        if datetime.fromisoformat(sent["start"]) != begins:
            found.append(f"{case}: the provider was sent {sent['start']}")
        if writes is not UTC:
            continue
        for screen in cards(one, zone, read):
            said = WHEN.findall("\n".join((*screen.lines, *(each.label for each in screen.buttons))))
            found += [f"{case}: {each}" for each in said if meant(each, ZoneInfo(zone), read) != {begins}]
            found += [] if said else [f"{case}: no time on {screen.lines}"]
        file = calendar_file.calendar_file("u", one.slot.start, one.slot.end, read).decode()
        times = [
            datetime.strptime(each, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if each.endswith("Z") else None
            for each in re.findall(r"^DT(?:START|END)[^:]*:(\S+)", file, re.MULTILINE)
        ]
        if times != [begins, begins + timedelta(minutes=50)]:
            found.append(f"{case}: the file says {times}")
        if [begins - due for due in reminding.dues(one)] != [timedelta(hours=24), timedelta(hours=1)]:
            found.append(f"{case}: reminded at {reminding.dues(one)}")
    return found


def test_card_file_provider_and_reminder_mean_the_same_instant() -> None:
    assert len(set(ZONES)) == 40
    assert [each for case in cases() for each in wrong(case)] == []


def as_booked(self: Catalog, instant: datetime, zone: str) -> str:
    """The offset that holds in summer, whenever it is."""
    return f"{(instant + (datetime(2026, 7, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta())):%H:%M}"


def bare(self: Catalog, instant: datetime, zone: str) -> str:
    """The time on the wall, whichever of the two it is."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def by_the_wall(one: Appointment) -> tuple[datetime, ...]:
    """The same time on the day before."""
    local = one.slot.start.astimezone(ZoneInfo("Europe/London"))
    return ((local - timedelta(days=1)).astimezone(UTC), one.slot.start - timedelta(hours=1))


def floating(uid: str, start: datetime, end: datetime, now: datetime, *, stands: bool = True) -> bytes:
    """Times of no zone."""
    return f"DTSTART:{start:%Y%m%dT%H%M%S}\r\nDTEND:{end:%Y%m%dT%H%M%S}\r\n".encode()


@pytest.mark.parametrize(
    ("room", "name", "broken"),
    [
        (Catalog, "clock", as_booked),
        (Catalog, "clock", bare),
        (reminding, "dues", by_the_wall),
        (calendar_file, "calendar_file", floating),
    ],
)
def test_it_is_noticed(monkeypatch: pytest.MonkeyPatch, room: Any, name: str, broken: Callable[..., Any]) -> None:
    """Each of these is how such a thing goes wrong."""
    around = cases(("Europe/London",))
    assert [each for case in around for each in wrong(case)] == []
    monkeypatch.setattr(room, name, broken)
    assert [each for case in around for each in wrong(case)]
