"""Whose time has come, without a look at everybody: the same as a look at everybody finds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agenda import Agenda, Hint

START = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.one_of(st.none(), st.integers(0, 9).map(lambda hours: START + timedelta(hours=hours)))
STEPS = st.tuples(st.sampled_from([b"a", b"b", b"c"]), TIMES, TIMES, st.booleans())


@given(st.lists(STEPS, max_size=20), st.integers(0, 400))
@settings(max_examples=150)
def test_it_finds_what_a_look_at_everybody_finds(steps: list[tuple[bytes, datetime | None, datetime | None, bool]],
                                                 again: int) -> None:  # fmt: skip
    agenda, all_of_them = Agenda(), dict[bytes, Hint]()
    for _ in range(again):  # so often moved to and fro that what is replaced must be cleared away
        agenda.note(b"a", Hint(START + timedelta(hours=again % 3), None))
        agenda.note(b"a", Hint(START, START))
    agenda.drop(b"a")
    for sid, due, until, gone in steps:
        if gone:
            agenda.drop(sid)
            all_of_them.pop(sid, None)
        else:
            agenda.note(sid, Hint(due, until))
            all_of_them[sid] = Hint(due, until)
    assert agenda == all_of_them
    for hours in range(10):
        now = START + timedelta(hours=hours)
        waiting = sorted((hint.due, sid) for sid, hint in all_of_them.items() if hint.due and hint.due <= now)
        over = [sid for sid, hint in all_of_them.items() if hint.until and hint.until <= now]
        for _ in range(2):  # a look takes nothing away
            assert agenda.due(now) == [sid for _, sid in waiting]
            assert sorted(agenda.over(now)) == sorted(over)
    assert agenda.first_due() == min((each.due for each in all_of_them.values() if each.due), default=None)
