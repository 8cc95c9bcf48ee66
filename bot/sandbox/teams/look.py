"""What a person sees of a message or a dialog: its text, its buttons, its fields."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.teams.workspace import Json

_WORDS = ("text", "label", "title", "altText")


@dataclass(frozen=True)
class Button:
    """A button; `hidden` ones are in the overflow menu. `url` is where it leads, if anywhere."""

    label: str
    data: Json
    url: str
    hidden: bool
    action: Json

    @property
    def fetches(self) -> bool:
        """Whether the button opens a dialog."""
        return bool(self.data.get("msteams", {}).get("type") == "task/fetch")


@dataclass(frozen=True)
class Field:
    """Something to fill in. `options` are the titles to choose from, empty for typed fields."""

    label: str
    id: str
    type: str
    options: tuple[str, ...]
    required: bool
    element: Json


def cards_of(shown: Json) -> list[Json]:
    """Return the cards in a message, in a dialog's value, or the card itself."""
    if shown.get("type") == "AdaptiveCard":
        return [shown]
    if "card" in shown:
        return [shown["card"]["content"]]
    contents = [attachment.get("content") for attachment in shown.get("attachments") or []]
    # what people type comes with its HTML beside it, which is no card
    return [content for content in contents if isinstance(content, dict)]


def text_of(shown: Json) -> str:
    """Return everything that reads as text, line by line: a title, text blocks, labels, facts, tables.

    Buttons and options are not in it. A message without a card is its text."""
    lines = [shown[name] for name in ("title", "text") if isinstance(shown.get(name), str)]
    lines += [line for card in cards_of(shown) for element in _walk(card) for line in _lines(element)]
    return "\n".join(lines)


def _lines(element: Json) -> list[str]:
    if element["type"].startswith("Action."):
        return []
    if element["type"] == "RichTextBlock":
        return ["".join(run if isinstance(run, str) else run["text"] for run in element["inlines"])]
    facts = [f"{fact['title']} {fact['value']}" for fact in element.get("facts", [])]
    return [element[name] for name in _WORDS if isinstance(element.get(name), str)] + facts


def buttons_of(shown: Json) -> list[Button]:
    """Return the buttons of a message or dialog, in order."""
    return [
        Button(
            action["title"],
            action.get("data", {}),
            action.get("url", ""),
            action.get("mode") == "secondary",
            action,
        )
        for card in cards_of(shown)
        for action in actions_of(card)
    ]


def actions_of(card: Json) -> list[Json]:
    """Return the actions of a card, those of cards to be shown too."""
    return [element for element in _walk(card) if element["type"].startswith("Action.")]


def links_of(shown: Json) -> list[str]:
    """Return where the words and pictures of a message or dialog lead, in order; buttons are not in it."""
    return [
        part["selectAction"]["url"]
        for card in cards_of(shown)
        for element in _walk(card)
        for part in (element, *element.get("inlines", []))
        if "selectAction" in part
    ]


def fields_of(shown: Json) -> list[Field]:
    """Return the fields of a message or dialog, in order."""
    return [
        Field(
            label=element["label"],
            id=element["id"],
            type=element["type"].removeprefix("Input."),
            options=tuple(choice["title"] for choice in element.get("choices", [])),
            required=element.get("isRequired", False),
            element=element,
        )
        for card in cards_of(shown)
        for element in _walk(card)
        if element["type"].startswith("Input.")
    ]


def _walk(part: Json) -> Iterator[Json]:
    """Yield everything below a card that has a type of its own, in the order in which it is drawn."""
    if part["type"] != "AdaptiveCard":
        yield part
    for name in ("body", "items", "columns", "rows", "cells", "actions"):
        for child in part.get(name) or []:
            if "type" in child:
                yield from _walk(child)
    if "card" in part:
        yield from _walk(part["card"])
