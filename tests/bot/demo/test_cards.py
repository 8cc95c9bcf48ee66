"""Adaptive Cards as HTML: all that Teams lets pass is drawn, what is not known is seen, no text becomes markup."""

from typing import Any

import pytest

from adapters.platform import Public, Shown
from adapters.teams.render import dialog, messages
from bot.demo.cards import card
from bot.sandbox.teams.cards import ACTIONS, ELEMENTS
from bot.sandbox.teams.look import buttons_of
from flows.core.screen import Button, Field, Option, Screen

WORDS = "Words <b>"
TEXT = {"type": "TextBlock", "text": WORDS, "wrap": True}
CHOICES = [{"title": f"Choice {number}", "value": f"v{number}"} for number in range(3)]


def part(kind: str) -> dict[str, Any]:
    parts: dict[str, dict[str, Any]] = {
        "TextBlock": {"text": WORDS, "wrap": True},
        "RichTextBlock": {"inlines": [WORDS, {"type": "TextRun", "text": WORDS, "italic": True}]},
        "Image": {"url": "https://example.org/a.png", "altText": WORDS},
        "Container": {"items": [TEXT]},
        "ColumnSet": {"columns": [{"type": "Column", "items": [TEXT]}]},
        "FactSet": {"facts": [{"title": WORDS, "value": "x"}]},
        "Table": {
            "columns": [{}],
            "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "items": [TEXT]}]}] * 2,
        },
        "ActionSet": {"actions": [{"type": "Action.Submit", "title": WORDS, "data": {}}]},
        "Input.Toggle": {"id": "i", "label": "L", "title": WORDS},
        "Input.ChoiceSet": {"id": "i", "label": WORDS, "choices": CHOICES, "style": "expanded"},
    }
    return {"type": kind, "id": "i", "label": WORDS, **parts.get(kind, {})}


@pytest.mark.parametrize("kind", sorted(ELEMENTS))
def test_every_element_that_teams_lets_pass_is_drawn(kind: str) -> None:
    drawn = card({"type": "AdaptiveCard", "body": [part(kind)]}, "p")
    assert "cannot draw this" not in drawn
    assert "Words &lt;b&gt;" in drawn
    assert "src=" not in drawn, "nothing is fetched from elsewhere"


@pytest.mark.parametrize("kind", sorted(ACTIONS))
def test_every_action_is_drawn_or_seen(kind: str) -> None:
    more = {"url": "https://example.org", "card": {"type": "AdaptiveCard", "body": [TEXT]}, "data": {}}
    drawn = card({"type": "AdaptiveCard", "body": [], "actions": [{"type": kind, "title": "Do it", **more}]}, "p")
    assert "Do it" in drawn or f"cannot draw this: {kind}" in drawn


@pytest.mark.parametrize(
    "body", [[{"type": "Media"}], [{"type": "Input.Rating", "id": "i", "label": "L"}], [{}], [{"type": "Carousel"}]]
)
def test_what_is_not_known_is_seen(body: list[dict[str, Any]]) -> None:
    assert "cannot draw this: " in card({"type": "AdaptiveCard", "body": body}, "p")


@pytest.mark.parametrize("style", ["compact", "expanded"])
def test_what_was_entered_stays(style: str) -> None:
    choice = {"type": "Input.ChoiceSet", "id": "c", "label": "L", "choices": CHOICES, "style": style}
    typed = {"type": "Input.Text", "id": "t", "label": "T"}
    drawn = card({"type": "AdaptiveCard", "body": [choice, typed]}, "p", {"c": "v1", "t": "so <far>"})
    assert drawn.count(" checked") + drawn.count(" selected") == 1
    assert 'value="so &lt;far&gt;"' in drawn


def test_the_longest_that_the_service_sends_is_drawn_whole_with_the_numbers_that_hands_use() -> None:
    lines = tuple(f"Line {number}: " + "x" * 200 for number in range(30))
    buttons = tuple(Button(key="slot", arg=str(each), label="Same name") for each in range(14))
    options = tuple(Option(key=f"o{each}", label=f"Zone {each}") for each in range(60))
    tokens = tuple(f"t{each}" for each in range(14))
    fields = (Field(key="zone", label="Zone", options=options),)
    screen = Screen(lines=lines, buttons=buttons, fields=fields, submit="Send", private=True)
    value = dialog(Shown(turn="t", screen=screen, tokens=tokens, form="f"))["task"]["value"]
    sent = messages(Public(screen=Screen(lines=lines, buttons=buttons), tokens=tokens))
    both = "".join(card(each["attachments"][0]["content"], "p") for each in sent)
    assert all(f"Line {number}: " in both for number in range(30))
    assert all(f"Line {number}: " in card(value["card"]["content"], "p") for number in range(30))
    for shown, content in ((value, value["card"]["content"]), (sent[-1], sent[-1]["attachments"][0]["content"])):
        drawn = card(content, "p")
        assert "cannot draw this" not in drawn
        numbers = [int(each.split('"')[0]) for each in drawn.split("tap:#")[1:]]
        assert numbers == list(range(len(buttons_of(shown))))
        labels = [each.split("<")[0] for each in drawn.split("data-label=")[1:]]
        assert [each.split(">")[1] for each in labels] == [button.label for button in buttons_of(shown)]
