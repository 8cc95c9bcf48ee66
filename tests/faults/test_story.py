"""The story from the first hello to "forget me", against the whole service: everything that was promised, once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.core.care import Plan
from flows.core.events import Answered, Said
from tests.rig import Rig, rig

WEEK = timedelta(days=7)
FORM = Answered(values={"name": "Sam", "contact": "sam@home.example", "consent": "yes"})
FORGET = Said(text="forget me")


async def test_from_notice_to_appointment_and_back(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.open("sam")
        assert haven.text("sam").startswith(haven.words("notice").hello)
        await haven.tap("sam", "agree")
        await haven.check("sam", "2211")
        assert haven.words("screening").raised in haven.text("sam")
        offered = haven.times("sam")
        assert 1 <= len(offered) <= 3
        await haven.book("sam")
        assert len(await haven.booked()) == 1
        assert offered[0].split(", Dr")[0] in haven.text("sam")

        await haven.tap("sam", "cancel")
        await haven.tap("sam", "yes")
        assert haven.text("sam") == haven.words("booking").cancelled
        assert await haven.booked() == []
        await haven.tap("sam", "find")
        assert haven.times("sam") == offered


async def test_a_restart_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.check("sam")
        await haven.restart()
        await haven.book("sam")
        await haven.restart()
        await haven.say("sam", "home")
        await haven.tap("sam", "appointments")
        assert haven.keys("sam").count("cancel") == len(await haven.booked()) == 1


async def test_one_check_in_a_week_and_not_one_more(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam")
        await haven.agree("kim")  # asked for nothing, so hears nothing
        await haven.later(timedelta(hours=2))
        for _ in range(3):
            await haven.later(timedelta(minutes=1))
        await haven.restart()
        await haven.later(WEEK - timedelta(hours=3))
        (message,) = haven.platform.messages["sam"]
        assert message.screen.lines[0] in {each.text for each in haven.service.library.current.nudges["en"]}
        assert haven.platform.messages["kim"] == []


async def test_after_downtime_there_is_no_burst(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam")
        await haven.jump(WEEK * 10)
        assert haven.platform.messages["sam"] == []
        await haven.later(WEEK)
        assert len(haven.platform.messages["sam"]) == 1


async def test_not_now_pause_and_stop_work_from_an_old_message_as_often_as_pressed(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam")
        await haven.later(WEEK)
        (message,) = haven.platform.messages["sam"]
        await haven.later(timedelta(hours=1))  # by now the conversation is gone
        words, before = haven.words("checkin"), await _plan(haven, "sam")

        for _ in range(2):
            await haven.press("sam", message, "not_now")
            assert haven.text("sam") == words.later
        assert await _plan(haven, "sam") == before

        await haven.press("sam", message, "pause")
        paused = await _plan(haven, "sam")
        await haven.press("sam", message, "pause")
        assert await _plan(haven, "sam") == paused != before
        await haven.later(WEEK)
        assert haven.platform.messages["sam"] == [message]

        await haven.press("sam", message, "stop")
        assert haven.text("sam") == words.stopped
        await haven.press("sam", message, "stop")
        assert haven.text("sam") == words.stopped_none
        await haven.later(WEEK * 8)
        assert haven.platform.messages["sam"] == [message]


async def test_a_paused_check_in_comes_again_by_itself(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam")
        await haven.say("sam", "pause")
        await haven.later(timedelta(days=28))
        assert haven.platform.messages["sam"] == []
        await haven.later(timedelta(days=1))
        assert len(haven.platform.messages["sam"]) == 1


async def test_a_reminder_goes_to_the_team_once_at_the_fixed_time_and_says_who_asked(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("morgan")
        await _reminds(haven, "morgan", "Customer Support")
        assert "Tue 24 Nov, 10:00" in haven.text("morgan")
        await haven.later(timedelta(hours=25, minutes=59))
        assert haven.platform.posts == []
        for _ in range(3):
            await haven.later(timedelta(minutes=1))
        await haven.restart()
        ((channel, post),) = haven.platform.posts
        assert channel == "#customer-support"
        assert any("Morgan" in line for line in post.screen.lines)
        assert haven.clock.now() == datetime(2026, 11, 24, 10, 2, tzinfo=UTC)

        await _reminds(haven, "morgan", "Customer Support")
        assert "Tue 1 Dec, 10:00" in haven.text("morgan")  # refused, and from when on it is possible
        await haven.later(timedelta(days=6))
        await _reminds(haven, "morgan", "Customer Support")
        await haven.later(timedelta(hours=23))
        assert len(haven.platform.posts) == 1
        await haven.later(timedelta(days=1))
        assert len(haven.platform.posts) == 2


async def test_a_small_team_gets_no_reminder(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("morgan")
        await haven.tap("morgan", "team")
        await haven.tap("morgan", "Design")
        assert "Design" in haven.text("morgan")
        assert haven.keys("morgan") == ["another", "done", "help"]
        await haven.later(WEEK)
        assert haven.platform.posts == []
        assert await haven.rows("manager_action") == []


async def test_who_manages_nobody_is_not_offered_reminders(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        assert "team" not in haven.keys("sam")
        await haven.say("sam", haven.words("home").team)
        assert haven.text("sam") == haven.words("team").nothing
        assert haven.keys("sam") == ["done", "help"]


async def test_whoever_presses_the_reminder_is_let_in_privately(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("morgan")
        await _reminds(haven, "morgan", "Customer Support")
        await haven.later(timedelta(days=2))
        ((_, post),) = haven.platform.posts
        for user in ("lena", "jonas"):
            await haven.press(user, post, "open")
            assert haven.text(user).startswith(haven.words("notice").hello)


async def test_forget_me_leaves_nothing_and_the_next_hello_is_the_first(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam")
        await haven.check("sam")
        await haven.book("sam")
        await haven.later(WEEK)
        before = dict(haven.service.people.hints)
        await haven.say("sam", "forget me")
        await haven.tap("sam", "yes")
        assert haven.text("sam") == haven.words("privacy").forgotten
        assert await haven.record("sam") is None
        assert await haven.rows("subject") == await haven.rows("effect") == []
        assert before
        assert haven.service.people.hints == {}
        messages = list(haven.platform.messages["sam"])
        await haven.later(WEEK * 2)
        assert haven.platform.messages["sam"] == messages
        await haven.open("sam")
        assert haven.text("sam").startswith(haven.words("notice").hello)


async def test_forget_me_takes_what_is_planned_along(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _plans(haven, "sam")
        await haven.check("sam")
        await haven.tap("sam", "slot")
        form = haven.arrival("sam", token=haven.shown("sam").form, event=FORM)
        await haven.deliver(form)  # the booking is planned, nobody has carried it out
        assert await haven.rows("effect") != []
        await haven.deliver(haven.arrival("sam", event=FORGET))
        await haven.deliver(haven.arrival("sam", token=haven.shown("sam").tokens[0]))
        assert await haven.rows("subject") == []
        (left,) = await haven.planned()
        assert left.kind == "undo"  # by the booking's key; it knows nobody
        assert left.provider == ""  # and whom to ask: the built-in clinic
        await haven.later(timedelta(days=2))
        assert await haven.booked() == await haven.rows("effect") == []


async def test_a_booking_that_was_under_way_when_they_left_is_undone(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.check("sam")
        await haven.tap("sam", "slot")
        await haven.deliver(haven.arrival("sam", token=haven.shown("sam").form, event=FORM))
        book = haven.service.provider.book

        async def leaves(request: object) -> object:
            made = await book(request)  # type: ignore[arg-type]
            await haven.deliver(haven.arrival("sam", event=FORGET))
            await haven.deliver(haven.arrival("sam", token=haven.shown("sam").tokens[0]))
            assert len(await haven.booked()) == 1
            return made

        haven.service.provider.book = leaves  # type: ignore[method-assign,assignment]
        await haven.service.errands.drain()
        await haven.later(timedelta(days=2))
        assert await haven.booked() == []
        assert await haven.rows("subject") == await haven.rows("effect") == []


async def test_who_cancelled_may_book_the_very_same_time_again(tmp_path: Path) -> None:
    """The key of a booking is made of nothing: one made of person and time would stand in the way."""
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.check("sam")
        time = haven.times("sam")[0]
        await haven.book("sam")
        await haven.tap("sam", "cancel")
        await haven.tap("sam", "yes")
        await haven.tap("sam", "find")
        await haven.tap("sam", time)
        await haven.fill("sam", **FORM.values)
        assert haven.text("sam").startswith("Booked")
        assert len(await haven.booked()) == 1


async def test_declining_the_notice_leaves_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.open("sam")
        await haven.tap("sam", "decline")
        assert await haven.rows("subject") == await haven.rows("effect") == []


async def _plans(haven: Rig, user: str) -> None:
    """Agree to the notice and opt in to a check-in on Mondays at ten."""
    await haven.agree(user)
    await haven.tap(user, "checkin")
    await haven.tap(user, "start")
    await haven.fill(user, day="0", time="10:00", zone="Europe/London")
    await haven.tap(user, "done")


async def _plan(haven: Rig, user: str) -> Plan | None:
    record = await haven.record(user)
    assert record
    return record.ops.plan


async def _reminds(haven: Rig, user: str, team: str) -> None:
    """Ask for a reminder to a team, in the first approved text."""
    await haven.say(user, "home")
    for step in ("team", team, "template", "send"):
        await haven.tap(user, step)
