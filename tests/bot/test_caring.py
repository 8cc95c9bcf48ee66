"""Two messages after a hard hour: only on a yes, once each, neutral, and ended by all that ends things."""

from datetime import timedelta
from pathlib import Path

from adapters.platform import Public
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
