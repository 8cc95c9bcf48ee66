"""No side channel: two people with the same settings, and different answers, scores and bookings, get the same."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

from bot.record import Private
from flows.core.screen import Screen
from tests.rig import Rig, rig


async def test_a_year_of_messages_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    """Sam is fine, and asks for nothing. Kim has hard weeks, does checks, books twice, is in a crisis. Both press the
    same buttons of the same check-ins at the same time. Kim is reminded of her appointments, and of them only."""
    async with rig(tmp_path) as haven:
        for user in ("sam", "kim"):
            await haven.agree(user)
            await haven.tap(user, "checkin")
            await haven.tap(user, "start")
            await haven.fill(user, day="1", other="4", time="10:00", zone="Europe/London", holidays="no")
        seen: dict[str, list[tuple[str, Screen]]] = {"sam": [], "kim": []}
        booked, own, count = list[str](), 0, {"sam": 0, "kim": 0}
        for week in range(52):
            if week % 13 == 3:
                booked += await _hard_week(haven, "kim", week)
            for _ in range(2):
                await haven.later(timedelta(days=3, hours=12))
                for user, messages in seen.items():
                    now = haven.clock.now().isoformat()
                    new = haven.platform.messages[user][count[user] :]
                    count[user] += len(new)
                    theirs = [each for each in new if "coming" in {button.key for button in each.screen.buttons}]
                    own += len(theirs)
                    new = [each for each in new if each not in theirs]
                    messages += [(now, each.screen) for each in new]
                    if new and week % 3 == 0:
                        await haven.press(user, new[-1], "asked")
                        await haven.tap(user, "fine" if user == "sam" else "rough")
                        if week % 2 and user == "kim":
                            await haven.tap(user, "keep" if "keep" in haven.keys(user) else "trend")
        assert len(seen["sam"]) > 40
        assert len(set(booked)) == 2
        assert own >= len(booked)  # she is reminded, and of nothing else is there one message more
        assert count["sam"] == len(seen["sam"])
        written = {user: [(now, screen.model_dump_json()) for now, screen in each] for user, each in seen.items()}
        assert written["sam"] == written["kim"]


async def _hard_week(haven: Rig, user: str, week: int) -> list[str]:
    """Do what is nobody's business: a check with a high score, a booking, later a crisis. Returns what was booked."""
    if week > 20:
        await haven.say(user, "I want to die")
        return []
    await haven.say(user, "home")
    await haven.check(user, "3333", "1")
    await haven.tap(user, haven.times(user)[-1])
    await haven.fill(user, name="Kim", contact="kim@home.example", consent="yes", remind="both")
    record = await haven.record(user)
    assert record
    return [each.key for each in record.private.appointments]


async def test_what_is_nobodys_business_is_not_opened_to_plan_a_check_in(tmp_path: Path) -> None:
    """So what goes out cannot depend on it; and there it is afterwards, as it was."""
    async with rig(tmp_path) as haven:
        await haven.agree("kim")
        await haven.check("kim", "3333", "1")
        await haven.say("kim", "check-ins")
        await haven.tap("kim", "start")
        await haven.fill("kim", day="1", time="10:00", zone="Europe/London")
        before = await haven.record("kim")
        haven.clock.later(timedelta(hours=26))
        with mock.patch.object(Private, "model_validate_json", side_effect=AssertionError("opened")):
            assert await haven.service.schedule.see_to_people() == 1
        after = await haven.record("kim")
        assert before
        assert after
        assert before.private.checked
        assert after.private.model_copy(update={"conversation": None}) == before.private.model_copy(
            update={"conversation": None}
        )
        assert after.ops.due == (before.ops.due or haven.clock.now()) + timedelta(days=7)
