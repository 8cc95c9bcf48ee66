"""Crisis help that somebody got on a page or in a window stays there; who asks in the chat is helped in the chat.

The whole service, with Slack at one end and a browser at the other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.slack.look import text_of
from tests.bot.slack_stage import SAM, Stage
from tests.bot.test_room_story import gate_of, staged
from tests.visitor import Visitor

CRY = "I want to kill myself"
LINES = "In danger now"
ABUSE = "Domestic Abuse"  # a line for violence at home
PRIVATE = "Your next step is private"


def written(stage: Stage, since: int = 0) -> str:
    """Return all that the service wrote in Slack, wherever, from its nth call on."""
    return "\n".join(str(each.payload) for each in stage.workspace.recorded[since:])


async def settled(stage: Stage) -> None:
    """Let all be done that is due, and more time pass than a screen is waited for."""
    stage.clock.later(timedelta(seconds=31))
    await stage.service.errands.drain()
    await asyncio.sleep(0.3)


async def send(visitor: Visitor, label: str, answers: dict[str, str]) -> None:
    """Send a form, and never follow where its answer leads."""
    action, sends = visitor.page.filled(label, answers)
    answer = await visitor.client.post(action, data=sends, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303


@asynccontextmanager
async def inside(stage: Stage) -> AsyncIterator[Visitor]:
    """Somebody before their page, opened from the menu's "Private check"; the window with the gate is open still."""
    await stage.enter(SAM)
    await stage.tap(SAM, "What would help today?", "Private check")
    if stage.service.library.current.surface != "room":
        await stage.modal(SAM, "Over the last 2 weeks")
        await stage.hands.tap_in_view(SAM, "Open on a private page")
    gate = gate_of(await stage.modal(SAM, "this code"))
    async with Visitor(stage.base) as visitor:
        await visitor.enter(gate.link, gate.code)
        yield visitor


@pytest.mark.parametrize("surface", ["room", "in_app"])
async def test_a_crisis_on_a_page_that_was_left_at_once_is_not_told_in_the_chat(tmp_path: Path, surface: str) -> None:
    async with staged(tmp_path, surface) as stage, inside(stage) as visitor:
        before = len(stage.workspace.recorded)
        await send(visitor, "Send", {"Or type it here": CRY})
        await visitor.client.get("/room/leave")
        await settled(stage)
        assert LINES not in written(stage, before)
        assert len(stage.workspace.recorded) == before, "the chat is told nothing at all"


async def test_a_closed_page_leads_back_to_the_crisis_on_a_page_and_nowhere_else(tmp_path: Path) -> None:
    """ "To go on, open the chat and tap Open there": that brings a new link, and the page shows the help again."""
    async with staged(tmp_path) as stage, inside(stage) as visitor:
        await stage.hands.close(SAM)
        await stage.say(SAM, "my data", PRIVATE)
        assert LINES in (await visitor.say(CRY)).text
        await visitor.client.get("/room/leave")
        before = len(stage.workspace.recorded)
        await stage.tap(SAM, PRIVATE, "Open")
        gate = gate_of(await stage.modal(SAM, "this code"))
        assert LINES not in written(stage, before)
        assert LINES in (await visitor.enter(gate.link, gate.code)).text


async def test_in_app_the_crisis_of_a_page_opens_in_a_window_and_is_no_message(tmp_path: Path) -> None:
    async with staged(tmp_path, "in_app") as stage, inside(stage) as visitor:
        await visitor.say(CRY)
        await visitor.client.get("/room/leave")
        await stage.hands.close(SAM)
        await stage.say(SAM, "hmm", "I did not use it")
        await stage.tap(SAM, "I did not use it", "Open")
        await stage.modal(SAM, LINES)
        assert not [each for each in stage.hands.messages(SAM) if LINES in text_of(each)]


@pytest.mark.parametrize("surface", ["room", "in_app"])
async def test_a_word_in_the_chat_does_not_go_on_with_the_crisis_of_a_page(tmp_path: Path, surface: str) -> None:
    async with staged(tmp_path, surface) as stage, inside(stage) as visitor:
        await visitor.say(CRY)
        before = len(stage.workspace.recorded)
        await stage.say(SAM, "ok", "I did not use it")
        await settled(stage)
        assert LINES not in written(stage, before)


@pytest.mark.parametrize("surface", ["room", "in_app"])
@pytest.mark.parametrize("typed", [CRY, "help now", "my partner beats me"])
async def test_who_asks_for_help_in_the_chat_gets_it_there_at_once(tmp_path: Path, surface: str, typed: str) -> None:
    """Whatever is open on a page: help comes where somebody asks for it, and stays there with the next words."""
    async with staged(tmp_path, surface) as stage, inside(stage) as visitor:
        await visitor.say(CRY)
        await stage.say(SAM, typed, LINES)
        await stage.say(SAM, "no", LINES)


async def test_help_now_in_the_chat_does_not_tell_there_what_came_up_on_a_page(tmp_path: Path) -> None:
    """Somebody writes of being beaten, on their page; help for that stays there."""
    async with staged(tmp_path) as stage, inside(stage) as visitor:
        assert ABUSE in (await visitor.say("my partner beats me")).text
        before = len(stage.workspace.recorded)
        await stage.say(SAM, "help now", LINES)
        assert ABUSE not in written(stage, before)


async def test_a_way_back_in_the_chat_does_not_tell_there_what_came_up_on_a_page(tmp_path: Path) -> None:
    """Somebody writes of being beaten, on their page; then they tap "Back" on what "not now" brings in the chat."""
    async with staged(tmp_path) as stage, inside(stage) as visitor:
        assert LINES in (await visitor.say("my partner beats me")).text
        await stage.say(SAM, "not now", "All right, not now.")
        before = len(stage.workspace.recorded)
        await stage.tap(SAM, "All right, not now.", "Back")
        await stage.modal(SAM, "this code")
        await settled(stage)
        assert LINES not in written(stage, before)


async def test_help_now_in_the_window_of_the_gate_stands_in_that_window(tmp_path: Path) -> None:
    """Being helped comes before the page: no link, no code. What is typed in the chat then does not go on with it."""
    async with staged(tmp_path) as stage:
        await stage.enter(SAM)
        await stage.tap(SAM, "What would help today?", "Private check")
        await stage.modal(SAM, "this code")
        before = len(stage.workspace.recorded)
        await stage.hands.tap_in_view(SAM, "Help now")
        await stage.modal(SAM, LINES)
        await settled(stage)
        await stage.say(SAM, "ok", "I did not use it")
        posted = [each for each in stage.workspace.recorded[before:] if each.method == "chat.postMessage"]
        assert posted
        assert not [each for each in posted if LINES in str(each.payload)]
