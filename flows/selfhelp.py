"""Short exercises of one to three minutes: breathing, grounding, time for worries, winding down, and more.

A chat cannot keep time with somebody, so the person taps on when ready; each step says how long it may take. Every
step can be the last, and whoever stops is back where they were. Which exercise it was is nobody's business but theirs:
everything here is private. In a crisis the exercises are steps of the crisis conversation itself (decision 9).
"""

from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.events import Chose, Event, Said
from flows.core.exercise import Exercise, goes_on
from flows.core.flow import Back, Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Title, Words


class SelfhelpWords(Words):
    """Around the exercises; their own words stand in files of their own."""

    title: Title
    intro: Line
    head: Annotated[Line, Blanks("name", "steps", "time")]
    minute: Line
    minutes: Annotated[Line, Blanks("minutes")]
    pace: Annotated[Line, Blanks("step", "steps", "seconds")]
    next: Label
    before: Label
    finish: Label
    stop: Label
    done: Line
    again: Label
    others: Label
    ways: Label
    back: Label


class Choosing(Value):
    """The list of exercises."""

    at: Literal["choosing"] = "choosing"


class Doing(Value):
    """One step of an exercise."""

    at: Literal["doing"] = "doing"
    exercise: str = Field(max_length=40)
    step: int = Field(default=0, ge=0, le=99)


class Done(Value):
    """All steps are done."""

    at: Literal["done"] = "done"
    exercise: str = Field(max_length=40)


State = Annotated[Choosing | Doing | Done, Field(discriminator="at")]


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Show the list."""
    return Turn(Choosing())


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Take a step, choose another exercise, or stop at once."""
    match state, event:
        case _, Chose(key="stop" | "back"):
            return Back()
        case _, Chose(key="ways"):
            return Goto("options", Carry(ask="all"))
        case _, Chose(key="others"):
            return Turn(Choosing())
        case _, Chose(key="do", arg=key):
            return Turn(Doing(exercise=key))
        case Done(exercise=key), Chose(key="again"):
            return Turn(Doing(exercise=key))
        case Doing(), Chose(key="next" | "before" as way):
            return _step(state, way, at)
        case Doing(), Said(text=text) if goes_on(text):
            return _step(state, "next", at)
        case _:
            return None


def _step(state: Doing, way: str, at: Moment) -> Turn[State] | None:
    exercise = at.catalog.exercise(state.exercise)
    if exercise is None:
        return None
    step = exercise.position(state.step) + (1 if way == "next" else -1)
    return Turn(state.model_copy(update={"step": step}) if step < len(exercise.steps) else Done(exercise=exercise.key))


def view(state: State, words: SelfhelpWords, at: Moment) -> Screen:
    """Draw the list, a step, or the end. An exercise that is no longer there leads to those that are."""
    if isinstance(state, Choosing) or (exercise := at.catalog.exercise(state.exercise)) is None:
        choices = tuple(Button(key="do", arg=each.key, label=each.name) for each in at.catalog.exercises)
        return _screen(words, words.intro, buttons=(*choices, Button(key="back", label=words.back, closes=True)))
    if isinstance(state, Done):
        buttons = (
            Button(key="again", label=words.again),
            Button(key="others", label=words.others),
            Button(key="ways", label=words.ways),
            Button(key="back", label=words.back, closes=True),
        )
        return _screen(words, words.done, buttons=buttons)
    return _doing(exercise, exercise.position(state.step), words)


def _doing(exercise: Exercise, step: int, words: SelfhelpWords) -> Screen:
    now, steps = exercise.steps[step], len(exercise.steps)
    head = words.head.fill(name=exercise.name, steps=str(steps), time=_time(exercise, words))
    pace = words.pace.fill(step=str(step + 1), steps=str(steps), seconds=str(now.seconds))
    on = Button(key="next", label=words.next if step + 1 < steps else words.finish, style="primary")
    earlier = (Button(key="before", label=words.before),) if step else ()
    stop = Button(key="stop", label=words.stop, closes=True)
    return _screen(words, *(() if step else (head,)), now.text, pace, buttons=(on, *earlier, stop))


def _time(exercise: Exercise, words: SelfhelpWords) -> str:
    return words.minute if exercise.minutes == 1 else words.minutes.fill(minutes=str(exercise.minutes))


def _screen(words: SelfhelpWords, *lines: str, buttons: tuple[Button, ...]) -> Screen:
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


FLOW: Flow[State, SelfhelpWords] = Flow("selfhelp", SelfhelpWords, State, begin, update, view, interrupts=True)
