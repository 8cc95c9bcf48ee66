from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.teams.pace import SENDING, Pace

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_seven_a_second_and_eight_in_two() -> None:
    pace = Pace()
    assert [pace.wait("send", "a", START) for _ in range(8)] == [0] * 7 + [1]
    assert pace.wait("send", "b", START) == 0
    assert pace.wait("create", "a", START) == 0
    assert pace.wait("send", "a", after(1)) == 0
    assert pace.wait("send", "a", after(1)) == 1


def test_sixty_in_thirty_seconds() -> None:
    pace = Pace()
    assert [pace.wait("send", "a", after(n * 0.4)) for n in range(60)] == [0] * 60
    assert pace.wait("send", "a", after(24)) == 6
    assert pace.wait("send", "a", after(24.5)) == 6
    assert pace.wait("send", "a", after(30)) == 0


def test_eighteen_hundred_an_hour() -> None:
    pace = Pace()
    assert not any(pace.wait("send", "a", after(n * 1.9)) for n in range(1800))
    assert pace.wait("send", "a", after(3420)) == 180
    assert pace.wait("send", "a", after(3600)) == 0


def test_reading_may_go_twice_as_fast() -> None:
    pace = Pace()
    assert [pace.wait("read", "a", START) for _ in range(15)] == [0] * 14 + [1]


def test_fifty_a_second_in_the_tenant() -> None:
    pace = Pace()
    assert [pace.wait("send", f"a{n}", START) for n in range(51)] == [0] * 50 + [1]
    assert pace.wait("send", "late", after(1)) == 0


@given(st.lists(st.floats(0, 2), min_size=1, max_size=150))
def test_never_more_than_a_window_allows(gaps: list[float]) -> None:
    pace, now, sent = Pace(), START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if pace.wait("send", "a", now) == 0:
            sent.append(now)
    for seconds, most in SENDING:
        for last in sent:
            assert sum(0 <= (last - one).total_seconds() < seconds for one in sent[: sent.index(last) + 1]) <= most


@given(st.lists(st.floats(0, 1), min_size=1, max_size=100))
def test_who_waits_as_told_is_let_through(gaps: list[float]) -> None:
    pace, now = Pace(), START
    for gap in gaps:
        now += timedelta(seconds=gap)
        if wait := pace.wait("send", "a", now):
            now += timedelta(seconds=wait)
            assert pace.wait("send", "a", now) == 0
