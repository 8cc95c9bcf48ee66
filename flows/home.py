"""Where every conversation starts and ends: what would help today?

The same buttons for everybody (a manager sees one more, which the employer knows anyway): a chat message
must not tell whether somebody has an appointment or a check-in.
"""

from typing import Literal

from flows.core.base import Value
from flows.core.events import Chose, Event
from flows.core.flow import Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Label, Line, Words


class HomeWords(Words):
    """The front door."""

    question: Line
    private: Line
    check: Label
    options: Label
    appointments: Label
    checkin: Label
    team: Label
    my_data: Label


class Open(Value):
    """The menu."""

    at: Literal["open"] = "open"


def begin(carry: Carry, at: Moment) -> Turn[Open]:
    """Show the menu."""
    return Turn(Open())


def update(state: Open, event: Event, at: Moment) -> Step[Open]:
    """Leave for what was chosen."""
    match event:
        case Chose(key="check"):
            return Goto("screening")
        case Chose(key="options" | "checkin" | "team" as flow):
            return Goto(flow)
        case Chose(key="appointments"):
            return Goto("booking", Carry(ask="mine"))
        case Chose(key="my_data"):
            return Goto("privacy")
        case _:
            return None


def view(state: Open, words: HomeWords, at: Moment) -> Screen:
    """Draw the menu."""
    keys = [
        "check",
        "options",
        "appointments",
        "checkin",
        *(["team"] if at.person.manages else []),
        "my_data",
    ]
    buttons = [
        Button(key=key, label=getattr(words, key), style="primary" if key == "check" else "plain") for key in keys
    ]
    return Screen(lines=(words.question, words.private), buttons=tuple(buttons))


FLOW: Flow[Open, HomeWords] = Flow("home", HomeWords, Open, begin, update, view)
