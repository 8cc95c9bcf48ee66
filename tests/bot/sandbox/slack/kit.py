"""Builders of blocks of any size, for the tests of the limits."""

from typing import Any

from bot.sandbox.slack.limits import check_view
from bot.sandbox.slack.workspace import SlackError

Json = dict[str, Any]


def plain(length: int, letter: str = "x") -> Json:
    return {"type": "plain_text", "text": letter * length}


def option(length: int = 2, value: int = 2) -> Json:
    return {"text": plain(length), "value": "v" * value}


def button(length: int = 2, **more: object) -> Json:
    return {"type": "button", "text": plain(length), "action_id": "a", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(length: int = 2, **more: object) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}, **more}


def field(element: Json, **more: object) -> Json:
    return {"type": "input", "label": plain(2), "element": element, **more}


def typed(**more: object) -> Json:
    return field({"type": "plain_text_input", **more})


def choice(kind: str, count: int, **more: object) -> Json:
    return field({"type": kind, "options": [option() for _ in range(count)], **more})


def image(length: int) -> Json:
    return {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x" * length}


def rich(text: str) -> Json:
    part = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [part]}


def modal(*blocks: Json, **more: object) -> Json:
    submit = {"submit": plain(4)}
    return {"type": "modal", "title": plain(4), "blocks": list(blocks), **submit, **more}


def refusals(view: object, kind: str = "modal") -> tuple[str, ...]:
    try:
        check_view(view, kind)
    except SlackError as refused:
        return refused.messages if refused.error == "invalid_arguments" else (refused.error,)
    return ()
