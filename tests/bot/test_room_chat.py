"""What somebody does on their page, and what the chat shows of it: at most that there is something private."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.platform import Address, Arrival
from bot.sandbox.slack.look import text_of
from tests.bot.test_room_crisis import inside, send, settled, written
from tests.bot.test_room_story import OPTIONS, gate_of, staged
from tests.bot.test_slack_story import SAM, Stage
from tests.visitor import Visitor

PRIVATE = "Your next step is private"


def answered(visitor: Visitor) -> dict[str, str]:
    """Return answers to the private check's four questions."""
    labels = [label for label in visitor.page.controls if label in visitor.page.html and "words" not in label]
    return dict(zip(labels, (OPTIONS[n] for n in (2, 2, 1, 1)), strict=True))


async def test_in_app_the_window_left_open_shows_nothing_of_a_page_that_was_left(tmp_path: Path) -> None:
    """The last form's answer was never looked at: nobody is shown it anywhere but on the page."""
    async with staged(tmp_path, "in_app") as stage, inside(stage) as visitor:
        before = len(stage.workspace.recorded)
        await send(visitor, "See what it means", answered(visitor))
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
