"""Two short messages after a hard hour, only for who says yes: tomorrow, and in three days, never in quiet hours.

Nobody else learns of them: they are neutral, end with one tap, with "stop" and with "pause", and go with "forget me".
After another hard hour they can be asked for anew.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.effects import SetCaring
from flows.core.events import Chose, Event
from flows.core.flow import Back, Carry, Flow, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.timing import QUIET, same_day
from flows.core.words import Blanks, Label, Line, Title, Words

AFTER: Final = (timedelta(hours=24), timedelta(hours=72))
HOUR: Final = timedelta(hours=1)


class CaringWords(Words):
    """The offer, and the two messages. Those stand in a chat at work: nothing in them says why they come."""

    title: Title
    offer: Line
    neutral: Line
    yes: Label
    no: Label
    planned: Annotated[Line, Blanks("when")]
    how_to_end: Line
    anew: Label
    message_1: Line
    message_2: Line
    open: Label
    end: Label
    ended: Line
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
        case ((Offering() | Planned()), Chose(key="yes")):
            return Turn(Planned(), (SetCaring(at=_times(at)),))
        case Planned(), Chose(key="end"):
            return Turn(Ended(), (SetCaring(at=()),))
        case _, Chose(key="back"):
            return Back()
        case _:
            return None


def _times(at: Moment) -> tuple[datetime, ...]:
    """Return when they come if they are asked for now: on the day that was said, at an hour that is not quiet."""
    plan, now = at.person.plan, at.now.replace(microsecond=0)
    quiet = (plan.quiet_from, plan.quiet_until) if plan else QUIET
    return tuple(same_day(now + after, at.person.zone, quiet) for after in AFTER)


def _older(at: Moment) -> bool:
    """Tell whether what is planned is from an earlier hour than this one, so that tomorrow's may not be among it."""
    planned = at.person.caring
    return len(planned) < len(AFTER) or planned[0] + HOUR < _times(at)[0]


def view(state: State, words: CaringWords, at: Moment) -> Screen:
    """Draw the state. That it has ended is no secret: the button that did it stands in the chat."""
    back = Button(key="back", label=words.back, closes=True)
    match state:
        case Planned() if at.person.caring:
            anew = (Button(key="yes", label=words.anew),) if _older(at) else ()
            when = "; ".join(at.catalog.when(each, at.person.zone) for each in at.person.caring)
            lines, buttons = (
                (words.planned.fill(when=when), words.how_to_end),
                (*anew, Button(key="end", label=words.end), back),
            )
        case Offering():
            no = Button(key="back", label=words.no, closes=True)
            lines, buttons = (words.offer, words.neutral), (Button(key="yes", label=words.yes, style="primary"), no)
        case _:
            return Screen(lines=(words.ended,), buttons=(Button(key="back", label=words.back),))
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


def message(number: int, words: CaringWords) -> Screen:
    """Draw the first or second message as the neutral chat message it arrives as; its buttons go on working."""
    buttons = (
        Button(key="options", label=words.open, standing=True),
        Button(key="end_caring", label=words.end, standing=True),
    )
    return Screen(lines=(words.message_1 if number == 1 else words.message_2,), buttons=buttons)


FLOW: Flow[State, CaringWords] = Flow("caring", CaringWords, State, begin, update, view, interrupts=True)
