"""Block Kit as HTML: all that Slack lets pass is drawn, what is not known is seen, and no text becomes markup."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platform import Public, Shown
from adapters.slack.render import message, modal
from bot.demo.blockkit import blocks
from bot.demo.mrkdwn import mrkdwn
from bot.sandbox.slack.blockkit import BLOCKS, BUTTONS, CHOICES, TYPED_INPUTS
from bot.sandbox.slack.limits import check_message, check_view
from flows.core.screen import Button, Field, Option, Screen

PLAIN = {"type": "plain_text", "text": "Words <b>"}
OPTIONS = [{"text": {"type": "plain_text", "text": f"Choice {number}"}, "value": f"v{number}"} for number in range(3)]


def element(kind: str) -> dict[str, Any]:
    """Return an element of a kind, as full as it may be."""
    made: dict[str, Any] = {"type": kind, "action_id": "a"}
    if kind == "button":
        return made | {"text": PLAIN, "value": "v"}
    if kind == "number_input":
        return made | {"is_decimal_allowed": False}
    if kind in {"radio_buttons", "checkboxes", "static_select", "multi_static_select", "overflow"}:
        return made | {"options": OPTIONS}
    return made


def block(kind: str) -> dict[str, Any]:
    image = {"image_url": "https://example.org/a.png", "alt_text": "A picture of words"}
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Words <b>", "style": {"bold": True}}]}
    parts: dict[str, dict[str, Any]] = {
        "actions": {"elements": [element("button")]},
        "context": {"elements": [PLAIN, {"type": "image", **image}]},
        "divider": {},
        "header": {"text": PLAIN},
        "image": image,
        "input": {"label": PLAIN, "element": element("plain_text_input"), "hint": PLAIN},
        "rich_text": {"elements": [rich, {"type": "rich_text_list", "style": "bullet", "elements": [rich]}]},
        "section": {"text": PLAIN, "fields": [PLAIN], "accessory": element("button")},
    }
    return {"type": kind, "block_id": "b", **parts[kind]}


@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_every_block_that_slack_lets_pass_is_drawn(kind: str) -> None:
    drawn = blocks([block(kind)], "p")
    assert drawn
    assert "cannot draw this" not in drawn
    assert "<b>" not in drawn.replace("<b>Words", "")
    assert kind == "divider" or "Words &lt;b&gt;" in drawn or "A picture of words" in drawn
    assert "src=" not in drawn, "nothing is fetched from elsewhere"


@pytest.mark.parametrize("kind", sorted({*TYPED_INPUTS, *CHOICES}))
def test_every_field_is_drawn_with_its_label_and_what_was_entered(kind: str) -> None:
    shown = {"type": "input", "block_id": "b", "label": PLAIN, "element": element(kind)}
    states = {
        "selected_option": OPTIONS[1],
        "selected_options": [OPTIONS[1]],
        "value": "7",
        "selected_date": "2026-11-23",
        "selected_time": "09:00",
    }
    drawn = blocks([shown], "p", {"b": {"a": {"type": kind, **states}}}, {"b": "Not <so>"})
    assert "cannot draw this" not in drawn
    assert "Words &lt;b&gt;" in drawn
    assert "Not &lt;so&gt;" in drawn
    assert any(each in drawn for each in (" checked", " selected", 'value="7"', 'value="2026-11-23"', 'value="09:00"'))


@pytest.mark.parametrize("kind", sorted({*BUTTONS, *CHOICES}))
def test_what_stands_among_buttons_or_beside_text_is_drawn(kind: str) -> None:
    for shown in (
        {"type": "actions", "block_id": "b", "elements": [element(kind)]},
        {"type": "section", "block_id": "b", "text": PLAIN, "accessory": element(kind)},
    ):
        drawn = blocks([shown], "p")
        assert "cannot draw this" not in drawn
        assert "Choice 2" in drawn or "tap:a" in drawn or 'type="date"' in drawn or 'type="time"' in drawn


@pytest.mark.parametrize(
    "unknown",
    [
        {"type": "video"},
        {"type": "actions", "block_id": "b", "elements": [{"type": "workflow_button", "action_id": "a"}]},
        {"type": "input", "block_id": "b", "label": PLAIN, "element": {"type": "file_input", "action_id": "a"}},
        {"type": "rich_text", "elements": [{"type": "rich_text_table"}]},
        {},
    ],
)
def test_what_is_not_known_is_seen(unknown: dict[str, Any]) -> None:
    assert "cannot draw this: " in blocks([unknown], "p")


def test_the_longest_that_the_service_sends_is_drawn_whole() -> None:
    lines = tuple(f"Line {number}: " + "x" * 900 for number in range(40))
    buttons = tuple(Button(key="slot", arg=str(each), label=f"Time {each}") for each in range(20))
    options = tuple(Option(key=f"o{each}", label=f"Zone {each}") for each in range(100))
    fields = (Field(key="zone", label="Zone", options=options), Field(key="name", label="Name", value="y" * 300))
    tokens = tuple(f"t{each}" for each in range(20))
    sent = message(Public(screen=Screen(lines=lines, buttons=buttons), tokens=tokens))
    check_message(sent["text"], sent["blocks"])
    screen = Screen(lines=lines, buttons=buttons, fields=fields, submit="Send", private=True)
    view = modal(Shown(turn="t", screen=screen, tokens=tokens, form="f"))
    check_view(view, "modal")
    for each in sent["blocks"] + view["blocks"]:
        each.setdefault("block_id", "b")
    drawn = blocks(sent["blocks"], "m"), blocks(view["blocks"], "v")
    for html in drawn:
        assert "cannot draw this" not in html
        assert all(f"Line {number}: " in html for number in range(40))
        assert all(f"Time {number}<" in html for number in range(20))
    assert all(f">Zone {number}<" in drawn[1] for number in range(100))


@given(st.text(alphabet="<>&*_~`|@#!\"' \nab:/.", max_size=60))
def test_no_text_becomes_markup_that_does_something(text: str) -> None:
    for drawn in (mrkdwn(text), blocks([{"type": "section", "text": {"type": "mrkdwn", "text": text}}], "p")):
        tags = {part.split(">")[0].split()[0] for part in drawn.split("<")[1:]}
        plain = {"strong", "em", "s", "code", "br", "span", "a", "div", "p"}
        assert tags <= plain | {f"/{each}" for each in plain}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _so_ and ~no~", "<strong>bold</strong> and <em>so</em> and <s>no</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("one\ntwo", "one<br>two"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("<https://a.example/?x=1&amp;y=2|here>", 'href="https://a.example/?x=1&amp;y=2"'),
        ("<javascript:alert(1)|x>", '<span class="mention">@x</span>'),
        ("<!channel>", "@channel"),
    ],
)
def test_mrkdwn(text: str, html: str) -> None:
    assert html in mrkdwn(text)
