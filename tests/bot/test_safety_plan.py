"""The safety plan: built in six steps, one's own, sealed, shown in one turn, and gone after "forget me"."""

from pathlib import Path

from flows.safety.conversation.states import PARTS
from tests.rig import Rig, rig

MINE = "swimming in the lake with Ines"


def lying(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir() if path.is_file()]


async def build(haven: Rig, user: str, text: str = MINE) -> None:
    await haven.agree(user)
    await haven.say(user, "my plan")
    for part in PARTS:
        assert [field.key for field in haven.screen(user).fields] == [part]
        assert haven.screen(user).private
        await haven.fill(user, **{part: f"{text} {part}"})


async def test_six_steps_and_one_turn_to_see_it(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await build(haven, "sam")
        await haven.tap("sam", "back")
        shown = await haven.say("sam", "my plan", secluded=False)
        assert shown.screen.private
        assert shown.launcher
        assert MINE not in " ".join(shown.launcher.screen.lines)
        assert all(f"{MINE} {part}" in haven.text("sam") for part in PARTS)
        await haven.restart()
        assert MINE in "\n".join((await haven.say("sam", "my safety plan")).screen.lines)


async def test_it_is_sealed_told_and_forgotten(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await build(haven, "sam")
        held = (MINE.encode(), MINE.encode("utf-16-le"))
        files = lying(tmp_path)
        assert files
        assert not [file for file in files for each in held if each in file]
        await haven.say("sam", "my data")
        assert MINE in haven.text("sam")
        await haven.say("sam", "forget me")
        await haven.tap("sam", "yes")
        assert await haven.record("sam") is None
        await haven.agree("sam")
        await haven.say("sam", "my plan")
        assert MINE not in haven.text("sam")
        assert [field.value for field in haven.screen("sam").fields] == [""]


async def test_it_alone_can_be_deleted_and_is_asked_about_first(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await build(haven, "sam")
        await haven.tap("sam", "delete")
        assert haven.screen("sam").lines[0] == haven.words("safety").plan_sure
        await haven.tap("sam", "plan")
        assert MINE in haven.text("sam")
        await haven.tap("sam", "delete")
        await haven.tap("sam", "delete")
        assert haven.screen("sam").lines[0] == haven.words("safety").plan_gone
        record = await haven.record("sam")
        assert record
        assert record.ops.notice
        assert record.private.safety_plan is None


async def test_it_is_nobody_elses(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await build(haven, "sam")
        await haven.agree("kim")
        await haven.say("kim", "my plan")
        assert MINE not in haven.text("kim")


async def test_before_the_notice_the_notice_comes_first(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.say("new", "my plan")
        assert haven.text("new").startswith(haven.words("notice").hello)
        await haven.tap("new", "agree")
        assert [field.key for field in haven.screen("new").fields] == ["signs"]


async def test_what_a_plan_is_about_may_be_written_into_it(tmp_path: Path) -> None:
    """An alarm inside the form is what the plan is for; about an emergency it still leads to help, and who did not mean
    that is back at the part that they were writing, be it that they said so in the chat, beside the form."""
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.say("sam", "my plan")
        await haven.fill("sam", signs="I want to die and stop answering")
        assert [field.key for field in haven.screen("sam").fields] == ["helps"]
        assert "999" in haven.text("sam")
        await haven.fill("sam", helps="I took an overdose")
        assert haven.screen("sam").lines[0] == haven.words("safety").call_now.fill(number="999")
        await haven.tap("sam", "mistaken")
        assert [field.key for field in haven.screen("sam").fields] == ["helps"]
        await haven.say("sam", "I took an overdose", secluded=False)
        assert haven.screen("sam").lines[0] == haven.words("safety").call_now.fill(number="999")
        await haven.tap("sam", "mistaken")
        assert [field.key for field in haven.screen("sam").fields] == ["helps"]
        await haven.say("sam", "my data")
        assert "I want to die and stop answering" in haven.text("sam")


async def test_the_question_is_asked_once_in_a_visit(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        question = haven.words("safety").question
        await haven.say("sam", "I want to die")
        assert question in haven.text("sam")
        for again in ("help now", "I want to die", "I want to die"):
            await haven.say("sam", again)
            assert question not in haven.text("sam")
        assert {"yes", "no"} <= set(haven.keys("sam"))
        await haven.tap("sam", "back")
        await haven.say("sam", "I want to die")
        assert question in haven.text("sam")
