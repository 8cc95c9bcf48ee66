"""What an Adaptive Card may hold so that every Teams client draws it, element by element.

Source: the Adaptive Cards schema 1.5, and Teams' list of what it does not support (media, styled or disabled
submit actions, more than six actions in sight). Stricter than Teams in four things, because then somebody is
left without words: a card needs `fallbackText`, an input a `label`, an image an `altText`, a text block `wrap`.
Action.Execute is left out: the stand-in delivers no adaptiveCard/action.
"""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.slack.checks import (
    Check,
    Refusal,
    boolean,
    by_type,
    integer,
    items,
    matching,
    one_of,
    shape,
    string,
)

SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"
TEXT_MOST: Final = 20_000
ACTIONS_IN_SIGHT: Final = 6
ACTIONS_MOST: Final = 20
INPUTS: Final = ("Text", "Number", "Date", "Time", "Toggle", "ChoiceSet")
DATE: Final = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "date")
TIME: Final = matching(r"([01]\d|2[0-3]):[0-5]\d", "time")
HTTPS: Final = matching(r"https://\S+", "https URL")
URL: Final = matching(r"https?://\S+", "URL")

_text = string(TEXT_MOST)
_name = string(256)


def _later(name: str) -> Check:
    # elements hold elements: the table that names them all is read when a card is checked
    def check(value: object, at: str) -> Iterator[Refusal]:
        yield from by_type(ELEMENTS if name == "elements" else ACTIONS)(value, at)

    return check


def _object(value: object, at: str) -> Iterator[Refusal]:
    if not isinstance(value, dict):
        yield Refusal("must provide an object", at)


def _one_number(value: object, at: str) -> Iterator[Refusal]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Refusal("must provide a number", at)


def _true(value: object, at: str) -> Iterator[Refusal]:
    if value is not True:
        yield Refusal("must be true", at)


def _data(value: object, at: str) -> Iterator[Refusal]:
    yield from _object(value, at)
    if isinstance(value, dict) and "msteams" in value:
        yield from by_type(_MSTEAMS)(value["msteams"], f"{at}/msteams")


def in_sight(value: object, at: str) -> Iterator[Refusal]:
    """Refuses more actions than Teams draws; those of mode "secondary" are in the overflow menu."""
    if isinstance(value, list):
        primary = [one for one in value if isinstance(one, dict) and one.get("mode") != "secondary"]
        if len(primary) > ACTIONS_IN_SIGHT:
            yield Refusal(f"no more than {ACTIONS_IN_SIGHT} actions are shown, others need mode: secondary", at)


def _link(value: object, at: str) -> Iterator[Refusal]:
    # what submits has a button and so a name: a whole area that does is not told by a screen reader
    yield from by_type({"Action.OpenUrl": ACTIONS["Action.OpenUrl"]})(value, at)


def _actions(value: object, at: str) -> Iterator[Refusal]:
    yield from items(_later("actions"), ACTIONS_MOST, 0)(value, at)
    yield from in_sight(value, at)


def _elements(value: object, at: str) -> Iterator[Refusal]:
    yield from items(_later("elements"), 200)(value, at)


_ANY: Final[dict[str, Check]] = {
    "id": _name,
    "isVisible": boolean,
    "separator": boolean,
    "spacing": one_of("none", "small", "default", "medium", "large", "extraLarge", "padding"),
    "height": one_of("auto", "stretch"),
    "requires": _object,
    "fallback": one_of("drop"),
}
_WORDS: Final[dict[str, Check]] = {
    "size": one_of("default", "small", "medium", "large", "extraLarge"),
    "weight": one_of("default", "lighter", "bolder"),
    "color": one_of("default", "dark", "light", "accent", "good", "warning", "attention"),
    "isSubtle": boolean,
    "fontType": one_of("default", "monospace"),
}
_ALIGN: Final = one_of("left", "center", "right")
_BOX: Final[dict[str, Check]] = {
    "style": one_of("default", "emphasis", "good", "attention", "warning", "accent"),
    "verticalContentAlignment": one_of("top", "center", "bottom"),
    "bleed": boolean,
    "minHeight": matching(r"\d+px", "height in pixels"),
    "selectAction": _link,
    "rtl": boolean,
}
_RUN: Final = shape(
    {"type": one_of("TextRun"), "text": _text},
    {
        **_WORDS,
        "italic": boolean,
        "strikethrough": boolean,
        "underline": boolean,
        "highlight": boolean,
        "selectAction": _link,
    },
)


def _run(value: object, at: str) -> Iterator[Refusal]:
    yield from _text(value, at) if isinstance(value, str) else _RUN(value, at)


def _choices(value: object, at: str) -> Iterator[Refusal]:
    if not isinstance(value, dict):
        return
    options = [choice["value"] for choice in value["choices"]]
    if len(set(options)) < len(options):
        yield Refusal("two choices have one value", f"{at}/choices")
    chosen = value.get("value")
    if chosen and not set(chosen.split(",") if value.get("isMultiSelect") else [chosen]) <= set(options):
        yield Refusal("must match one of the choices", f"{at}/value")
    if value.get("isMultiSelect") and any("," in option for option in options):
        yield Refusal("a comma would split the answer", f"{at}/choices")


def _required_says_why(value: object, at: str) -> Iterator[Refusal]:
    if isinstance(value, dict) and value.get("isRequired") and "errorMessage" not in value:
        yield Refusal("missing required field: errorMessage (isRequired is true)", at)


def _input(required: dict[str, Check], optional: dict[str, Check], *rules: Check) -> Check:
    common: dict[str, Check] = {**_ANY, "isRequired": boolean, "errorMessage": string(500)}
    needed: dict[str, Check] = {"type": _name, "id": _name, "label": string(500)}
    return shape({**needed, **required}, {**common, **optional}, _required_says_why, *rules)


def _element(required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": _name, **required}, {**_ANY, **optional})


_CHOICE: Final = shape({"title": string(500), "value": string(500)}, {})
_FACT: Final = shape({"title": string(500), "value": _text}, {})
_CELL: Final = _element({"type": one_of("TableCell"), "items": _elements}, _BOX)
_ROW: Final = _element({"type": one_of("TableRow"), "cells": items(_CELL, 20)}, {"style": _BOX["style"]})
_COLUMN: Final = _element(
    {"type": one_of("Column")}, {**_BOX, "items": _elements, "width": matching(r"auto|stretch|\d+|\d+px", "width")}
)

ELEMENTS: Final[dict[str, Check]] = {
    "TextBlock": _element(
        {"text": _text, "wrap": _true},
        {**_WORDS, "horizontalAlignment": _ALIGN, "maxLines": integer(1, 100), "style": one_of("default", "heading")},
    ),
    "RichTextBlock": _element({"inlines": items(_run, 100)}, {"horizontalAlignment": _ALIGN}),
    "Image": _element(
        {"url": HTTPS, "altText": string(500)},
        {
            "size": one_of("auto", "stretch", "small", "medium", "large"),
            "style": one_of("default", "person"),
            "horizontalAlignment": _ALIGN,
            "selectAction": _link,
        },
    ),
    "Container": _element({"items": _elements}, _BOX),
    "ColumnSet": _element({"columns": items(_COLUMN, 20)}, {**_BOX, "horizontalAlignment": _ALIGN}),
    "FactSet": _element({"facts": items(_FACT, 50)}, {}),
    "Table": _element(
        {"columns": items(_object, 20), "rows": items(_ROW, 100)},
        {"firstRowAsHeader": boolean, "showGridLines": boolean, "gridStyle": _BOX["style"]},
    ),
    "ActionSet": _element({"actions": _actions}, {"horizontalAlignment": _ALIGN}),
    "Input.Text": _input(
        {},
        {
            "isMultiline": boolean,
            "maxLength": integer(1, 10_000),
            "placeholder": string(500),
            "regex": string(500),
            "style": one_of("text", "tel", "url", "email"),
            "value": string(TEXT_MOST, 0),
        },
    ),
    "Input.Number": _input(
        {}, {"placeholder": string(500), "min": _one_number, "max": _one_number, "value": _one_number}
    ),
    "Input.Date": _input({}, {"placeholder": string(500), "min": DATE, "max": DATE, "value": DATE}),
    "Input.Time": _input({}, {"placeholder": string(500), "min": TIME, "max": TIME, "value": TIME}),
    "Input.Toggle": _input(
        {"title": string(500)},
        {"value": string(500), "valueOn": string(500), "valueOff": string(500), "wrap": boolean},
    ),
    "Input.ChoiceSet": _input(
        {"choices": items(_CHOICE, 500)},
        {
            "isMultiSelect": boolean,
            "style": one_of("compact", "expanded", "filtered"),
            "value": string(TEXT_MOST, 0),
            "placeholder": string(500),
            "wrap": boolean,
        },
        _choices,
    ),
}
"""The elements of a body that Teams draws, each with its check."""

_ACTION: Final[dict[str, Check]] = {
    "id": _name,
    "iconUrl": HTTPS,
    "mode": one_of("primary", "secondary"),
    "style": one_of("default"),
    "tooltip": string(500),
    "requires": _object,
    "fallback": one_of("drop"),
}


def _action(required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": _name, "title": string(256), **required}, {**_ACTION, **optional})


def _inner_card(value: object, at: str) -> Iterator[Refusal]:
    yield from shape({"type": one_of("AdaptiveCard"), "body": _elements}, {"actions": _actions, "version": _name})(
        value, at
    )


ACTIONS: Final[dict[str, Check]] = {
    "Action.Submit": _action({"data": _data}, {"associatedInputs": one_of("auto", "none")}),
    "Action.OpenUrl": _action({"url": URL}, {}),
    "Action.ShowCard": _action({"card": _inner_card}, {}),
    "Action.ToggleVisibility": _action({"targetElements": items(_name, 50)}, {}),
}
"""The actions that Teams carries out, each with its check."""

_MSTEAMS: Final[dict[str, Check]] = {
    "task/fetch": shape({"type": _name}, {}),
    "messageBack": shape({"type": _name, "text": _text}, {"displayText": _text, "value": _object}),
    "imBack": shape({"type": _name, "value": _text}, {}),
}

CARD: Final = shape(
    {
        "type": one_of("AdaptiveCard"),
        "version": one_of("1.0", "1.1", "1.2", "1.3", "1.4", "1.5"),
        "fallbackText": _text,
        "body": _elements,
    },
    {
        "$schema": one_of(SCHEMA, SCHEMA.replace("http://", "https://")),
        "actions": _actions,
        "speak": _text,
        "lang": string(16),
        "rtl": boolean,
        "minHeight": _BOX["minHeight"],
        "verticalContentAlignment": _BOX["verticalContentAlignment"],
        "msteams": shape({}, {"width": one_of("Full"), "entities": items(_object, 50)}),
    },
)
"""A whole Adaptive Card."""
