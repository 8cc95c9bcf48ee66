"""All the ways to get help, side by side: free times with a therapist, and everything besides."""

from typing import Annotated, Literal

from flows.core.base import Value
from flows.core.events import Chose, Event
from flows.core.flow import Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Title, Words


class OptionsWords(Words):
    """The list of ways."""

    title: Title
    intro: Line
    person: Annotated[Line, Blanks("phone")]
    service: Annotated[Line, Blanks("name", "text", "reach")]
    times: Label
    check: Label
    done: Label


class Listing(Value):
    """The list. `person` puts the way to reach a human being first."""

    at: Literal["listing"] = "listing"
    person: bool = False


def begin(carry: Carry, at: Moment) -> Turn[Listing]:
    """Show the list; somebody who asked for a human being sees the phone first."""
    return Turn(Listing(person=carry.ask == "human"))


def update(state: Listing, event: Event, at: Moment) -> Step[Listing]:
    """Leave for what was chosen."""
    match event:
        case Chose(key="times"):
            return Goto("booking")
        case Chose(key="check"):
            return Goto("screening")
        case Chose(key="done"):
            return Goto("home")
        case _:
            return None


def view(state: Listing, words: OptionsWords, at: Moment) -> Screen:
    """Draw the list."""
    person = (words.person.fill(phone=at.catalog.phone),)
    services = tuple(
        words.service.fill(name=each.name, text=each.text, reach=each.reach) for each in at.catalog.services
    )
    lines = (*person, *services) if state.person else (str(words.intro), *services, *person)
    buttons = (
        Button(key="times", label=words.times, style="primary"),
        Button(key="check", label=words.check),
        Button(key="done", label=words.done),
    )
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


FLOW: Flow[Listing, OptionsWords] = Flow("options", OptionsWords, Listing, begin, update, view)
