"""What is kept goes when it was promised to, and what lies there until then tells nothing apart."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.core.retention import CHECK, CONVERSATION, SEEN
from tests.rig import Rig, rig


async def test_an_open_conversation_goes_after_half_an_hour(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.check("sam", "3333")
        await haven.jump(CONVERSATION - timedelta(seconds=1))
        assert (await _private(haven, "sam"))["conversation"]
        await haven.jump(timedelta(seconds=1))
        private = await _private(haven, "sam")
        assert {name: value for name, value in private.items() if value} == {"checked": "2026-11-23"}
        await haven.jump(CHECK)
        private = await _private(haven, "sam")
        assert not any(private.values()), private
        await haven.open("sam")
        assert haven.text("sam").startswith(haven.words("home").question)


async def test_it_is_purged_after_a_restart_too(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.check("sam")
        await haven.restart()
        await haven.jump(CONVERSATION)
        assert (await _private(haven, "sam"))["conversation"] is None


async def test_one_row_that_does_not_open_does_not_keep_the_others(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        users = ("sam", "kim", "lee")
        for user in users:
            await haven.agree(user)
        table = "UPDATE subject SET private = zeroblob(8220) WHERE sid = ?"
        sid = haven.service.vault.sid(haven.address("sam"))
        await haven.service.store.transact(lambda conn: conn.exec_driver_sql(table, (sid,)))
        await haven.jump(CONVERSATION)
        for user in ("kim", "lee"):
            assert (await _private(haven, user))["conversation"] is None


@pytest.mark.parametrize("hour", [0, 12, 23])
async def test_the_tags_of_deliveries_go_after_three_days(tmp_path: Path, hour: int) -> None:
    async with rig(tmp_path) as haven:
        await haven.jump(timedelta(hours=16 + hour))  # from midnight on
        await haven.agree("sam")
        assert len(await haven.rows("seen")) == 2
        await haven.jump(timedelta(days=2) - timedelta(hours=1))
        assert len(await haven.rows("seen")) == 2  # a platform that tries again for two days is recognised
        await haven.jump(SEEN - timedelta(days=2) + timedelta(hours=1))
        assert await haven.rows("seen") == []


async def test_answers_are_gone_once_they_are_read(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.check("sam", "3021")
        private = await _private(haven, "sam")
        state = private["conversation"]["frame"]["state"]
        assert state.keys() == {"at", "outcome", "slots", "down", "numbers"}
        assert state["outcome"] == {"finding": "raised", "left_out": False, "hard": False, "scores": []}
        await haven.tap("sam", "done")
        assert (await _private(haven, "sam"))["conversation"]["frame"]["state"] == {"at": "open"}
        await haven.tap("sam", "checkin")
        await haven.place("kim", "checkin", {"at": "asked"})
        await haven.tap("kim", "rough")
        await haven.tap("kim", "done")
        assert "rough" not in str(await _private(haven, "kim"))


async def test_two_people_with_different_answers_leave_the_same_traces(tmp_path: Path) -> None:
    dumps, messages = [], []
    for answers, mood in (("0000", "fine"), ("3333", "rough")):
        async with rig(tmp_path / mood) as haven:
            await haven.agree("sam")
            await haven.tap("sam", "checkin")
            await haven.tap("sam", "start")
            await haven.fill("sam", day="0", time="10:00", zone="Europe/London")
            await haven.tap("sam", "done")
            await haven.check("sam", answers)
            halfway = await _shapes(haven)
            await haven.later(timedelta(days=7))
            (message,) = haven.platform.messages["sam"]
            await haven.press("sam", message, "asked")
            await haven.tap("sam", mood)
            dumps.append((halfway, await _shapes(haven)))
            await haven.later(timedelta(days=21))
            messages.append([each.screen for each in haven.platform.messages["sam"]])
    assert dumps[0] == dumps[1]
    assert messages[0] == messages[1]
    assert len(messages[0]) == 4


async def test_a_booking_leaves_a_row_like_any_other(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        for user in ("sam", "kim"):
            await haven.agree(user)
            await haven.check(user)
        await haven.book("sam")
        await haven.tap("kim", "done")
        first, second = await _shapes_of(haven, "subject")
        assert first == second


async def _private(haven: Rig, user: str) -> Any:
    record = await haven.record(user)
    assert record
    return record.private.model_dump(mode="json")


async def _shapes(haven: Rig) -> dict[str, Any]:
    """Return all that somebody without the key sees of every table: plain numbers, and the sizes of the rest.

    Of the deliveries' tags not how many there are: a check that asks on takes one more for each form (Leopard)."""
    tables = ("subject", "effect", "seen", "manager_action")
    shapes = {table: await _shapes_of(haven, table) for table in tables}
    return shapes | {
        "seen": [each for number, each in enumerate(shapes["seen"]) if each not in shapes["seen"][:number]]
    }


async def _shapes_of(haven: Rig, table: str) -> list[dict[str, Any]]:
    rows = await haven.rows(table)
    shapes = [{name: len(each) if isinstance(each, bytes) else each for name, each in row.items()} for row in rows]
    return sorted(shapes, key=str)
