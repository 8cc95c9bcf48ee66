"""The crisis conversation: help at once, one direct question asked once, nobody locked in or out.

Shown in place, in the chat itself: at this moment being helped comes before the archive. It never names a
method, never asks twice, and one tap leads back to where the person was.
"""

from typing import Annotated, Literal, cast

from pydantic import Field

from flows.core.base import Value
from flows.core.catalog import Helpline
from flows.core.events import Chose, Event, Said
from flows.core.flow import Back, Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Words
from flows.safety.reader import Kind

OPTIONS = 3  # ways to get help on one screen, the emergency number among them


class SafetyWords(Words):
    """What somebody in pain reads. Short, plain, and never a question too many."""

    asked: Line
    self_harm: Line
    other: Line
    abuse: Line
    medical: Line
    harm: Line
    psychosis: Line
    program: Line
    emergency: Annotated[Line, Blanks("number")]
    line: Annotated[Line, Blanks("name", "how", "dial", "hours")]
    question: Line
    yes: Label
    no: Label
    mistaken: Label
    staying: Line
    stay_near: Line
    not_suicide: Line
    here: Line
    heavy: Line
    heavy_yes: Label
    heavy_no: Label
    ways: Label
    back: Label


class Helping(Value):
    """Help on screen, and for those who may mean themselves the one question."""

    at: Literal["helping"] = "helping"
    kind: Kind | Literal["asked"]


class Staying(Value):
    """They said yes: being with somebody, distance, the number again."""

    at: Literal["staying"] = "staying"
    kind: Kind | Literal["asked"] = "self"


class Listening(Value):
    """They said no, or went on writing: the lines stay on screen. `wrote`: they wrote more."""

    at: Literal["listening"] = "listening"
    wrote: bool
    kind: Kind | Literal["asked"] = "self"  # what it was about, so that something new is recognised


class Checking(Value):
    """It sounded heavy; is it about being safe?"""

    at: Literal["checking"] = "checking"
    kind: Kind


State = Annotated[Helping | Staying | Listening | Checking, Field(discriminator="at")]


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open with help. `carry.ask` is a Kind, or "asked" for a tap; `carry.text` is the alarm's level."""
    kind = cast(Kind, carry.ask)
    return Turn(Checking(kind=kind) if carry.text == "soft" else Helping(kind=kind))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Stay, listen, or go back."""
    match state, event:
        case Helping(kind=kind), Chose(key="yes"):
            return Turn(Staying(kind=kind))
        case Helping(kind=kind), Chose(key="no"):
            return Turn(Listening(wrote=False, kind=kind))
        case Checking(kind=kind), Chose(key="yes"):
            return Turn(Helping(kind=kind))
        case _, Said():
            return Turn(Listening(wrote=True, kind=state.kind))
        case ((Helping() | Listening() | Staying()), Chose(key="ways")):
            return Goto("options", Carry(ask="human"))
        case _, Chose(key="back" | "mistaken"):
            return Back()
        case _:
            return None


def view(state: State, words: SafetyWords, at: Moment) -> Screen:
    """Draw help for the person's country; for an unknown one the international finder."""
    back, ways = Button(key="back", label=words.back, closes=True), Button(key="ways", label=words.ways)
    mistaken = Button(key="mistaken", label=words.mistaken, closes=True)
    match state:
        case Checking():
            yes, no = Button(key="yes", label=words.heavy_yes), Button(key="back", label=words.heavy_no, closes=True)
            return Screen(lines=(words.heavy,), buttons=(yes, no))
        case Helping(kind=kind):
            opening = words.self_harm if kind == "self" else getattr(words, kind)
            if kind == "medical":  # the number comes before anything else
                emergency, *rest = _lines(words, at)
                lines = (emergency, opening, words.program, *rest)
                return Screen(lines=lines, buttons=(ways, mistaken))
            if kind in {"self", "asked"}:
                buttons = (
                    Button(key="yes", label=words.yes),
                    Button(key="no", label=words.no),
                    mistaken,
                )
                return Screen(lines=(opening, words.program, *_lines(words, at), words.question), buttons=buttons)
            return Screen(lines=(opening, words.program, *_lines(words, at)), buttons=(ways, mistaken))
        case Staying():
            return Screen(lines=(words.staying, *_lines(words, at), words.stay_near), buttons=(ways, back))
        case Listening(wrote=wrote):
            said = words.here if wrote else words.not_suicide
            return Screen(lines=(said, *_lines(words, at)), buttons=(ways, back))


def _lines(words: SafetyWords, at: Moment) -> tuple[str, ...]:
    region = at.catalog.help_for(at.person.region)
    helplines = tuple(
        words.line.fill(name=each.name, how=each.how, dial=_dial(each), hours=each.hours)
        for each in region.lines[: OPTIONS - 1]
    )
    return (words.emergency.fill(number=region.emergency), *helplines)


def _dial(line: Helpline) -> str:
    """Return what to dial; for a line that is visited, an address that can be tapped."""
    return line.url if line.how == "visit" and line.url else line.dial


FLOW: Flow[State, SafetyWords] = Flow("safety", SafetyWords, State, begin, update, view, interrupts=True)
