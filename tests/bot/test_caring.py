"""Two messages after a hard hour: only on a yes, once each, neutral, and ended by all that ends things."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.platform import Left, Profile, Public
from tests.rig import Rig, rig

DAY = timedelta(days=1)


async def agree(haven: Rig, user: str = "sam") -> None:
    """From home through crisis help to a yes."""
    await haven.agree(user)
    await haven.say(user, "I want to die")
    await haven.tap(user, "no")
    await haven.tap(user, "ways")
    await haven.tap(user, "caring")
    assert haven.screen(user).private
    await haven.tap(user, "yes")


def sent(haven: Rig, user: str = "sam") -> list[Public]:
    return haven.platform.messages[user]


async def test_each_comes_once_at_its_time_and_says_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await agree(haven)
        await haven.later(DAY - timedelta(minutes=1))
        assert not sent(haven)
        await haven.restart()
        await haven.later(timedelta(minutes=1))
        assert len(sent(haven)) == 1
        await haven.restart()
        await haven.later(2 * DAY)
        await haven.restart()
        await haven.later(30 * DAY)
        words = haven.words("caring")
        assert [message.screen.lines for message in sent(haven)] == [(words.message_1,), (words.message_2,)]
        record = await haven.record("sam")
        assert record
        assert record.private.caring == ()
        assert not await haven.planned()
        for line in (words.message_1, words.message_2):
            assert not {"crisis", "safe", "suicide", "feel", "help", "hard"} & set(line.casefold().split())


async def test_without_a_yes_nothing_comes(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.say("sam", "I want to die")
        await haven.tap("sam", "no")
        await haven.tap("sam", "ways")
        await haven.tap("sam", "caring")
        await haven.tap("sam", "back")
        assert "grounding" in haven.keys("sam")
        await haven.later(4 * DAY)
        assert not sent(haven)


async def test_it_ends_with_all_that_ends_things(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        users = {"tap": "ana", "stop": "ben", "pause": "cleo", "forget me": "dan"}
        for user in users.values():
            await agree(haven, user)
        await haven.tap("ana", "end")
        for typed in ("stop", "pause", "forget me"):
            await haven.say(users[typed], typed)
        assert haven.text("cleo").startswith(haven.words("checkin").caring_ended)
        await haven.tap("dan", "yes")
        await haven.later(4 * DAY)
        assert not [user for user in users.values() if sent(haven, user)]
        assert not await haven.planned()


async def test_one_tap_on_the_first_ends_the_second(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await agree(haven)
        await haven.later(DAY)
        await haven.press("sam", sent(haven)[0], "end_caring")
        assert haven.text("sam") == haven.words("caring").ended
        await haven.later(4 * DAY)
        assert len(sent(haven)) == 1


async def test_after_a_long_downtime_what_is_late_is_left_out(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await agree(haven)
        await haven.jump(3 * DAY + timedelta(hours=1))
        assert [message.screen.lines for message in sent(haven)] == [(haven.words("caring").message_2,)]


async def test_none_comes_in_quiet_hours_wherever_they_are_by_then(tmp_path: Path) -> None:
    """Asked for at night, in the evening, and before a journey: each is promised for its own day, and comes as said."""
    night, hour = datetime(2026, 11, 23, 2, 10, tzinfo=UTC), timedelta(hours=1)
    async with rig(tmp_path, at=night) as haven:
        await agree(haven)
        assert "Tue 24 Nov, 08:00; Thu 26 Nov, 08:00" in haven.text("sam")
        await haven.later(20 * hour)
        await agree(haven, "kim")  # at ten in the evening
        assert "Tue 24 Nov, 19:30; Thu 26 Nov, 19:30" in haven.text("kim")
        await haven.later(9 * hour)
        assert not sent(haven)
        await haven.later(hour)
        assert len(sent(haven)) == 1
        await haven.later(12 * hour)  # 20:10: kim's came in time
        assert len(sent(haven, "kim")) == 1
        away = Profile(locale="en", zone="America/New_York", name="Sam")
        await haven.say("sam", "hello", profile=away)
        await haven.later(36 * hour)  # Thu 08:10 in London, 03:10 where sam is
        assert len(sent(haven)) == 1
        await haven.restart()
        await haven.later(5 * hour)
        assert len(sent(haven)) == 2
        await haven.later(DAY)
        assert len(sent(haven, "kim")) == 2
        assert not await haven.planned()


async def test_a_pause_by_its_button_ends_them_like_the_word(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        for user, key in (("ana", "pause"), ("ben", "stop_plan")):
            await haven.agree(user)
            await haven.tap(user, "checkin")
            await haven.tap(user, "start")
            form = {field.key: field.value for field in haven.screen(user).fields}
            await haven.fill(user, **form)
            await haven.say(user, "I want to die")
            await haven.tap(user, "ways")
            await haven.tap(user, "caring")
            await haven.tap(user, "yes")
            await haven.say(user, "check-ins")
            await haven.tap(user, key)
        assert haven.text("ana").startswith(haven.words("checkin").caring_ended)
        assert haven.text("ben") == haven.words("checkin").stopped
        await haven.later(4 * DAY)
        assert not sent(haven, "ana")
        assert not sent(haven, "ben")


async def test_after_another_hard_hour_they_begin_anew(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await agree(haven)
        await haven.tap("sam", "back")
        assert "grounding" in haven.keys("sam")  # where they were
        await haven.tap("sam", "caring")
        assert "yes" not in haven.keys("sam")  # just asked for
        await haven.later(DAY)
        await haven.say("sam", "hello")  # a message in between changes nothing
        await haven.later(DAY)
        await haven.say("sam", "I want to die")
        await haven.tap("sam", "ways")
        await haven.tap("sam", "caring")
        assert "Thu 26 Nov" in haven.text("sam")  # the second of the two that were promised first
        await haven.tap("sam", "yes")
        assert "Thu 26 Nov, 08:00; Sat 28 Nov, 08:00" in haven.text("sam")
        await haven.tap("sam", "end")
        await haven.tap("sam", "back")
        assert "grounding" in haven.keys("sam")  # ended, they are in the middle of help still
        await haven.tap("sam", "caring")
        await haven.tap("sam", "yes")
        await haven.later(6 * DAY)
        words = haven.words("caring")
        lines = [message.screen.lines for message in sent(haven)]
        assert lines == [(words.message_1,), (words.message_1,), (words.message_2,)]


async def test_who_has_left_is_not_written_to(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await agree(haven)
        haven.platform.fails = Left("gone")
        await haven.later(DAY)
        record = await haven.record("sam")
        assert record
        assert record.ops.left
        haven.platform.fails = None
        await haven.later(4 * DAY)
        assert not sent(haven)
        assert not await haven.planned()
