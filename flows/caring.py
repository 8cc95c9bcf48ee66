"""Two short messages after a hard hour, only for who says yes: tomorrow, and in three days.

Nobody else learns of them: they are neutral, end with one tap, with "stop" and with "pause", and go with "forget me".
"""

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.effects import SetCaring
from flows.core.events import Chose, Event
from flows.core.flow import Back, Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Title, Words

AFTER: Final = (timedelta(hours=24), timedelta(hours=72))


class CaringWords(Words):
    """The offer, and the two messages. Those stand in a chat at work: nothing in them says why they come."""

    title: Title
    offer: Line
    neutral: Line
    yes: Label
    no: Label
    planned: Annotated[Line, Blanks("when")]
    how_to_end: Line
    message_1: Line
    message_2: Line
    open: Label
    end: Label
    ended: Line
    home: Label
    back: Label


class Offering(Value):
    """Shall I write to you?"""

    at: Literal["offering"] = "offering"


class Planned(Value):
    """Yes: when I write stands in the person's row."""

    at: Literal["planned"] = "planned"


class Ended(Value):
    """No more of it."""

    at: Literal["ended"] = "ended"


State = Annotated[Offering | Planned | Ended, Field(discriminator="at")]


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Offer; say what is planned already; or end it, by a button of one of the messages, an old one maybe."""
    if carry.ask == "end":
        return Turn(Ended(), (SetCaring(at=()),))
    return Turn(Planned() if at.person.caring else Offering())


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Plan on a yes, end on a tap."""
    match state, event:
        case Offering(), Chose(key="yes"):
            return Turn(Planned(), (SetCaring(at=tuple(at.now.replace(microsecond=0) + after for after in AFTER)),))
        case Planned(), Chose(key="end"):
            return Turn(Ended(), (SetCaring(at=()),))
        case _, Chose(key="home"):
            return Goto("home")
        case _, Chose(key="back"):
            return Back()
        case _:
            return None


def view(state: State, words: CaringWords, at: Moment) -> Screen:
    """Draw the state. That it has ended is no secret: the button that did it stands in the chat."""
    back = Button(key="back", label=words.back, closes=True)
    match state:
        case Planned() if at.person.caring:
            when = "; ".join(at.catalog.when(each, at.person.zone) for each in at.person.caring)
            lines, buttons = (
                (words.planned.fill(when=when), words.how_to_end),
                (Button(key="end", label=words.end), back),
            )
        case Offering():
            no = Button(key="back", label=words.no, closes=True)
            lines, buttons = (words.offer, words.neutral), (Button(key="yes", label=words.yes, style="primary"), no)
        case _:
            return Screen(lines=(words.ended,), buttons=(Button(key="home", label=words.home),))
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


def message(number: int, words: CaringWords) -> Screen:
    """Draw the first or second message as the neutral chat message it arrives as; its buttons go on working."""
    buttons = (
        Button(key="options", label=words.open, standing=True),
        Button(key="end_caring", label=words.end, standing=True),
    )
    return Screen(lines=(words.message_1 if number == 1 else words.message_2,), buttons=buttons)


FLOW: Flow[State, CaringWords] = Flow("caring", CaringWords, State, begin, update, view, interrupts=True)
