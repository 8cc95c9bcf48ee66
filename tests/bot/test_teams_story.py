"""The story in Teams' own wire format: the real service, a stand-in Bot Connector, the built-in clinic, over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.manifest.teams import manifest
from bot.sandbox.teams.demo import MORGAN, SAM, SUPPORT
from bot.sandbox.teams.look import actions_of, buttons_of, cards_of, fields_of, text_of
from bot.settings import Settings, TeamsSettings
from bot.wiring import CLINIC
from tests.bot.drawn import found, secrets, texts
from tests.bot.teams_stage import Stage, book, staged

CHECKIN = "Open privately. Not now. Stop. Pause 4 weeks. You have something on .. Open it here. I can't make it"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def test_from_install_to_forgotten(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await book(stage)
    async with httpx.AsyncClient() as client:
        booked = (await client.get(f"{stage.base}{CLINIC}/Appointment", params={"status": "booked"})).json()
    assert len(booked["entry"]) == 1

    await hands.tap_in_dialog(SAM, "Back to start")
    await hands.tap_in_dialog(SAM, "Check-ins")
    await hands.tap_in_dialog(SAM, "Yes, check in")
    await stage.dialog(SAM, "When suits you?")
    await hands.tap_in_dialog(SAM, "Save", {"Day": "Mon", "Time": "10:00", "Time zone": "Europe/London"})
    await stage.dialog(SAM, "I check in every Mon at 10:00")
    before = len(stage.said(SAM))
    stage.clock.later(timedelta(hours=2, minutes=5))
    assert await stage.service.schedule.tick() == 1
    await stage.until(lambda: len(stage.said(SAM)) > before)
    nudge = stage.said(SAM)[-1]
    assert {each.label for each in buttons_of(nudge)} >= {"Open privately", "Not now", "Stop", "Help now"}
    await hands.tap(SAM, nudge["id"], "Stop")
    await stage.dialog(SAM, "Stopped.")

    await stage.hands.close(SAM)
    await stage.remind()
    reminder = await stage.last(SAM, "You have something on")
    await hands.tap(SAM, reminder["id"], "I can't make it")
    await stage.dialog(SAM, "Cancel ")
    await hands.tap_in_dialog(SAM, "Yes, cancel it")
    await stage.dialog(SAM, "It is cancelled")

    written = ("send_to_conversation", "reply_to_activity", "update_activity")  # dialogs are answers, not messages
    chat = [call.payload for call in stage.workspace.recorded if call.method in written]
    dialogs = [call.payload for call in stage.workspace.recorded if call.method.startswith("answer.task")]
    hidden = secrets(dialogs, stage.service, "Canary-Name", "canary@example.org")
    assert len(hidden) > 60
    assert found(hidden, chat) == {each for each in hidden if each in CHECKIN}
    assert found(hidden, [*chat, {"text": "With Dr Ada Okafor"}]) > found(hidden, chat)
    assert {text_of(reminder).splitlines()[0]} == {line for line in texts(chat) if " Nov" in line or " Dec" in line}

    await hands.say(SAM, "forget me")
    await stage.tap(SAM, "Your next step is private", "Open")
    await stage.dialog(SAM, "Forget everything")
    await hands.tap_in_dialog(SAM, "Yes, forget me")
    await stage.dialog(SAM, "I deleted what I held about you")
    await hands.say(SAM, "hello again")
    await stage.last(SAM, "I am a program")


async def test_a_manager_reminds_a_team_with_a_link_into_everybodys_own_chat(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(MORGAN)
    for label, then in (
        ("Remind my team", "Which team"),
        ("Customer Support", "Which approved text"),
        ("A gentle reminder", "exactly what arrives"),
        ("Send it", "Accepted: it goes to Customer Support on Tue 24 Nov, 10:00"),
    ):
        await hands.tap_in_dialog(MORGAN, label)
        await stage.dialog(MORGAN, then)
    stage.clock.later(timedelta(hours=27))
    await stage.service.errands.drain()
    await stage.until(lambda: stage.said(MORGAN, SUPPORT))
    (post,) = stage.said(MORGAN, SUPPORT)
    assert "asked me to send this" in text_of(post)
    actions = [each for card in cards_of(post) for each in actions_of(card)]
    assert {each["type"] for each in actions} == {"Action.OpenUrl"}
    assert all(each["url"].startswith("https://teams.microsoft.com/l/chat/") for each in actions)


async def test_every_command_of_the_menu_is_understood(stage: Stage) -> None:
    commands = stage.service.library.current.commands["en"]
    settings = Settings(public_url="https://haven.example.org", teams=TeamsSettings(app_id=stage.workspace.app_id))
    (bot,) = manifest(settings, "Harbour Wellbeing", commands)["bots"]
    titles = [each["title"] for each in bot["commandLists"][0]["commands"]]
    await stage.enter(SAM)
    opened = {
        "private check": "Over the last 2 weeks",
        "book a time": "These times are open",
        "check-ins": "check in",
        "talk to a human": "0808 157 0142",
        "my data": "about you",
        "pause": "check-in",
        "stop": "check-in",
        "forget me": "Forget everything",
    }
    assert titles == ["help now", "home", *opened]
    for title, holds in opened.items():
        await stage.hands.command(SAM, title)
        await stage.tap(SAM, "Your next step is private", "Open")
        await stage.dialog(SAM, holds)
    await stage.hands.command(SAM, "home")
    await stage.last(SAM, "What would help today?")
    await stage.hands.command(SAM, "help now")
    await stage.last(SAM, "Help is here")


async def test_a_form_says_at_its_field_what_is_wrong_and_keeps_what_was_entered(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await hands.say(SAM, "book a time")
    await stage.tap(SAM, "Your next step is private", "Open")
    times = await stage.dialog(SAM, "These times are open")
    await hands.tap_in_dialog(SAM, next(each.label for each in buttons_of(times) if ", " in each.label))
    name, contact, *_, consent = [each.label for each in fields_of(await stage.dialog(SAM, "The provider gets"))]
    await hands.tap_in_dialog(SAM, "Book this time", {name: "Sam", contact: "sam at home", consent: "Yes, share it"})
    again = await stage.dialog(SAM, "The provider gets")
    kept = {each.label: each.element.get("value") for each in fields_of(again)}
    assert {label: value for label, value in kept.items() if value} == {
        name: "Sam",
        contact: "sam at home",
        "Where will you be at the time?": "GB",
        consent: "yes",
    }
    body = again["card"]["content"]["body"]
    (at,) = [index for index, each in enumerate(body) if each.get("label") == contact]
    assert "does not look like an e-mail address" in body[at - 1]["inlines"][0]["text"]
    await hands.tap_in_dialog(SAM, "Book this time", {contact: "sam@example.org"})
    await stage.dialog(SAM, "Booked:")


async def test_the_chat_holds_no_dead_buttons(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    (notice,) = await stage.until(lambda: [each for each in stage.said(SAM) if len(buttons_of(each)) == 1])
    assert [each.label for each in buttons_of(notice)] == ["Help now"]
    await hands.say(SAM, "book a time")
    await stage.tap(SAM, "Your next step is private", "Open")
    times = await stage.dialog(SAM, "These times are open")
    assert sum("Your next step is private" in text_of(each) for each in stage.said(SAM)) == 1
    await hands.tap_in_dialog(SAM, next(each.label for each in buttons_of(times) if ", " in each.label))
    await stage.until(lambda: "Your next step is private" not in text_of(stage.said(SAM)[-1]))


async def test_crisis_help_comes_at_once_and_in_place(stage: Stage) -> None:
    await stage.enter(SAM)
    await stage.hands.tap_in_dialog(SAM, "Private check")
    await stage.hands.say(SAM, "I want to kill myself")
    await stage.last(SAM, "In danger now: call 999")


async def test_a_forged_delivery_has_no_effect(stage: Stage) -> None:
    await stage.enter(SAM)
    message = stage.said(SAM)[-1]
    told = stage.hands.tap_activity(SAM, message["id"], "I agree, let's start")
    told["value"]["data"] = {"t": "AQ" + "A" * 32}
    delivery = await stage.hands.deliver(told)
    assert delivery.status == 403


async def test_a_crisis_in_a_dialog_stays_out_of_the_chat(stage: Stage) -> None:
    """A word that is typed meanwhile does not go on with it there; who asks for help in the chat gets it there."""
    await stage.enter(SAM)
    await stage.hands.tap_in_dialog(SAM, "Help now")
    await stage.dialog(SAM, "In danger now")
    await stage.hands.say(SAM, "ok")
    await stage.last(SAM, "I did not use it")
    assert not [each for each in stage.said(SAM) if "In danger now" in text_of(each)]
    await stage.hands.say(SAM, "help now")
    await stage.last(SAM, "In danger now")
