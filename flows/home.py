"""Where every conversation starts and ends: what would help today? In the chat, and on a page of one's own.

In the chat the same buttons for everybody (a manager sees one more, which the employer knows anyway): a chat message
must not tell whether somebody has an appointment or a check-in. The page (`front`) is seen by its person alone, but
over a shoulder too: it says that something is coming up and whether check-ins are on, never what, when or with whom.
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
    callback: Label
    exercise: Label
    appointments: Label
    checkin: Label
    team: Label
    my_data: Label
    language: Label
    country: Label
    front: Line
    coming: Label
    checkins_on: Line
    checkins_off: Line
    checkins_paused: Line


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
        case Chose(key="options" | "callback" | "checkin" | "team" as flow):
            return Goto(flow)
        case Chose(key="exercise"):
            return Goto("selfhelp")
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
        *(["callback"] if at.contact else []),
        "exercise",
        "appointments",
        "checkin",
        *(["team"] if at.person.manages else []),
        "my_data",
    ]
    buttons = [
        Button(key=key, label=getattr(words, key), style="primary" if key == "check" else "plain") for key in keys
    ]
    return Screen(lines=(words.question, words.private), buttons=tuple(buttons))


def front(words: HomeWords, at: Moment, *, general: bool = False) -> Screen:
    """Draw the page that somebody finds by themselves, at any time: its buttons work for as long as it stands.

    `general` leaves out all that differs from person to person: where nothing private may pass through the platform."""
    person, plan = at.person, at.person.plan
    offered = person.waiting is not None and person.waiting.offered(at.now) is not None
    ahead = offered or bool(person.troubles) or any(each.slot.end > at.now for each in person.appointments)
    coming = ahead and not general
    mine = Button(
        key="mine",
        label=words.coming if coming else words.appointments,
        standing=True,
        style="primary" if coming else "plain",
    )
    others = {
        "check": words.check,
        "options": words.options,
        **({"callback": words.callback} if at.contact else {}),
        "exercise": words.exercise,
        "checkins": words.checkin,
        **({"remind": words.team} if person.manages else {}),
        "my_data": words.my_data,
        "language": words.language,
        "country": words.country,
    }
    rest = tuple(Button(key=key, label=label, standing=True) for key, label in others.items())
    if plan is None:
        checkins = words.checkins_off
    else:
        checkins = words.checkins_paused if plan.rests(at.now) else words.checkins_on
    buttons = (mine, *rest) if coming else (*rest[:3], mine, *rest[3:])
    lines = (words.question, words.front, *(() if general else (checkins,)))
    return Screen(lines=lines, buttons=buttons, private=True)


FLOW: Flow[Open, HomeWords] = Flow("home", HomeWords, Open, begin, update, view)
