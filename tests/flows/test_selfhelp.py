"""Short exercises: three minutes at most, left at any step, there in a crisis, and back to where somebody was."""

from datetime import timedelta

import pytest

from flows import selfhelp
from flows.core.events import Chose
from flows.core.exercise import Exercise, ExerciseStep
from flows.core.flow import AnyFlow, Back, Moment, Turn
from flows.core.screen import Screen
from flows.registry import FLOWS
from tests import world
from tests.content.test_screens import CONTENT, words_on

LOCALES = sorted(CONTENT.words)
EXERCISES = [(locale, each) for locale in LOCALES for each in CONTENT.catalog(locale).exercises]


def at(locale: str) -> Moment:
    return world.moment(world.person(locale=locale), CONTENT.catalog(locale))


def drawn(flow: AnyFlow, state: object, here: Moment) -> Screen:
    return flow.view(world.thawed(flow, state), CONTENT.words[here.person.locale][flow.name], here)


def walked(exercise: Exercise, here: Moment) -> tuple[list[Screen], timedelta]:
    """Tap through an exercise, each step as long as it says; return its screens and how long all of it took."""
    flow, clock, screens = FLOWS["selfhelp"], world.NOW, []
    turn = flow.update(selfhelp.Choosing(), Chose(key="do", arg=exercise.key), here)
    while isinstance(turn, Turn) and isinstance(turn.state, selfhelp.Doing):
        screens.append(drawn(flow, turn.state, here))
        clock += timedelta(seconds=exercise.steps[turn.state.step].seconds)
        turn = flow.update(turn.state, Chose(key="next"), here.model_copy(update={"now": clock}))
    assert isinstance(turn, Turn)
    assert turn.state == selfhelp.Done(exercise=exercise.key)
    return screens, clock - world.NOW


def test_there_are_enough_the_same_ones_in_every_language() -> None:
    english = CONTENT.catalog("en").exercises
    assert len(english) >= 8
    assert len(CONTENT.catalog("en").calm) >= 4
    for locale in LOCALES:
        own = CONTENT.catalog(locale).exercises
        assert [(each.key, each.calm) for each in own] == [(each.key, each.calm) for each in english]
        for each, other in zip(own, english, strict=True):
            assert [step.seconds for step in each.steps] == [step.seconds for step in other.steps], each.key
            assert locale == "en" or not {step.text for step in each.steps} & {step.text for step in other.steps}


@pytest.mark.parametrize("locale", LOCALES)
def test_each_ends_within_three_minutes_and_says_how_long_it_takes(locale: str) -> None:
    """On a clock that moves on by what each step asks for; 60 words a screen, and no questions."""
    here, flow = at(locale), FLOWS["selfhelp"]
    assert words_on(drawn(flow, selfhelp.Choosing(), here)) <= 60
    for exercise in here.catalog.exercises:
        screens, took = walked(exercise, here)
        assert took <= timedelta(minutes=3), exercise.key
        assert timedelta(minutes=exercise.minutes - 1) < took <= timedelta(minutes=exercise.minutes)
        assert len(screens) == len(exercise.steps)
        assert str(exercise.minutes) in screens[0].lines[0]
        for screen, step in zip(screens, exercise.steps, strict=True):
            assert words_on(screen) <= 60, (exercise.key, screen.lines)
            assert str(step.seconds) in screen.lines[-1]
            assert not any("?" in line for line in screen.lines), (exercise.key, screen.lines)
            assert screen.private


def test_every_step_can_be_the_last() -> None:
    here = at("en")
    states: list[selfhelp.State] = [selfhelp.Choosing()]
    for exercise in here.catalog.exercises:
        states += [selfhelp.Doing(exercise=exercise.key, step=step) for step in range(len(exercise.steps))]
        states += [selfhelp.Done(exercise=exercise.key)]
    for state in states:
        ways = [each for each in drawn(FLOWS["selfhelp"], state, here).buttons if each.closes]
        assert len(ways) == 1, state
        assert selfhelp.update(state, Chose(key=ways[0].key), here) == Back(), state


@pytest.mark.parametrize("locale", LOCALES)
def test_in_a_crisis_they_are_there_with_the_number_and_the_way_on(locale: str) -> None:
    """All that are offered there, step by step: short, the emergency number beside them, and the question that was
    open before stays open: it is never asked again."""
    here, flow = at(locale), FLOWS["safety"]
    more = flow.thaw(2, {"at": "more", "kind": "self", "question": "suicide", "heard": 1})
    foremost = next(each for each in drawn(flow, more, here).buttons if each.key == "grounding")
    step = flow.update(more, Chose(key="grounding", arg=foremost.arg), here)
    assert isinstance(step, Turn)
    listed = flow.update(step.state, Chose(key="others"), here)
    assert isinstance(listed, Turn)
    offered = [each.arg for each in drawn(flow, listed.state, here).buttons if each.key == "grounding"]
    assert offered == [each.key for each in here.catalog.calm]
    for exercise in here.catalog.calm:
        step = flow.update(listed.state, Chose(key="grounding", arg=exercise.key), here)
        for number, told in enumerate(exercise.steps, start=1):
            assert isinstance(step, Turn)
            screen = drawn(flow, step.state, here)
            assert told.text in screen.lines[0]
            assert f"{number} " in screen.lines[0]
            assert words_on(screen) <= 60, (exercise.key, screen.lines)
            assert any("999" in line for line in screen.lines)
            assert {"ways", "back", "others"} <= {button.key for button in screen.buttons}
            step = flow.update(step.state, Chose(key="next"), here)
        assert isinstance(step, Turn)
        on = flow.update(step.state, Chose(key="ways"), here)
        assert isinstance(on, Turn)
        assert on.state == more


def test_an_exercise_that_hr_took_away_meanwhile_leads_to_those_that_are_left() -> None:
    """The words are HR's, and a conversation may be open when they change."""
    flow, here = FLOWS["selfhelp"], at("en")
    gone = selfhelp.Doing(exercise="gone", step=2)
    assert drawn(flow, gone, here) == drawn(flow, selfhelp.Choosing(), here)
    assert flow.update(gone, Chose(key="next"), here) is None
    assert flow.update(gone, Chose(key="do", arg="worry"), here) == Turn(selfhelp.Doing(exercise="worry"))
    shorter = Exercise(key="worry", name="w", steps=(ExerciseStep(seconds=9, text="only this"),))
    cut = here.model_copy(update={"catalog": here.catalog.model_copy(update={"exercises": (shorter,)})})
    late = selfhelp.Doing(exercise="worry", step=3)
    assert "only this" in drawn(flow, late, cut).lines
    assert flow.update(late, Chose(key="next"), cut) == Turn(selfhelp.Done(exercise="worry"))
    grounding = FLOWS["safety"].thaw(2, {"at": "grounding", "exercise": "gone", "step": 9})
    assert "5 of 5" in drawn(FLOWS["safety"], grounding, here).lines[0]
