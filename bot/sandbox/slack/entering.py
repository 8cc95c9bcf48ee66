"""How what a person enters becomes a view's state; what Slack's own client would not let pass is refused."""

import re

from bot.sandbox.slack.look import Field, fields_of, options_of
from bot.sandbox.slack.views import EMPTY
from bot.sandbox.slack.workspace import Json, View

Entry = str | list[str] | None
"""A typed text, a date (YYYY-MM-DD), a time (HH:MM), the label of an option, labels, or None to clear."""

PATTERNS = {
    "datepicker": r"\d{4}-\d{2}-\d{2}",
    "timepicker": r"\d{2}:\d{2}",
    "email_text_input": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "number_input": r"-?\d+(\.\d+)?",
    "url_text_input": r"https?://\S+",
}


class CannotDo(Exception):
    """A person could not do this in Slack: no such button or field, a required field left empty, …"""


def enter(view: View, entries: dict[str, Entry]) -> None:
    """Enter values into the fields of an open view, by label, block id or action id. Raises CannotDo."""
    fields = fields_of(view.payload)
    for name, entry in entries.items():
        named = [field for field in fields if name in {field.label, field.block_id, field.action_id}]
        if len(named) != 1:
            have = ", ".join(field.label or field.block_id for field in fields)
            raise CannotDo(f"{len(named)} fields are called {name!r}; there are: {have}")
        field = named[0]
        view.values[field.block_id][field.action_id] = _state(field, entry)


def check_complete(view: View) -> None:
    """Raises CannotDo if Slack's client would mark a field instead of submitting."""
    if "submit" not in view.payload:
        raise CannotDo("this view has no submit button")
    for field in fields_of(view.payload):
        key = EMPTY[field.type][0]
        if not field.optional and not view.values[field.block_id][field.action_id].get(key):
            raise CannotDo(f"{field.label!r} is required")


def _state(field: Field, entry: Entry) -> Json:
    key = EMPTY[field.type][0]
    state: Json = {"type": field.type}
    if key == "selected_options":
        labels = [entry] if isinstance(entry, str) else entry or []
        return {**state, key: [_option(field, label) for label in labels]}
    if isinstance(entry, list):
        raise CannotDo(f"{field.label!r} takes one value")
    if not entry:
        return {**state, key: None}
    if key == "selected_option":
        return {**state, key: _option(field, entry)}
    if field.type in PATTERNS and not re.fullmatch(PATTERNS[field.type], entry):
        raise CannotDo(f"{field.label!r} does not take {entry!r}")
    element = field.element
    if not element.get("min_length", 0) <= len(entry) <= element.get("max_length", 3000):
        raise CannotDo(f"{field.label!r} does not take {len(entry)} characters")
    return {**state, key: entry}


def _option(field: Field, label: str) -> Json:
    for option in options_of(field.element):
        if label == option["text"]["text"]:
            return option
    raise CannotDo(f"{field.label!r} has no option {label!r}; there are: {', '.join(field.options)}")
