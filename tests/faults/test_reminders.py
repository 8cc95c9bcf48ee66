"""A manager's reminders, against the whole service: called off, cooled down, and nothing in them of any member."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.platform import Public
from bot.log import AllowList
from bot.metrics import exposition
from bot.progress import look
from bot.record import Ops, Private
from bot.store.tables import metadata
from tests.faults.test_checkins import DAY, WEEK, plans
from tests.rig import Rig, rig


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
                    await plans(haven, member)
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
