"""My data and forget me: from everywhere, at once, and true."""

from typing import Annotated, Final, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.effects import Forget
from flows.core.events import Chose, Event
from flows.core.flow import Back, Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Title, Words

PENDING: Final = frozenset({"sending", "late", "sent", "taken"})
"""Where a request to be called back stands while somebody may still call."""


class PrivacyWords(Words):
    """What is held, and how it goes."""

    title: Title
    intro: Line
    item: Annotated[Line, Blanks("name", "value")]
    none: Annotated[Line, Blanks("names")]
    not_held: Line
    forget: Label
    language: Label
    country: Label
    sure: Line
    sure_booked: Line
    sure_called: Line
    yes: Label
    no: Label
    back: Label
    forgotten: Line


class Data(Value):
    """Everything held, opened."""

    at: Literal["data"] = "data"


class Sure(Value):
    """Really everything?"""

    at: Literal["sure"] = "sure"


class Forgotten(Value):
    """Gone; the receipt holds nothing about health."""

    at: Literal["forgotten"] = "forgotten"


State = Annotated[Data | Sure | Forgotten, Field(discriminator="at")]


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Show everything held, or ask whether all of it shall go."""
    return Turn(Sure() if carry.ask == "forget" else Data())


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Forget, or go back to where the person was."""
    match state, event:
        case Data(), Chose(key="forget"):
            return Turn(Sure())
        case Data(), Chose(key="language"):
            return Goto("language")
        case Data(), Chose(key="country"):
            return Goto("country")
        case Sure(), Chose(key="yes"):
            return Turn(Forgotten(), (Forget(),))
        case ((Data() | Sure()), Chose(key="back")):
            return Back()
        case _:
            return None


def view(state: State, words: PrivacyWords, at: Moment) -> Screen:
    """Draw the state. What is held is private; the receipt is not: it says nothing."""
    match state:
        case Data():
            items = tuple(words.item.fill(name=each.name, value=each.value) for each in at.person.held if each.value)
            missing = "; ".join(each.name for each in at.person.held if not each.value)
            none = (words.none.fill(names=missing),) if missing else ()
            buttons = (
                Button(key="language", label=words.language),
                Button(key="country", label=words.country),
                Button(key="forget", label=words.forget, style="danger"),
                Button(key="back", label=words.back, closes=True),
            )
            lines = (words.intro, *items, *none, words.not_held)
            return Screen(lines=lines, buttons=buttons, private=True, title=words.title)
        case Sure():
            booked = (words.sure_booked,) if at.person.appointments else ()
            called = (words.sure_called,) if at.person.ticket and at.person.ticket.status in PENDING else ()
            lines = (words.sure, *booked, *called)
            yes, no = (
                Button(key="yes", label=words.yes, style="danger"),
                Button(key="back", label=words.no, closes=True),
            )
            return Screen(lines=lines, buttons=(yes, no), private=True, title=words.title)
        case Forgotten():
            return Screen(lines=(words.forgotten,))


FLOW: Flow[State, PrivacyWords] = Flow("privacy", PrivacyWords, State, begin, update, view, interrupts=True)
