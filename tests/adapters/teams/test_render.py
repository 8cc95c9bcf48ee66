import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.platform import Address, Profile, Public, Shown
from adapters.teams.render import FIELD, announcement, dialog, messages, note
from bot.sandbox.teams.limits import check_message, check_task
from bot.sandbox.teams.look import buttons_of, cards_of, fields_of, text_of
from flows.core.screen import Button, Field, Option, Screen
from tests.adapters.contract import PRIVATE, PUBLIC
from tests.adapters.teams.conftest import BUSY, looking, private, public, say

LINK = "https://teams.microsoft.com/l/chat/0/0?users=28:c9e8c047-2a74-40a2-b28a-b162d5f5327c"
words = st.text(min_size=1, max_size=300)


def checked(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a message or an answer to an invoke, if Teams would take it."""
    if "task" in shown:
        check_task(shown)
    else:
        check_message({"type": "message", **shown})
    return shown


def message(public_: Public) -> dict[str, Any]:
    """Return the one message that shows a screen."""
    (only,) = messages(public_)
    return only


def links(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a copy without the links within texts."""
    copy: dict[str, Any] = json.loads(json.dumps(shown))
    for card in cards_of(copy):
        for element in card["body"]:
            for run in element.get("inlines", []):
                run.pop("selectAction", None)
    return copy


def value(shown: Shown) -> dict[str, Any]:
    """Return what the dialog of a screen shows."""
    answer: dict[str, Any] = checked(dialog(shown))["task"]["value"]
    return answer


def test_every_button_of_a_message_opens_a_dialog_and_carries_its_token_only() -> None:
    shown = checked(message(PUBLIC.public()))
    assert [button.data for button in buttons_of(shown)] == [
        {"t": token, "msteams": {"type": "task/fetch"}} for token in PUBLIC.tokens
    ]


def test_a_message_says_itself_in_notifications_and_to_old_clients() -> None:
    shown = message(public("Hello", "you").public())
    (card,) = cards_of(shown)
    assert shown["summary"] == card["fallbackText"] == "Hello\nyou"
    assert card["version"] == "1.5"


def test_nothing_of_a_private_screen_is_in_the_fallback() -> None:
    (card,) = cards_of(value(PRIVATE))
    assert card["fallbackText"]
    assert "canary" not in card["fallbackText"].lower()


def test_a_private_screen_cannot_be_a_message() -> None:
    with pytest.raises(ValidationError):
        Public(screen=PRIVATE.screen, tokens=PRIVATE.tokens)


def test_text_stands_as_it_is() -> None:
    shown = value(public("Two *stars*, [a link](https://example.org), {{DATE(2020)}}", "- no list"))
    card = links(shown)
    assert text_of(card) == "Haven\nTwo *stars*, [a link](https://example.org), {{DATE(2020)}}\n- no list"
    assert {element["type"] for element in cards_of(shown)[0]["body"]} == {"RichTextBlock"}


def test_web_addresses_are_links() -> None:
    (card,) = cards_of(dialog(private("See https://findahelpline.com/i/x?a=1&b=2. Or call 999."))["task"]["value"])
    (line,) = card["body"]
    assert [run["text"] for run in line["inlines"]] == [
        "See ",
        "https://findahelpline.com/i/x?a=1&b=2",
        ". Or call 999.",
    ]
    assert [run["selectAction"]["url"] for run in line["inlines"] if "selectAction" in run] == [
        "https://findahelpline.com/i/x?a=1&b=2"
    ]


def test_a_form_is_sent_by_its_first_button() -> None:
    shown = value(PRIVATE)
    send, back, helping = buttons_of(shown)
    assert (send.label, send.data) == ("CANARY send", {"f": "token-form"})
    assert (back.data, helping.data) == ({"t": "token-back"}, {"t": "token-help"})


def test_other_buttons_work_with_the_form_half_filled_in() -> None:
    actions = [button.action for button in buttons_of(value(PRIVATE))]
    assert [action["associatedInputs"] for action in actions] == ["auto", "none", "none"]


def test_every_field_has_a_label_and_says_what_is_missing() -> None:
    fields = fields_of(value(PRIVATE.model_copy(update={"missing": "Bitte antworten Sie hier."})))
    assert [field.id for field in fields] == [FIELD + field.key for field in PRIVATE.screen.fields]
    assert [field.label for field in fields] == [field.label for field in PRIVATE.screen.fields]
    assert [field.required for field in fields] == [True, True, True, False]
    assert {field.element["errorMessage"] for field in fields if field.required} == {"Bitte antworten Sie hier."}


def test_few_options_stand_open_and_many_are_folded() -> None:
    often, zone, *_ = fields_of(value(PRIVATE))
    assert (often.element["style"], zone.element["style"]) == ("expanded", "compact")
    assert len(zone.options) == 60


@pytest.mark.parametrize(("held", "drawn"), [("1", "1"), ("", None), ("gone", None)])
def test_what_was_chosen_before_is_chosen(held: str, drawn: str | None) -> None:
    options = (Option(key="0", label="No"), Option(key="1", label="Yes"))
    field = Field(key="a", label="Well?", options=options, value=held)
    screen = Screen(lines=(), fields=(field,), private=True, submit="Send")
    shown = Shown(turn="t", screen=screen, tokens=(), form="form", launcher=public("x").public())
    assert fields_of(value(shown))[0].element.get("value") == drawn


def test_what_was_typed_before_stands_there() -> None:
    name = fields_of(value(PRIVATE))[3]
    assert name.element["value"] == "CANARY typed before"
    assert "placeholder" not in name.element
    assert fields_of(value(PRIVATE))[2].element["placeholder"] == "CANARY hint"


def test_more_buttons_than_six_take_several_rows() -> None:
    shown = public("Choose", buttons=tuple(f"B{index}" for index in range(15)))
    for drawn in (checked(message(shown.public())), value(shown)):
        assert [button.label for button in buttons_of(drawn)] == [f"B{index}" for index in range(15)]


def test_a_screen_without_lines_says_whose_it_is() -> None:
    assert text_of(checked(message(public("  ", "").public()))) == "Haven"
    assert text_of(value(public())) == "Haven\nHaven"


def test_an_announcement_leads_into_everybodys_own_chat() -> None:
    shown = checked(announcement(public("Hi all", buttons=("Open privately", "Help now")).public(), LINK))
    assert [(button.label, button.url, button.data) for button in buttons_of(shown)] == [
        ("Open privately", LINK, {}),
        ("Help now", LINK, {}),
    ]
    assert "token" not in json.dumps(shown)


def test_a_note_is_a_dialog_with_a_button_for_help() -> None:
    busy = say(Address(platform="teams", tenant="t", user="u"), Profile()).busy
    (card,) = cards_of(checked(note(busy))["task"]["value"])
    assert BUSY in text_of(card)
    assert [(button.label, button.data["t"]) for button in buttons_of(card)] == [("Help now", "help-token")]


@example(["x" * 500] * 60)
@example(["😀" * 9000, "é and a space " * 700])
@given(st.lists(st.text('aé😀 \\"', min_size=1, max_size=9000), max_size=12))
def test_what_is_too_long_for_a_message_comes_in_several(lines: list[str]) -> None:
    shown = public(*lines, buttons=("Step",))
    parts = messages(shown.public())
    for part in parts:
        checked(part)
    assert [len(buttons_of(part)) for part in parts] == [*(0 for _ in parts[1:]), 1]
    drawn = "".join(text_of(part) for part in parts).replace("\n", "")
    assert drawn == "".join(line for line in lines if line.strip()) or not drawn.strip("Haven")


def test_what_is_too_long_for_a_dialog_says_that_there_is_more() -> None:
    shown = value(private(*[f"{number}: " + "x" * 500 for number in range(60)], asks=("First?",), buttons=("On",)))
    said = text_of(shown)
    assert "0: x" in said
    assert "59: x" not in said
    assert Shown.model_fields["more"].default in said
    assert [button.label for button in buttons_of(shown)] == ["Send", "On"]
    assert Shown.model_fields["more"].default not in text_of(value(private("short")))


def test_a_form_that_cannot_be_drawn_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="too many"):
        dialog(private(asks=tuple("x" * 400 for _ in range(60))))


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost() -> None:
    fields = (
        Field(key="name", label="Name", value="Sam"),
        Field(key="contact", label="How to reach you", value="sam@", error="That is no address."),
        Field(key="consent", label="May I?", options=(Option(key="yes", label="Yes"),), value="yes"),
    )
    screen = Screen(lines=("One moment.",), fields=fields, private=True, submit="Book")
    shown = value(Shown(turn="t", screen=screen, tokens=(), form="form", launcher=looking().launcher))
    _, name, wrong, contact, consent = shown["card"]["content"]["body"]
    assert [each["value"] for each in (name, contact, consent)] == ["Sam", "sam@", "yes"]
    assert [run["text"] for run in wrong["inlines"]] == ["That is no address."]
    assert contact["label"] == "How to reach you"


@given(st.lists(words, max_size=8), st.lists(words, unique=True, max_size=9), words)
def test_whatever_the_words_are_teams_takes_them(lines: list[str], labels: list[str], title: str) -> None:
    buttons = tuple(Button(key=str(index), label=label) for index, label in enumerate(labels))
    screen = Screen(lines=tuple(lines), buttons=buttons, title=title[:24])
    shown = Shown(turn="t", screen=screen, tokens=tuple(f"token-{index}" for index in range(len(labels))))
    for drawn in (*messages(shown.public()), dialog(shown), announcement(shown.public(), LINK)):
        checked(links(drawn))


@given(words, words, words, st.booleans())
def test_whatever_a_form_asks_teams_takes_it(label: str, hint: str, typed: str, optional: bool) -> None:
    fields = (
        Field(key="a", label=label, hint=hint, value=typed, optional=optional),
        Field(key="b", label=label, hint=hint, options=(Option(key="0", label=label),), value="0"),
    )
    screen = Screen(lines=(), fields=fields, private=True, submit=label[:24])
    checked(dialog(Shown(turn="t", screen=screen, tokens=(), form="form", launcher=looking().launcher)))
