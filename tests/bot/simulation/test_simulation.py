"""A year of check-ins, checked from its table; and the checker itself, which must notice what is wrong."""

import asyncio
import csv
import io
import os
from collections import Counter

import pytest

from bot.simulation.run import simulate
from tests.bot.simulation.checker import check

PEOPLE, DAYS = int(os.environ.get("HAVEN_PROOF_PEOPLE", "200")), int(os.environ.get("HAVEN_PROOF_DAYS", "40"))


def test_nobody_is_written_to_when_they_should_not_be_and_it_is_the_same_twice() -> None:
    result = asyncio.run(simulate(PEOPLE, DAYS, 1))
    wrong, counts = check(result.table)
    assert wrong == []
    assert counts["checkin"] > PEOPLE * DAYS / 20
    assert {"plan", "pause", "reaction", "remind"} <= set(counts)
    alike = Counter((row["utc"][:7], row["source"]) for row in _rows(result.table) if row["kind"] == "alike")
    assert alike["2026-01", "manager"] == PEOPLE  # all of them, whatever they chose
    assert alike["2026-02", "hr"] == PEOPLE
    assert any((row["kind"], row["source"]) == ("checkin", "hr") for row in _rows(result.table))
    size, once = (PEOPLE, DAYS), result
    if "HAVEN_PROOF_PEOPLE" not in os.environ:
        size = (40, 20)
        once = asyncio.run(simulate(*size, 1))
    again = asyncio.run(simulate(*size, 1))
    assert again.table == once.table


def _rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table)))


HEAD = "person,zone,local,utc,kind,source,detail\n"
AT = "0,Europe/London,2026-01-01T09:00:00+00:00,2026-01-01T09:00:00Z"
PLAN = f"{AT},plan,person,day=4 other=0 time=10:00 quiet=20:00-08:00 holidays=no\n"
PAUSE = f"{AT},pause,person,2026-01-05\n"


def sent(day: str, hour: str = "10:00", key: str = "a", kind: str = "checkin") -> str:
    return f"0,Europe/London,{day}T{hour}:00+00:00,{day}T{hour}:00Z,{kind},clock,{key}\n"


def alike(day: str, hour: str = "10:00", source: str = "hr") -> str:
    return sent(day, hour, kind="alike").replace("clock", source)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (sent("2026-01-02"), "written to without"),
        (PLAN + sent("2026-01-02", "10:01"), "not at one of the times"),
        (PLAN + sent("2026-01-03"), "not at one of the times"),
        (PLAN + sent("2026-01-02", "21:00"), "in quiet hours"),
        (PLAN.replace("day=4", "day=3") + sent("2026-01-01"), "on a public holiday"),
        (
            PLAN
            + "0,Europe/London,2026-01-01T09:00:00+00:00,2026-01-01T09:00:00Z,pause,person,2026-01-05\n"
            + sent("2026-01-02"),
            "in a pause",
        ),
        (PLAN + sent("2026-01-02") + sent("2026-01-02", key="b"), "twice on one day"),
        (PLAN + sent("2026-01-02") + sent("2026-01-05", key="b") + sent("2026-01-08", key="c"), "three times in seven"),
        (PLAN + sent("2026-01-02") + sent("2026-02-27"), "the same line within"),
        (PLAN + "".join(sent(f"2026-01-{day:02}", key=str(day)) for day in (2, 9, 16, 19)), "at the full rate"),
        (PLAN + sent("2026-01-02", kind="closing"), "after 0 without a reaction"),
        (PLAN.replace("+00:00", "+01:00"), "the local time"),
        (PLAN + sent("2026-01-02").replace("clock", "manager"), "checkin from manager"),
        (alike("2026-01-06", "08:59"), "not in open hours"),
        (alike("2026-01-06", "18:00"), "not in open hours"),
        (alike("2026-01-10"), "on a day off"),
        (alike("2026-01-01"), "on a day off"),
        (alike("2026-01-06") + alike("2026-01-12"), "twice to all in a week"),
        (PLAN + sent("2026-01-02") + alike("2026-01-02"), "twice on one day"),
        (PLAN + sent("2026-01-02") + sent("2026-01-05", key="b") + alike("2026-01-07"), "three times in seven"),
        (PLAN + alike("2026-01-08") + sent("2026-01-09") + sent("2026-01-12", key="b"), "three times in seven"),
        (PLAN.replace("20:00-08:00", "09:00-12:00") + alike("2026-01-06", "11:00"), "in somebody's quiet hours"),
    ],
)
def test_the_checker_notices(rows: str, told: str) -> None:
    wrong, _ = check(HEAD + rows)
    assert any(told in each for each in wrong), wrong


def test_the_checker_takes_what_is_right() -> None:
    good = PLAN + sent("2026-01-02") + sent("2026-01-05", key="b") + sent("2026-01-09", key="c")
    assert check(HEAD + good)[0] == []
