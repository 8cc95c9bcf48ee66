"""Dialogs: how they open, what they send, and what an answer does to them."""

from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import JSONResponse

from bot.sandbox.teams.demo import ALEX, SAM
from bot.sandbox.teams.entering import CannotDo, Entry
from bot.sandbox.teams.hands import BadAnswer, Hands
from bot.sandbox.teams.look import text_of
from bot.sandbox.teams.workspace import Workspace
from tests.bot.sandbox.teams.kit import FORM, Bot, Json, card, dialog, said, submit, typed, words

FILLED: dict[str, Entry] = {"Name": "Sam", "Mood": "Good"}


async def opened(hands: Hands, bot: Bot, launcher: str, content: Json = FORM, **more: Any) -> Json:
    bot.script = [JSONResponse(dialog(content, **more))]
    await hands.tap(SAM, launcher, "Open")
    seen = hands.dialog(SAM)
    assert seen is not None
    return seen


async def test_a_button_opens_a_dialog(hands: Hands, bot: Bot, workspace: Workspace, chat: str, launcher: str) -> None:
    seen = await opened(hands, bot, launcher, height="large", width=600)
    told = bot.last
    assert (told["type"], told["name"], told["replyToId"]) == ("invoke", "task/fetch", launcher)
    data = {"msteams": {"type": "task/fetch"}, "token": "t1"}
    assert told["value"] == {"data": data, "context": {"theme": "default"}}
    assert told["id"].startswith("f:")
    assert "text" not in told
    assert (seen["title"], seen["height"], seen["width"]) == ("A form", "large", 600)
    assert text_of(seen).splitlines()[:3] == ["A form", "How are you?", "Name"]
    assert hands.dialog(ALEX) is None
    call = workspace.recorded[-1]
    assert (call.method, call.conversation, call.payload) == (
        "answer.task/fetch",
        chat,
        dialog(FORM, height="large", width=600),
    )


async def test_a_dialog_sends_what_was_entered(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher)
    bot.script = [said("Thank you")]
    await hands.submit(SAM, FILLED | {"Days": ["Mon", "Tue"], "Age": "30", "Agree": "true"})
    assert (bot.last["type"], bot.last["name"]) == ("invoke", "task/submit")
    data = {"token": "form", "name": "Sam", "mood": "good", "days": "mon,tue", "age": "30", "agree": "true"}
    assert bot.last["value"] == {"data": data, "context": {"theme": "default"}}
    assert "replyToId" not in bot.last
    assert hands.dialog(SAM) is None
    assert hands.notices(SAM) == ["Thank you"]


async def test_one_dialog_after_the_other(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher)
    second = card(typed("Mail"), actions=[submit("Next")])
    bot.script = [JSONResponse(dialog(second, title="Two"))]
    await hands.submit(SAM, FILLED)
    seen = hands.dialog(SAM)
    assert seen is not None
    assert text_of(seen) == "Two\nMail"
    bot.script = [Response()]
    await hands.submit(SAM)
    assert bot.last["value"]["data"] == {}
    assert hands.dialog(SAM) is None


@pytest.mark.parametrize("answer", [Response(), JSONResponse({}), JSONResponse(None)])
async def test_an_empty_answer_ends_a_dialog_but_opens_none(
    hands: Hands, bot: Bot, launcher: str, answer: Response
) -> None:
    await opened(hands, bot, launcher)
    bot.script = [answer]
    await hands.submit(SAM, FILLED)
    assert hands.dialog(SAM) is None
    bot.script = [answer]
    with pytest.raises(BadAnswer):
        await hands.tap(SAM, launcher, "Open")


async def test_a_word_instead_of_a_dialog(hands: Hands, bot: Bot, launcher: str) -> None:
    bot.script = [said("Not now")]
    await hands.tap(SAM, launcher, "Open")
    assert (hands.dialog(SAM), hands.notices(SAM)) == (None, ["Not now"])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (JSONResponse({"task": {"type": "show"}}), "/task/type: unsupported type: show"),
        (JSONResponse(dialog(card(words(), version="2.0"))), "/task/value/card/content/version"),
        (JSONResponse(dialog(card(words("x" * 19_000), words("x" * 19_000)))), "MessageSizeTooBig"),
        (JSONResponse(["task"]), "must provide an object"),
        (Response("<html>"), "not JSON"),
    ],
)
async def test_an_answer_that_teams_would_not_take(
    hands: Hands, bot: Bot, launcher: str, answer: Response, why: str
) -> None:
    await opened(hands, bot, launcher)
    bot.script = [answer]
    with pytest.raises(BadAnswer, match=why):
        await hands.submit(SAM, FILLED)
    assert hands.dialog(SAM) is not None


async def test_a_failed_submit_leaves_the_dialog_as_it_was(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher)
    bot.script = [Response(status_code=503)]
    assert (await hands.submit(SAM, FILLED)).status == 503
    assert (await hands.submit(SAM)).status == 200
    assert bot.last["value"]["data"]["name"] == "Sam"


async def test_any_button_of_a_dialog(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher)
    bot.script = [said("Call 112")]
    await hands.tap_in_dialog(SAM, "Help now")
    assert bot.last["value"]["data"] == {"token": "help"}
    await opened(hands, bot, launcher)
    with pytest.raises(CannotDo, match="0 buttons are called 'Open'"):
        await hands.tap_in_dialog(SAM, "Open")


async def test_a_dialog_that_is_closed_tells_nobody(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher)
    heard = len(bot.got)
    await hands.close(SAM)
    assert (hands.dialog(SAM), len(bot.got)) == (None, heard)
    for deed in (hands.close(SAM), hands.submit(SAM), hands.enter(SAM, {})):
        with pytest.raises(CannotDo, match="no dialog is open"):
            await deed


async def test_a_late_answer(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher)
    later = hands.dialog_activity(SAM, "Send", FILLED)
    await hands.close(SAM)
    bot.script = [JSONResponse(dialog(card(words()), title="Again"))]
    hands.take_answer(await hands.deliver(later))
    assert (hands.dialog(SAM) or {}).get("title") == "Again"


async def test_a_dialog_without_a_button(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher, card(words()))
    with pytest.raises(CannotDo, match="no submit button"):
        await hands.submit(SAM)


async def test_fields_hold_what_the_bot_put_there(hands: Hands, bot: Bot, launcher: str) -> None:
    filled = card(
        typed("Name", value="Sam"),
        typed("Age", "Number", value=30),
        typed("Agree", "Toggle", title="Yes", value="y", valueOn="y", valueOff="n"),
        actions=[submit("Send")],
    )
    await opened(hands, bot, launcher, filled)
    await hands.enter(SAM, {"name": None})
    await hands.submit(SAM)
    assert bot.last["value"]["data"] == {"age": "30", "agree": "y"}


REFUSED: dict[str, tuple[dict[str, Entry], str]] = {
    "a field left empty": ({"Name": "Sam"}, "'Mood' is required"),
    "a field emptied": ({**FILLED, "Name": ""}, "'Name' is required"),
    "no such field": ({**FILLED, "Colour": "red"}, "0 fields are called 'Colour'; there are: Name, Mood"),
    "no such choice": ({**FILLED, "Mood": "So-so"}, "has no choice 'So-so'; there are: Good, Bad"),
    "two of one": ({**FILLED, "Mood": ["Good", "Bad"]}, "'Mood' takes one choice"),
    "too long": ({**FILLED, "Name": "x" * 11}, "does not take"),
    "no number": ({**FILLED, "Age": "old"}, "does not take 'old'"),
    "too small a number": ({**FILLED, "Age": "15"}, "does not take '15'"),
    "too large a number": ({**FILLED, "Age": "121"}, "does not take '121'"),
    "no date": ({**FILLED, "Day": "tomorrow"}, "does not take 'tomorrow'"),
    "too early": ({**FILLED, "Day": "2025-12-31"}, "does not take '2025-12-31'"),
    "no time": ({**FILLED, "Hour": "25:00"}, "does not take '25:00'"),
    "too late": ({**FILLED, "Hour": "17:01"}, "does not take '17:01'"),
    "against the pattern": ({**FILLED, "Zip": "SW1A"}, "does not take 'SW1A'"),
    "several for a text": ({**FILLED, "Zip": ["1", "2"]}, "'Zip' takes one value"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_client_would_not_send(hands: Hands, bot: Bot, launcher: str, name: str) -> None:
    await opened(hands, bot, launcher)
    heard = len(bot.got)
    entries, why = REFUSED[name]
    with pytest.raises(CannotDo, match=why):
        await hands.submit(SAM, entries)
    assert len(bot.got) == heard


async def test_what_the_client_sends_at_the_edges(hands: Hands, bot: Bot, launcher: str) -> None:
    await opened(hands, bot, launcher)
    edges: dict[str, Entry] = {"Age": "16", "Day": "2026-01-01", "Hour": "17:00", "Zip": "1", "Name": "x" * 10}
    await hands.submit(SAM, FILLED | edges)
    assert bot.last["value"]["data"]["hour"] == "17:00"


async def test_consent_that_is_required(hands: Hands, bot: Bot, launcher: str) -> None:
    consent = typed("Agree", "Toggle", title="Yes", isRequired=True, errorMessage="Please agree.")
    await opened(hands, bot, launcher, card(consent, actions=[submit()]))
    with pytest.raises(CannotDo, match="Please agree"):
        await hands.submit(SAM)
    await hands.submit(SAM, {"Agree": "true"})
    assert bot.last["value"]["data"] == {"agree": "true"}
