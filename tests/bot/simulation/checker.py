"""Recomputes from a simulation's table alone whether every message may have gone out. Shares no code with the service.

Run it on a table by hand: python -m tests.bot.simulation.checker year.csv
"""

import csv
import io
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo, reset_tzpath

import holidays

# the zones' rules of the lock, as the service has them: this machine's own may be a year older
reset_tzpath([str(files("tzdata") / "zoneinfo")])

SOURCES = {"checkin": {"clock", "hr"}, "closing": {"clock"}, "alike": {"hr", "manager"}}


@dataclass
class Known:
    """What the table has said about somebody so far."""

    plan: dict[str, str] | None = None
    zone: str = ""
    paused: date | None = None
    sent: list[tuple[datetime, date, str]] = field(default_factory=list)
    unanswered: int = 0
    alike: list[datetime] = field(default_factory=list)  # also in sent
    before: tuple[datetime, date, str] | None = None  # the last check-in


def check(table: str) -> tuple[list[str], Counter[str]]:
    """Return every breach, in words, and what was counted."""
    people: dict[str, Known] = defaultdict(Known)
    wrong, counts = list[str](), Counter[str]()
    for number, row in enumerate(csv.DictReader(io.StringIO(table)), start=2):
        known, kind = people[row["person"]], row["kind"]
        counts[kind] += 1
        now = datetime.fromisoformat(row["utc"])
        local = now.astimezone(ZoneInfo(row["zone"]))
        if local.isoformat() != row["local"]:
            wrong.append(f"line {number}: the local time is not that of the zone")
        if row["source"] not in SOURCES.get(kind, {"person"}):
            wrong.append(f"line {number}: {kind} from {row['source']}")
        match kind:
            case "plan":
                known.zone = row["zone"]
                known.plan = dict(part.split("=") for part in row["detail"].split())
                known.unanswered = 0
            case "pause":
                known.paused, known.unanswered = date.fromisoformat(row["detail"]), 0
            case "resume":
                known.paused, known.unanswered = None, 0
            case "stop":
                known.plan, known.paused = None, None
            case "reaction":
                known.unanswered = 0
            case "checkin" | "closing":
                wrong += [
                    f"line {number}: person {row['person']}: {each}" for each in _breaches(known, now, row, local)
                ]
                known.before = (now, local.date(), row["detail"])
                known.sent.append(known.before)
                known.unanswered += 1
            case "alike":
                wrong += [
                    f"line {number}: person {row['person']}: {each}" for each in _too_much(known, now, row, local)
                ]
                known.alike.append(now)
                known.sent.append((now, _day(known, now, local), ""))
            case "remind":
                pass
            case _:
                wrong.append(f"line {number}: {kind} is not known here")
    return wrong, counts


def _day(known: Known, now: datetime, local: datetime) -> date:
    """Return the day where somebody lives: what goes to all goes by where their team works."""
    return now.astimezone(ZoneInfo(known.zone)).date() if known.zone else local.date()


def _too_much(known: Known, now: datetime, row: dict[str, str], local: datetime) -> list[str]:
    """Return what is wrong with a message to everybody alike. What somebody chose has no say in it, but the hour and
    the day are nobody's night or holiday, and with check-ins it keeps to the cap."""
    today, found = _day(known, now, local), _capped(known, _day(known, now, local))
    if not 9 <= local.hour < 18:
        found.append("to all, and not in open hours")
    if local.weekday() > 4 or _holiday(row["zone"], local.date()):
        found.append("to all, on a day off")
    if any(abs(now - then) < timedelta(days=7) for then in known.alike):
        found.append("twice to all in a week")
    start, end = (known.plan or {"quiet": "20:00-08:00"})["quiet"].split("-")
    at = f"{now.astimezone(ZoneInfo(known.zone or row['zone'])):%H:%M}"
    quiet = start <= at < end if start <= end else at >= start or at < end
    if quiet and known.zone in ("", row["zone"]):  # who moved away still works with their team
        found.append(f"to all, in somebody's quiet hours, {today}")
    return found


def _capped(known: Known, today: date) -> list[str]:
    found = []
    if any(day == today for _, day, _ in known.sent):
        found.append("twice on one day")
    if sum(today - day < timedelta(days=7) for _, day, _ in known.sent) >= 2:
        found.append("three times in seven days")
    return found


def _breaches(known: Known, now: datetime, row: dict[str, str], local: datetime) -> list[str]:
    plan, today, found = known.plan, local.date(), list[str]()
    if plan is None:
        return ["written to without having asked for it"]
    wanted = {int(plan[name]) for name in ("day", "other") if plan[name] != "-"}
    if not any(_fits(now, today - timedelta(days=back), plan["time"], row["zone"], wanted) for back in (0, 1)):
        found.append(f"not at one of the times that were asked for: {local:%a %H:%M}")
    start, end = (time.fromisoformat(each) for each in plan["quiet"].split("-"))
    at = local.time()
    if (start <= at < end) if start <= end else (at >= start or at < end):
        found.append("in quiet hours")
    if plan["holidays"] == "no" and _holiday(row["zone"], today):
        found.append("on a public holiday")
    if known.paused and today < known.paused:
        found.append("in a pause")
    found += _capped(known, today)
    if row["detail"] and any(now - then <= timedelta(days=60) for then, _, key in known.sent if key == row["detail"]):
        found.append("the same line within sixty days")
    gap = (today - known.before[1]).days if known.before else 999
    if known.unanswered >= 9:
        found.append("after the closing note, without a reaction")
    if (known.unanswered >= 8) != (row["kind"] == "closing"):
        found.append(f"after {known.unanswered} without a reaction: {row['kind']}")
    if 6 <= known.unanswered < 8 and gap < 27:
        found.append("more than once a month after six that were ignored")
    if 3 <= known.unanswered < 6 and gap < (13 if len(wanted) == 1 else 6):
        found.append("at the full rate after three that were ignored")
    return found


def _fits(now: datetime, day: date, at: str, zone: str, wanted: set[int]) -> bool:
    """Tell whether a message goes out when the wall clock first shows this time of this day, or the next after it."""
    if day.weekday() not in wanted:
        return False
    wall, here = datetime.combine(day, time.fromisoformat(at)), ZoneInfo(zone)
    for _ in range(24 * 60 + 1):
        there = wall.replace(tzinfo=here).astimezone(UTC)
        if there.astimezone(here).replace(tzinfo=None) == wall:
            return there <= now < there + timedelta(minutes=1)
        wall += timedelta(minutes=1)
    return False


_COUNTRIES = {
    row.split("\t")[2]: row.split("\t")[0]
    for row in (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines()
    if not row.startswith("#")
}
_PARTS = {"America/Anchorage": "AK", "Pacific/Honolulu": "HI"}  # zones of one state, which works on Columbus Day
_CALENDARS: dict[str, object] = {}


def _holiday(zone: str, day: date) -> bool:
    country = _COUNTRIES[zone]
    place = f"{country}-{_PARTS.get(zone, '')}"
    if place not in _CALENDARS:
        _CALENDARS[place] = holidays.country_holidays(country, subdiv=_PARTS.get(zone))
    return day in _CALENDARS[place]  # type: ignore[operator]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        breaches, counted = check(file.read())
    print("\n".join(breaches[:50]), dict(counted), f"{len(breaches)} breaches", sep="\n")
    sys.exit(bool(breaches))
