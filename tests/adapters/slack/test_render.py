import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from adapters.platform import Public, Shown
from adapters.slack.read import plain
from adapters.slack.render import message, modal, wrong
from bot.sandbox.slack.limits import check_message, check_view
from flows.core.screen import Button, Field, Option, Screen

word = st.text(st.characters(codec="utf-8"), min_size=1, max_size=120)
labels = st.text(st.characters(codec="utf-8", min_codepoint=160), min_size=1, max_size=100)
keys = st.text("abcdefghij", min_size=1, max_size=8)
buttons = st.builds(Button, key=keys, label=labels, style=st.sampled_from(["plain", "primary", "danger"]))
options = st.lists(st.builds(Option, key=keys, label=labels), max_size=120, unique_by=lambda o: o.key)
fields = st.builds(Field, key=keys, label=labels, options=options.map(tuple), optional=st.booleans())


@st.composite
def screens(draw: st.DrawFn, private: bool) -> Screen:
    asked = draw(st.lists(fields, max_size=4, unique_by=lambda f: f.key)) if private else []
    return Screen(
        lines=tuple(draw(st.lists(word, max_size=130))),
        fields=tuple(asked),
        buttons=tuple(draw(st.lists(buttons, max_size=30, unique_by=lambda b: b.key))),
        private=private,
        title=draw(st.text("abc ", max_size=24)),
        submit="Send" if asked else "",
    )


def shown(screen: Screen, form: str = "FORM") -> Shown:
    tokens = tuple(f"token-{index}" for index in range(len(screen.buttons)))
    return Shown(turn="turn-1", screen=screen, tokens=tokens, form=form)


def text_of(blocks: list[dict[str, Any]]) -> str:
    drawn = "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")
    return plain(drawn)


@given(screens(private=False))
def test_a_message_keeps_slacks_limits_and_says_everything(screen: Screen) -> None:
    drawn = message(shown(screen).public())
    check_message(drawn["text"], drawn["blocks"])
    assert [block.to_dict() for block in Block.parse_all(drawn["blocks"])] == drawn["blocks"]
    lines = [line for line in screen.lines if line.strip()]
    assert text_of(drawn["blocks"]) == ("\n".join(lines) or "Haven")
    taps = [each for block in drawn["blocks"] if block["type"] == "actions" for each in block["elements"]]
    assert [tap["value"] for tap in taps] == list(shown(screen).tokens)
    for tap, button in zip(taps, screen.buttons, strict=True):
        assert tap["text"]["text"] == button.label or button.label.startswith(tap["text"]["text"][:-1])
        assert tap.get("style", "plain") == button.style
        assert re.fullmatch(r"b\d+", tap["action_id"])


@given(screens(private=True))
def test_a_dialog_keeps_slacks_limits_and_asks_everything(screen: Screen) -> None:
    drawn = modal(shown(screen))
    check_view(drawn, "modal")
    assert [block.to_dict() for block in Block.parse_all(drawn["blocks"])] == drawn["blocks"]
    assert View(**drawn).to_dict() == drawn
    asked = [block for block in drawn["blocks"] if block["type"] == "input"]
    assert [block["block_id"] for block in asked] == [f"f:{field.key}" for field in screen.fields]
    assert [block["optional"] for block in asked] == [field.optional for field in screen.fields]
    for block, field in zip(asked, screen.fields, strict=True):
        count = len(field.options)
        kind = "plain_text_input" if count in {0, *range(101, 121)} else "static_select"
        assert block["element"]["type"] == ("radio_buttons" if 1 <= count <= 10 else kind)
        if kind != "plain_text_input":
            assert [each["value"] for each in block["element"]["options"]] == [o.key for o in field.options]


def test_the_head_of_a_dialog() -> None:
    field = Field(key="name", label="Your name", value="Sam", hint="As you like", max_length=40)
    screen = Screen(lines=("Hello",), fields=(field,), private=True, title="Book", submit="Send it")
    drawn = modal(shown(screen))
    assert drawn["title"]["text"] == "Book"
    assert drawn["submit"]["text"] == "Send it"
    assert drawn["close"]["text"] == "Close"
    assert drawn["private_metadata"] == "FORM"
    assert drawn["notify_on_close"] is True
    block = drawn["blocks"][1]
    assert block["hint"]["text"] == "As you like"
    assert block["element"]["initial_value"] == "Sam"
    assert block["element"]["max_length"] == 40


def test_a_dialog_without_a_title_has_one() -> None:
    drawn = modal(shown(Screen(lines=("Hello",), private=True)))
    assert drawn["title"]["text"] == "Haven"
    assert "submit" not in drawn


def test_what_was_chosen_before_is_chosen() -> None:
    options = (Option(key="a", label="One"), Option(key="b", label="Two"))
    field = Field(key="q", label="Which?", options=options, value="b")
    drawn = modal(shown(Screen(lines=("?",), fields=(field,), private=True, submit="Go")))
    assert drawn["blocks"][1]["element"]["initial_option"]["value"] == "b"


def test_what_is_wrong_stands_at_its_field() -> None:
    fields = (Field(key="name", label="Name"), Field(key="mail", label="Mail", value="x", error="No <address>."))
    drawn = shown(Screen(lines=("?",), fields=fields, private=True, submit="Go"))
    assert wrong(drawn, ["f:mail", "f:name"]) == {"f:mail": "No <address>."}
    assert wrong(drawn, ["f:mail"]) == {}  # another form was sent: Slack would refuse errors for it
    blocks = modal(drawn)["blocks"]
    assert [block["type"] for block in blocks] == ["section", "input", "section", "input"]
    assert blocks[2]["text"]["text"] == "No &lt;address&gt;."


def test_a_new_turn_asks_anew_and_a_redrawn_one_keeps_what_was_entered() -> None:
    field = Field(key="q", label="Which?")
    screen = Screen(lines=("?",), fields=(field,), private=True, submit="Go")
    first, again, other = (
        modal(Shown(turn=turn, screen=screen, tokens=()))["blocks"][1]["element"]["action_id"]
        for turn in ("t1", "t1", "t2")
    )
    assert first == again != other


@pytest.mark.parametrize("line", ["<!channel>", "<@U0SAM>", "<https://x.example|hello>", "a & b", "&lt;"])
def test_words_never_become_markup(line: str) -> None:
    drawn = message(Public(screen=Screen(lines=(line,))))
    for text in (drawn["text"], drawn["blocks"][0]["text"]["text"]):
        assert not re.search(r"<(?!https://)|&(?!amp;|lt;|gt;)", text)
        assert plain(text) == line


def test_an_address_is_a_link() -> None:
    line = "See https://x.example/a?b=1&c=2, or <https://y.example>."
    drawn = message(Public(screen=Screen(lines=(line,))))["blocks"][0]["text"]
    assert drawn["verbatim"] is True
    assert drawn["text"] == "See <https://x.example/a?b=1&amp;c=2>, or &lt;<https://y.example>&gt;."


def test_a_long_line_is_split_and_loses_nothing() -> None:
    line = " ".join(f"word-{index}&" for index in range(900))
    drawn = modal(shown(Screen(lines=(line,), private=True)))
    check_view(drawn, "modal")
    pieces = [plain(block["text"]["text"]) for block in drawn["blocks"]]
    assert "".join(pieces) == line


@settings(max_examples=30)
@given(st.lists(labels, min_size=1, max_size=4), st.integers(1, 100))
def test_any_line_however_long_is_said_whole(parts: list[str], times: int) -> None:
    line = " ".join(parts * times)
    drawn = modal(shown(Screen(lines=(line,), private=True)))
    check_view(drawn, "modal")
    said = "".join(plain(block["text"]["text"]) for block in drawn["blocks"])
    assert said.replace("\n", "").split() == (line.split() or ["Haven"])


def test_too_much_for_slack_is_said_by_us() -> None:
    with pytest.raises(ValueError, match="split it into two"):
        message(Public(screen=Screen(lines=("x" * 2900,) * 60)))


def test_tokens_that_are_not_the_buttons_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        message(Public(screen=Screen(lines=("x",), buttons=(Button(key="a", label="A"),)), tokens=()))


def test_nothing_of_a_screen_stands_in_what_a_dialog_remembers() -> None:
    screen = Screen(
        lines=("CANARY line",),
        fields=(Field(key="q", label="CANARY label"),),
        buttons=(Button(key="canary-key", label="CANARY button", arg="canary-arg"),),
        private=True,
        submit="Go",
    )
    drawn = modal(shown(screen))
    taps = [each for block in drawn["blocks"] if block["type"] == "actions" for each in block["elements"]]
    held = [drawn["private_metadata"], drawn["callback_id"], *(t["value"] + t["action_id"] for t in taps)]
    assert not any("canary" in each.lower() for each in held)


def test_the_windows_own_button_is_in_the_language_of_the_screen() -> None:
    drawn = shown(Screen(lines=("Hola",), private=True)).model_copy(update={"close": "Cerrar"})
    assert modal(drawn)["close"]["text"] == "Cerrar"
