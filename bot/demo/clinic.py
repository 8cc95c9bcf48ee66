"""The built-in clinic's day, asked for as any client asks: in FHIR, over HTTP."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from bot.demo.stage import Stage
from bot.wiring import CLINIC

Json = dict[str, Any]
AHEAD: Final = 28  # days that the clinic gives slots for


@dataclass(frozen=True)
class Hour:
    """One slot of the day; `patient` and `contact` are what the clinic was given with the booking."""

    start: datetime
    end: datetime
    who: str
    how: str
    booked: bool
    held: bool = False
    patient: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Day:
    """A day at the clinic, and how many are booked on any day. `trouble` says why there is nothing to show."""

    on: date
    hours: tuple[Hour, ...] = ()
    booked_days: tuple[date, ...] = ()
    trouble: str = ""

    @property
    def by_practitioner(self) -> dict[str, list[Hour]]:
        """Return the hours of each practitioner, in their order."""
        found: dict[str, list[Hour]] = {}
        for hour in self.hours:
            found.setdefault(f"{hour.who}, {hour.how.replace('_', ' ')}", []).append(hour)
        return found


def zone_of(stage: Stage) -> ZoneInfo:
    """Return the organisation's zone, in which the clinic's day is shown."""
    return ZoneInfo(stage.service.library.current.organisation.zone)


async def day_of(stage: Stage, wanted: str) -> Day:
    """Return a day ("2026-11-24"); without one, the first with something booked, else the first with open times."""
    zone = zone_of(stage)
    today = stage.clock.now().astimezone(zone).date()
    try:
        async with httpx.AsyncClient(base_url=stage.base + CLINIC, trust_env=False, timeout=5) as client:
            kept = await _all(client, "/Appointment", [("status", "booked"), ("_count", "100")])
            bookings = {each["slot"][0]["reference"].removeprefix("Slot/"): each for each in kept if "slot" in each}
            days = sorted({_instant(each["start"]).astimezone(zone).date() for each in bookings.values()})
            chosen = _date(wanted) or next((each for each in days if each >= today), None)
            for each in [chosen] if chosen else [today + timedelta(days=ahead) for ahead in range(AHEAD)]:
                hours = await _hours(client, each, zone, bookings)
                if hours or chosen:
                    return Day(each, hours, tuple(days))
    except (httpx.HTTPError, KeyError, ValueError):
        return Day(_date(wanted) or today, trouble="The clinic does not answer. Start over, or look at the terminal.")
    return Day(today, booked_days=tuple(days))


async def _hours(client: httpx.AsyncClient, day: date, zone: ZoneInfo, bookings: dict[str, Json]) -> tuple[Hour, ...]:
    first = datetime.combine(day, time(), zone).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    window = [("start", f"ge{first:%Y-%m-%dT%H:%M:%SZ}"), ("start", f"lt{last:%Y-%m-%dT%H:%M:%SZ}")]
    slots = await _all(client, "/Slot", [*window, ("status", "free,busy,busy-tentative"), ("_count", "100")])
    hours = [_hour(each, zone, bookings.get(each["id"])) for each in slots]
    return tuple(sorted(hours, key=lambda hour: (hour.who, hour.start)))


def _hour(slot: Json, zone: ZoneInfo, booking: Json | None) -> Hour:
    patient, contact = _patient(booking) if booking else ("", "")
    return Hour(
        start=_instant(slot["start"]).astimezone(zone),
        end=_instant(slot["end"]).astimezone(zone),
        who=slot["schedule"].get("display", ""),
        how=slot["appointmentType"].get("text", ""),
        booked=slot["status"] == "busy",
        held=slot["status"] == "busy-tentative",
        patient=patient,
        contact=contact,
    )


def _patient(booking: Json) -> tuple[str, str]:
    for each in booking.get("contained", []):
        if each.get("resourceType") == "Patient":
            names = [name.get("text", "") for name in each.get("name", [])]
            contacts = [contact.get("value", "") for contact in each.get("telecom", [])]
            return ", ".join(names), ", ".join(contacts)
    return "", ""


async def _all(client: httpx.AsyncClient, path: str, params: Iterable[tuple[str, str]]) -> list[Json]:
    """Return every match of a search, page by page."""
    found: list[Json] = []
    answer = await client.get(path, params=[*params])
    while True:
        bundle = answer.raise_for_status().json()
        found += [each["resource"] for each in bundle.get("entry", []) if each["search"]["mode"] == "match"]
        following = [link["url"] for link in bundle.get("link", []) if link["relation"] == "next"]
        if not following:
            return found
        answer = await client.get(following[0])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
