"""Reads a typed line against what is on screen: a button in brackets, a form's values, or just words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.platform import Public, Shown
from flows.core.events import Answered, Said
from flows.core.screen import Field

_PAIRS = re.compile(r",\s*(?=[^,=]+=)")


class NotOnScreen(Exception):
    """The line names a button, field or option that is not there; the message lists those that are."""


@dataclass(frozen=True)
class Line:
    """What a typed line means: an event, a token, or both (a sent form)."""

    event: Said | Answered | None = None
    token: str = ""


def read(text: str, shown: Shown | None, messages: Sequence[Public] = ()) -> Line:
    """Return what the line means. `messages` are those whose buttons still work, oldest first.

    Raises NotOnScreen."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return Line(token=_tapped(text[1:-1].strip(), shown, messages))
    if shown and shown.screen.fields:
        given = values(text, shown.screen.fields)
        if given is not None:
            return Line(event=Answered(values=given), token=shown.form)
    return Line(event=Said(text=text))


def _tapped(label: str, shown: Shown | None, messages: Sequence[Public]) -> str:
    there = (
        [(button.label, token) for button, token in zip(shown.screen.buttons, shown.tokens, strict=True)]
        if shown
        else []
    )
    for message in reversed(messages):
        there += [(button.label, token) for button, token in zip(message.screen.buttons, message.tokens, strict=True)]
    for known, token in there:
        if known.casefold() == label.casefold():
            return token
    listed = " ".join(dict.fromkeys(f"[{known}]" for known, _ in there)) or "none"
    raise NotOnScreen(f"There is no button [{label}]. On screen: {listed}")


def values(text: str, fields: Sequence[Field]) -> dict[str, str] | None:
    """Return the values of a form; None if the line does not look like one. Values alone go in order."""
    pairs = [pair.partition("=") for pair in _PAIRS.split(text)]
    if all(equals for _, equals, _ in pairs):
        return dict(_value(_named(name.strip(), fields), value.strip()) for name, _, value in pairs)
    bare = [each.strip() for each in text.split(",")] if "," in text else text.split()
    if len(bare) != len(fields) or not all(field.options for field in fields):
        return None
    try:
        return dict(_value(field, value) for field, value in zip(fields, bare, strict=True))
    except NotOnScreen:  # just as many words as there are fields: somebody says something
        return None


def _named(name: str, fields: Sequence[Field]) -> Field:
    for field in fields:
        if name.casefold() in {field.key.casefold(), field.label.casefold()}:
            return field
    raise NotOnScreen(f"There is no field {name}. On screen: {', '.join(field.key for field in fields)}")


def _value(field: Field, value: str) -> tuple[str, str]:
    if not field.options:
        return field.key, value
    for option in field.options:
        if value.casefold() in {option.key.casefold(), option.label.casefold()}:
            return field.key, option.key
    listed = ", ".join(f"{option.key} ({option.label})" for option in field.options)
    raise NotOnScreen(f"{field.key} cannot be {value}. It may be {listed}")
