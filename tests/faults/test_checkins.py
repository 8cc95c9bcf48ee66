"""Check-ins over a long time, against the whole service: caps, quiet hours, holidays, backing off, odd clocks."""

import contextlib
import itertools
import logging
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from adapters.platform import Public
from bot.log import AllowList
from bot.metrics import exposition
from bot.progress import look
from bot.record import Ops, Private
from bot.store.engine import StoreDown
from bot.store.tables import metadata
from tests.rig import Rig, rig

LONDON = ZoneInfo("Europe/London")
DAY, WEEK = timedelta(days=1), timedelta(days=7)


async def test_who_does_not_react_is_left_in_peace_and_one_tap_brings_them_back(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam", holidays="yes")
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
        await _plans(haven, "sam", holidays="yes")
        for week in range(12):
            await haven.later(WEEK)
            await haven.press("sam", haven.platform.messages["sam"][-1], ("not_now", "asked")[week % 2])
        assert len(haven.platform.messages["sam"]) == 12


async def test_nothing_on_holidays_unless_wanted(tmp_path: Path) -> None:
    async with rig(tmp_path, datetime(2026, 12, 14, 9, tzinfo=UTC)) as haven:
        await _plans(haven, "sam", day="4")
        await _plans(haven, "kim", day="4", holidays="yes")
        await haven.later(timedelta(days=24))
        days = {user: len(haven.platform.messages[user]) for user in ("sam", "kim")}
        assert days == {"sam": 1, "kim": 3}  # the 18th; and Christmas and New Year's Day


async def test_after_three_days_without_the_service_and_odd_clocks_there_is_no_burst(tmp_path: Path) -> None:
    """At most one check-in a person after an outage; clocks that jump to and fro bring at most one a time."""
    async with rig(tmp_path) as haven:
        people = {f"p{number}": (str(number % 7), str((number + 1) % 7)) for number in range(14)}
        for user, (day, other) in people.items():
            await _plans(haven, user, day=day, other=other)
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
            await _plans(haven, user, holidays="yes")
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
        await _plans(haven, "sam")
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
        await _plans(haven, "sam", time="19:00")
        await haven.jump(timedelta(hours=12, minutes=1))  # a minute past eight: an hour late, and quiet
        assert haven.platform.messages["sam"] == []
        await haven.later(WEEK)
        assert len(haven.platform.messages["sam"]) == 1


async def test_ones_own_answers_are_kept_only_for_who_wants_that(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam")
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
        await _plans(haven, "sam", day="2")
        await haven.later(2 * DAY + timedelta(hours=3))
        await haven.press("sam", haven.platform.messages["sam"][-1], "pause")
        await haven.tap("sam", "until")
        assert {option.key for option in haven.screen("sam").fields[0].options} >= {"2026-11-30", "2027-01-11"}
        await haven.fill("sam", until="2027-01-11")
        assert haven.words("checkin").paused.fill(until="11 Jan") in haven.text("sam")
        assert await _days(haven, "sam", 7) == [datetime(2026, 11, 25).date(), datetime(2027, 1, 13).date()]


async def _plans(haven: Rig, user: str, **form: str) -> None:
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


async def test_a_manager_calls_off_a_reminder_and_sees_their_own(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        words = haven.words("team")
        await _reminds(haven)
        assert "Tue 24 Nov, 10:00" in haven.text("morgan")
        await haven.tap("morgan", "another")
        await haven.tap("morgan", "history")
        assert haven.text("morgan").endswith("goes out.")
        await haven.tap("morgan", "cancel")
        assert haven.text("morgan").startswith(words.cancelled.fill(team="Customer Support"))
        assert words.history_none in haven.text("morgan")
        await haven.later(2 * DAY)
        assert haven.platform.posts == []
        await _reminds(haven)  # no cool-down after one that was called off
        await haven.tap("morgan", "another")
        await haven.tap("morgan", "history")
        page = haven.shown("morgan")
        await haven.later(2 * DAY)
        assert len(haven.platform.posts) == 1
        await haven.say("morgan", "home")
        await haven.tap("morgan", "team")
        await haven.tap("morgan", "history")
        assert haven.text("morgan").endswith("went out.")
        assert "cancel" not in haven.keys("morgan")
        assert page.screen.lines != haven.screen("morgan").lines


async def test_what_a_manager_reads_does_not_depend_on_members(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two worlds: nobody uses the service; everybody in the team does, pauses, stops. Same words, same posts, same
    numbers for whoever runs it; and nothing in a table or a log that is of a member and of a reminder."""
    read, members = list[object](), ("sam", "alex", "priya", "jonas", "lena", "mateo")
    caplog.set_level(logging.DEBUG, "haven")
    for world in ("quiet", "busy"):
        (tmp_path / world).mkdir()
        async with rig(tmp_path / world) as haven:
            if world == "busy":
                for number, member in enumerate(members):
                    await _plans(haven, member)
                    await haven.say(member, ("home", "pause", "stop")[number % 3])
                await haven.check("sam", "3333")
            seen, caplog_ = list[object](), caplog.records
            caplog_.clear()
            for each in (False, True):
                await _reminds(haven, each=each)
                seen.append(haven.screen("morgan").lines)
                await haven.later(2 * WEEK)
                for member in ("sam", "alex") if world == "busy" else ():
                    await haven.press(member, haven.platform.posts[-1][1], "open")
                    if each:
                        await haven.press(member, alike(haven, member), "open")
            await haven.say("morgan", "home")
            await haven.tap("morgan", "team")
            await haven.tap("morgan", "history")
            seen.append(haven.screen("morgan").lines)
            posts = [(channel, post.screen.lines) for channel, post in haven.platform.posts]
            actions = [
                (row["team"], row["template"], row["asked"], row["due"]) for row in await haven.rows("manager_action")
            ]
            sent = [alike(haven, member) for member in members]
            read.append((seen, posts, actions, sent, await _told(haven)))
            await _joins_nothing(haven, members, [AllowList().format(each) for each in caplog_])
    assert read[0] == read[1]


def alike(haven: Rig, user: str) -> Public:
    """Return the message that everybody got alike."""
    (found,) = (each for each in haven.platform.messages[user] if haven.words("team").alike in each.screen.lines)
    return found


async def _told(haven: Rig) -> list[str]:
    """Return what /metrics says of reminders."""
    service = haven.service
    seen = await service.store.transact(lambda conn: look(conn, service.desk.deliveries, 0.0))
    return [line for line in exposition(seen, 0, 0).splitlines() if 'kind="reminder"' in line]


async def _joins_nothing(haven: Rig, members: Sequence[str], logged: list[str]) -> None:
    """See that no plain column but the row's own name holds who somebody is, and that no log line names anybody, a team
    or a text. Sealed columns are of one person, or of a message on its way."""
    service, sids = haven.service, [haven.service.vault.sid(haven.address(each)) for each in members]
    found = [
        (name, column)
        for name in metadata.tables
        for row in await haven.rows(name)
        for column, value in row.items()
        if value in sids or any(str(value) == each or each.encode() == value for each in members)
    ]
    assert set(found) <= {("subject", "sid")}
    assert await haven.rows("effect") == []  # messages that have gone out leave nothing behind
    team = {each.key for each in service.library.current.teams} | {
        each.key for each in service.library.current.templates
    }
    words = {word for line in logged for word in re.split(r"[^\w-]+", line)}
    assert not words & ({*members, *team} | {sid.hex() for sid in sids})


def test_no_table_could_join_a_member_and_a_reminder() -> None:
    """Reminders have a table of their own, which names a manager by a keyed hash and nobody else."""
    columns = {name: {each.name for each in table.columns} for name, table in metadata.tables.items()}
    assert columns["manager_action"] == {"id", "actor", "team", "template", "asked", "due", "to_each"}
    assert not [key for table in metadata.tables.values() for key in table.foreign_keys]
    own = {"team", "template", "actor", "asked", "to_each", "campaign", "reminder", "action", "manager_action"}
    assert {name for name, each in columns.items() if each & own} == {"manager_action"}
    assert not {"reminded", "opened", "clicked", "team", "template"} & {*Ops.model_fields, *Private.model_fields}


async def _reminds(haven: Rig, *, each: bool = False) -> None:
    if not haven.platform.screens["morgan"]:
        await haven.agree("morgan")
    await haven.say("morgan", "home")
    for step in ("team", "Customer Support", "template", *(["each"] if each else []), "send"):
        await haven.tap("morgan", step)
