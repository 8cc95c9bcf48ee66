"""Cards that are spoilt in one place, and the refusal that names it."""

import copy
from collections.abc import Callable

import pytest

from bot.sandbox.teams.limits import check_message, check_task
from tests.bot.sandbox.teams.kit import (
    FORM,
    Json,
    card,
    choices,
    dialog,
    fetch,
    message,
    needed,
    refusals,
    submit,
    typed,
    words,
)

IMAGE = {"type": "Image", "url": "https://example.org/x.png", "altText": "A lighthouse"}
LINK = {"type": "Action.OpenUrl", "title": "Read", "url": "https://example.org"}
RICH = {"type": "RichTextBlock", "inlines": ["Hello ", {"type": "TextRun", "text": "you", "selectAction": LINK}]}
COLUMNS = {"type": "ColumnSet", "columns": [{"type": "Column", "width": "auto", "items": [words()]}]}
CELL = {"type": "TableCell", "items": [words()]}
TABLE = {"type": "Table", "columns": [{"width": 1}], "rows": [{"type": "TableRow", "cells": [CELL]}]}
FACTS = {"type": "FactSet", "facts": [{"title": "When", "value": "Monday"}]}
SHOW = {"type": "Action.ShowCard", "title": "More", "card": {"type": "AdaptiveCard", "body": [words()]}}
TOGGLE = {"type": "Action.ToggleVisibility", "title": "Show", "targetElements": ["more"]}


def buttons(count: int, **more: object) -> list[Json]:
    return [{**submit(f"B{n}"), **more} for n in range(count)]


# name -> a card that passes, how to spoil it, the refusal
SPOILT: dict[str, tuple[Json, Callable[[Json], object], str]] = {
    "no type": (card(words()), lambda c: c.pop("type"), ": missing required field: type"),
    "another type": (card(words()), lambda c: c.update(type="Card"), "/type: must be one of: AdaptiveCard"),
    "no version": (card(words()), lambda c: c.pop("version"), ": missing required field: version"),
    "schema 1.6": (
        card(words()),
        lambda c: c.update(version="1.6"),
        "/version: must be one of: 1.0, 1.1, 1.2, 1.3, 1.4, 1.5",
    ),
    "no fallbackText": (card(words()), lambda c: c.pop("fallbackText"), ": missing required field: fallbackText"),
    "an empty body": (card(words()), lambda c: c.update(body=[]), "/body: no fewer than 1 items allowed"),
    "a refresh": (card(words()), lambda c: c.update(refresh={}), ": invalid additional property: refresh"),
    "an unknown element": (
        card(words()),
        lambda c: c["body"][0].update(type="Poem"),
        "/body/0/type: unsupported type: Poem",
    ),
    "media": (card(words()), lambda c: c["body"][0].update(type="Media"), "/body/0/type: unsupported type: Media"),
    "an element that is none": (card(words()), lambda c: c.update(body=["x"]), "/body/0: must provide an object"),
    "an unknown property": (
        card(words()),
        lambda c: c["body"][0].update(colour="red"),
        "/body/0: invalid additional property: colour",
    ),
    "no text": (card(words()), lambda c: c["body"][0].pop("text"), "/body/0: missing required field: text"),
    "a text that is cut off": (card(words()), lambda c: c["body"][0].update(wrap=False), "/body/0/wrap: must be true"),
    "a size of one's own": (
        card(words()),
        lambda c: c["body"][0].update(size="huge"),
        "/body/0/size: must be one of: default, small, medium, large, extraLarge",
    ),
    "an image without words": (
        card(IMAGE),
        lambda c: c["body"][0].pop("altText"),
        "/body/0: missing required field: altText",
    ),
    "an image in the clear": (
        card(IMAGE),
        lambda c: c["body"][0].update(url="http://example.org/x.png"),
        "/body/0/url: must be a valid https URL",
    ),
    "a run that is none": (
        card(RICH),
        lambda c: c["body"][0]["inlines"][1].pop("text"),
        "/body/0/inlines/1: missing required field: text",
    ),
    "words that submit": (
        card(RICH),
        lambda c: c["body"][0]["inlines"][1].update(selectAction=submit()),
        "/body/0/inlines/1/selectAction/type: unsupported type: Action.Submit",
    ),
    "inside of a column": (
        card(COLUMNS),
        lambda c: c["body"][0]["columns"][0]["items"][0].pop("wrap"),
        "/body/0/columns/0/items/0: missing required field: wrap",
    ),
    "a width of no kind": (
        card(COLUMNS),
        lambda c: c["body"][0]["columns"][0].update(width="50%"),
        "/body/0/columns/0/width: must be a valid width",
    ),
    "inside of a container": (
        card({"type": "Container", "items": [words()]}),
        lambda c: c["body"][0]["items"][0].pop("text"),
        "/body/0/items/0: missing required field: text",
    ),
    "inside of a table": (
        card(TABLE),
        lambda c: c["body"][0]["rows"][0]["cells"][0].update(items=[]),
        "/body/0/rows/0/cells/0/items: no fewer than 1 items allowed",
    ),
    "a fact without a value": (
        card(FACTS),
        lambda c: c["body"][0]["facts"][0].pop("value"),
        "/body/0/facts/0: missing required field: value",
    ),
    "an input without an id": (
        card(typed("Name")),
        lambda c: c["body"][0].pop("id"),
        "/body/0: missing required field: id",
    ),
    "an input without a label": (
        card(typed("Name")),
        lambda c: c["body"][0].pop("label"),
        "/body/0: missing required field: label",
    ),
    "required without a reason": (
        card(typed("Name", **needed())),
        lambda c: c["body"][0].pop("errorMessage"),
        "/body/0: missing required field: errorMessage (isRequired is true)",
    ),
    "one id twice": (
        card(typed("Name"), typed("Mail")),
        lambda c: c["body"][1].update(id="name"),
        "/body: two inputs have the id name",
    ),
    "a length as a text": (
        card(typed("Name", maxLength=5)),
        lambda c: c["body"][0].update(maxLength="5"),
        "/body/0/maxLength: must provide an integer",
    ),
    "a number as a text": (
        card(typed("Age", "Number", min=1)),
        lambda c: c["body"][0].update(min="1"),
        "/body/0/min: must provide a number",
    ),
    "a date that is none": (
        card(typed("Day", "Date", min="2026-02-28")),
        lambda c: c["body"][0].update(min="28.2.2026"),
        "/body/0/min: must be a valid date",
    ),
    "a time that is none": (
        card(typed("Hour", "Time", value="09:30")),
        lambda c: c["body"][0].update(value="24:00"),
        "/body/0/value: must be a valid time",
    ),
    "a toggle without a title": (
        card(typed("Agree", "Toggle", title="Yes")),
        lambda c: c["body"][0].pop("title"),
        "/body/0: missing required field: title",
    ),
    "no choices": (
        card(choices("Mood", "Good")),
        lambda c: c["body"][0].pop("choices"),
        "/body/0: missing required field: choices",
    ),
    "two choices alike": (
        card(choices("Mood", "Good", "Bad")),
        lambda c: c["body"][0]["choices"][1].update(value="good"),
        "/body/0/choices: two choices have one value",
    ),
    "a choice that is none": (
        card(choices("Mood", "Good", value="good")),
        lambda c: c["body"][0].update(value="bad"),
        "/body/0/value: must match one of the choices",
    ),
    "a comma among choices": (
        card(choices("Mood", "Good", isMultiSelect=True)),
        lambda c: c["body"][0]["choices"][0].update(value="a,b"),
        "/body/0/choices: a comma would split the answer",
    ),
    "seven actions": (
        card(words(), actions=buttons(6)),
        lambda c: c["actions"].append(submit("B7")),
        "/actions: no more than 6 actions are shown, others need mode: secondary",
    ),
    "seven actions in a set": (
        card({"type": "ActionSet", "actions": buttons(6)}),
        lambda c: c["body"][0]["actions"].append(submit("B7")),
        "/body/0/actions: no more than 6 actions are shown, others need mode: secondary",
    ),
    "an overflow without end": (
        card(words(), actions=buttons(20, mode="secondary")),
        lambda c: c["actions"].append({**submit("B21"), "mode": "secondary"}),
        "/actions: no more than 20 items allowed",
    ),
    "an action without a title": (
        card(words(), actions=[submit()]),
        lambda c: c["actions"][0].pop("title"),
        "/actions/0: missing required field: title",
    ),
    "an unknown action": (
        card(words(), actions=[submit()]),
        lambda c: c["actions"][0].update(type="Action.Execute"),
        "/actions/0/type: unsupported type: Action.Execute",
    ),
    "a styled action": (
        card(words(), actions=[submit()]),
        lambda c: c["actions"][0].update(style="destructive"),
        "/actions/0/style: must be one of: default",
    ),
    "a disabled action": (
        card(words(), actions=[submit()]),
        lambda c: c["actions"][0].update(isEnabled=False),
        "/actions/0: invalid additional property: isEnabled",
    ),
    "a submit without data": (
        card(words(), actions=[submit()]),
        lambda c: c["actions"][0].pop("data"),
        "/actions/0: missing required field: data",
    ),
    "data that is a text": (
        card(words(), actions=[submit()]),
        lambda c: c["actions"][0].update(data="x"),
        "/actions/0/data: must provide an object",
    ),
    "a deed that Teams does not know": (
        card(words(), actions=[fetch()]),
        lambda c: c["actions"][0]["data"]["msteams"].update(type="task/submit"),
        "/actions/0/data/msteams/type: unsupported type: task/submit",
    ),
    "a deed with more": (
        card(words(), actions=[fetch()]),
        lambda c: c["actions"][0]["data"]["msteams"].update(data={}),
        "/actions/0/data/msteams: invalid additional property: data",
    ),
    "a link to nowhere": (
        card(words(), actions=[LINK]),
        lambda c: c["actions"][0].update(url="javascript:x"),
        "/actions/0/url: must be a valid URL",
    ),
    "inside of a card to be shown": (
        card(words(), actions=[SHOW]),
        lambda c: c["actions"][0]["card"].update(body=[{"type": "Poem"}]),
        "/actions/0/card/body/0/type: unsupported type: Poem",
    ),
    "nothing to toggle": (
        card(words(id="more"), actions=[TOGGLE]),
        lambda c: c["actions"][0].update(targetElements=[]),
        "/actions/0/targetElements: no fewer than 1 items allowed",
    ),
    "a width that Teams does not know": (
        card(words(), msteams={"width": "Full"}),
        lambda c: c["msteams"].update(width="Half"),
        "/msteams/width: must be one of: Full",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_card_is_refused_in_a_message_and_in_a_dialog(name: str) -> None:
    good, spoil, refusal = SPOILT[name]
    made = copy.deepcopy(good)
    fetches = name.startswith("a deed")
    assert refusals(check_message, message(made)) == []
    assert fetches or refusals(check_task, dialog(made)) == []
    spoil(made)
    assert f"/attachments/0/content{refusal}" in refusals(check_message, message(made))
    assert f"/task/value/card/content{refusal}" in refusals(check_task, dialog(made))


def test_everything_at_once() -> None:
    body = [words(), RICH, IMAGE, COLUMNS, TABLE, FACTS, {"type": "ActionSet", "actions": [LINK]}, *FORM["body"]]
    whole = card(*body, actions=[*buttons(4), SHOW, TOGGLE, *({**one, "mode": "secondary"} for one in buttons(5))])
    assert refusals(check_message, message(whole)) == []
    assert refusals(check_task, dialog(whole)) == []


def test_every_fault_is_named() -> None:
    spoilt = card({"type": "Poem"}, {"type": "TextBlock"}, version="2.0")
    assert len(refusals(check_message, message(spoilt))) == 4
