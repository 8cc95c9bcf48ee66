"""Draws Screens as Block Kit: pure, within Slack's limits, every label in words.

Limits and escaping from Slack's reference: "Block Kit", "Modals", "Formatting text for app surfaces".
"""

import re
import textwrap
from collections.abc import Sequence
from typing import Any, Final

from adapters.platform import Front, Public, Shown
from flows.core.screen import Button, Field, Option, Screen

Block = dict[str, Any]

CALLBACK: Final = "haven"
FIELD: Final = "f:"  # a field's block is named f:<key>, so that a sent form needs no memory of what was drawn
NO_FORM: Final = "-"  # in a dialog's metadata, before the token of closing
NAME: Final = "Haven"
_MESSAGE_BLOCKS: Final = 50
_VIEW_BLOCKS: Final = 100
_SECTION: Final = 3000
_ROW: Final = 25  # elements of one actions block
_RADIO: Final = 10
_SELECT: Final = 100
_LABEL: Final = 75  # of a button or an option
_INPUT: Final = 3000  # characters of a plain_text_input
_ID: Final = 255
_WORST: Final = 5  # "&" becomes "&amp;"
_URL: Final = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?)\]}'\"]")


def escaped(text: str) -> str:
    """Return the text so that Slack shows it as it is: no mention, no link, no channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(public: Public) -> dict[str, Any]:
    """Return `text` (what a notification and a screen reader say) and `blocks` of a chat message."""
    return message_of(public.screen, public.tokens)


def message_of(screen: Screen, tokens: Sequence[str]) -> dict[str, Any]:
    """Return what `message` does of a screen: only for what Slack does not keep."""
    if screen.private:
        raise ValueError("a private screen must not stand in a chat message")
    buttons = _actions(screen.buttons, tokens)
    lines = [line for line in screen.lines if line.strip()] or [NAME]
    return {
        "text": escaped("\n".join(lines)[:_SECTION]),
        "blocks": [*_sections(lines, _MESSAGE_BLOCKS - len(buttons)), *buttons],
    }


def modal(shown: Shown) -> dict[str, Any]:
    """Return the view that shows a screen, private or not, in a dialog.

    `private_metadata` holds the form's token and that of closing, and nothing else. A field's action is named after the
    turn: Slack keeps what was entered where the names stay, so a redrawn turn keeps it and a new turn starts anew.
    """
    screen = shown.screen
    inputs = [block for field in screen.fields for block in _asked(field, shown.turn)]
    buttons = _actions(screen.buttons, shown.tokens)
    lines = [line for line in screen.lines if line.strip()] or ([] if inputs or buttons else [NAME])
    view = _view(
        screen.title,
        [*_sections(lines, _VIEW_BLOCKS - len(inputs) - len(buttons)), *inputs, *buttons],
        shown.close,
    )
    closing = [token for button, token in zip(screen.buttons, shown.tokens, strict=True) if button.closes]
    view["private_metadata"] = " ".join((shown.form or (NO_FORM if closing else ""), *closing))
    view["notify_on_close"] = True
    if screen.fields:
        view["submit"] = _plain(screen.submit, 24)
    return view


def home(page: Front) -> dict[str, Any]:
    """Return the view that shows the front page on the Home tab."""
    screen = page.screen
    buttons = _actions(screen.buttons, page.tokens)
    lines = [line for line in screen.lines if line.strip()] or [NAME]
    return {
        "type": "home",
        "callback_id": CALLBACK,
        "blocks": [*_sections(lines, _VIEW_BLOCKS - len(buttons)), *buttons],
    }


def wrong(shown: Shown, asked: Sequence[str]) -> dict[str, str]:
    """Return what is wrong with a sent form, by the blocks of its fields; empty if another screen follows it, or if
    nothing is wrong. Slack shows it at the fields of the dialog that is open, and leaves there what was entered."""
    if {f"{FIELD}{field.key}" for field in shown.screen.fields} != set(asked):
        return {}
    return {f"{FIELD}{key}": error for key, error in shown.screen.errors.items()}


def note(public: Public, close: str) -> dict[str, Any]:
    """Return a view that says something beside the conversation; `close` is what its own button says."""
    return _view("", message(public)["blocks"], close)


def _view(title: str, blocks: list[Block], close: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _plain(title or NAME, 24),
        "close": _plain(close, 24),
        "blocks": blocks,
        "notify_on_close": False,
    }


def _sections(lines: Sequence[str], most: int) -> list[Block]:
    """Return a section a line; where there are too many lines for that, several lines share a section."""
    pieces = [piece for line in lines for piece in _pieces(line)]
    if len(pieces) > most:
        packed = [pieces[0]]
        for piece in pieces[1:]:
            if len(packed[-1]) + 1 + len(piece) <= _SECTION:
                packed[-1] += "\n" + piece
            else:
                packed.append(piece)
        pieces = packed
    if len(pieces) > most:
        raise ValueError("the screen is too long for Slack: split it into two")
    return [{"type": "section", "text": {"type": "mrkdwn", "text": piece, "verbatim": True}} for piece in pieces]


def _pieces(line: str) -> list[str]:
    drawn = _linked(line)
    if len(drawn) <= _SECTION:
        return [drawn]
    width = _SECTION // _WORST - 2  # 2: the brackets round a link
    cut = textwrap.wrap(line, width, expand_tabs=False, replace_whitespace=False, drop_whitespace=False)
    return [_linked(part) for part in cut if part.strip()]


def _linked(text: str) -> str:
    """Return the text escaped, with web addresses as links: `verbatim` keeps Slack from guessing any."""
    parts: list[str] = []
    end = 0
    for url in _URL.finditer(text):
        parts += [escaped(text[end : url.start()]), "<", escaped(url.group()), ">"]
        end = url.end()
    return "".join(parts) + escaped(text[end:])


def _actions(buttons: Sequence[Button], tokens: Sequence[str]) -> list[Block]:
    drawn = [_button(index, button, token) for index, (button, token) in enumerate(zip(buttons, tokens, strict=True))]
    return [{"type": "actions", "elements": drawn[start : start + _ROW]} for start in range(0, len(drawn), _ROW)]


def _button(index: int, button: Button, token: str) -> Block:
    drawn: Block = {
        "type": "button",
        "action_id": f"b{index}",
        "text": _plain(button.label, _LABEL),
        **({"url": button.link} if button.link else {"value": token}),
    }
    if button.style != "plain":
        drawn["style"] = button.style
    return drawn


def _asked(field: Field, turn: str) -> list[Block]:
    """Return a field, below what is wrong with what was sent: a dialog opened anew has no errors of Slack's own."""
    return [*_sections([field.error] if field.error else [], 1), _input(field, turn)]


def _input(field: Field, turn: str) -> Block:
    drawn: Block = {
        "type": "input",
        "block_id": f"{FIELD}{field.key}",
        "label": _plain(field.label, 2000),
        "element": _element(field, f"v{turn}"[:_ID]),
        "optional": field.optional,
    }
    if field.hint:
        drawn["hint"] = _plain(field.hint, 2000)
    return drawn


def _element(field: Field, action: str) -> Block:
    if not 0 < len(field.options) <= _SELECT:
        most = min(field.max_length, _INPUT)
        typed: Block = {"type": "plain_text_input", "action_id": action, "max_length": most}
        if field.value:
            typed["initial_value"] = field.value[:most]
        return typed
    kind = "radio_buttons" if len(field.options) <= _RADIO else "static_select"
    choice: Block = {"type": kind, "action_id": action, "options": [_option(each) for each in field.options]}
    for option in field.options:
        if option.key == field.value:
            choice["initial_option"] = _option(option)
    return choice


def _option(option: Option) -> Block:
    return {"text": _plain(option.label, _LABEL), "value": option.key}


def _plain(text: str, most: int) -> Block:
    """Return a plain_text object: shown as it is, cut with an ellipsis where Slack would refuse it."""
    return {
        "type": "plain_text",
        "text": text if len(text) <= most else text[: most - 1] + "…",
        "emoji": False,
    }
