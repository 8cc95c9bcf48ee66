from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.days_off import days_off_of
from bot.providers.clinic.hours import Practitioner, openings

# Zones with changes by an hour, by half an hour, at midnight, in the south, and with none
ZONES = (
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kolkata",
    "Asia/Beirut",
)
ALL_DAY = dict.fromkeys(range(7), ((time(0), time(23, 59)),))


def person(zone: str, minutes: int = 60, weekly: Any = ALL_DAY) -> Practitioner:
    return Practitioner("p", "P", "video", zone, minutes, weekly)


def walls(zone: str, day: date, minutes: int = 60, weekly: Any = ALL_DAY) -> list[str]:
    """The wall-clock starts of one local day."""
    local = ZoneInfo(zone)
    after = datetime.combine(day, time(0), local).astimezone(UTC) - timedelta(seconds=1)
    found = openings(person(zone, minutes, weekly), after, 2)
    starts = [one.start.astimezone(local) for one in found]
    return [f"{start:%H:%M}" for start in starts if start.date() == day]


def test_hours_that_the_clock_skips_are_no_slots() -> None:
    assert walls("America/New_York", date(2025, 3, 9))[:4] == ["00:00", "01:00", "03:00", "04:00"]
    assert walls("Africa/Cairo", date(2025, 4, 25))[:2] == ["01:00", "02:00"]  # midnight does not exist


def test_hours_that_happen_twice_are_offered_once() -> None:
    assert walls("America/New_York", date(2025, 11, 2))[:4] == ["00:00", "01:00", "02:00", "03:00"]
    first = next(one for one in openings(person("America/New_York"), datetime(2025, 11, 2, 4, 30, tzinfo=UTC), 1))
    assert first.start == datetime(2025, 11, 2, 5, tzinfo=UTC)  # the first of the two 01:00s


def test_a_slot_that_lasts_into_a_skipped_hour_leaves_the_next_one_out() -> None:
    assert walls("America/New_York", date(2025, 3, 9), 50)[:4] == ["00:00", "00:50", "01:40", "04:10"]


def test_wall_clock_hours_stay_where_they_are_through_the_year() -> None:
    weekly = {0: ((time(9), time(11)),)}
    for day in (date(2025, 3, 24), date(2025, 3, 31)):  # the clock changes between the two
        assert walls("Europe/Madrid", day, 60, weekly) == ["09:00", "10:00"]


def test_a_slot_has_one_id_whenever_it_is_generated() -> None:
    start = datetime(2025, 3, 27, tzinfo=UTC)
    early = {one.id: one for one in openings(person("Europe/Madrid", 50), start, 6)}
    late = {one.id: one for one in openings(person("Europe/Madrid", 50), start + timedelta(hours=61), 1)}
    assert late
    assert late.items() <= early.items()


def test_a_days_exception_counts_more_than_its_week_and_the_holidays() -> None:
    christmas, boxing, monday = date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 28)
    nine, ten = ((time(9), time(10)),), ((time(10), time(11)),)
    who = replace(
        person("Europe/London", 60, dict.fromkeys(range(7), nine)),
        closed=days_off_of("GB-ENG"),
        exceptions={boxing: ten, monday: (), date(2026, 12, 29): (*ten, *nine)},
    )
    found = openings(who, datetime(2026, 12, 24, tzinfo=UTC), 6)
    assert [f"{one.start:%d %H}" for one in found] == ["24 09", "26 10", "27 09", "29 09", "29 10"]
    assert christmas not in [one.start.date() for one in openings(who, datetime(2026, 12, 24, tzinfo=UTC), 6)]
    scottish = replace(who, closed=days_off_of("GB-SCT"), exceptions={})
    new_year = datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert [f"{one.start:%d}" for one in openings(scottish, new_year, 3)] == [
        "03"
    ]  # 2 January, there alone; the 4th for it
    english = replace(who, exceptions={})
    assert [f"{one.start:%d}" for one in openings(english, new_year, 3)] == ["02", "03", "04"]


hours = st.builds(
    lambda start, length: (start, min(start + length, 24 * 60 - 1)),
    st.integers(0, 23 * 60),
    st.integers(5, 600),
).map(lambda pair: tuple(time(minute // 60, minute % 60) for minute in pair))


@given(
    zone=st.sampled_from(ZONES),
    after=st.integers(1_704_067_200, 1_796_083_200).map(lambda second: datetime.fromtimestamp(second, UTC)),
    minutes=st.integers(5, 180),
    weekly=st.dictionaries(st.integers(0, 6), st.lists(hours, max_size=3).map(tuple), max_size=7),
    days=st.integers(1, 28),
    exceptions=st.dictionaries(st.integers(0, 28), st.lists(hours, max_size=2).map(tuple), max_size=6),
    closed=st.frozensets(st.integers(0, 28), max_size=6),
    away=st.lists(st.tuples(st.integers(0, 28 * 24), st.integers(0, 72)), max_size=3),
)
def test_every_slot_is_inside_the_hours_and_none_overlaps(
    zone: str,
    after: datetime,
    minutes: int,
    weekly: Any,
    days: int,
    exceptions: Any,
    closed: Any,
    away: Any,
) -> None:
    local = ZoneInfo(zone)
    first = after.astimezone(local).date()
    who = replace(
        person(zone, minutes, weekly),
        exceptions={first + timedelta(days=n): spans for n, spans in exceptions.items()},
        closed=lambda day: (day - first).days in closed,
    )
    spans = [(after + timedelta(hours=n), after + timedelta(hours=n + length)) for n, length in away]
    whole = list(openings(who, after, days))
    found = list(openings(who, after, days, spans))
    clear = [one for one in whole if all(one.end <= begin or end <= one.start for begin, end in spans)]
    assert found == clear  # time off takes slots out, and moves none
    for one in found:
        assert after < one.start <= after + timedelta(days=days)
        assert one.end - one.start == timedelta(minutes=minutes)
        wall = one.start.astimezone(local)
        assert wall.fold == 0
        nth = (wall.date() - first).days
        assert nth in exceptions or nth not in closed
        windows = exceptions[nth] if nth in exceptions else weekly[wall.weekday()]
        assert any(opens <= wall.time() < closes for opens, closes in windows)
        last = max(closes for _, closes in windows)
        assert one.end <= datetime.combine(wall.date(), last, local).astimezone(UTC)
    assert all(one.end <= following.start for one, following in pairwise(found))
    assert len({one.id for one in found}) == len(found)


@given(zone=st.sampled_from(ZONES), day=st.dates(date(2024, 1, 1), date(2026, 12, 1)), minutes=st.integers(5, 90))
def test_an_ordinary_day_is_filled(zone: str, day: date, minutes: int) -> None:
    local = ZoneInfo(zone)
    offsets = {datetime.combine(day, time(hour), local).utcoffset() for hour in (0, 8, 23)}
    offsets.add(datetime.combine(day + timedelta(days=1), time(0), local).utcoffset())
    if len(offsets) == 1:
        assert len(walls(zone, day, minutes)) == (24 * 60 - 1) // minutes


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "a/b"},
        {"key": ""},
        {"zone": "Mars/Base"},
        {"zone": "../etc/passwd"},
        {"minutes": 0},
        {"weekly": {7: ()}},
        {"weekly": {0: ((time(12), time(9)),)}},
        {"weekly": {0: ((time(9, tzinfo=UTC), time(12)),)}},
        {"exceptions": {date(2025, 3, 3): ((time(12), time(9)),)}},
    ],
)
def test_wrong_hours_are_refused_with_what_to_mend(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"key": "p", "name": "P", "modality": "video", "zone": "UTC", "minutes": 50, "weekly": {}}
    with pytest.raises(ValueError, match=r"key|zone|minutes|weekly|hours"):
        Practitioner(**(right | wrong))
