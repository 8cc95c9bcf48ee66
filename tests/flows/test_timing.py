"""When somebody may be written to: in every zone, at gaps and folds, by the cap; less often to who does not react."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.days_off import days_off, parts
from bot.places import country_of, part_of
from content.values import subdivisions
from flows.checkin.steps import QUIETS, span
from flows.core.care import Plan
from flows.core.timing import (
    CLOSING,
    NOTICE,
    WINDOW,
    following,
    in_time,
    instant,
    is_quiet,
    may_write,
    next_due,
    same_day,
)
from tests import world

ZONES = sorted(available_timezones())
MINUTES = st.times().map(lambda each: each.replace(second=0, microsecond=0))
DAYS = st.lists(st.integers(0, 6), min_size=1, max_size=2, unique=True).map(lambda days: tuple(sorted(days)))
INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))


@given(st.sampled_from(ZONES), DAYS, MINUTES, INSTANTS)
@settings(max_examples=400)
def test_next_due_is_the_next_such_minute_on_the_wall(
    zone: str, days: tuple[int, ...], at: time, now: datetime
) -> None:
    due = next_due(Plan(days=days, at=at, zone=zone), now)
    shown = due.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert now < due <= now + timedelta(days=8, hours=26)
    meant = [datetime.combine(shown.date() - timedelta(days=back), at) for back in (0, 1)]
    if shown not in meant:  # the wall skipped that minute: no minute between it and what is shown exists
        skipped = next(each for each in meant if each < shown and each.weekday() in days)
        between = [skipped + timedelta(minutes=n) for n in range(int((shown - skipped).total_seconds() // 60))]
        assert not any(_exists(each, zone) for each in between)
    else:
        assert due.astimezone(ZoneInfo(zone)).weekday() in days
        assert due.astimezone(ZoneInfo(zone)).fold == 0


def test_every_gap_and_fold_of_every_zone() -> None:
    """At each change of clocks of two years: a time in the gap goes to its end, one in the fold to the first of two."""
    wrong, changes = [], 0
    for name in ZONES:
        zone, hour = ZoneInfo(name), datetime(2025, 1, 1, tzinfo=UTC)
        while hour < datetime(2027, 1, 1, tzinfo=UTC):
            later = hour + timedelta(days=1)
            before, after = hour.astimezone(zone).utcoffset(), later.astimezone(zone).utcoffset()
            if before != after:
                changes += 1
                assert before is not None
                assert after is not None
                change = _change(hour, later, zone)
                wall = change.astimezone(zone).replace(tzinfo=None)
                if after > before:  # clocks go forward: `wall` is the first minute after the gap
                    inside = wall - (after - before) / 2
                    right = instant(inside.date(), inside.time(), zone) == change
                else:  # they go back: times from `wall` on come twice
                    inside = wall + (before - after) / 2
                    right = instant(inside.date(), inside.time(), zone) == change - (before - after) / 2
                if not right:
                    wrong.append((name, wall))
            hour = later
    assert changes > 400
    assert wrong == []


@given(
    st.sampled_from(ZONES),
    st.lists(st.integers(0, 90 * 24), max_size=60, unique=True),
    st.lists(st.integers(7, 20), max_size=8),
    st.integers(0, 23),
)
@settings(max_examples=100)
def test_the_cap_holds_beside_what_everybody_gets_alike(zone: str, hours: list[int], gaps: list[int], at: int) -> None:
    """Somebody asks for check-ins at any hours. What goes to all looks at nobody: at fixed times, seven days apart at
    least, known seven days before. So check-ins alone keep it to one a day and two in any seven."""
    here, begin = ZoneInfo(zone), datetime(2026, 3, 1, at, tzinfo=UTC)
    alike = [begin + timedelta(days=sum(gaps[: number + 1])) for number in range(len(gaps))]
    sent: list[datetime] = []
    for hour in sorted(hours):
        now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
        known = [each.astimezone(here) for each in alike if each - now <= NOTICE]  # what is further off may be unknown
        if may_write(now, zone, (*sent[-2:], *(each for each in known if abs(each - now) < timedelta(days=8)))):
            sent.append(now.astimezone(here))
    days = sorted(each.date() for each in (*sent, *(each.astimezone(here) for each in alike)))
    assert len(set(days)) == len(days)
    assert not [day for day, third in zip(days, days[2:], strict=False) if third - day < timedelta(days=7)]


def test_gap_and_fold_in_london() -> None:
    plan = Plan(days=(6,), at=time(1, 30), zone="Europe/London")
    spring = next_due(plan, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 02:00 on the wall: 01:30 never was
    autumn = next_due(plan, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first 01:30
    assert next_due(plan, autumn) == datetime(2026, 11, 1, 1, 30, tzinfo=UTC)  # not the second one


def test_a_pause_holds_until_its_day() -> None:
    paused = world.plan(paused_until=datetime(2026, 12, 21).date())
    assert next_due(paused, world.NOW) == datetime(2026, 12, 21, 10, tzinfo=UTC)


def test_holidays_are_left_out_by_the_country_of_the_zone() -> None:
    plan, berlin = world.plan(days=(4,)), world.plan(days=(4,), zone="Europe/Berlin")
    eve = datetime(2026, 12, 24, 12, tzinfo=UTC)  # Friday the 25th is Christmas, Friday the 1st New Year's Day
    assert next_due(plan, eve, days_off(plan.zone)) == datetime(2027, 1, 8, 10, tzinfo=UTC)
    assert next_due(plan.model_copy(update={"on_holidays": True}), eve, days_off(plan.zone)).day == 25
    unity = datetime(2025, 10, 2, 12, tzinfo=UTC)  # the 3rd is a holiday in Germany, not in Britain
    assert next_due(berlin, unity, days_off(berlin.zone)).day == 10
    assert next_due(plan, unity, days_off(plan.zone)).day == 3
    assert not days_off("Etc/UTC")(date(2026, 12, 25))  # of no country


def test_holidays_of_a_part_of_the_country_by_choice_by_zone_or_by_the_organisation() -> None:
    epiphany, easter_monday = date(2026, 1, 6), date(2026, 4, 6)
    assert not days_off("Europe/Berlin")(epiphany)
    assert days_off("Europe/Berlin", own="DE-BY")(epiphany)
    assert days_off("Europe/Berlin", home="DE-BY")(epiphany)
    assert not days_off("Europe/Berlin", own="DE-NW", home="DE-BY")(epiphany)  # what somebody chose goes first
    assert days_off("Europe/London", home="GB-ENG")(easter_monday)
    assert not days_off("Europe/London", own="GB-SCT", home="GB-ENG")(easter_monday)
    assert days_off("Australia/Melbourne", home="AU-NSW")(date(2026, 11, 3))  # the Cup: the zone tells the part
    assert not days_off("Europe/Paris", own="DE-BY", home="GB-ENG")(date(2026, 10, 3))  # of another country: not used
    assert not days_off("Europe/London", own="GB-XYZ")(date(2026, 7, 13))
    for zone in ZONES:  # what the table says is known to the package
        country, _, part = part_of(zone).partition("-")
        assert not part or (country == country_of(zone) and part in subdivisions(country)), zone
    assert parts("DE")["DE-BY"] == "Bayern"
    assert "DE-Augsburg" not in parts("DE")
    assert parts("IT") == parts(None) == {}  # too many to choose from; no country


@given(st.sampled_from(ZONES), st.lists(INSTANTS, max_size=40), st.sampled_from(ZONES))
@settings(max_examples=200)
def test_the_cap_holds_whatever_is_asked(zone: str, asked: list[datetime], other: str) -> None:
    """One a day and two in seven days, as days are on the wall; also for who moves to another zone half-way."""
    contacts: list[datetime] = []
    for number, now in enumerate(sorted(asked)):
        here = zone if number < len(asked) // 2 else other
        if may_write(now, here, contacts[-2:]):
            contacts.append(now.astimezone(ZoneInfo(here)))
    days = [each.date() for each in contacts]
    assert len(set(days)) == len(days)
    for day in days:
        assert sum(timedelta() <= each - day < timedelta(days=7) for each in days) <= 2


def test_who_moves_gets_one_that_day() -> None:
    auckland = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Pacific/Auckland"))
    honolulu = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Pacific/Honolulu"))  # 23 hours later, Monday again
    assert not may_write(honolulu.astimezone(UTC), "Pacific/Honolulu", [auckland])
    assert not may_write(auckland + timedelta(hours=14), "Pacific/Auckland", [auckland])
    assert may_write(auckland + timedelta(hours=24), "Pacific/Auckland", [auckland])


@given(MINUTES, MINUTES, MINUTES)
def test_quiet_hours_are_these_minutes_and_no_others(at: time, start: time, end: time) -> None:
    minutes = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % 1440
    since = (at.hour * 60 + at.minute - start.hour * 60 - start.minute) % 1440
    assert is_quiet(at, start, end) == (since < minutes)


@given(
    INSTANTS,
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    st.sampled_from(QUIETS).map(span),
)
def test_what_falls_into_quiet_hours_is_moved_within_its_day(at: datetime, zone: str, quiet: tuple[time, time]) -> None:
    moved, there = same_day(at, zone, quiet), ZoneInfo(zone)
    assert moved.astimezone(there).date() == at.astimezone(there).date()
    assert not is_quiet(moved.astimezone(there).time(), *quiet)
    assert moved == at or is_quiet(at.astimezone(there).time(), *quiet)


def test_what_comes_too_late_or_in_quiet_hours_is_dropped() -> None:
    plan = world.plan(at=time(18), quiet_from=time(20), quiet_until=time(8))
    due = datetime(2026, 11, 23, 18, tzinfo=UTC)
    late = {minutes: in_time(due, due + timedelta(minutes=minutes), plan) for minutes in (-1, 0, 119, 120, 180)}
    assert late == {-1: False, 0: True, 119: True, 120: False, 180: False}
    calm = plan.model_copy(update={"quiet_from": time(1), "quiet_until": time(2)})
    assert in_time(due, due + WINDOW, calm)
    assert not in_time(due, due + WINDOW + timedelta(seconds=1), calm)
    night = calm.model_copy(update={"at": time(23)})
    assert not in_time(due.replace(hour=23), due.replace(day=24, hour=0, minute=30), night)  # it was Monday's


def test_who_does_not_react_is_left_in_peace() -> None:
    """Three ignored: every other one; six: the first after four weeks."""
    plan, sent, gaps = world.plan(days=(0,)), datetime(2026, 1, 5, 10, tzinfo=UTC), []
    for ignored in range(1, CLOSING + 1):
        due = following(plan, sent, ignored)
        gaps.append(round((due - sent) / timedelta(days=1)))
        sent = due
    assert gaps == [7, 7, 14, 14, 14, 28, 28, 7]  # and then the closing note


def _exists(wall: datetime, zone: str) -> bool:
    there = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return there.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the minute at which the clocks are moved."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high
