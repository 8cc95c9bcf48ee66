"""Block Kit as data: the blocks and elements we know and Slack's limits on each.

Source: Slack's reference "Block Kit" (blocks, block elements, composition objects, views). Types that exist
in Slack and that nobody here needs are left out, and so refused.
"""

from collections.abc import Iterator

from bot.sandbox.slack.checks import (
    Check,
    Refusal,
    any_of,
    boolean,
    by_type,
    integer,
    items,
    matching,
    one_of,
    only_one_of,
    shape,
    string,
)

DATE = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "date")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "time")
NUMBER = matching(r"-?\d+(\.\d+)?", "number")
URL = matching(r"(https?|mailto|tel):.{1,2990}", "URL")
IMAGE_URL = matching(r"https?://.{1,2990}", "URL")
ID = {"block_id": string(255)}
ACTION = {"action_id": string(255)}


def anything(value: object, at: str) -> Iterator[Refusal]:
    """Whatever stands here is checked elsewhere."""
    yield from ()


def _text(most: int, *kinds: str) -> Check:
    shapes = {
        "plain_text": shape({"type": anything, "text": string(most)}, {"emoji": boolean}),
        "mrkdwn": shape({"type": anything, "text": string(most)}, {"verbatim": boolean}),
    }
    return by_type({kind: shapes[kind] for kind in kinds or ("plain_text", "mrkdwn")})


def plain(most: int) -> Check:
    """A plain_text object of 1 to `most` characters."""
    return _text(most, "plain_text")


def text(most: int) -> Check:
    """A text object, plain or mrkdwn, of 1 to `most` characters."""
    return _text(most)


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)


def _option(label: Check) -> Check:
    return shape({"text": label, "value": string(150)}, {"description": label, "url": URL})


SELECT_OPTION = _option(plain(75))
CHOICE_OPTION = _option(text(75))
GROUP = shape({"label": plain(75), "options": items(SELECT_OPTION, 100)}, {})
SOURCES = {"options": items(SELECT_OPTION, 100), "option_groups": items(GROUP, 100)}
COMMON = {**ACTION, "confirm": CONFIRM, "focus_on_load": boolean}
TYPED = {**ACTION, "placeholder": plain(150), "focus_on_load": boolean}
DISPATCH = shape({}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)})


def _element(required: dict[str, Check], optional: dict[str, Check], *rules: Check) -> Check:
    return shape({"type": anything, **required}, optional, *rules)


def _initial_is_an_option(value: object, at: str) -> Iterator[Refusal]:
    if not isinstance(value, dict):
        return
    groups = value.get("option_groups", [value])
    options = [option for group in groups for option in group["options"]]
    chosen = value.get("initial_options") or [value[key] for key in ("initial_option",) if key in value]
    if any(option not in options for option in chosen):
        name = "initial_options" if "initial_options" in value else "initial_option"
        yield Refusal("must match one of the options", f"{at}/{name}")


def _lengths_in_order(value: object, at: str) -> Iterator[Refusal]:
    if isinstance(value, dict) and value.get("min_length", 0) > value.get("max_length", 3000):
        yield Refusal("min_length must not exceed max_length", f"{at}/min_length")


IMAGE_SOURCE = {"image_url": IMAGE_URL, "slack_file": anything}

CHOICES: dict[str, Check] = {
    "radio_buttons": _element(
        {"options": items(CHOICE_OPTION, 10)},
        {**COMMON, "initial_option": CHOICE_OPTION},
        _initial_is_an_option,
    ),
    "checkboxes": _element(
        {"options": items(CHOICE_OPTION, 10)},
        {**COMMON, "initial_options": items(CHOICE_OPTION, 10)},
        _initial_is_an_option,
    ),
    "static_select": _element(
        {},
        {**COMMON, **SOURCES, "placeholder": plain(150), "initial_option": SELECT_OPTION},
        only_one_of(*SOURCES),
        _initial_is_an_option,
    ),
    "multi_static_select": _element(
        {},
        {
            **COMMON,
            **SOURCES,
            "placeholder": plain(150),
            "initial_options": items(SELECT_OPTION, 100),
            "max_selected_items": integer(1, 100),
        },
        only_one_of(*SOURCES),
        _initial_is_an_option,
    ),
    "datepicker": _element({}, {**COMMON, "placeholder": plain(150), "initial_date": DATE}),
    "timepicker": _element({}, {**COMMON, "placeholder": plain(150), "initial_time": TIME, "timezone": string(64)}),
}

BUTTONS: dict[str, Check] = {
    "button": _element(
        {"text": plain(75)},
        {
            **ACTION,
            "value": string(2000),
            "url": URL,
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "overflow": _element({"options": items(SELECT_OPTION, 5)}, {**ACTION, "confirm": CONFIRM}),
}

TYPED_INPUTS: dict[str, Check] = {
    "plain_text_input": _element(
        {},
        {
            **TYPED,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            "dispatch_action_config": DISPATCH,
        },
        _lengths_in_order,
    ),
    "email_text_input": _element({}, {**TYPED, "initial_value": string(3000), "dispatch_action_config": DISPATCH}),
    "url_text_input": _element({}, {**TYPED, "initial_value": URL, "dispatch_action_config": DISPATCH}),
    "number_input": _element(
        {"is_decimal_allowed": boolean},
        {
            **TYPED,
            "initial_value": NUMBER,
            "min_value": NUMBER,
            "max_value": NUMBER,
            "dispatch_action_config": DISPATCH,
        },
    ),
}

IMAGE_ELEMENT = _element({"alt_text": string(2000)}, IMAGE_SOURCE, only_one_of(*IMAGE_SOURCE))
STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
RICH_ELEMENT = by_type(
    {
        "text": _element({"text": string(3000)}, {"style": STYLE}),
        "link": _element({"url": URL}, {"text": string(3000), "style": STYLE, "unsafe": boolean}),
        "emoji": _element({"name": string(100)}, {"unicode": string(100), "skin_tone": integer(1, 6)}),
        "user": _element({"user_id": string(32)}, {"style": STYLE}),
        "channel": _element({"channel_id": string(32)}, {"style": STYLE}),
    }
)
_RICH = {"elements": items(RICH_ELEMENT, 1000, 0)}
_RICH_LOOKS = {"indent": integer(0, 8), "offset": integer(0, 10_000), "border": integer(0, 1)}
RICH_TEXT = by_type(
    {
        "rich_text_section": _element(_RICH, {}),
        "rich_text_preformatted": _element(_RICH, {"border": integer(0, 1)}),
        "rich_text_quote": _element(_RICH, {"border": integer(0, 1)}),
        "rich_text_list": _element(
            {
                "style": one_of("bullet", "ordered"),
                "elements": items(by_type({"rich_text_section": _element(_RICH, {})}), 1000),
            },
            _RICH_LOOKS,
        ),
    }
)

BLOCKS: dict[str, Check] = {
    "actions": _element({"elements": items(by_type({**BUTTONS, **CHOICES}), 25)}, ID),
    "context": _element(
        {"elements": items(by_type({"plain_text": text(3000), "mrkdwn": text(3000), "image": IMAGE_ELEMENT}), 10)},
        ID,
    ),
    "divider": _element({}, ID),
    "header": _element({"text": plain(150)}, ID),
    "image": _element(
        {"alt_text": string(2000)}, {**ID, **IMAGE_SOURCE, "title": plain(2000)}, only_one_of(*IMAGE_SOURCE)
    ),
    "input": _element(
        {"label": plain(2000), "element": by_type({**TYPED_INPUTS, **CHOICES})},
        {**ID, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _element({"elements": items(RICH_TEXT, 1000)}, ID),
    "section": _element(
        {},
        {
            **ID,
            "text": text(3000),
            "fields": items(text(2000), 10),
            "accessory": by_type({**BUTTONS, **CHOICES, "image": IMAGE_ELEMENT}),
            "expand": boolean,
        },
        any_of("text", "fields"),
    ),
}

STATEFUL = frozenset({*CHOICES, *TYPED_INPUTS})
INTERACTIVE = frozenset({*STATEFUL, *BUTTONS})
