"""The WHO-5: off unless it was turned on; five statements first, and who feels well is asked no more.

The rule is written out here once more, apart from the code: the sum times four, 0 to 100; 50 or less asks on.
"""

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.settings import ScreeningSettings
from bot.wiring import WORDS
from content import default_root
from content.loader import load
from flows.core.catalog import Screening
from flows.core.effects import Checked
from flows.core.events import Answered, Chose, SlotsFound
from flows.core.flow import Carry, Goto, Moment, Turn
from flows.registry import FLOWS
from flows.screening.states import Asking, Looking, Outcome, Result
from flows.screening.wellbeing import index, well
from tests import world

FLOW = FLOWS["screening"]
WHO5 = [f"who5-{number}" for number in range(1, 6)]
FIELDS = [f"q{number}" for number in range(18, 23)]
CALM, WORRIED = dict.fromkeys(("q1", "q2", "q3", "q4"), "0"), {"q1": "2", "q2": "2", "q3": "0", "q4": "0"}


def at(there: bool = True, **screening: Any) -> Moment:
    texts = dict(world.catalog().instruments) | ({"who5": world.wellbeing()} if there else {})
    return world.moment(catalog_=world.catalog(instruments=texts, screening=Screening.model_validate(screening)))


def answered(moment: Moment, *forms: dict[str, str]) -> Any:
    """Answer the check's forms one after the other; return what came of the last."""
    step: Any = FLOW.begin(Carry(), moment)
    for values in forms:
        assert isinstance(step, Turn)
        step = FLOW.update(world.thawed(FLOW, step.state), Answered(values=values), moment)
    return step


def outcome(step: Any) -> Outcome:
    assert isinstance(step, Turn)
    assert isinstance(step.state, Looking), step.state
    return step.state.outcome


def statements(*points: int | None) -> dict[str, str]:
    return {key: str(each) for key, each in zip(FIELDS, points, strict=True) if each is not None}


def test_every_answer_set_by_the_published_rule() -> None:
    """All 6^5: the index is the sum times four, and above 50 nobody is asked anything more."""
    wrong, moment = [], at()
    opened = FLOW.begin(Carry(), moment)
    assert isinstance(opened, Turn)
    for answers in itertools.product(range(6), repeat=5):
        points = dict(zip(WHO5, answers, strict=True))
        step: Any = FLOW.update(opened.state, Answered(values=statements(*answers)), moment)
        done = isinstance(step.state, Looking) and step.state.outcome == Outcome(finding="steady")
        asked_on = step.state == Asking(form="first", given=points)
        above = 4 * sum(answers) > 50
        if index(points) != 4 * sum(answers) or well(points) is not above or (done, asked_on) != (above, not above):
            wrong.append(answers)
    assert not wrong


@given(st.dictionaries(st.sampled_from(WHO5), st.integers(0, 5)))
def test_nothing_is_made_up_for_what_was_left_out(answers: dict[str, int]) -> None:
    missing = 5 - len(answers)
    assert (index(answers) is None) is bool(missing)
    lowest = 4 * sum(answers.values())
    certain = {lowest > 50, lowest + 20 * missing > 50}
    assert well(answers) is (certain.pop() if len(certain) == 1 else None)


def test_what_is_found() -> None:
    """Well: done. Not well: the PHQ-4 decides, and where it finds nothing, that feeling good is rare. Not certain:
    as if the WHO-5 had not been asked."""
    moment, rest = at(), {f"q{number}": "3" for number in range(12, 17)}
    cases = {
        "well": ((statements(3, 3, 3, 2, 2),), ("steady", False)),
        "well, whatever was left out": ((statements(5, 5, 3, None, None),), ("steady", True)),
        "at the cut, calm": ((statements(3, 3, 2, 2, 2), CALM), ("low", False)),
        "not well, nothing said to the rest": ((statements(0, 0, 0, 0, 0), {}), ("low", True)),
        "not well, worried": ((statements(0, 0, 0, 0, 0), WORRIED, rest), ("raised", False)),
        "open, calm": ((statements(5, None, None, None, None), CALM), ("steady", True)),
        "nothing said": (({}, {}), ("open", True)),
    }
    for case, (forms, (finding, left_out)) in cases.items():
        step = answered(moment, *forms)
        found = outcome(step)
        assert (found.finding, found.left_out, found.scores) == (finding, left_out, ()), case
        some = any(forms)
        assert step.effects == ((Checked(day=world.NOW.date()),) if some else ()) + (world.search(7),), case
    assert answered(moment, {"q18": "6"}) is None, "there are five points at most"
    assert answered(moment, statements(0, 0, 0, 0, 0), {"q1": "4"}) is None, "the PHQ-4 has three at most still"


def test_the_number_is_shown_with_a_clinical_partner_only_and_at_the_persons_wish() -> None:
    words = world.words(FLOW.words)
    for mode in ("signposting", "clinical_partner"):
        moment = at(mode=mode)
        for forms, scores in (
            ((statements(5, 5, 5, 5, 5),), [("who5", 100)]),
            ((statements(1, 1, 1, 1, 1), CALM), [("who5", 20), ("phq4", 0)]),
            ((statements(1, 1, 1, 1, None), CALM), [("phq4", 0)]),
        ):
            found = outcome(answered(moment, *forms))
            assert [tuple(each.model_dump().values()) for each in found.scores] == (
                scores if mode == "clinical_partner" else []
            )
            result = Result(outcome=found)
            hidden = FLOW.view(result, words, moment).lines
            pressed = FLOW.update(result, Chose(key="numbers"), moment)
            assert isinstance(pressed, Turn) is (mode == "clinical_partner")
            assert not any(each.startswith(("index", "number")) for each in hidden)
            if isinstance(pressed, Turn):
                shown = FLOW.view(pressed.state, words, moment).lines
                assert any(each == f"index WHO-5 {scores[0][1]} 100 50 28" for each in shown) is (
                    scores[0][0] == "who5"
                )


def test_the_first_answer_on_the_form_is_the_first_of_the_sheet() -> None:
    moment = at()
    opened = FLOW.begin(Carry(), moment)
    assert isinstance(opened, Turn)
    for field in FLOW.view(opened.state, world.words(FLOW.words), moment).fields:
        assert [each.key for each in field.options] == ["5", "4", "3", "2", "1", "0", "skip"]
        assert field.options[0].label == "always"


def test_a_language_without_it_is_asked_as_ever() -> None:
    """Also by whom the statements were open when they changed their language."""
    elsewhere = at(there=False)
    assert FLOW.begin(Carry(), elsewhere) == Turn(Asking())
    left = Asking(form="wellbeing")
    words = world.words(FLOW.words)
    assert FLOW.view(left, words, elsewhere) == FLOW.view(Asking(), words, elsewhere)
    assert outcome(FLOW.update(left, Answered(values=CALM), elsewhere)).finding == "steady"


def test_other_help_is_in_the_order_of_somebody_who_has_it_heavy() -> None:
    step = FLOW.update(Result(outcome=Outcome(finding="low")), Chose(key="other"), at())
    assert isinstance(step, Goto)
    assert step.carry == Carry(ask="some")
    assert isinstance(FLOW.update(Looking(outcome=Outcome(finding="low")), SlotsFound(slots=()), at()), Turn)


def test_it_is_off_and_only_the_setting_turns_it_on() -> None:
    """In the settings, in what ships and on screen; and on in the languages that have it, not in others."""
    content = load(default_root(), WORDS, date(2026, 7, 1))
    assert ScreeningSettings().who5 is False
    assert not [locale for locale in content.words if "who5" in content.catalog(locale).instruments]
    on = replace(content, screening=Screening(**ScreeningSettings(who5=True).model_dump()))
    assert [locale for locale in on.words if "who5" in on.catalog(locale).instruments] == ["en"]
    for each, asked in ((content, 4), (on, 5)):
        moment = world.moment(catalog_=each.catalog("en"))
        opened = FLOW.begin(Carry(), moment)
        assert isinstance(opened, Turn)
        screen = FLOW.view(opened.state, each.words["en"]["screening"], moment)
        assert len(screen.fields) == asked
        assert sum(len(line.split()) for line in screen.lines) <= 60
