"""What a person sees of a message or a view: its text, its buttons, its fields."""

from dataclasses import dataclass

from bot.sandbox.slack.blockkit import STATEFUL
from bot.sandbox.slack.limits import elements
from bot.sandbox.slack.workspace import Json


@dataclass(frozen=True)
class Button:
    """A button, or an item of an overflow menu (`option` is then that item)."""

    label: str
    action_id: str
    block_id: str
    value: str
    element: Json
    option: Json | None = None


@dataclass(frozen=True)
class Field:
    """Something to fill in. `options` are the labels to choose from, empty for typed fields."""

    label: str
    block_id: str
    action_id: str
    type: str
    options: tuple[str, ...]
    optional: bool
    element: Json


def text_of(shown: Json) -> str:
    """Return everything that reads as text, line by line: a title, headers, sections, labels, hints.

    Buttons and options are not in it. A message without blocks is its text."""
    lines = [shown["title"]["text"]] if shown.get("type") == "modal" else []
    if not shown.get("blocks"):
        lines.append(shown.get("text", ""))
    for block in shown.get("blocks") or []:
        parts = [block.get("text"), block.get("label"), block.get("hint"), block.get("title")]
        parts += block.get("fields", [])
        if block["type"] == "context":
            parts += block["elements"]
        lines += [part["text"] for part in parts if isinstance(part, dict) and "text" in part]
        if block["type"] == "rich_text":
            lines.append(_rich(block))
        if "alt_text" in block:
            lines.append(block["alt_text"])
    return "\n".join(lines)


def _rich(part: Json) -> str:
    if "elements" in part:
        between = "\n" if part["type"] in {"rich_text", "rich_text_list"} else ""
        return between.join(_rich(each) for each in part["elements"])
    return str(part.get("text") or part.get("url") or part.get("name") or "")


def buttons_of(shown: Json) -> list[Button]:
    """Return the buttons of a message or view, in order."""
    found = []
    for block in shown.get("blocks") or []:
        for _, element in elements(block):
            ids = element["action_id"], block["block_id"]
            if element["type"] == "button":
                found.append(Button(element["text"]["text"], *ids, element.get("value", ""), element))
            elif element["type"] == "overflow":
                found += [
                    Button(option["text"]["text"], *ids, option["value"], element, option)
                    for option in element["options"]
                ]
    return found


def options_of(element: Json) -> list[Json]:
    """Return the options of a choice, those of groups too."""
    groups = element.get("option_groups", [element])
    return [option for group in groups for option in group.get("options", [])]


def fields_of(shown: Json) -> list[Field]:
    """Return the fields of a message or view, in order; one outside of an input block may stay empty."""
    return [
        Field(
            label=(block.get("label") or block.get("text") or {}).get("text", ""),
            block_id=block["block_id"],
            action_id=element["action_id"],
            type=element["type"],
            options=tuple(option["text"]["text"] for option in options_of(element)),
            optional=block["type"] != "input" or block.get("optional", False),
            element=element,
        )
        for block in shown.get("blocks") or []
        for _, element in elements(block)
        if element["type"] in STATEFUL
    ]
