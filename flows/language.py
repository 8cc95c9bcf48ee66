"""The language that Haven speaks with somebody: theirs to choose at any time, before the notice too.

The choices are written as each language calls itself: whoever reads nothing else on the screen finds their own.
"""

from typing import Literal

from flows.core.base import Value
from flows.core.effects import SetLanguage
from flows.core.events import Chose, Event
from flows.core.flow import Back, Carry, Flow, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Label, Line, Words


class LanguageWords(Words):
    """The question, and the way back."""

    question: Line
    back: Label


class Choosing(Value):
    """Which one shall it be?"""

    at: Literal["choosing"] = "choosing"


def begin(carry: Carry, at: Moment) -> Turn[Choosing]:
    """Show the languages there are."""
    return Turn(Choosing())


def update(state: Choosing, event: Event, at: Moment) -> Step[Choosing]:
    """Take the choice, and go back to where the person was: that screen is then in their language."""
    match event:
        case Chose(key="speak", arg=locale) if locale in at.catalog.languages:
            return Back((SetLanguage(locale=locale),))
        case Chose(key="back"):
            return Back()
        case _:
            return None


def view(state: Choosing, words: LanguageWords, at: Moment) -> Screen:
    """Draw one button a language. It says nothing private: the platform knows the language of everybody's profile."""
    choices = tuple(Button(key="speak", arg=locale, label=name) for locale, name in at.catalog.languages.items())
    return Screen(lines=(words.question,), buttons=(*choices, Button(key="back", label=words.back, closes=True)))


FLOW: Flow[Choosing, LanguageWords] = Flow("language", LanguageWords, Choosing, begin, update, view, interrupts=True)
