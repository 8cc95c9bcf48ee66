"""What a scripted persona is: who, where, what they do, and what must come of it. All of them are invented."""

from pathlib import Path
from typing import Literal, Self, get_args

import yaml
from pydantic import Field, TypeAdapter, model_validator

from flows.core.base import Value

Language = Literal["en", "es", "fr", "de", "pt"]
Kind = Literal[
    "explicit_self",
    "oblique_self",
    "third_person",
    "abuse",
    "medical",
    "psychosis",
    "harm_to_others",
    "eating",
    "false_alarm",
]
Intent = Literal[
    "yes_thinking_of_suicide",  # "yes" to the direct question
    "no_not_suicide",  # "no" to the direct question
    "yes_it_is_about_safety",  # "yes" to the gentle check-in
    "not_what_i_meant",  # leaves at once: the alarm was false
    "back_to_where_i_was",  # leaves after help was read
    "more_ways_to_help",
    "grounding",
    "safety_plan",
    "call_back",  # only where a staffed contact is configured
    "help_now",  # the standing button of every screen
]
Expect = Literal[
    "crisis",  # the crisis conversation, with a number to call
    "gentle",  # noticed: a gentle check-in at least, or the crisis conversation
    "mild",  # no strong alarm: a gentle check-in at most
    "nothing",  # no reaction: the open flow goes on
    "back",  # the very screen that was there before the conversation began
]
Must = Literal["program", "private"]  # said in answer to this move: "I am a program", "nobody at work learns this"
Start = Literal["stranger", "home", "booking", "check"]
Behaviour = Literal[
    "answers_yes",
    "answers_no",
    "refuses",
    "changes_subject",
    "more_pain",
    "asks_if_human",
    "asks_if_boss_knows",
    "asks_diagnosis",
    "asks_method",
    "nobody_can_help",
    "goodbye",
    "returning",
    "idiom",
    "work_talk",
    "past_and_well",
    "prevention_training",
    "not_meant",
    "typos",
    "spacing",
    "leetspeak",
    "mixed_languages",
    "joke_then_truth",
    "inside_long_message",
    "imminent",
    "wants_booking",
    "types_a_right",
    "wants_help",
    "first_words",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
INTENTS: tuple[Intent, ...] = get_args(Intent)


class Move(Value):
    """One thing that the persona does: types a line, taps what means `choose`, or lets `wait` hours pass.

    An `optional` choice is left out where the screen does not have it: "not what I meant" after no alarm, a
    call-back where nobody is there to call. Any other choice that is missing is a violation.
    """

    say: str = ""
    choose: Intent | None = None
    wait: int = 0
    optional: bool = False
    expect: Expect | None = None
    must: tuple[Must, ...] = ()

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if bool(self.say) + bool(self.choose) + bool(self.wait) != 1:
            raise ValueError("a move is one of say, choose, wait")
        if self.optional and not self.choose:
            raise ValueError("only a choice can be optional")
        return self


class Persona(Value):
    """Somebody invented, and their moves. `imminent`: they say that it is to happen now or tonight."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Kind
    language: Language
    zone: str  # IANA: it decides the country
    about: str
    behaviours: tuple[Behaviour, ...] = Field(min_length=1)
    start: Start = "home"
    imminent: bool = False
    moves: tuple[Move, ...] = Field(min_length=1)


FOLDER = Path(__file__).parent / "personas"
_FILE: TypeAdapter[tuple[Persona, ...]] = TypeAdapter(tuple[Persona, ...])


def personas() -> tuple[Persona, ...]:
    """Return all personas, by file and in its order."""
    return tuple(
        persona
        for path in sorted(FOLDER.glob("*.yaml"))
        for persona in _FILE.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    )
