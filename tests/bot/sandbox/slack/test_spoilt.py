"""Blocks that are spoilt in one place, and the refusal that names it."""

import copy
from collections.abc import Callable

import pytest

from bot.sandbox.slack.limits import check_message
from bot.sandbox.slack.workspace import SlackError
from tests.bot.sandbox.slack.kit import (
    Json,
    actions,
    button,
    choice,
    field,
    image,
    modal,
    option,
    plain,
    refusals,
    section,
    typed,
)

# name -> a block that passes, how to spoil it, the refusal
SPOILT: dict[str, tuple[Json, Callable[[Json], object], str]] = {
    "unknown block": (
        section(),
        lambda b: b.update(type="poem"),
        "unsupported type: poem [json-pointer:/0/type]",
    ),
    "a type that is no text": (
        section(),
        lambda b: b.update(type=[]),
        "unsupported type: [] [json-pointer:/0/type]",
    ),
    "no type": (section(), lambda b: b.pop("type"), "missing required field: type [json-pointer:/0]"),
    "unknown element": (
        actions(button()),
        lambda b: b["elements"][0].update(type="lever"),
        "unsupported type: lever [json-pointer:/0/elements/0/type]",
    ),
    "a button in an input": (
        typed(),
        lambda b: b.update(element=button()),
        "unsupported type: button [json-pointer:/0/element/type]",
    ),
    "a typed field in actions": (
        actions(button()),
        lambda b: b.update(elements=[{"type": "plain_text_input"}]),
        "unsupported type: plain_text_input [json-pointer:/0/elements/0/type]",
    ),
    "a property too many": (
        section(),
        lambda b: b.update(colour="red"),
        "invalid additional property: colour [json-pointer:/0]",
    ),
    "mrkdwn in a header": (
        {"type": "header", "text": plain(2)},
        lambda b: b["text"].update(type="mrkdwn"),
        "unsupported type: mrkdwn [json-pointer:/0/text/type]",
    ),
    "mrkdwn on a button": (
        actions(button()),
        lambda b: b["elements"][0]["text"].update(type="mrkdwn"),
        "unsupported type: mrkdwn [json-pointer:/0/elements/0/text/type]",
    ),
    "a section of nothing": (
        section(),
        lambda b: b.pop("text"),
        "must provide one of: text, fields [json-pointer:/0]",
    ),
    "an image without alt text": (
        image(2),
        lambda b: b.pop("alt_text"),
        "missing required field: alt_text [json-pointer:/0]",
    ),
    "an image element without alt text": (
        {"type": "context", "elements": [image(2)]},
        lambda b: b["elements"][0].pop("alt_text"),
        "missing required field: alt_text [json-pointer:/0/elements/0]",
    ),
    "an image without an image": (
        image(2),
        lambda b: b.pop("image_url"),
        "must provide exactly one of: image_url, slack_file [json-pointer:/0]",
    ),
    "an image from nowhere": (
        image(2),
        lambda b: b.update(image_url="file:///etc/passwd"),
        "must be a valid URL [json-pointer:/0/image_url]",
    ),
    "a button without text": (
        actions(button()),
        lambda b: b["elements"][0].pop("text"),
        "missing required field: text [json-pointer:/0/elements/0]",
    ),
    "a style of one's own": (
        actions(button(style="danger")),
        lambda b: b["elements"][0].update(style="pink"),
        "must be one of: primary, danger [json-pointer:/0/elements/0/style]",
    ),
    "an input without label": (
        typed(),
        lambda b: b.pop("label"),
        "missing required field: label [json-pointer:/0]",
    ),
    "optional as a text": (
        typed() | {"optional": True},
        lambda b: b.update(optional="yes"),
        "must provide a boolean [json-pointer:/0/optional]",
    ),
    "max_length as a text": (
        typed(max_length=5),
        lambda b: b["element"].update(max_length="5"),
        "must provide an integer [json-pointer:/0/element/max_length]",
    ),
    "lengths the wrong way round": (
        typed(min_length=5, max_length=5),
        lambda b: b["element"].update(min_length=6),
        "min_length must not exceed max_length [json-pointer:/0/element/min_length]",
    ),
    "options and groups": (
        choice("static_select", 1),
        lambda b: b["element"].update(option_groups=[{"label": plain(2), "options": [option()]}]),
        "must provide exactly one of: options, option_groups [json-pointer:/0/element]",
    ),
    "an initial option that is none": (
        choice("radio_buttons", 1, initial_option=option()),
        lambda b: b["element"].update(initial_option=option(2, 3)),
        "must match one of the options [json-pointer:/0/element/initial_option]",
    ),
    "initial options that are none": (
        choice("checkboxes", 1, initial_options=[option()]),
        lambda b: b["element"].update(initial_options=[option(2, 3)]),
        "must match one of the options [json-pointer:/0/element/initial_options]",
    ),
    "a date that is none": (
        field({"type": "datepicker", "initial_date": "2026-02-28"}),
        lambda b: b["element"].update(initial_date="28.2.2026"),
        "must be a valid date [json-pointer:/0/element/initial_date]",
    ),
    "a time that is none": (
        field({"type": "timepicker", "initial_time": "09:30"}),
        lambda b: b["element"].update(initial_time="24:00"),
        "must be a valid time [json-pointer:/0/element/initial_time]",
    ),
    "a number field that does not say which numbers": (
        field({"type": "number_input", "is_decimal_allowed": False, "min_value": "-1"}),
        lambda b: b["element"].pop("is_decimal_allowed"),
        "missing required field: is_decimal_allowed [json-pointer:/0/element]",
    ),
    "an unknown property of an e-mail field": (
        field({"type": "email_text_input", "placeholder": plain(3)}),
        lambda b: b["element"].update(max_length=5),
        "invalid additional property: max_length [json-pointer:/0/element]",
    ),
    "one action id twice": (
        actions(button(), button() | {"action_id": "b"}),
        lambda b: b["elements"][1].update(action_id="a"),
        "`action_id` a already exists for block with ID None [json-pointer:/0/elements/1/action_id]",
    ),
    "a list in a rich text's list": (
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": []}],
                }
            ],
        },
        lambda b: b["elements"][0].update(style="stars"),
        "must be one of: bullet, ordered [json-pointer:/0/elements/0/style]",
    ),
    "text that is an object": (
        section(),
        lambda b: b["text"].update(text={"a": 1}),
        "must provide a string [json-pointer:/0/text/text]",
    ),
    "elements that are no list": (
        actions(button()),
        lambda b: b.update(elements={}),
        "must provide an array [json-pointer:/0/elements]",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_block_is_refused_in_a_message_and_in_a_view(name: str) -> None:
    good, spoil, refusal = SPOILT[name]
    block = copy.deepcopy(good)
    check_message("hello", [block])
    assert refusals(modal(block)) == ()
    spoil(block)
    with pytest.raises(SlackError, match="invalid_blocks") as refused:
        check_message("hello", [block])
    assert f"[ERROR] {refusal}".replace("pointer:", "pointer:/blocks") in refused.value.messages
    assert f"[ERROR] {refusal}".replace("pointer:", "pointer:/view/blocks") in refusals(modal(block))
