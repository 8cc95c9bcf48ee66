"""Draws Screens as Adaptive Cards 1.5: pure, within Teams' limits, every field with a label in words.

Sources: Adaptive Cards schema 1.5; Microsoft, "Cards in Teams" (no styled actions, six in sight) and "Use dialogs with
bots". Text is drawn as RichTextBlock: a TextBlock would read the words of HR, of providers and of people as Markdown.
"""

import json
import re
from typing import Any, Final

from adapters.platform import Public, Shown
from flows.core.screen import Button, Field, Screen

Card = dict[str, Any]

FIELD: Final = "q:"  # a field's input is named q:<key>, so that a sent form needs no memory of what was drawn
NAME: Final = "Haven"
CARD: Final = "application/vnd.microsoft.card.adaptive"
_ROW: Final = 6  # actions in sight
_RADIO: Final = 10  # more options than that are folded
_LABEL: Final = 200
_HINT: Final = 500
_SUMMARY: Final = 200
_BYTES: Final = 24 * 1024  # of a card: 28 KiB is the limit of the whole message
_ROOM: Final = 23 * 1024  # of it for lines (twice: old clients read them as one text), inputs and buttons
_LONG: Final = 4 * 1024  # of a line: a longer one is cut in two
_URL: Final = re.compile(r"https://[^\s<>|]*[^\s<>|.,;:!?)\]}'\"]")


def messages(public: Public) -> tuple[dict[str, Any], ...]:
    """Return the chat messages that show a screen: one, unless it is too long for one; the buttons are on the last.

    Each has `summary` (what a notification says) and `attachments`. Every button opens a dialog: what it leads to may
    be private, and nobody can know before.
    """
    actions = [
        _link_to(button) or _submit(button.label, {"t": token, "msteams": {"type": "task/fetch"}})
        for button, token in zip(public.screen.buttons, public.tokens, strict=True)
    ]
    *before, last = _parts(_lines(public.screen), _ROOM - len(json.dumps(actions)))
    return (*(_message(part, []) for part in before), _message(last, actions))


def announcement(public: Public, link: str) -> dict[str, Any]:
    """Return a message for a team's channel: its buttons are links into the private chat, and tell us nothing."""
    actions = [
        {"type": "Action.OpenUrl", "title": _cut(button.label, _LABEL), "url": link} for button in public.screen.buttons
    ]
    return _message(_lines(public.screen), actions)


def dialog(shown: Shown) -> dict[str, Any]:
    """Return the answer to an invoke that shows a screen, private or not, in a dialog."""
    screen = shown.screen
    form = [{**_submit(screen.submit, {"f": shown.form}), "associatedInputs": "auto"}] if screen.fields else []
    actions = [
        # "none": a button beside a form works with the form half filled in, above all "Help now"
        _link_to(button) or {**_submit(button.label, {"t": token}), "associatedInputs": "none"}
        for button, token in zip(screen.buttons, shown.tokens, strict=True)
    ]
    inputs = [part for field in screen.fields for part in _asked(field, shown.missing)]
    lines, *more = _parts(_lines(screen), _ROOM - len(json.dumps([*inputs, *form, *actions])))
    card = _card([*lines, shown.more] if more else lines, inputs, [*form, *actions], shown.outdated)
    value = {
        "title": screen.title or NAME,
        "height": "large" if len(screen.fields) > 2 else "medium",
        "width": "medium",
        "card": {"contentType": CARD, "content": card},
    }
    return {"task": {"type": "continue", "value": value}}


def note(public: Public) -> dict[str, Any]:
    """Return the answer to an invoke that says something beside the conversation, in the dialog."""
    return dialog(Shown(turn="", screen=public.screen, tokens=public.tokens))


def _message(lines: list[str], actions: list[Card]) -> dict[str, Any]:
    said = "\n".join(lines) or NAME
    card = _card(lines, [], actions, said)
    return {"summary": _cut(said, _SUMMARY), "attachments": [{"contentType": CARD, "content": card}]}


def _card(lines: list[str], inputs: list[Card], actions: list[Card], fallback: str) -> Card:
    rows = [actions[start : start + _ROW] for start in range(0, len(actions), _ROW)] or [[]]
    body = [
        *map(_paragraph, lines),
        *inputs,
        *({"type": "ActionSet", "actions": row} for row in rows[:-1]),
    ]
    card: Card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": fallback,
        "body": body or [_paragraph(NAME)],
        "actions": rows[-1],
    }
    if len(json.dumps(card).encode()) > _BYTES:
        raise ValueError("the screen's fields and buttons are too many for Teams: split it into two")
    return card


def _lines(screen: Screen) -> list[str]:
    return [line for line in screen.lines if line.strip()]


def _parts(lines: list[str], room: int) -> list[list[str]]:
    """Return the lines in parts of at most `room` bytes each, as drawn; a long line is cut into several."""
    parts: list[list[str]] = [[]]
    left = room
    for piece in (piece for line in lines for piece in _pieces(line)):
        size = len(json.dumps([_paragraph(piece), piece]))
        if parts[-1] and size > left:
            parts.append([])
            left = room
        parts[-1].append(piece)
        left -= size
    return parts


def _pieces(line: str) -> list[str]:
    """Return a line whole, or in two, four, … pieces if it is too long, cut at spaces where there are some."""
    if len(json.dumps(_paragraph(line))) <= _LONG:
        return [line]
    middle = len(line) // 2
    at = line.rfind(" ", 1, middle) + 1 or middle
    return [*_pieces(line[:at]), *_pieces(line[at:])]


def _paragraph(line: str) -> Card:
    """Return a line as it is, with web addresses as links."""
    runs: list[Card] = []
    end = 0
    for url in _URL.finditer(line):
        runs += [_run(line[end : url.start()]), _link(url.group())]
        end = url.end()
    runs.append(_run(line[end:]))
    return {"type": "RichTextBlock", "inlines": [run for run in runs if run["text"]]}


def _run(text: str) -> Card:
    return {"type": "TextRun", "text": text}


def _link(url: str) -> Card:
    open_it = {"type": "Action.OpenUrl", "title": _cut(url, _LABEL), "url": url}
    return {**_run(url), "selectAction": open_it}


def _link_to(button: Button) -> Card | None:
    """Return the action of a button that leads somewhere; None for any other."""
    if not button.link:
        return None
    return {"type": "Action.OpenUrl", "title": _cut(button.label, _LABEL), "url": button.link}


def _submit(label: str, data: dict[str, Any]) -> Card:
    return {"type": "Action.Submit", "title": _cut(label, _LABEL), "data": data}


def _asked(field: Field, missing: str) -> list[Card]:
    """Return a field, below what is wrong with what was sent."""
    wrong = {"type": "RichTextBlock", "inlines": [{**_run(field.error), "color": "attention"}]}
    return [wrong, _input(field, missing)] if field.error else [_input(field, missing)]


def _input(field: Field, missing: str) -> Card:
    drawn: Card = {"id": f"{FIELD}{field.key}", "label": _cut(field.label, _HINT), **_element(field)}
    if field.hint:
        drawn["placeholder"] = _cut(field.hint, _HINT)
    if not field.optional:
        drawn |= {"isRequired": True, "errorMessage": missing}
    return drawn


def _element(field: Field) -> Card:
    if not field.options:
        typed: Card = {"type": "Input.Text", "maxLength": field.max_length}
        return {**typed, "value": field.value[: field.max_length]} if field.value else typed
    choice: Card = {
        "type": "Input.ChoiceSet",
        "style": "expanded" if len(field.options) <= _RADIO else "compact",
        "wrap": True,
        "choices": [{"title": _cut(option.label, _HINT), "value": option.key} for option in field.options],
    }
    known = {option.key for option in field.options}
    return {**choice, "value": field.value} if field.value in known else choice


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
