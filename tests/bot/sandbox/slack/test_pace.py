from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.pace import Pace

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_burst_then_one_a_second() -> None:
    pace = Pace(per_second=1, burst=3)
    assert [pace.wait("C1", START) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert pace.wait("C2", START) == 0
    assert pace.wait("C1", START + timedelta(seconds=1)) == 0
    assert pace.wait("C1", START + timedelta(seconds=1)) == 1


def test_the_workspace_has_a_limit_of_its_own() -> None:
    pace = Pace(per_minute=10)
    assert [pace.wait(f"C{n}", START) for n in range(11)] == [0] * 10 + [60]
    assert pace.wait("C99", START + timedelta(seconds=59)) == 1
    assert pace.wait("C99", START + timedelta(seconds=60)) == 0


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5))
def test_never_more_than_the_burst_and_one_a_second(gaps: list[float], burst: int) -> None:
    pace = Pace(per_second=1, burst=burst)
    now, sent = START, 0
    for gap in gaps:
        now += timedelta(seconds=gap)
        sent += pace.wait("C1", now) == 0
    assert sent <= burst + (now - START).total_seconds() + 1e-6


@given(st.lists(st.floats(0, 3), min_size=1, max_size=30))
def test_who_waits_as_told_is_let_through(gaps: list[float]) -> None:
    pace = Pace(per_second=0.5, burst=2)
    now = START
    for gap in gaps:
        now += timedelta(seconds=gap)
        if wait := pace.wait("C1", now):
            now += timedelta(seconds=wait)
            assert pace.wait("C1", now) == 0
