"""Reminders of an appointment: only for who wants them, once each, neutral, and none of what was moved or cancelled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.platform import Public
from tests.rig import Rig, rig

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sent(haven: Rig, user: str = "sam") -> list[Public]:
    return haven.platform.messages[user]


async def book(haven: Rig, user: str, remind: str) -> None:
    """Book the first time by video."""
    await haven.agree(user)
    await haven.say(user, "book")
    await haven.tap(user, next(each for each in haven.times(user) if "Okafor" in each))
    await haven.fill(user, name="Sam", contact="sam@home.example", consent="yes", place="GB", remind=remind)
    assert haven.words("booking").booked_remind in haven.screen(user).lines or remind == "none", haven.text(user)


async def start(haven: Rig, user: str = "sam") -> datetime:
    record = await haven.record(user)
    assert record
    (held,) = record.private.appointments
    assert held.place == "GB"
    return held.slot.start


async def test_a_day_and_an_hour_before_once_each_and_no_more_of_what_was_moved(tmp_path: Path) -> None:
    """Booked on a Friday evening for the week to come, and moved before it begins."""
    async with rig(tmp_path, datetime(2026, 11, 20, 18, tzinfo=UTC)) as haven:
        await book(haven, "sam", "both")
        await haven.tap("sam", "move")
        moved_to = [each for each in haven.screen("sam").buttons if each.key == "slot"][-1]
        first = await start(haven)
        await haven.tap("sam", moved_to.label)
        await haven.tap("sam", "yes")
        words = haven.words("booking")
        assert haven.text("sam").startswith(words.moved.partition("{")[0])
        begins = await start(haven)
        assert begins != first
        due = [each for each in (begins - DAY, begins - HOUR) if each > haven.clock.now()]
        assert len([each for each in await haven.planned() if each.kind == "upcoming"]) == len(due)
        for count, at in enumerate(due, start=1):
            await haven.later(at - haven.clock.now() - timedelta(minutes=1))
            assert len(sent(haven)) == count - 1
            await haven.restart()
            await haven.later(timedelta(minutes=1))
            await haven.restart()
            assert len(sent(haven)) == count
        (line,) = sent(haven)[-1].screen.lines
        catalog = haven.service.library.current.catalog("en")
        assert line == words.reminder.fill(when=catalog.when(begins, "Europe/London"))
        await haven.press("sam", sent(haven)[-1], "coming")
        text = haven.text("sam")
        assert "https://" in text, "an hour before it, the link is there"
        assert words.coming_checklist in text
        assert "United Kingdom" in text
        await haven.press("sam", sent(haven)[0], "cant")
        await haven.tap("sam", "yes")
        assert haven.text("sam") == words.cancelled
        await haven.press("sam", sent(haven)[0], "cant")
        assert words.mine_none in haven.text("sam"), "an old button finds nothing, and says so"
        await haven.later(2 * DAY)
        assert len(sent(haven)) == len(due)


async def test_cancelled_or_not_wanted_nothing_comes(tmp_path: Path) -> None:
    async with rig(tmp_path, datetime(2026, 11, 20, 18, tzinfo=UTC)) as haven:
        await book(haven, "sam", "both")
        await book(haven, "ana", "none")
        await haven.tap("sam", "cancel")
        await haven.tap("sam", "yes")
        assert not [each for each in await haven.planned() if each.kind == "upcoming"]
        for chosen, count in (("both", 2), ("hour", 1), ("none", 0), ("day", 1)):  # and then they think again
            await haven.say("ana", "home")
            await haven.tap("ana", "appointments")
            await haven.tap("ana", "extras")
            await haven.tap("ana", "reminding")
            await haven.tap("ana", getattr(haven.words("booking"), f"remind_{chosen}"))
            assert len([each for each in await haven.planned() if each.kind == "upcoming"]) == count
        await haven.later(5 * DAY)
        assert not sent(haven)
        assert len(sent(haven, "ana")) == 1, "once, when they chose last"
