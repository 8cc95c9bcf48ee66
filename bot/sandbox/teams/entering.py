"""How what a person enters becomes the values that a card sends; what a client would mark is refused."""

import re
from collections.abc import Mapping
from datetime import date, time

from bot.sandbox.teams.look import Field, fields_of
from bot.sandbox.teams.workspace import Json

Entry = str | list[str] | None
"""A typed text or number, a date (YYYY-MM-DD), a time (HH:MM), the title of a choice or several, "true" or
"false" for a toggle, or None to clear."""


class CannotDo(Exception):
    """A person could not do this in Teams: no such button or field, a required field left empty, …"""


def defaults(shown: Json) -> dict[str, str]:
    """Return what the fields hold before anybody has touched them; toggles always hold something."""
    held = {}
    for field in fields_of(shown):
        value = field.element.get("value")
        if field.type == "Toggle":
            value = value or field.element.get("valueOff", "false")
        if value not in {None, ""}:
            held[field.id] = str(value)
    return held


def enter(shown: Json, values: dict[str, str], entries: Mapping[str, Entry]) -> None:
    """Enter values into the fields of a card, by label or id. Raises CannotDo."""
    fields = fields_of(shown)
    for name, entry in entries.items():
        named = [field for field in fields if name in {field.label, field.id}]
        if len(named) != 1:
            have = ", ".join(field.label for field in fields)
            raise CannotDo(f"{len(named)} fields are called {name!r}; there are: {have}")
        field = named[0]
        value = _value(field, entry)
        if value:
            values[field.id] = value
        else:
            values.pop(field.id, None)


def check_complete(shown: Json, values: Mapping[str, str]) -> None:
    """Raises CannotDo if the client would show an error message instead of submitting."""
    for field in fields_of(shown):
        missing = field.id not in values
        if field.type == "Toggle":
            missing = values.get(field.id) != field.element.get("valueOn", "true")
        if field.required and missing:
            raise CannotDo(f"{field.label!r} is required: {field.element['errorMessage']}")


def _value(field: Field, entry: Entry) -> str:
    if field.type == "ChoiceSet":
        titles = [entry] if isinstance(entry, str) else entry or []
        if len(titles) > 1 and not field.element.get("isMultiSelect"):
            raise CannotDo(f"{field.label!r} takes one choice")
        return ",".join(_choice(field, title) for title in titles)
    if isinstance(entry, list):
        raise CannotDo(f"{field.label!r} takes one value")
    if field.type == "Toggle":
        on, off = field.element.get("valueOn", "true"), field.element.get("valueOff", "false")
        return str(on if entry in {"true", on} else off)
    if not entry:
        return ""
    if not _fits(field, entry):
        raise CannotDo(f"{field.label!r} does not take {entry!r}")
    return entry


def _choice(field: Field, title: str) -> str:
    for choice in field.element["choices"]:
        if choice["title"] == title:
            return str(choice["value"])
    raise CannotDo(f"{field.label!r} has no choice {title!r}; there are: {', '.join(field.options)}")


def _fits(field: Field, entry: str) -> bool:
    element = field.element
    try:
        match field.type:
            case "Text":
                fits = len(entry) <= element.get("maxLength", len(entry))
                return fits and re.search(element.get("regex", ""), entry) is not None
            case "Number":
                number = float(entry)
                return bool(element.get("min", number) <= number <= element.get("max", number))
            case "Date":
                date.fromisoformat(entry)
            case _:
                time.fromisoformat(entry)
    except ValueError:
        return False
    return bool(element.get("min", entry) <= entry <= element.get("max", entry))
