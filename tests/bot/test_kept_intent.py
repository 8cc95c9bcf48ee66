"""Booking did not work: what somebody looked for is kept if they want that, and they are told once when it works."""

from datetime import timedelta
from pathlib import Path

from flows.core.retention import INTENT
from tests.fakes import nothing
from tests.rig import Rig, rig

MINUTE = timedelta(minutes=1)


async def down(_asked: str) -> None:
    raise ConnectionError


async def keep(haven: Rig, user: str = "sam") -> int:
    """Look for a time in the evening while no provider answers, and have that kept. Returns the messages so far."""
    haven.wire.before = nothing
    await haven.agree(user)
    await haven.say(user, "book")
    await haven.tap(user, "wishes")
    haven.wire.before = down
    await haven.fill(user, hours="evening", place="GB")
    words = haven.words("booking")
    assert words.keep in [each.label for each in haven.screen(user).buttons]
    assert haven.service.library.current.catalog("en").phone in haven.text(user), "and the phone beside it"
    await haven.tap(user, "keep")
    assert words.kept.fill(days="7") in haven.text(user)
    return len(haven.platform.messages[user])


async def test_told_once_and_taken_up_where_it_was(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        before = await keep(haven)
        await haven.later(3 * MINUTE)
        assert len(haven.platform.messages["sam"]) == before, "it does not work yet"
        await haven.restart()
        haven.wire.before = nothing
        await haven.later(2 * MINUTE)
        (message,) = haven.platform.messages["sam"][before:]
        assert message.screen.lines == (haven.common.news,), "the chat is not told what of"
        haven.wire.before = down
        await haven.later(3 * MINUTE)
        haven.wire.before = nothing
        await haven.later(3 * MINUTE)
        assert len(haven.platform.messages["sam"]) == before + 1
        await haven.press("sam", message, "again")
        assert haven.times("sam")
        state = (await haven.record("sam")).private.conversation.frame.state  # type: ignore[union-attr]
        assert (state["wishes"]["hours"], state["wishes"]["place"]) == ("evening", "GB")
        assert (await haven.record("sam")).private.intent is None  # type: ignore[union-attr]


async def test_not_told_who_booked_dropped_it_or_was_forgotten(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        before = {user: await keep(haven, user) for user in ("sam", "kim", "lee", "ana")}
        await haven.tap("kim", "drop")
        await haven.say("lee", "forget me")
        await haven.tap("lee", "yes")
        assert len([each for each in await haven.planned() if each.kind == "retry"]) == 2
        haven.wire.before = nothing
        await haven.say("sam", "book")
        await haven.book("sam")
        await haven.later(5 * MINUTE)
        told = {user: len(haven.platform.messages[user]) - count for user, count in before.items()}
        assert told == {"sam": 0, "kim": 0, "lee": 0, "ana": 1}


async def test_after_a_week_nothing_of_it_is_left(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        before = await keep(haven)
        await haven.jump(INTENT)
        record = await haven.record("sam")
        assert record
        assert record.private.intent is None
        haven.wire.before = nothing
        await haven.later(3 * MINUTE)
        assert len(haven.platform.messages["sam"]) == before
        assert await haven.planned() == []
