"""Dialogs on top of dialogs: a detail opens above what was there, and closing it leads back."""

import asyncio
from typing import Any

import pytest

from adapters.platform import Arrival, Busy, Shown
from bot.sandbox.slack.look import text_of
from flows.core.screen import Button
from tests.adapters.slack.conftest import BUSY, LAUNCHER, MOMENT, World, private, public


def detail(line: str, turn: str = "detail") -> Shown:
    shown = private(line, turn=turn)
    screen = shown.screen.model_copy(update={"buttons": (Button(key="back", label="Back", closes=True),)})
    return shown.model_copy(update={"screen": screen, "tokens": ("token-back",)})


def stack(world: World) -> list[str]:
    return [text_of(view.payload).splitlines()[-1] for view in world.workspace.modals.get("U0SAM", [])]


async def tap(world: World, name: str, answer: Shown | None) -> None:
    world.will(answer)
    assert (await world.hands.tap_in_view("U0SAM", name)).status == 200
    await world.settle()


async def close(world: World, answer: Shown | None, **how: Any) -> None:
    world.will(answer)
    await world.hands.close("U0SAM", **how)
    await world.settle()


async def test_a_detail_opens_on_top_and_closing_it_leads_back(world: World) -> None:
    await world.open_dialog(private("First", buttons=("More",)))
    await tap(world, "More", detail("Detail", turn="t2"))
    assert stack(world) == ["First", "Detail"]
    await close(world, private("First again", buttons=("More",), turn="t3"))
    arrival = world.desk.arrivals[-1]
    assert (arrival.token, arrival.event, arrival.closing) == ("token-back", None, True)
    assert stack(world) == ["First again"]
    assert world.desk.drawn[-2:] == ["t2", "t3"]
    assert world.seen() == ["Hello"]


async def test_what_was_entered_beneath_stays(world: World) -> None:
    form = private("Ask", asks=("First?", "Second?"), buttons=("Help",), turn="t1")
    await world.open_dialog(form)
    await world.hands.enter("U0SAM", {"First?": "Several days"})
    await tap(world, "Help", detail("Help"))
    await close(world, form)
    world.will(private("Thanks"))
    await world.hands.submit("U0SAM", {"Second?": "Not at all"})
    assert world.desk.arrivals[-1].event is not None
    assert world.desk.arrivals[-1].model_dump()["event"]["values"] == {"q0": "1", "q1": "0"}


async def test_a_form_that_is_answered_by_a_detail_waits_beneath(world: World) -> None:
    await world.open_dialog(private("Ask", asks=("First?",)))
    world.will(detail("Help at once"))
    sent = await world.hands.submit("U0SAM", {"First?": "Several days"})
    await world.settle()
    assert sent.json["response_action"] == "push"
    assert stack(world) == ["First?", "Help at once"]
    await close(world, private("Ask", asks=("First?",)))
    assert stack(world) == ["First?"]


async def test_a_detail_of_a_detail_takes_its_place(world: World) -> None:
    """Slack has room for three: what is busy finds a place above, always."""
    await world.open_dialog(private("First", buttons=("More",)))
    await tap(world, "More", detail("Detail"))
    await tap(world, "Back", detail("Another"))
    assert stack(world) == ["First", "Another"]
    world.fail(Busy())
    await world.hands.tap_in_view("U0SAM", "Back")
    await world.settle()
    assert stack(world) == ["First", "Another", BUSY]


async def test_going_on_from_a_detail_is_drawn_beneath_too(world: World) -> None:
    """A dialog cannot be closed from here: closing the upper one then changes nothing."""
    await world.open_dialog(private("First", buttons=("More",)))
    await tap(world, "More", detail("Detail"))
    await tap(world, "Back", private("Second", buttons=("More",)))
    assert stack(world) == ["Second", "Second"]
    before = len(world.desk.arrivals)
    await close(world, None)
    assert stack(world) == ["Second"]
    assert len(world.desk.arrivals) == before


async def test_a_trigger_that_is_too_old_draws_the_detail_in_place(world: World) -> None:
    await world.open_dialog(private("First", buttons=("More",)))
    world.workspace.fail_next("views.push", "expired_trigger_id")
    await tap(world, "More", detail("Detail", turn="t2"))
    assert stack(world) == ["Detail"]
    assert world.desk.drawn[-1] == "t2"


async def test_closing_the_last_dialog_is_no_reason_for_a_message(world: World) -> None:
    await world.open_dialog(detail("Detail"))
    await close(world, private("Where they were", turn="t2"))
    assert world.desk.arrivals[-1].closing
    assert stack(world) == []
    assert world.seen() == ["Hello"]
    assert world.desk.drawn[-1] == "t2"  # it will not be drawn by an errand either


async def test_closing_everything_at_once_draws_nothing(world: World) -> None:
    await world.open_dialog(private("First", buttons=("More",)))
    await tap(world, "More", detail("Detail"))
    await close(world, private("First"), everything=True)
    assert stack(world) == []
    assert world.seen() == ["Hello"]


async def test_a_dialog_that_was_closed_is_not_drawn_in(world: World) -> None:
    await world.open_dialog(private("Looking", buttons=("Again",)))
    before = len(world.desk.arrivals)
    await close(world, None)
    assert len(world.desk.arrivals) == before  # not an act: the desk is not asked
    calls = len(world.calls())
    await world.platform.show(world.desk.arrivals[0].address, private("CANARY found"))
    assert world.calls()[calls:] == ["chat.postMessage"]
    assert world.seen()[-1] == LAUNCHER.screen.lines[0]


async def test_after_a_detail_is_closed_errands_draw_in_what_came_to_light(world: World) -> None:
    await world.open_dialog(private("Looking", buttons=("Help",)))
    await tap(world, "Help", detail("Help"))
    await close(world, private("Looking"))
    await world.platform.show(world.desk.arrivals[0].address, private("Found"))
    assert stack(world) == ["Found"]


@pytest.mark.parametrize("spoil", [{"user": {}}, {"user": {"id": "U" * 500}}, {"user": None}])
async def test_a_closing_without_a_person_is_acknowledged(world: World, spoil: dict[str, Any]) -> None:
    body = {"type": "view_closed", "team": {"id": "T0HAVEN"}, "view": {"callback_id": "haven", "id": "V1"}, **spoil}
    assert (await world.hands.interaction(body)).status in {200, 400}
    assert world.desk.arrivals == []


# --- in time


async def slow(world: World, answer: Shown | None, error: Exception | None = None) -> None:
    """Let the desk answer only after Slack's patience with a trigger."""

    async def receive(arrival: Arrival) -> Shown | None:
        await asyncio.sleep(1.2)
        world.desk.arrivals.append(arrival)
        assert stack(world) == [MOMENT]
        if error:
            raise error
        return answer

    world.platform.listeners._receive = receive


@pytest.mark.parametrize("answer", [private("Here it is", turn="t1"), public("Here it is", turn="t1")])
async def test_a_turn_that_takes_long_says_one_moment_and_then_its_screen(world: World, answer: Shown) -> None:
    await slow(world, answer)
    await world.tap(await world.post_buttons("Start"), "Start")
    assert stack(world) == ["Here it is"]
    assert world.seen() == ["Hello"]
    assert world.desk.drawn == ["t1"]


async def test_a_turn_that_takes_long_and_fails_says_so_in_the_same_dialog(world: World) -> None:
    await slow(world, None, Busy())
    await world.tap(await world.post_buttons("Start"), "Start")
    assert stack(world) == [BUSY]


async def test_a_command_that_takes_long_opens_in_time(world: World) -> None:
    await slow(world, public("The commands", turn=""))
    delivery = await world.hands.command("U0SAM", "C0SUPPORT", "/haven", "what")
    await world.settle()
    assert (delivery.status, delivery.text) == (200, "")
    assert stack(world) == ["The commands"]
