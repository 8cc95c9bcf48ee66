"""All the ways to get help: a few to begin with, and the whole list one tap away, for everybody alike.

Whoever looks at them loses nothing: what was open waits, a check's result and its times too, and "Back" leads there.
Nothing is hidden and nobody is asked why: whatever a check has shown, every way is on the list; what is known of
somebody changes the order only. What the organisation does not have is not spoken of.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, cast, get_args

from pydantic import Field

from flows.core.base import Value
from flows.core.catalog import Catalog, Service
from flows.core.events import Chose, Event
from flows.core.flow import Back, Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Title, Words

Need = Literal["", "raised", "some", "open", "steady"]
"""What a check found, if it has just been made."""
FIRST: Final[Mapping[Need, tuple[str, ...]]] = {
    "": (),
    "raised": ("line", "doctor"),
    "some": ("line", "coaching", "group"),
    "open": (),
    "steady": ("coaching", "group"),
}
"""Which kinds of service head the list; the others follow as they stand in HR's file."""


class OptionsWords(Words):
    """The list of ways."""

    title: Title
    intro: Line
    everything: Line
    person: Annotated[Line, Blanks("phone")]
    service: Annotated[Line, Blanks("name", "text", "reach")]
    brief: Annotated[Line, Blanks("name", "reach")]
    trusted: Line
    crisis_call: Annotated[Line, Blanks("name", "dial", "number")]
    crisis_text: Annotated[Line, Blanks("name", "dial", "number")]
    crisis_visit: Annotated[Line, Blanks("name", "dial", "number")]
    times: Label
    times_gp: Label
    times_psychiatry: Label
    times_coaching: Label
    times_group: Label
    times_line: Label
    exercise: Label
    callback: Label
    check: Label
    all: Label
    done: Label


class Listing(Value):
    """A few ways to begin with. `person`: somebody asked for a human being, and sees how to reach one first."""

    at: Literal["listing"] = "listing"
    person: bool = False


class Everything(Value):
    """Every way there is."""

    at: Literal["everything"] = "everything"
    need: Need = ""


State = Annotated[Listing | Everything, Field(discriminator="at")]


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Show a few ways; all of them to whoever asks for "all", or comes from a check, by what it found."""
    if carry.ask == "all":
        return Turn(Everything())
    if carry.ask and carry.ask in get_args(Need):
        return Turn(Everything(need=cast(Need, carry.ask)))
    return Turn(Listing(person=carry.ask == "human"))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Leave for what was chosen."""
    match event:
        case Chose(key="all"):
            return Turn(Everything())
        case Chose(key="times", arg=profession):
            return Goto("booking", Carry(ask=profession))
        case Chose(key="exercise"):
            return Goto("selfhelp")
        case Chose(key="callback"):
            return Goto("callback")
        case Chose(key="check"):
            return Goto("screening")
        case Chose(key="done"):
            return Back()
        case _:
            return None


def view(state: State, words: OptionsWords, at: Moment) -> Screen:
    """Draw a few ways, or all of them."""
    person, services = words.person.fill(phone=at.catalog.phone), at.catalog.services
    times = Button(key="times", label=words.times, style="primary")
    exercise = Button(key="exercise", label=words.exercise)
    check = () if at.person.checked else (Button(key="check", label=words.check),)  # not again within two weeks
    done = Button(key="done", label=words.done, closes=True)
    beside = tuple(  # what can be booked besides a therapist: telemedicine, coaching, a group
        Button(key="times", arg=each, label=getattr(words, f"times_{each}"))
        for each in at.catalog.bookable
        if each != "therapy"
    )
    callback = (Button(key="callback", label=words.callback),) if at.contact else ()
    lines: tuple[str, ...]
    match state:
        case Listing(person=True):
            doctors = (each for each in services if each.kind == "doctor")
            lines = (person, *(words.brief.fill(name=each.name, reach=each.reach) for each in doctors))
            buttons: tuple[Button, ...] = (times, *callback)
        case Listing():
            lines = (words.intro, person)
            buttons = (times, *callback, exercise, *check)
        case Everything():
            told = (
                words.service.fill(name=each.name, text=each.text, reach=each.reach)
                for each in ordered(services, state.need)
            )
            lines = (words.everything, *told, person, words.trusted, _crisis(words, at.catalog, at.person.region))
            return _screen(words, lines, (times, *beside, *callback, exercise, *check, done))
    return _screen(words, lines, (*buttons, Button(key="all", label=words.all), done))


def ordered(services: tuple[Service, ...], need: Need) -> tuple[Service, ...]:
    """Return every service, those first that suit what a check found."""
    first = FIRST[need]
    return tuple(sorted(services, key=lambda each: first.index(each.kind) if each.kind in first else len(first)))


def _crisis(words: OptionsWords, catalog: Catalog, region: str | None) -> str:
    """Say the foremost crisis line of the person's country, as it is reached, and the emergency number."""
    here = catalog.help_for(region)
    line = here.lines[0]
    how = {"text": words.crisis_text, "visit": words.crisis_visit}.get(line.how, words.crisis_call)
    return how.fill(name=line.name, dial=line.dial, number=here.emergency)


def _screen(words: OptionsWords, lines: tuple[str, ...], buttons: tuple[Button, ...]) -> Screen:
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


FLOW: Flow[State, OptionsWords] = Flow("options", OptionsWords, State, begin, update, view, interrupts=True)
