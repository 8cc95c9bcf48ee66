"""The country that somebody is in now, for the lines that they can reach: by their time zone, until they say it.

A profile's zone may be wrong, and people travel. What they said holds until they say otherwise. The choices are
standing buttons, so that they work while the database does not: what a tap says is all that is needed.
"""

import re
from typing import Annotated, Final, Literal

from flows.core.base import Value
from flows.core.catalog import INTERNATIONAL
from flows.core.effects import SetCountry
from flows.core.events import Chose, Event
from flows.core.flow import Back, Carry, Flow, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Words

IN: Final = "in_"
"""What stands before a country's two letters in the key of the button that says it."""
_CODE: Final = re.compile("[A-Z]{2}")


class CountryWords(Words):
    """Whose lines are shown, and the question."""

    lines: Annotated[Line, Blanks("place", "number")]
    unknown: Annotated[Line, Blanks("dial", "number")]
    question: Line
    holds: Line
    another: Label
    back: Label


class Choosing(Value):
    """Which one is it?"""

    at: Literal["choosing"] = "choosing"


def begin(carry: Carry, at: Moment) -> Turn[Choosing]:
    """Show the countries there are lines for; `carry.ask` is one that was said already."""
    return Turn(Choosing(), (SetCountry(country=carry.ask),) if _CODE.fullmatch(carry.ask) else ())


def update(state: Choosing, event: Event, at: Moment) -> Step[Choosing]:
    """Take the choice, and go back to where the person was: its lines are then those of the country."""
    match event:
        case Chose(key="country", arg=code) if code:
            return Back((SetCountry(country=code),))
        case Chose(key="back"):
            return Back()
        case _:
            return None


def view(state: Choosing, words: CountryWords, at: Moment) -> Screen:
    """Draw whose lines there are now, and a button a country. It says nothing about anybody's health."""
    here, region = at.catalog.help_for(at.person.region), at.person.region or INTERNATIONAL
    if region in at.catalog.regions and region != INTERNATIONAL:
        now = words.lines.fill(place=at.catalog.place(region), number=here.emergency)
    else:
        now = words.unknown.fill(dial=here.lines[0].dial, number=here.emergency)
    there = {at.catalog.place(code): code for code in at.catalog.regions if code != INTERNATIONAL}
    choices = [*((name, there[name]) for name in sorted(there)), (words.another, INTERNATIONAL)]
    buttons = (Button(key=f"{IN}{code}", label=name, standing=True) for name, code in choices)
    back = Button(key="back", label=words.back, closes=True)
    return Screen(lines=(now, words.question, words.holds), buttons=(*buttons, back))


FLOW: Flow[Choosing, CountryWords] = Flow("country", CountryWords, Choosing, begin, update, view, interrupts=True)
