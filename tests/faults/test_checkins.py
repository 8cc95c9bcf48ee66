"""Check-ins over a long time, against the whole service: caps, quiet hours, holidays, backing off, odd clocks."""

import contextlib
import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

from sqlalchemy import event

from bot.store.engine import StoreDown
from tests.rig import Rig, rig

LONDON = ZoneInfo("Europe/London")
DAY, WEEK = timedelta(days=1), timedelta(days=7)


async def test_who_does_not_react_is_left_in_peace_and_one_tap_brings_them_back(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await plans(haven, "sam", holidays="yes")
        sent = await _days(haven, "sam", 22)
        gaps = [(later - earlier).days for earlier, later in itertools.pairwise(sent)]
        assert gaps == [7, 7, 14, 14, 14, 28, 28, 7]
        words, closing = haven.words("checkin"), haven.platform.messages["sam"][-1]
        assert closing.screen.lines == (words.closing,)
        assert words.closing not in {each.screen.lines[0] for each in haven.platform.messages["sam"][:-1]}

        await haven.press("sam", closing, "checkins")
        assert haven.text("sam").startswith(words.resting)
        await haven.tap("sam", "again")
        assert words.resting not in haven.text("sam")
        assert len(await _days(haven, "sam", 2)) == 2 + 2  # two are remembered


async def test_any_reaction_to_a_check_in_keeps_them_coming(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await plans(haven, "sam", holidays="yes")
        for week in range(12):
            await haven.later(WEEK)
            await haven.press("sam", haven.platform.messages["sam"][-1], ("not_now", "asked")[week % 2])
        assert len(haven.platform.messages["sam"]) == 12


async def test_nothing_on_holidays_unless_wanted(tmp_path: Path) -> None:
    async with rig(tmp_path, datetime(2026, 12, 14, 9, tzinfo=UTC)) as haven:
        await plans(haven, "sam", day="4")
        await plans(haven, "kim", day="4", holidays="yes")
        await haven.later(timedelta(days=24))
        days = {user: len(haven.platform.messages[user]) for user in ("sam", "kim")}
        assert days == {"sam": 1, "kim": 3}  # the 18th; and Christmas and New Year's Day


async def test_after_three_days_without_the_service_and_odd_clocks_there_is_no_burst(tmp_path: Path) -> None:
    """At most one check-in a person after an outage; clocks that jump to and fro bring at most one a time."""
    async with rig(tmp_path) as haven:
        people = {f"p{number}": (str(number % 7), str((number + 1) % 7)) for number in range(14)}
        for user, (day, other) in people.items():
            await plans(haven, user, day=day, other=other)
        await haven.jump(timedelta(hours=10))
        before = {user: len(haven.platform.messages[user]) for user in people}
        await haven.restart()
        await haven.jump(3 * DAY - timedelta(hours=8))  # up again at ten in the morning
        for _ in range(3):
            await haven.jump(timedelta(minutes=1))  # nor does any of it follow by and by
        after = {user: len(haven.platform.messages[user]) for user in people}
        assert all(after[user] - before[user] <= 1 for user in people)
        assert sum(after.values()) > sum(before.values())  # today's still go out
        for hours in (2, -2, 720, 2, -720, -2, 0):
            now = {user: len(haven.platform.messages[user]) for user in people}
            await haven.jump(timedelta(hours=hours))
            await haven.jump(timedelta(minutes=1))
            assert all(len(haven.platform.messages[user]) - now[user] <= 1 for user in people), hours


async def test_who_is_away_gets_none_and_nothing_is_written_down_about_it(tmp_path: Path) -> None:
    """As if it had never been planned: neither counted nor ignored, and after many, closed only when they are back."""
    async with rig(tmp_path) as haven:
        for user in ("sam", "kim"):
            await plans(haven, user, holidays="yes")
        await haven.later(WEEK)
        before = await haven.record("sam")
        haven.platform.gone = {"sam"}
        await haven.later(2 * WEEK)
        after = await haven.record("sam")
        assert before
        assert after
        assert after.ops.model_copy(update={"due": None}) == before.ops.model_copy(update={"due": None})
        assert [len(haven.platform.messages[user]) for user in ("sam", "kim")] == [1, 3]
        haven.platform.gone = set()
        await haven.later(20 * WEEK)
        words = haven.words("checkin")
        haven.platform.gone = {"sam"}
        while haven.platform.messages["kim"][-1].screen.lines != (words.closing,):
            await haven.later(WEEK)
        await haven.later(8 * WEEK)
        haven.platform.gone = set()
        await haven.later(4 * WEEK)
        assert haven.platform.messages["sam"][-1].screen.lines == (words.closing,)


async def test_what_the_database_did_not_take_is_planned_by_the_next_tick(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await plans(haven, "sam")
        await haven.later(timedelta(hours=1))  # nothing else is due any more
        haven.clock.later(timedelta(hours=1))
        refuse = mock.Mock(side_effect=OSError("disk full"))
        event.listen(haven.service.store.engine, "commit", refuse)
        with contextlib.suppress(StoreDown):
            await haven.service.schedule.see_to_people()
        assert refuse.called
        event.remove(haven.service.store.engine, "commit", refuse)
        await haven.jump(timedelta(minutes=1))
        assert len(haven.platform.messages["sam"]) == 1


async def test_what_could_not_go_out_in_time_is_not_sent_into_the_night(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await plans(haven, "sam", time="19:00")
        await haven.jump(timedelta(hours=12, minutes=1))  # a minute past eight: an hour late, and quiet
        assert haven.platform.messages["sam"] == []
        await haven.later(WEEK)
        assert len(haven.platform.messages["sam"]) == 1


async def test_ones_own_answers_are_kept_only_for_who_wants_that(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await plans(haven, "sam")
        await haven.later(WEEK)
        words, (message,) = haven.words("checkin"), haven.platform.messages["sam"]
        await haven.press("sam", message, "asked")
        await haven.tap("sam", "fine")
        assert words.not_kept in haven.text("sam")
        await haven.press("sam", message, "asked")
        await haven.tap("sam", "rough")
        await haven.tap("sam", "keep")
        assert haven.screen("sam").private
        assert haven.text("sam").endswith("30 Nov: Rough")
        await haven.press("sam", message, "asked")
        await haven.tap("sam", "so_so")
        assert words.kept in haven.text("sam")
        await haven.tap("sam", "trend")
        assert haven.text("sam").endswith("30 Nov: So-so\n30 Nov: Rough")
        await haven.tap("sam", "trend_forget")
        record = await haven.record("sam")
        assert record
        assert record.private.moods == ()


async def test_a_pause_until_a_chosen_monday_ends_by_itself(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await plans(haven, "sam", day="2")
        await haven.later(2 * DAY + timedelta(hours=3))
        await haven.press("sam", haven.platform.messages["sam"][-1], "pause")
        await haven.tap("sam", "until")
        assert {option.key for option in haven.screen("sam").fields[0].options} >= {"2026-11-30", "2027-01-11"}
        await haven.fill("sam", until="2027-01-11")
        assert haven.words("checkin").paused.fill(until="11 Jan") in haven.text("sam")
        assert await _days(haven, "sam", 7) == [datetime(2026, 11, 25).date(), datetime(2027, 1, 13).date()]


async def plans(haven: Rig, user: str, **form: str) -> None:
    await haven.agree(user)
    await haven.tap(user, "checkin")
    await haven.tap(user, "start")
    await haven.fill(user, **({"day": "0", "time": "10:00", "zone": "Europe/London"} | form))


async def _days(haven: Rig, user: str, weeks: int) -> list[date]:
    """Let weeks pass; return the days on which messages came, of those before the latest two."""
    sent = list[date]()
    for week in range(weeks + 1):
        record = await haven.record(user)
        assert record
        days = [each.astimezone(LONDON).date() for each in record.ops.contacts]
        sent += [day for day in days if day not in sent]
        if week < weeks:
            await haven.later(WEEK)
    return sent
