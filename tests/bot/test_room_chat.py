"""What somebody does on their page, and what the chat shows of it: at most that there is something private."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.platform import Address, Arrival
from adapters.web import links, sessions
from adapters.web.app import Room
from bot.sandbox.slack import shapes
from bot.sandbox.slack.look import text_of
from tests.bot.slack_stage import SAM, Stage
from tests.bot.test_room_crisis import inside, send, settled, written
from tests.bot.test_room_story import OPTIONS, check_and_book, gate_of, staged
from tests.visitor import Visitor

PRIVATE = "Your next step is private"


def answered(visitor: Visitor) -> dict[str, str]:
    """Return answers to the private check's four questions."""
    labels = [label for label in visitor.page.controls if label in visitor.page.html and "type it" not in label]
    return dict(zip(labels, (OPTIONS[n] for n in (1, 1, 1, 1)), strict=True))


async def test_in_app_the_window_left_open_shows_nothing_of_a_page_that_was_left(tmp_path: Path) -> None:
    """The last form's answer was never looked at: nobody is shown it anywhere but on the page."""
    async with staged(tmp_path, "in_app") as stage, inside(stage) as visitor:
        before = len(stage.workspace.recorded)
        await send(visitor, "Go on", answered(visitor))
        await settled(stage)
        assert "not a diagnosis" not in written(stage, before)
        assert gate_of(stage.hands.modal(SAM) or {}), "the window shows what it showed"
        assert "not a diagnosis" in (await visitor.get("/room")).text


async def late(stage: Stage) -> None:
    """Bring what an errand brings while somebody's page is on screen somewhere, and was not asked for lately."""
    me = Address(platform="slack", tenant=stage.workspace.team_id, user=SAM)
    shown = await stage.service.desk.receive(Arrival(id="late", address=me, secluded=True, place="page"))
    assert shown
    stage.clock.later(timedelta(seconds=21))
    await stage.service.platforms["slack"].show(me, shown)
    await asyncio.sleep(0.2)


@pytest.mark.parametrize("surface", ["room", "in_app"])
async def test_a_late_errand_is_told_in_the_window_left_open_and_shown_on_the_page(
    tmp_path: Path, surface: str
) -> None:
    async with staged(tmp_path, surface) as stage, inside(stage) as visitor:
        await visitor.press("My data")
        before = len(stage.workspace.recorded)
        await late(stage)
        assert "What I hold" not in written(stage, before)
        window = text_of(stage.hands.modal(SAM) or {})
        assert "on a page of its own" in window
        assert "this code" not in window, "no link is made that nobody asked for"
        assert visitor.page.headings[0] == (await visitor.get("/room")).headings[0] == "My data"


async def test_in_app_who_went_on_in_the_chat_is_shown_things_there(tmp_path: Path) -> None:
    async with staged(tmp_path, "in_app") as stage, inside(stage) as visitor:
        await visitor.press("My data")
        await stage.hands.tap_in_view(SAM, "Go on here")
        await stage.modal(SAM, "My data")
        before = len(stage.workspace.recorded)
        await late(stage)
        assert "My data" in written(stage, before)


async def test_what_is_typed_makes_no_link_and_the_one_on_screen_stays_good(tmp_path: Path) -> None:
    """A launcher holds no link: that is made when its window opens. Typed words end none on screen."""
    async with staged(tmp_path) as stage, Visitor(stage.base) as visitor:
        await stage.enter(SAM)
        await stage.tap(SAM, "What would help today?", "Private check")
        gate = gate_of(await stage.modal(SAM, "this code"))
        for text in ("ok", "is this it", "hmm"):
            await stage.say(SAM, text, "I did not use it")
        me = Address(platform="slack", tenant=stage.workspace.team_id, user=SAM)
        shown = await stage.service.desk.receive(Arrival(id="late", address=me))
        assert shown
        for _ in range(3):
            await stage.service.platforms["slack"].show(me, shown)
        assert gate_of(stage.hands.modal(SAM) or {}) == gate
        assert (await visitor.enter(gate.link, gate.code)).headings[0] == "Private check"


async def test_forget_me_on_a_page_draws_the_home_tab_anew(tmp_path: Path) -> None:
    async with staged(tmp_path, "in_app") as stage, inside(stage) as visitor:
        await stage.hands.home_opened(SAM)
        await stage.until(lambda: "Check-ins" in text_of(stage.hands.home(SAM) or {}))
        await visitor.press("Forget me")
        await visitor.press("Yes, forget me")
        assert "Done" in visitor.page.text
        await stage.until(lambda: "I am a program" in text_of(stage.hands.home(SAM) or {}))


async def test_an_errand_of_a_page_draws_the_home_tab_anew(tmp_path: Path) -> None:
    async with staged(tmp_path, "in_app") as stage, inside(stage) as visitor:
        await stage.hands.home_opened(SAM)
        await stage.until(lambda: stage.hands.home(SAM))
        assert "coming up" not in str(stage.hands.home(SAM))
        await check_and_book(visitor)
        assert "Booked" in visitor.page.text
        await stage.until(lambda: "coming up" in str(stage.hands.home(SAM)))


async def test_a_tab_that_was_never_opened_is_not_drawn(tmp_path: Path) -> None:
    async with staged(tmp_path, "in_app") as stage, inside(stage) as visitor:
        await visitor.press("My data")
        await asyncio.sleep(0.2)
        assert "views.publish" not in {each.method for each in stage.workspace.recorded}


async def test_whom_slack_does_not_admit_any_more_the_page_refuses_and_helps(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, inside(stage) as visitor:
        await visitor.press("My data")
        member = stage.workspace.member(SAM)
        member.is_restricted = True
        user = shapes.user(stage.workspace, member)
        assert (await stage.hands.event({"type": "user_change", "user": user, "event_ts": "1"})).status == 200
        await visitor.press("Forget me")
        refused = visitor.page.text
        assert str(dict(stage.service.library.current.words["en"]["common"])["refused"]) in refused
        assert (await visitor.get("/room")).text == refused, "nothing of theirs comes back"
        await visitor.press("Help now")
        assert "In danger now" in visitor.page.text


async def test_the_minutes_tick_forgets_links_and_pages(tmp_path: Path) -> None:
    """Nobody else has to make a link or open a page for that."""
    async with staged(tmp_path) as stage, inside(stage):
        await stage.tap(SAM, "What would help today?", "My appointments")
        await stage.modal(SAM, "this code")
        room = stage.service.doors[-1]
        assert isinstance(room, Room)
        assert [each.guest for each in room._links._links.values() if each.guest]
        assert room._sessions._open
        stage.clock.later(max(links.LIFE, sessions.LIFE))
        await stage.service.schedule.tick()
        assert not [each.guest for each in room._links._links.values() if each.guest]
        assert not room._sessions._open
        stage.clock.later(timedelta(hours=1))
        await stage.service.schedule.tick()
        assert not room._links._links
