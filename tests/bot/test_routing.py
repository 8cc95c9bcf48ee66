"""Which conversation gets an arrival: safety, then rights, then the screen, then shortcuts."""

from dataclasses import replace
from typing import get_args

import pytest

from adapters.platform import Address, Arrival, Forged
from bot.clock import SystemClock
from bot.routing import COMMANDS, RIGHTS, SLASH, Enter, Here, Nothing, Redraw, Take, Usage, route
from bot.tokens import Standing, Tokens
from bot.vault import Keys, Vault
from flows.core.events import Answered, Chose, Said
from flows.core.flow import Carry
from flows.core.screen import Button, Field, Option, Screen
from flows.core.typed import plain
from flows.safety import Alarm
from flows.safety.alarm import Kind
from tests.content.test_screens import CONTENT
from tests.world import NOW

SAM = Address(platform="slack", tenant="T", user="U")
PHRASES = CONTENT.commands["en"]
TOKENS = Tokens(Vault(Keys(root=bytes(32), epochs={1: bytes(32)}), SystemClock()))
SCREEN = Screen(
    lines=("line",),
    buttons=(
        Button(key="leave", label="Not now"),
        Button(key="slot", arg="1", label="Tue 24 Nov, 09:00"),
        Button(key="trick", label="Forget me"),
    ),
)


def typed(text: str, screen: Screen | None = SCREEN, *, secluded: bool = False, alarm: Alarm | None = None) -> object:
    arrival = Arrival(id="1", address=SAM, event=Said(text=text), secluded=secluded)
    here = Here(b"sid", "turn", "home", "open", screen=screen) if screen else Here(b"sid")
    return route(arrival, here, alarm, None, TOKENS, PHRASES)


@pytest.mark.parametrize(("name", "phrase"), [(name, each) for name, phrases in PHRASES.items() for each in phrases])
@pytest.mark.parametrize("open_screen", [True, False])
def test_every_phrase_reaches_its_place(name: str, phrase: str, open_screen: bool) -> None:
    bare = Screen(lines=("line",))
    for written in (phrase, phrase.upper(), f"  {phrase}! "):
        assert typed(written, bare if open_screen else None) == COMMANDS[name]


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_a_right_comes_before_any_button(name: str) -> None:
    phrase = PHRASES[name][0]
    screen = Screen(lines=("line",), buttons=(Button(key="trick", label=phrase),))
    assert typed(phrase, screen) == COMMANDS[name]
    assert typed(phrase, screen.model_copy(update={"private": True})) == COMMANDS[name]


def test_a_button_is_typed_by_its_label_or_number_and_before_a_shortcut() -> None:
    assert typed("not now") == Take(Chose(key="leave"))
    assert typed("TUE 24 nov 09:00.") == Take(Chose(key="slot", arg="1"))
    assert typed("2") == Take(Chose(key="slot", arg="1"))
    assert typed("not now", None) == Enter("checkin", COMMANDS["not_now"].carry)


def test_what_is_typed_on_a_private_screen_is_not_consumed_where_the_employer_reads_it() -> None:
    private = SCREEN.model_copy(update={"private": True})
    assert typed("Tue 24 Nov, 09:00", private) == Redraw("typed_private")
    assert typed("I feel low", private) == Redraw("typed_private")
    assert typed("Tue 24 Nov, 09:00", private, secluded=True) == Take(Chose(key="slot", arg="1"))
    assert typed("home", private) == COMMANDS["home"]


def test_closing_takes_the_way_back_that_is_on_screen_and_an_old_window_means_nothing() -> None:
    back = Button(key="leave", label="Back", closes=True)
    here = Here(b"sid", "turn", "privacy", "data", screen=Screen(lines=("line",), buttons=(back, *SCREEN.buttons[1:])))

    def closed(turn: str, key: str, where: Here = here) -> object:
        token = TOKENS.step(b"sid", turn, key)
        arrival = Arrival(id="1", address=SAM, token=token, closing=True)
        return route(arrival, where, None, TOKENS.read(b"sid", token, NOW), TOKENS, PHRASES)

    assert closed("turn", "leave") == Take(Chose(key="leave"))
    assert closed("earlier", "leave") == Nothing()
    assert closed("turn", "trick") == Nothing()
    assert closed("turn", "leave", Here(b"sid")) == Nothing()  # forgotten meanwhile: no row begins with a closed window
    with pytest.raises(Forged):
        route(Arrival(id="1", address=SAM, token="x", closing=True), here, None, None, TOKENS, PHRASES)


def commanded(text: str) -> object:
    arrival = Arrival(id="1", address=SAM, event=Said(text=text), command=True)
    return route(arrival, Here(b"sid", "turn", "home", "open", screen=SCREEN), None, None, TOKENS, {})


@pytest.mark.parametrize("word", SLASH)
def test_the_words_of_the_command_work_in_every_language(word: str) -> None:
    """Even where a translation has no such phrase."""
    assert commanded(f" {word.upper()}! ") == COMMANDS[SLASH[word]]


@pytest.mark.parametrize("text", ["not now", "1", "Tue 24 Nov, 09:00", "yes", "...", "help me please"])
def test_what_is_no_command_is_no_answer_either(text: str) -> None:
    assert commanded(text) == Usage()
    assert commanded("  ") == COMMANDS["home"]


@pytest.mark.parametrize("values", [{"q9": "1"}, {"q1": "4"}, {"q1": "1", "more": ""}, {"q1": ""}])
def test_a_form_that_is_not_the_one_on_screen_is_forged(values: dict[str, str]) -> None:
    options = tuple(Option(key=str(points), label=str(points)) for points in range(4))
    fields = (Field(key="q1", label="q", options=options), Field(key="name", label="n"))
    here = Here(
        b"sid", "turn", "screening", "asking", screen=Screen(lines=(), fields=fields, private=True, submit="Go")
    )

    def sent(given: dict[str, str]) -> object:
        token = TOKENS.step(b"sid", "turn", "form")
        arrival = Arrival(id="1", address=SAM, event=Answered(values=given), token=token)
        return route(arrival, here, None, TOKENS.read(b"sid", token, NOW), TOKENS, PHRASES)

    assert sent({"q1": "3", "name": "anything"}) == Take(Answered(values={"q1": "3", "name": "anything"}))
    with pytest.raises(Forged):
        sent(values)


def test_a_number_is_a_button_but_beside_a_form() -> None:
    assert typed("1") == Take(Chose(key="leave"))
    form = SCREEN.model_copy(update={"fields": (Field(key="q1", label="q"),), "submit": "Go", "private": True})
    assert typed("1", form, secluded=True) == Take(Said(text="1"))
    assert typed("not now", form, secluded=True) == Take(Chose(key="leave"))


def test_words_out_of_nowhere_are_answered_with_where_they_are_kept() -> None:
    assert typed("my boss shouts at me", None) == Redraw("typed_open")
    assert typed("my boss shouts at me", None, secluded=True) == Redraw("")


def test_the_crisis_conversation_goes_on_listening() -> None:
    def heard(at: str, about: str, level: str, kind: str) -> object:
        arrival = Arrival(id="1", address=SAM, event=Said(text="x"))
        here = Here(b"sid", "turn", "safety", at, about, SCREEN)
        return route(arrival, here, Alarm.model_validate({"kind": kind, "level": level}), None, TOKENS, PHRASES)

    assert heard("checking", "self", "soft", "self") == Take(Chose(key="help", arg="self"))
    assert heard("helping", "self", "strong", "medical") == Take(Chose(key="help", arg="medical"))
    assert heard("helping", "abuse", "strong", "self") == Take(Chose(key="help", arg="self"))
    assert heard("listening", "self", "strong", "self") == Take(Said(text="x"))  # the question is asked once
    assert heard("staying", "self", "soft", "abuse") == Take(Said(text="x"))


def test_what_is_written_into_a_safety_plan_is_kept_there() -> None:
    """Not eating, voices, somebody who hits: signs and reasons are made of it. An overdose, and harm to somebody, come
    before the plan."""
    field = Field(key="signs", label="s")
    here = Here(
        b"sid", "turn", "safety", "planning", "self", Screen(lines=(), fields=(field,), private=True, submit="Go")
    )
    token = TOKENS.step(b"sid", "turn", "form")
    written = Arrival(id="1", address=SAM, event=Answered(values={"signs": "x"}), token=token, place="page")

    def routed(level: str, kind: str, about: str = "self") -> object:
        alarm = Alarm.model_validate({"kind": kind, "level": level})
        made = TOKENS.read(b"sid", token, NOW)
        return route(written, replace(here, about=about), alarm, made, TOKENS, PHRASES)

    levels, kept = ("soft", "strong"), Take(Answered(values={"signs": "x"}))
    before = {(level, kind) for level in levels for kind in get_args(Kind) if routed(level, kind) != kept}
    assert before == {("strong", "medical"), ("strong", "harm")}
    assert routed("strong", "harm") == Take(Chose(key="help", arg="harm"))
    assert routed("strong", "harm", about="harm") == kept


@pytest.mark.parametrize("level", ["soft", "strong"])
def test_a_cry_in_the_chat_is_not_answered_with_help_that_came_up_on_a_page(level: str) -> None:
    """What is open there says what it was about: help in the chat is about what was written in the chat, and whole."""
    alarm = Alarm.model_validate({"kind": "self", "level": level})
    here = Here(b"sid", "turn", "safety", "staying", "abuse", SCREEN.model_copy(update={"private": True}))
    said = Arrival(id="1", address=SAM, event=Said(text="x"))
    assert route(said, here, alarm, None, TOKENS, PHRASES) == Enter("safety", Carry(ask="self", text="strong"))
    same = Here(b"sid", "turn", "safety", "staying", "self", here.screen)
    there = said.model_copy(update={"place": "page", "secluded": True})
    assert route(said, same, alarm, None, TOKENS, PHRASES) == Enter("safety", Carry(ask="self", text="strong"))
    assert route(there, same, alarm, None, TOKENS, PHRASES) == Take(Said(text="x"))
    for at in ("planning", "plan", "deleting"):  # beneath the help is the plan, and the question is asked in the chat
        plan = Here(b"sid", "turn", "safety", at, "self", here.screen)
        assert route(said, plan, alarm, None, TOKENS, PHRASES) == Take(Chose(key="cry", arg="self"))


@pytest.mark.parametrize("at", ["staying", "planning"])
def test_help_now_in_the_chat_says_nothing_of_the_help_that_came_up_on_a_page(at: str) -> None:
    here = Here(b"sid", "turn", "safety", at, "abuse", SCREEN.model_copy(update={"private": True}))
    fresh = Take(Chose(key="cry", arg="asked")) if at == "planning" else COMMANDS["help"]
    typed = Arrival(id="1", address=SAM, event=Said(text="help now"))
    assert route(typed, here, None, None, TOKENS, PHRASES) == fresh
    tapped = Arrival(id="1", address=SAM, event=None)
    assert route(tapped, here, None, Standing("help"), TOKENS, PHRASES) == fresh
    there = typed.model_copy(update={"place": "page", "secluded": True})
    assert route(there, here, None, None, TOKENS, PHRASES) == Take(Chose(key="help"))


def test_safety_comes_before_everything() -> None:
    assert typed("forget me", alarm=Alarm(kind="self", level="strong")) == Enter(
        "safety", COMMANDS["help"].carry.model_copy(update={"ask": "self", "text": "strong"})
    )


def test_plain_reads_past_case_accents_and_punctuation() -> None:
    assert plain("  Don’t  [Stop]! Ünd ") == "dont stop und"
