"""When somebody may be written to: wall-clock times, quiet hours, days off, the cap over all sources, backing off.

Times on the wall belong to the person: their zone and local time are stored, instants (UTC) are computed.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from flows.core.care import Plan

WINDOW: Final = timedelta(hours=3)  # a message later than that is dropped: nobody wants Monday's on Tuesday
A_WEEK: Final = 2  # messages in any seven days, whoever sends them; and never two on one day
HALF, MONTHLY, CLOSING = 3, 6, 8  # ignored in a row: every other time, once a month, a closing note and no more
MONTH: Final = timedelta(days=28)
QUIET: Final = (time(20), time(8))  # where nobody said otherwise
OPEN_HOURS: Final = (time(9), time(18))  # from, and until before: no choice of quiet hours reaches into these
EVE: Final = timedelta(minutes=30)  # so long before quiet hours begin, a message comes that would fall into them
NOTICE: Final = timedelta(days=7)  # of a message to everyone alike: so long check-ins need to make room for it
NOTICE_ALL: Final = timedelta(days=8)  # of one to people in several zones: the day begins earlier in some
FEATURED: Final = timedelta(days=6)  # for so long after its day a campaign may stand in place of somebody's check-in
_AHEAD: Final = 400  # days searched for a day that is not off

Off = Callable[[date], bool]
"""Tells whether a day is a public holiday where the person is."""


def working(_: date) -> bool:
    """Know no day off."""
    return False


def is_zone(name: str) -> bool:
    """Tell whether this is the name of an IANA zone."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # kept: to list them takes as long as a turn


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return a zone. Kept: `zoneinfo` itself keeps eight, and reads the others from their files again."""
    return ZoneInfo(name)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when the wall clock in `zone` first shows `at` on `day`, in UTC.

    In a gap (clocks go forward) the next minute that exists counts, in a fold (they go back) the first of two."""
    local = datetime.combine(day, at, zone)  # fold=0: the first of two
    there = local.astimezone(UTC)
    while there.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        local += timedelta(minutes=1)  # a gap: nobody's clock ever shows this minute
        there = local.astimezone(UTC)
    return there


def next_due(plan: Plan, after: datetime, off: Off = working) -> datetime:
    """Return the first instant (UTC) strictly after `after` at which the plan asks for a check-in."""
    zone = zone_of(plan.zone)
    day = after.astimezone(zone).date() - timedelta(days=1)  # a gap of a whole day moves yesterday's to today
    if plan.paused_until:
        day = max(day, plan.paused_until)
    weekday = day.weekday()
    for ahead in range(_AHEAD):
        if (weekday + ahead) % 7 in plan.days:
            candidate = day + timedelta(days=ahead)
            if plan.on_holidays or not off(candidate):
                due = instant(candidate, plan.at, zone)
                if due > after:
                    return due
    raise LookupError("every day is off, for more than a year")


def following(plan: Plan, sent: datetime, ignored: int, off: Off = working) -> datetime:
    """Return when the next check-in is due after one that went out at `sent`, the last of `ignored` without a reply.

    Ignored three times: every other one; six times: the first after four weeks."""
    if MONTHLY <= ignored < CLOSING:
        return next_due(plan, sent + MONTH - timedelta(hours=12), off)  # clocks may have been moved
    due = next_due(plan, sent, off)
    return next_due(plan, due, off) if HALF <= ignored < MONTHLY else due


def is_quiet(at: time, start: time, end: time) -> bool:
    """Tell whether a time on the wall lies in the hours from `start` up to `end`, over midnight if need be."""
    return start <= at < end if start <= end else at >= start or at < end


def civil(now: datetime, zone: str, quiet: tuple[time, time] = QUIET) -> datetime:
    """Return `now`, or when the hours are over in which nobody is written to there."""
    local = now.astimezone(zone_of(zone))
    if not is_quiet(local.time(), *quiet):
        return now
    day = local.date() + timedelta(days=local.time() >= quiet[1])
    return instant(day, quiet[1], zone_of(zone))


def same_day(at: datetime, zone: str, quiet: tuple[time, time] = QUIET) -> datetime:
    """Return the moment nearest to `at`, on its own day on the wall there, at which somebody may be written to: `EVE`
    before the quiet hours of an evening, and when those of a morning are over."""
    local = at.astimezone(zone_of(zone))
    if local.time() >= quiet[0] > quiet[1]:
        return instant(local.date(), quiet[0], zone_of(zone)) - EVE
    return civil(at, zone, quiet)


def may_write(now: datetime, zone: str, contacts: Sequence[datetime]) -> bool:
    """Tell whether the cap leaves room for a message: none yet on this day, fewer than two in seven days.

    `contacts` are when messages went out, with the offset of where the person was then: a day counts as it was on
    the wall there and as it is here, so that whoever moves gets one a day at most."""
    today, here = now.astimezone(zone_of(zone)).date(), zone_of(zone)
    ages = [min(abs(today - day) for day in (each.date(), each.astimezone(here).date())) for each in contacts]
    return timedelta() not in ages and sum(age < timedelta(days=7) for age in ages) < A_WEEK


def in_time(due: datetime, now: datetime, plan: Plan) -> bool:
    """Tell whether a check-in due at `due` may go out at `now`: not too late, on its own day, not in quiet hours."""
    zone = zone_of(plan.zone)
    local, meant = now.astimezone(zone), due.astimezone(zone)
    quiet = is_quiet(local.time(), plan.quiet_from, plan.quiet_until)
    return timedelta() <= now - due <= WINDOW and local.date() == meant.date() and not quiet
