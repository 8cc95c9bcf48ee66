"""The page of one's own, the commands and the empty chat, with the real service behind a stand-in Slack."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.routing import SLASH
from bot.sandbox.slack.look import buttons_of, fields_of, text_of
from bot.store import queries
from tests.bot.slack_stage import SAM, Stage, book, staged

MORGAN = "U0MORGAN"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


def labels(stage: Stage, user: str = SAM) -> list[str]:
    return [each.label for each in buttons_of(stage.hands.home(user) or {})]


async def page(stage: Stage, holds: str, user: str = SAM) -> str:
    """Wait for somebody's page to hold some words."""
    await stage.until(lambda: holds in text_of(stage.hands.home(user) or {"type": "home"}))
    return text_of(stage.hands.home(user) or {})


async def people(stage: Stage) -> int:
    return await stage.service.store.transact(lambda conn: len(list(queries.subjects(conn))))


def posted(stage: Stage) -> list[str]:
    return [call.method for call in stage.workspace.recorded if call.method.startswith("chat.")]


async def test_the_page_from_the_notice_to_forgotten(stage: Stage) -> None:
    hands = stage.hands
    await hands.home_opened(SAM)
    await page(stage, "I am a program, not a person")
    assert labels(stage) == ["I agree, let's start", "Read all of it", "No, thank you", "Help now"]
    assert (await people(stage), posted(stage)) == (0, [])  # looking is no act

    await hands.tap_home(SAM, "I agree, let's start")
    await stage.modal(SAM, "What would help today?")
    settled = await page(stage, "Check-ins are off.")
    assert "This page is yours alone" in settled
    offered = [
        "Private check",
        "Ways to get help",
        "A short exercise",
        "My appointments",
        "Check-ins",
        "My data",
        "Language",
        "Country",
        "Help now",
    ]
    assert labels(stage) == offered

    # every button of the page opens its own window, and leads where it says
    await hands.close(SAM)
    for label, holds in {
        "Private check": "Over the last 2 weeks",
        "Ways to get help": "nothing needs a reason",
        "A short exercise": "Each takes one to three minutes",
        "My appointments": "You have no appointments",
        "Check-ins": "once or twice a week",
        "My data": "Where I reach you",
        "Language": "Which language",
        "Country": "Which country",
        "Help now": "In danger now",
    }.items():
        await hands.tap_home(SAM, label)
        await stage.modal(SAM, holds)
        await hands.close(SAM)
    assert posted(stage) == []

    # check-ins: the page follows
    await hands.tap_home(SAM, "Check-ins")
    await stage.modal(SAM, "once or twice a week")
    await hands.tap_in_view(SAM, "Yes, check in")
    await stage.modal(SAM, "When suits you?")
    await hands.submit(SAM, {"Day": "Mon", "Time": "10:00", "Time zone": "Europe/London"})
    await page(stage, "Check-ins are on.")
    await hands.tap_in_view(SAM, "Pause 4 weeks")
    await page(stage, "Check-ins are paused.")

    # forgotten: the page begins anew
    await hands.close(SAM)
    await hands.command(SAM, "C0FINANCE", "/haven", "forget me")
    await stage.modal(SAM, "Forget everything")
    await hands.tap_in_view(SAM, "Yes, forget me")
    await page(stage, "I am a program, not a person")
    assert posted(stage) == []


async def test_the_page_says_that_something_comes_and_never_what(stage: Stage) -> None:
    await stage.enter(SAM)
    await stage.hands.home_opened(SAM)
    await page(stage, "Check-ins are off.")
    booked = await book(stage)
    await stage.until(lambda: labels(stage)[0] == "See what is coming up")
    names = [each.name for each in stage.service.library.current.providers.practitioners]
    published = repr([call.payload for call in stage.workspace.recorded if call.method == "views.publish"])
    for secret in (*names, "Canary-Name", "canary@example.org", " Nov, ", "Booked", "appointment is"):
        assert secret not in published
    assert "Booked:" in text_of(booked)
    await stage.hands.close(SAM)
    await stage.hands.tap_home(SAM, "See what is coming up")
    await stage.modal(SAM, "What is booked:")
    await stage.hands.tap_in_view(SAM, "Cancel")
    await stage.until(lambda: "Keep it" in {each.label for each in buttons_of(stage.hands.modal(SAM) or {})})
    await stage.hands.tap_in_view(SAM, "Yes, cancel it")
    await stage.modal(SAM, "It is cancelled")
    await stage.until(lambda: "My appointments" in labels(stage))


async def test_nobody_agrees_on_an_old_page_to_a_notice_they_have_not_read(stage: Stage) -> None:
    await stage.hands.home_opened(SAM)
    await page(stage, "I am a program")
    organisation = stage.service.library.current.organisation
    changed = organisation.model_copy(update={"name": "New Name Ltd"})
    stage.service.library._current = replace(stage.service.library.current, organisation=changed)
    await stage.hands.tap_home(SAM, "I agree, let's start")
    await stage.modal(SAM, "New Name Ltd")
    assert (await people(stage), "I agree, let's start" in labels(stage)) == (1, True)
    held = await stage.service.store.transact(lambda conn: next(iter(queries.subjects(conn))))
    assert not stage.service.people._open(held).ops.notice
    await stage.hands.tap_in_view(SAM, "I agree, let's start")
    await stage.modal(SAM, "What would help today?")


async def test_declining_on_the_page_keeps_nothing(stage: Stage) -> None:
    await stage.hands.home_opened(SAM)
    await page(stage, "I am a program")
    await stage.hands.tap_home(SAM, "Read all of it")
    await stage.modal(SAM, "What I keep, sealed")
    await stage.hands.close(SAM)
    await stage.hands.tap_home(SAM, "No, thank you")
    await stage.modal(SAM, "I keep nothing about you")
    assert await people(stage) == 0


async def test_somebody_elses_page_does_nothing(stage: Stage) -> None:
    await stage.hands.home_opened(SAM)
    await page(stage, "I am a program")
    await stage.hands.home_opened("U0ALEX")
    await page(stage, "Soy un programa", "U0ALEX")
    stage.workspace.homes["U0ALEX"].payload = stage.workspace.homes[SAM].payload
    assert (await stage.hands.tap_home("U0ALEX", "I agree, let's start")).status == 403
    assert await people(stage) == 0


async def test_a_guests_page_refuses_and_helps(stage: Stage) -> None:
    await stage.hands.home_opened("U0GUEST")
    await page(stage, "for members of this organisation only", "U0GUEST")
    assert labels(stage, "U0GUEST") == ["Help now"]
    await stage.hands.tap_home("U0GUEST", "Help now")
    await stage.modal("U0GUEST", "In danger now")
    assert (await people(stage), posted(stage)) == (0, [])


async def test_a_manager_finds_the_reminder_on_the_page(stage: Stage) -> None:
    await stage.enter(MORGAN)
    await stage.hands.home_opened(MORGAN)
    await page(stage, "Check-ins are off.", MORGAN)
    await stage.hands.tap_home(MORGAN, "Remind my team")
    await stage.modal(MORGAN, "Which team")


async def test_an_empty_chat_is_greeted_and_the_archive_does_not_show_who_looked(stage: Stage) -> None:
    await stage.hands.home_opened(SAM, "messages")
    greeting = await stage.message(SAM, "I am a program")
    chat = stage.workspace.dm(SAM).id
    assert [each for each in stage.workspace.messages[chat] if not each.only_for] == []
    assert await people(stage) == 0
    await stage.hands.home_opened(SAM, "messages")
    await stage.hands.tap(SAM, chat, greeting["ts"], "I agree, let's start")
    await stage.message(SAM, "What would help today?")
    await stage.hands.home_opened(SAM, "messages")
    await stage.hands.home_opened(SAM)
    await page(stage, "Check-ins are off.")
    assert len(stage.hands.messages(SAM)) == 2


HOLDS = {
    "help": "In danger now",
    "check": "Over the last 2 weeks",
    "book": "These times are open",
    "pause": "there is nothing to pause",
    "remind": "",
    "privacy": "Where I reach you",
    "": "What would help today?",
    "my data": "Where I reach you",
}


@pytest.mark.parametrize("word", [*SLASH, "", "my data"])
async def test_every_word_after_the_command_is_answered_privately(stage: Stage, word: str) -> None:
    await stage.enter(SAM)
    before = posted(stage)
    delivery = await stage.hands.command(SAM, "C0FINANCE", "/haven", word)
    assert (delivery.status, delivery.text) == (200, "")
    await stage.modal(SAM, HOLDS[word])
    assert posted(stage) == before
    assert stage.hands.messages(SAM, "C0FINANCE") == []


@pytest.mark.parametrize("known", [True, False])
async def test_an_unknown_word_is_answered_with_the_list_and_changes_nothing(stage: Stage, known: bool) -> None:
    if known:
        await stage.enter(SAM)
    before, held = posted(stage), await people(stage)
    await stage.hands.command(SAM, "C0SUPPORT", "/haven", "yes please")
    listed = stage.hands.messages(SAM, "C0SUPPORT")
    assert "help, check, book, pause, remind, privacy" in text_of(listed[-1])
    assert stage.hands.messages("U0ALEX", "C0SUPPORT") == []
    assert stage.hands.modal(SAM) is None
    assert (posted(stage), await people(stage)) == (before, held)


async def test_a_cry_for_help_after_the_command_is_heard(stage: Stage) -> None:
    await stage.hands.command(SAM, "C0SUPPORT", "/haven", "I want to kill myself")
    await stage.modal(SAM, "In danger now: call 999")
    await stage.hands.command("U0GUEST", "C0SUPPORT", "/haven", "I want to kill myself")
    assert "In danger now" in text_of(stage.hands.messages("U0GUEST", "C0SUPPORT")[-1])
    assert stage.hands.messages("U0ALEX", "C0SUPPORT") == []


async def test_the_shortcut_opens_the_start(stage: Stage) -> None:
    await stage.hands.shortcut(SAM, "open")
    await stage.modal(SAM, "I am a program")
    assert posted(stage) == []


async def test_help_from_within_a_form_leads_back_to_it_with_all_that_was_entered(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await hands.command(SAM, "", "/haven", "book")
    times = await stage.modal(SAM, "These times are open")
    await hands.tap_in_view(SAM, next(each.label for each in buttons_of(times) if ", " in each.label))
    form = await stage.modal(SAM, "The provider gets")
    name, contact, *_, consent = [each.label for each in fields_of(form)]
    await hands.enter(SAM, {name: "Sam", consent: "Yes, share it"})
    await hands.tap_in_view(SAM, "Help now")
    await stage.modal(SAM, "In danger now")
    assert len(stage.workspace.modals[SAM]) == 2
    drawn = [call.method for call in stage.workspace.recorded].count("views.update")
    await hands.close(SAM)
    # the form beneath is drawn anew; nobody fills it in within the same hundredth of a second
    await stage.until(lambda: [call.method for call in stage.workspace.recorded].count("views.update") > drawn)
    await stage.modal(SAM, "The provider gets")
    await hands.submit(SAM, {contact: "sam@home.example"})
    await stage.modal(SAM, "Booked:")
    assert await stage.appointments("booked") == 1
    assert len(stage.workspace.modals[SAM]) == 1


async def test_a_cry_for_help_in_a_form_is_answered_above_it(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await hands.command(SAM, "", "/haven", "book")
    times = await stage.modal(SAM, "These times are open")
    await hands.tap_in_view(SAM, next(each.label for each in buttons_of(times) if ", " in each.label))
    form = await stage.modal(SAM, "The provider gets")
    name, contact, *_, consent = [each.label for each in fields_of(form)]
    await hands.submit(SAM, {name: "I want to kill myself", contact: "sam@home.example", consent: "Yes, share it"})
    await stage.modal(SAM, "In danger now: call 999")
    await hands.close(SAM)
    await stage.modal(SAM, "The provider gets")
    assert posted(stage) == ["chat.postMessage"] * 2  # from before the dialog was opened: notice and menu
    assert await stage.appointments("booked") == 0


async def test_what_is_stored_and_all_of_the_notice_open_above_and_lead_back(stage: Stage) -> None:
    hands = stage.hands
    await hands.shortcut(SAM, "open")
    await stage.modal(SAM, "I am a program")
    await hands.tap_in_view(SAM, "Read all of it")
    await stage.modal(SAM, "What I keep, sealed")
    assert len(stage.workspace.modals[SAM]) == 2
    await hands.close(SAM)
    await stage.until(lambda: len(stage.workspace.modals[SAM]) == 1)
    await stage.modal(SAM, "I am a program")
    await asyncio.sleep(0.3)  # the way back is drawn in the dialog that came to light
    await hands.tap_in_view(SAM, "I agree, let's start")
    await stage.modal(SAM, "What would help today?")
    await hands.tap_in_view(SAM, "My data")
    await stage.modal(SAM, "Where I reach you")
    await hands.close(SAM)
    await stage.modal(SAM, "What would help today?")
    await hands.tap_in_view(SAM, "Check-ins")
    await stage.modal(SAM, "once or twice a week")
    assert posted(stage) == []
