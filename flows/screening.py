"""A private check: one validated form, a result in plain words, and free times in the same breath.

Answers are scored in the turn that brings them and not kept: the state after it knows only whether a part
was at or above its cut. PHQ-4: Kroenke et al. 2009, each part of two items 0-6, positive from 3.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.care import Slot
from flows.core.catalog import Instrument
from flows.core.effects import FindSlots
from flows.core.events import Answered, Chose, Event, Failed, SlotsFound
from flows.core.flow import Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Option, Screen
from flows.core.screen import Field as FormField
from flows.core.words import Blanks, Label, Line, Title, Words

FIRST = "phq4"  # the instrument that everybody starts with
DAYS = 7  # a result shows times within a week: later than that is not "now"


class ScreeningWords(Words):
    """Around the instrument; its own text is a standard and comes from the instrument's file."""

    title: Title
    intro: Line
    submit: Title
    leave: Label
    unavailable: Line
    looking: Line
    look_again: Label
    raised: Line
    steady: Line
    not_a_diagnosis: Line
    free: Line
    none_free: Annotated[Line, Blanks("phone")]
    down: Annotated[Line, Blanks("phone")]
    other: Label
    done: Label


class Asking(Value):
    """The form."""

    at: Literal["asking"] = "asking"
    instrument: str


class Unavailable(Value):
    """No validated translation into the person's language: not offered, and said so."""

    at: Literal["unavailable"] = "unavailable"


class Looking(Value):
    """Scored; the provider is being asked for times."""

    at: Literal["looking"] = "looking"
    raised: bool


class Result(Value):
    """What it may mean, and the times that are free. `down`: the provider did not answer."""

    at: Literal["result"] = "result"
    raised: bool
    slots: tuple[Slot, ...] = ()
    down: bool = False


State = Annotated[Asking | Unavailable | Looking | Result, Field(discriminator="at")]


def raised(instrument: Instrument, values: Mapping[str, str]) -> bool | None:
    """Tell whether a subscale is at or above its cut; None if an answer is missing or is no option."""
    totals = dict.fromkeys(instrument.cut, 0)
    for item in instrument.items:
        answer = values.get(item.key, "")
        if answer not in {str(points) for points in range(len(instrument.options))}:
            return None
        totals[item.part] += int(answer)
    return any(total >= instrument.cut[part] for part, total in totals.items())


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open the form; nothing is asked of anybody who did not open it."""
    return Turn(Asking(instrument=FIRST) if FIRST in at.catalog.instruments else Unavailable())


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Score, look for times, hand over to booking."""
    match state, event:
        case Asking(), Answered(values=given):
            high = raised(at.catalog.instruments[state.instrument], given)
            return None if high is None else Turn(Looking(raised=high), (FindSlots(days=DAYS),))
        case Looking(), SlotsFound(slots=slots):
            return Turn(Result(raised=state.raised, slots=slots[:3]))
        case Looking(), Failed():
            return Turn(Result(raised=state.raised, down=True))
        case Result(), Chose(key="slot", arg=index):
            return Goto("booking", Carry(slot=state.slots[int(index)]))
        case ((Result() | Unavailable()), Chose(key="other")):
            return Goto("options")
        case _, Chose(key="leave" | "done"):
            return Goto("home")
        case _:
            return None


def view(state: State, words: ScreeningWords, at: Moment) -> Screen:
    """Draw the form, the wait, or the result."""
    catalog = at.catalog
    match state:
        case Asking():
            return _form(catalog.instruments[state.instrument], words)
        case Unavailable():
            ways = (Button(key="other", label=words.other), Button(key="done", label=words.done))
            return Screen(lines=(words.unavailable,), buttons=ways, private=True, title=words.title)
        case Looking():
            again = (Button(key="look_again", label=words.look_again),)
            return Screen(lines=(words.looking,), buttons=again, private=True, title=words.title)
        case Result():
            means = words.raised if state.raised else words.steady
            if state.slots:
                offer = str(words.free)
            else:
                offer = (words.down if state.down else words.none_free).fill(phone=catalog.phone)
            times = tuple(
                Button(
                    key="slot",
                    arg=str(index),
                    label=f"{catalog.when(slot.start, at.person.zone)}, {slot.who}",
                    style="primary" if index == 0 and state.raised else "plain",
                )
                for index, slot in enumerate(state.slots)
            )
            rest = (Button(key="other", label=words.other), Button(key="done", label=words.done))
            lines = (means, words.not_a_diagnosis, offer)
            return Screen(lines=lines, buttons=times + rest, private=True, title=words.title)


def _form(instrument: Instrument, words: ScreeningWords) -> Screen:
    options = tuple(Option(key=str(points), label=label) for points, label in enumerate(instrument.options))
    fields = tuple(FormField(key=item.key, label=item.text, options=options) for item in instrument.items)
    return Screen(
        lines=(words.intro, instrument.stem),
        fields=fields,
        buttons=(Button(key="leave", label=words.leave),),
        private=True,
        title=words.title,
        submit=words.submit,
    )


FLOW: Flow[State, ScreeningWords] = Flow("screening", ScreeningWords, State, begin, update, view)
