"""The whole story in Slack's own wire format: the real service, a stand-in Slack, the built-in clinic, over HTTP."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.slack.look import buttons_of, fields_of, text_of
from bot.vault import decode
from tests.bot.drawn import found, secrets, texts
from tests.bot.slack_stage import MORGAN, SAM, Stage, book, staged

REMINDER = "You have something on .. Open it here. I can't make it"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def test_from_hello_to_forgotten(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await book(stage)
    assert await stage.appointments("booked") == 1

    # a week of check-ins
    await hands.tap_in_view(SAM, "Back to start")
    await stage.modal(SAM, "What would help today?")
    await hands.tap_in_view(SAM, "Check-ins")
    await stage.modal(SAM, "once or twice a week")
    await hands.tap_in_view(SAM, "Yes, check in")
    await stage.modal(SAM, "When suits you?")
    await hands.submit(SAM, {"Day": "Mon", "Time": "10:00", "Time zone": "Europe/London"})
    await stage.modal(SAM, "I check in every Mon at 10:00")
    before = len(hands.messages(SAM))
    stage.clock.later(timedelta(hours=2, minutes=5))
    assert await stage.service.schedule.tick() == 1
    assert await stage.service.schedule.tick() == 0
    await stage.until(lambda: len(hands.messages(SAM)) > before)
    nudge = hands.messages(SAM)[-1]
    assert {each.label for each in buttons_of(nudge)} >= {
        "Open privately",
        "Not now",
        "Pause 4 weeks",
        "Stop",
        "Help now",
    }
    await hands.tap(SAM, stage.workspace.dm(SAM).id, nudge["ts"], "Stop")
    await stage.modal(SAM, "Stopped.")

    # cancel, and the time is free again
    await stage.say(SAM, "home", "What would help today?")
    await stage.tap(SAM, "What would help today?", "My appointments")
    await stage.modal(SAM, "What is booked")
    await hands.tap_in_view(SAM, "Cancel")
    await stage.until(lambda: "Keep it" in {each.label for each in buttons_of(hands.modal(SAM) or {})})
    await hands.tap_in_view(SAM, "Yes, cancel it")
    await stage.modal(SAM, "It is cancelled")
    assert (await stage.appointments("booked"), await stage.appointments("cancelled")) == (0, 1)

    # forget me
    await hands.close(SAM)
    await stage.say(SAM, "forget me", "Your next step is private")
    await stage.tap(SAM, "Your next step is private", "Open")
    await stage.modal(SAM, "Forget everything")
    await hands.tap_in_view(SAM, "Yes, forget me")
    await stage.modal(SAM, "I deleted what I held about you")
    await stage.say(SAM, "hello again", "I am a program")


async def test_a_manager_reminds_a_team(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(MORGAN)
    await stage.tap(MORGAN, "What would help today?", "Remind my team")
    await stage.tap(MORGAN, "Which team", "Customer Support")
    await stage.tap(MORGAN, "Which approved text", "A gentle reminder")
    await stage.tap(MORGAN, "This is exactly what arrives", "Send it")
    await stage.message(MORGAN, "Accepted: it goes to Customer Support on Tue 24 Nov, 10:00")
    assert not [each for each in hands.messages(MORGAN, "C0SUPPORT") if each.get("bot_id")]
    stage.clock.later(timedelta(hours=27))
    await stage.service.errands.drain()
    post = await stage.message(MORGAN, "Morgan Lee asked me to send this", "C0SUPPORT")
    await stage.service.errands.drain()
    assert len([each for each in hands.messages(MORGAN, "C0SUPPORT") if each.get("bot_id")]) == 1

    # anybody's tap opens a window of their own: nothing in the channel, and no message that tells who tapped
    await hands.tap(SAM, "C0SUPPORT", post["ts"], "Open Haven privately")
    await stage.modal(SAM, "I am a program")
    assert not hands.messages(SAM)
    assert len([each for each in hands.messages(SAM, "C0SUPPORT") if each.get("bot_id")]) == 1

    # and a second one within a week is refused
    await stage.say(MORGAN, "home", "What would help today?")
    await stage.tap(MORGAN, "What would help today?", "Remind my team")
    await stage.tap(MORGAN, "Which team", "Customer Support")
    await stage.tap(MORGAN, "Which approved text", "In a busy time")
    await stage.tap(MORGAN, "This is exactly what arrives", "Send it")
    await stage.message(MORGAN, "had a reminder lately")


async def test_no_chat_message_tells_anything(stage: Stage) -> None:
    """The recording stand-in: what Slack keeps of the story holds nothing of what stood on a private screen; of an
    appointment only that there is something, and when, and that only where reminders were asked for."""
    hands = stage.hands
    await stage.enter(SAM)
    await book(stage, remind="A day and an hour before")
    await hands.tap_in_view(SAM, "Move it")
    offers = await stage.modal(SAM, "stands until you choose")
    await hands.tap_in_view(SAM, next(each.label for each in buttons_of(offers) if ", " in each.label))
    await stage.modal(SAM, "Move it from")
    await hands.tap_in_view(SAM, "Yes, move it")
    moved = text_of(await stage.modal(SAM, "Moved: it is now"))
    await hands.close(SAM, everything=True)
    when = moved.partition("it is now ")[2].partition(", with")[0]
    await stage.remind()
    reminder = await stage.message(SAM, "You have something on")
    assert text_of(reminder).startswith(f"You have something on {when}. Open it here.")
    await hands.tap(SAM, stage.workspace.dm(SAM).id, reminder["ts"], "I can't make it")
    await stage.modal(SAM, "Cancel ")
    await hands.tap_in_view(SAM, "Yes, cancel it")
    await stage.modal(SAM, "It is cancelled")

    messages = [call.payload for call in stage.workspace.recorded if call.method.startswith("chat.")]
    views = [call.payload for call in stage.workspace.recorded if "view" in call.method]
    assert messages
    private = secrets(views, stage.service, "Canary-Name", "canary@example.org")
    assert len(private) > 60
    assert found(private, messages) == {each for each in private if each in REMINDER or each == when}
    assert found(private, [*messages, {"text": "With Dr Ada Okafor"}]) > found(private, messages)
    assert [line for line in texts(messages) if " Nov" in line and when not in line] == []
    shown = [each for call in messages for each in _values(call)]
    hidden = [each for view in views for each in _hidden(view.get("view", view))]
    for value in (*shown, *hidden):
        assert value in {"", "haven"} or re.fullmatch(r"[\w-]{28,34}", value), value
        for word in (b"slot", b"book", b"phq4", b"stop", b"mine", b"open", b"help"):
            assert word not in (decode(value) or b"")


def _hidden(view: Any) -> list[str]:
    """Return what a view carries without showing it: metadata and button values."""
    if isinstance(view, str):
        view = json.loads(view)
    return [
        *str(view.get("private_metadata", "")).removeprefix("- ").split(" "),
        str(view.get("callback_id", "")),
        *_values(view),
    ]


def _values(drawn: Any) -> list[str]:
    """Return the values of the buttons of a message or view."""
    blocks = drawn.get("blocks", [])
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    buttons = [each for block in blocks for each in block.get("elements", []) if each.get("type") == "button"]
    return [str(each.get("value", "")) for each in buttons]


async def test_somebody_elses_button_does_nothing(stage: Stage) -> None:
    """A message that got to a colleague carries buttons that are refused: they were made for one person."""
    await stage.enter(SAM)
    message = await stage.message(SAM, "What would help today?")
    payload = stage.hands.tap_payload(SAM, stage.workspace.dm(SAM).id, message["ts"], "Private check")
    payload["user"]["id"] = "U0ALEX"
    delivery = await stage.hands.interaction(payload)
    assert 400 <= delivery.status < 500
    assert not stage.hands.messages("U0ALEX")


async def test_a_form_with_other_fields_is_refused(stage: Stage) -> None:
    await stage.enter(SAM)
    await stage.tap(SAM, "What would help today?", "Private check")
    form = await stage.modal(SAM, "Over the last 2 weeks")
    payload = stage.hands.submit_payload(SAM, {each.label: "Not at all" for each in fields_of(form)})
    values = payload["view"]["state"]["values"]
    block, element = next(iter(values.items()))
    values["f:more"] = element
    delivery = await stage.hands.interaction(payload)
    assert 400 <= delivery.status < 500
    assert block not in delivery.text
    await stage.modal(SAM, "Over the last 2 weeks")


async def test_a_wrong_address_is_said_at_its_field_and_nothing_entered_is_lost(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await stage.tap(SAM, "What would help today?", "Private check")
    form = await stage.modal(SAM, "Over the last 2 weeks")
    await hands.submit(SAM, {each.label: "Not at all" for each in fields_of(form)})
    result = await stage.modal(SAM, "not a diagnosis")
    await hands.tap_in_view(SAM, next(each.label for each in buttons_of(result) if ", " in each.label))
    form = await stage.modal(SAM, "The provider gets")
    name, contact, *_, consent = [each.label for each in fields_of(form)]
    sent = await hands.submit(SAM, {name: "Sam", contact: "sam at home", consent: "Yes, share it"})
    assert sent.json["response_action"] == "errors"
    assert list(hands.errors(SAM)) == ["f:contact"]
    assert "does not look like" in hands.errors(SAM)["f:contact"]
    # the same dialog is still live, with the name and the consent as they were
    await hands.submit(SAM, {contact: "sam@home.example"})
    await stage.modal(SAM, "Booked:")
    assert await stage.appointments("booked") == 1


async def test_a_form_that_came_back_can_be_opened_again_with_what_was_entered(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await stage.tap(SAM, "What would help today?", "Check-ins")
    await stage.modal(SAM, "once or twice a week")
    await hands.tap_in_view(SAM, "Yes, check in")
    await stage.modal(SAM, "When suits you?")
    await hands.submit(SAM, {"Day": "Tue", "Time": "10:00", "Time zone": "London"})
    assert list(hands.errors(SAM)) == ["f:zone"]
    await hands.close(SAM)
    await stage.say(SAM, "where was I", "Your workspace keeps what is typed here")
    await stage.tap(SAM, "", "Open")
    await stage.modal(SAM, "I do not know that time zone")
    await hands.submit(SAM, {"Time zone": "Europe/London"})
    await stage.modal(SAM, "I check in every Tue at 10:00")


async def test_help_now_helps_whoever_presses_it(stage: Stage) -> None:
    await stage.enter(SAM)
    message = await stage.message(SAM, "What would help today?")
    payload = stage.hands.tap_payload(SAM, stage.workspace.dm(SAM).id, message["ts"], "Help now")
    payload["user"]["id"] = "U0ALEX"
    assert (await stage.hands.interaction(payload)).status == 200
    await stage.message("U0ALEX", "911")  # of where Alex is, in Alex's language


async def test_crisis_in_the_middle_of_a_private_form(stage: Stage) -> None:
    await stage.enter(SAM)
    await stage.tap(SAM, "What would help today?", "Private check")
    await stage.modal(SAM, "Over the last 2 weeks")
    await stage.hands.say(SAM, "I want to kill myself")
    help_now = await stage.message(SAM, "In danger now: call 999")
    await stage.hands.tap(SAM, stage.workspace.dm(SAM).id, help_now["ts"], "Not what I meant")
    await stage.modal(SAM, "Over the last 2 weeks")


async def test_typing_on_a_private_screen_is_not_consumed(stage: Stage) -> None:
    await stage.enter(SAM)
    await stage.tap(SAM, "What would help today?", "Private check")
    await stage.modal(SAM, "Over the last 2 weeks")
    await stage.hands.say(SAM, "nearly every day")
    await stage.message(SAM, "Your workspace keeps what is typed here")


async def test_a_guest_is_refused_and_still_helped(stage: Stage) -> None:
    await stage.hands.say("U0GUEST", "hello")
    await stage.message("U0GUEST", "for members of this organisation only")
    await stage.hands.say("U0GUEST", "I want to end my life")
    await stage.message("U0GUEST", "In danger now")


async def test_health_and_readiness(stage: Stage) -> None:
    async with httpx.AsyncClient(base_url=stage.base) as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, set(ready.json().values())) == (200, {True})
        assert (await client.get("/nothing")).status_code == 404
