"""Reads back what was drawn: Block Kit, Adaptive Cards and lines of text into Looks, by each format's own rules.

Sources: Slack, "Block Kit" and "Formatting text for app surfaces"; Adaptive Cards schema 1.5. What a payload holds
beside what these rules know is an Unreadable: nothing is overlooked.
"""

import re
from dataclasses import replace
from typing import Any, Final

from tests.golden.look import ButtonLook, FieldLook, Look

Json = dict[str, Any]

_ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_FORM: Final = re.compile(r"(?P<submit>.+): type (?P<keys>\w+=\.\.\.(?:, \w+=\.\.\.)*)")
_FIELD: Final = re.compile(
    r"(?P<key>\w+): (?P<label>.*?)(?: \((?P<hint>[^()]*)\))?(?: \[(?P<value>[^\[\]]*)\])?(?:  (?P<options>.+))?",
    re.DOTALL,
)


class Unreadable(Exception):
    """Something stands in a payload that nobody would see, or see otherwise than it was meant."""


# --- Slack


def slack_message(payload: Json) -> Look:
    """Read a message: `text` and `blocks`."""
    lines, fields, buttons = _blocks(payload["blocks"])
    if fields:
        raise Unreadable("a message holds a field")
    return Look(lines, buttons, said=_mrkdwn(payload["text"]))


def slack_view(view: Json) -> Look:
    """Read a modal."""
    _only(view, "type callback_id title close blocks notify_on_close private_metadata submit")
    lines, fields, buttons = _blocks(view["blocks"])
    submit = _plain(view["submit"]) if "submit" in view else ""
    form, _, closing = view.get("private_metadata", "").partition(" ")
    if closing and closing not in {button.token for button in buttons}:
        raise Unreadable("closing the modal means something that no button says")
    return Look(lines, buttons, fields, _plain(view["title"]), submit, "" if form == "-" else form)


def slack_errors(view: Json, entered: Json, errors: dict[str, str]) -> Look:
    """Read a modal that stays open, with what was entered and what Slack writes at its fields."""
    look = slack_view(view)
    values = {key: next(iter(element.values())) for key, element in entered.items()}
    return replace(look, fields=tuple(_kept(f"f:{field.key}", field, values, errors) for field in look.fields))


def _kept(block: str, field: FieldLook, values: Json, errors: dict[str, str]) -> FieldLook:
    held = values[block]
    value = (held["selected_option"] or {}).get("value", "") if "selected_option" in held else held["value"] or ""
    return replace(field, value=value, error=errors.get(block, ""))


def _blocks(blocks: list[Json]) -> tuple[tuple[str, ...], tuple[FieldLook, ...], tuple[ButtonLook, ...]]:
    lines: list[str] = []
    fields: list[FieldLook] = []
    buttons: list[ButtonLook] = []
    wrong = ""
    for block in blocks:
        match block:
            case {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}:
                _only(block, "type text")
                if buttons or wrong:
                    raise Unreadable("a line stands below a button, or two above a field")
                if fields:
                    wrong = _mrkdwn(text)
                else:
                    lines.append(_mrkdwn(text))
            case {"type": "input", "block_id": key, "label": label, "element": element}:
                _only(block, "type block_id label element optional hint")
                if buttons:
                    raise Unreadable("a field stands below a button")
                fields.append(replace(_slack_field(key, _plain(label), element, block), error=wrong))
                wrong = ""
            case {"type": "actions", "elements": elements}:
                _only(block, "type elements")
                buttons += map(_slack_button, elements)
            case _:
                raise Unreadable(f"a block that nobody reads: {block}")
    if wrong:
        raise Unreadable("a line stands below the last field")
    return tuple(lines), tuple(fields), tuple(buttons)


def _slack_field(key: str, label: str, element: Json, block: Json) -> FieldLook:
    more: dict[str, Any]
    match element:
        case {"type": "plain_text_input", "max_length": most}:
            _only(element, "type action_id max_length initial_value")
            more = {"max_length": most, "value": element.get("initial_value", "")}
        case {"type": "radio_buttons" | "static_select", "options": options}:
            _only(element, "type action_id options initial_option")
            chosen = element.get("initial_option")
            if chosen is not None and chosen not in options:
                raise Unreadable("what is chosen is no option")
            more = {
                "options": tuple((each["value"], _plain(each["text"])) for each in options),
                "value": chosen["value"] if chosen else "",
            }
        case _:
            raise Unreadable(f"a field that nobody reads: {element}")
    hint = _plain(block["hint"]) if "hint" in block else ""
    required = not block.get("optional", False)
    return FieldLook(key.removeprefix("f:"), label, hint=hint, required=required, **more)


def _slack_button(button: Json) -> ButtonLook:
    _only(button, "type action_id text value style")
    if button["type"] != "button":
        raise Unreadable("something other than a button stands among the buttons")
    return ButtonLook(_plain(button["text"]), button.get("style", "plain"), button["value"])


def _plain(text: Json) -> str:
    if text["type"] != "plain_text" or text["emoji"]:
        raise Unreadable("a label that Slack would change")
    return str(text["text"])


def _mrkdwn(text: str) -> str:
    """Return the text as Slack shows it: links by their address, entities undone, once, from left to right."""
    if re.search(r"<(?!https?://)", text):
        raise Unreadable("a mention or command stands in the text")
    shown = re.sub(r"<(https?://[^|>]*)>", r"\1", text)
    if "<" in shown or ">" in shown:
        raise Unreadable("a bracket that is not escaped")
    return re.sub("|".join(_ENTITIES), lambda found: _ENTITIES[found[0]], shown)


# --- Teams


def teams_message(activity: Json) -> Look:
    """Read a message with one card. Its fallback is what clients say that cannot draw it."""
    (attachment,) = activity["attachments"]
    card = attachment["content"]
    look = _card(card)
    if look.fields or look.form:
        raise Unreadable("a message holds a field")
    if not card["fallbackText"].startswith(activity["summary"].removesuffix("…")):
        raise Unreadable("the notification says something else")
    return Look(look.lines, look.buttons, said=card["fallbackText"])


def teams_dialog(answer: Json) -> Look:
    """Read an answer that opens or goes on with a dialog."""
    value = answer["task"]["value"]
    _only(value, "title height width card")
    look = _card(value["card"]["content"], dialog=True)
    return Look(look.lines, look.buttons, look.fields, value["title"], look.submit, look.form)


def _card(card: Json, *, dialog: bool = False) -> Look:
    _only(card, "type $schema version fallbackText body actions")
    lines: list[str] = []
    fields: list[FieldLook] = []
    actions: list[Json] = []
    wrong = ""
    for element in card["body"]:
        match element:
            case {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, "color": "attention"}]}:
                wrong = text
            case {"type": "RichTextBlock", "inlines": runs}:
                if fields or actions:
                    raise Unreadable("a line stands below a field or button")
                lines.append("".join(map(_run, runs)))
            case {"type": "Input.Text" | "Input.ChoiceSet"}:
                fields.append(replace(_teams_field(element), error=wrong))
                wrong = ""
            case {"type": "ActionSet", "actions": row}:
                actions += row
            case _:
                raise Unreadable(f"an element that nobody reads: {element}")
    actions += card["actions"]
    submit = form = ""
    if actions and "f" in actions[0].get("data", {}):
        sends = actions.pop(0)
        if sends["associatedInputs"] != "auto":
            raise Unreadable("the form is sent without its answers")
        submit, form = sends["title"], sends["data"]["f"]
    return Look(tuple(lines), tuple(_teams_button(each, dialog) for each in actions), tuple(fields), "", submit, form)


def _run(run: Json) -> str:
    _only(run, "type text selectAction")
    if "selectAction" in run and run["selectAction"]["url"] != run["text"]:
        raise Unreadable("a link leads elsewhere than it says")
    return str(run["text"])


def _teams_field(element: Json) -> FieldLook:
    _only(element, "type id label placeholder value maxLength choices style wrap isRequired errorMessage")
    required = element.get("isRequired", False)
    if required != bool(element.get("errorMessage")):
        raise Unreadable("a required field does not say so in words")
    return FieldLook(
        key=element["id"].removeprefix("q:"),
        label=element["label"],
        options=tuple((each["value"], each["title"]) for each in element.get("choices", [])),
        hint=element.get("placeholder", ""),
        value=element.get("value", ""),
        required=required,
        max_length=element.get("maxLength", 0),
    )


def _teams_button(action: Json, dialog: bool) -> ButtonLook:
    match action:
        case {"type": "Action.Submit", "title": title, "data": {"t": token, "msteams": {"type": "task/fetch"}}}:
            if dialog:
                raise Unreadable("a button in a dialog opens another one")
            return ButtonLook(title, token=token)
        case {"type": "Action.Submit", "title": title, "data": {"t": token}, "associatedInputs": "none"} if dialog:
            return ButtonLook(title, token=token)
        case {"type": "Action.OpenUrl", "title": title, "url": _} if not dialog:
            return ButtonLook(title)
    raise Unreadable(f"a button that does nothing here: {action}")


# --- the terminal


def terminal(text: str) -> Look:
    """Read a screen as it is written in the terminal."""
    lines = text.split("\n")
    while lines and (re.fullmatch(r"\((private|message|for .*|in .*)\)", lines[0])):
        lines.pop(0)
    buttons: tuple[ButtonLook, ...] = ()
    if lines and re.fullmatch(r"\[.+\]", lines[-1]):
        buttons = tuple(ButtonLook(label) for label in lines.pop()[1:-1].split("] ["))
    fields: tuple[FieldLook, ...] = ()
    submit = ""
    if lines and (form := _FORM.fullmatch(lines[-1])):
        keys = re.findall(r"(\w+)=\.\.\.", form["keys"])
        lines.pop()
        fields, lines = _text_fields(lines, len(keys))
        if [field.key for field in fields] != keys:
            raise Unreadable("the form asks for other fields than it shows")
        submit = form["submit"]
    return Look(tuple(line for line in lines if line.strip()), buttons, fields, submit=submit)


def _text_fields(lines: list[str], count: int) -> tuple[tuple[FieldLook, ...], list[str]]:
    """Read the last `count` fields; what is wrong with one stands below it."""
    fields: list[FieldLook] = []
    wrong = ""
    while len(fields) < count:
        line = lines.pop()
        if line.startswith("  ! "):
            wrong = line[4:]
        else:
            fields.insert(0, replace(_text_field(line), error=wrong))
            wrong = ""
    return tuple(fields), lines


def _text_field(line: str) -> FieldLook:
    found = _FIELD.fullmatch(line)
    if not found:
        raise Unreadable(f"no field: {line}")
    options = [each.partition(" ") for each in (found["options"] or "").split(" | ") if each]
    return FieldLook(
        key=found["key"],
        label=found["label"],
        options=tuple((key, label or key) for key, _, label in options),
        hint=found["hint"] or "",
        value=found["value"] or "",
    )


def _only(part: Json, known: str) -> None:
    if unknown := part.keys() - set(known.split()):
        raise Unreadable(f"{sorted(unknown)} in {part.get('type', 'a payload')}: who reads that?")
