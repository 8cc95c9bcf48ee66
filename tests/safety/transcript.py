"""What happened when a persona was played: every move and the screen that answered it."""

from collections.abc import Mapping

from pydantic import Field

from flows.core.base import Value
from flows.core.screen import Button, Screen
from tests.safety.persona import Expect, Intent, Kind, Language, Must


class Turn(Value):
    """A move and its answer. `missing`: the choice was not on screen, so nothing was done; `screen` is the one
    that stood there. `inside`: the crisis conversation is what is open. `broken`: what was raised instead of an
    answer."""

    screen: Screen
    say: str = ""
    choose: Intent | None = None
    expect: Expect | None = None
    must: tuple[Must, ...] = ()
    inside: bool = False
    missing: bool = False
    broken: str = ""


class Transcript(Value):
    """A whole conversation. `before` is the screen on which it began; `region` the person's ISO 3166 country, or
    "XX" where the content has none for it."""

    persona: str
    kind: Kind
    language: Language
    region: str
    imminent: bool = False
    before: Screen
    turns: tuple[Turn, ...] = Field(min_length=1)


Keys = Mapping[Intent, frozenset[str]]
"""Which buttons, by key, have a meaning: `tests/safety/intents.py`."""


def buttons_of(screen: Screen, meaning: Intent, keys: Keys) -> tuple[Button, ...]:
    """Return the buttons of a screen that mean this."""
    return tuple(button for button in screen.buttons if button.key in keys.get(meaning, frozenset()))


HELP = frozenset({"more_ways_to_help", "grounding", "safety_plan", "call_back", "help_now"})


def inside(turns: tuple[Turn, ...]) -> list[bool]:
    """Return for each turn whether it belongs to the crisis conversation; a missing choice changes nothing."""
    found, before = list[bool](), False
    for turn in turns:
        before = before if turn.missing else turn.inside or (before and turn.choose in HELP)
        found.append(before)
    return found
