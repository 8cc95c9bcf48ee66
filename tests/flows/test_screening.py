"""The private check: scoring by the published tables, what is asked after what, and what is said of it.

The tables are written out here once more, apart from the code, from the papers that the instruments' LICENSE.txt cites.
"""

import itertools
from collections.abc import Mapping
from datetime import timedelta
from random import Random  # noqa: TID251  seeded: the same draws in every run
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.core.catalog import Screening
from flows.core.effects import Checked
from flows.core.events import Answered, Chose, SlotsFound
from flows.core.flow import Carry, Goto, Moment, Turn
from flows.registry import FLOWS
from flows.screening.scoring import SCALES, band, finding, positive, total
from flows.screening.states import Asking, Looking, Result
from tests import world
from tests.content.test_screens import CONTENT

FLOW = FLOWS["screening"]
GAD = [f"gad7-{number}" for number in range(1, 8)]
PHQ = [f"phq9-{number}" for number in range(1, 10)]
FIVE = ("minimal", "mild", "moderate", "moderately_severe", "severe")
FOUR = ("minimal", "mild", "moderate", "severe")
PUBLISHED: Mapping[str, tuple[list[str], int, Mapping[range, str]]] = {
    # items, cut, the totals of each band
    "gad2": (GAD[:2], 3, {}),
    "phq2": (PHQ[:2], 3, {}),
    "phq4": (GAD[:2] + PHQ[:2], 6, dict(zip((range(3), range(3, 6), range(6, 9), range(9, 13)), FOUR, strict=True))),
    "gad7": (GAD, 10, dict(zip((range(5), range(5, 10), range(10, 15), range(15, 22)), FOUR, strict=True))),
    "phq8": (
        PHQ[:8],
        10,
        dict(zip((range(5), range(5, 10), range(10, 15), range(15, 20), range(20, 25)), FIVE, strict=True)),
    ),
    "phq9": (
        PHQ,
        10,
        dict(zip((range(5), range(5, 10), range(10, 15), range(15, 20), range(20, 28)), FIVE, strict=True)),
    ),
}


def test_scores_are_those_of_the_published_tables() -> None:
    """Every answer set of the short instruments, 10,000 random ones of each longer one."""
    assert set(PUBLISHED) == set(SCALES)
    chance = Random(1)
    wrong: list[object] = []
    for key, (items, cut, bands) in PUBLISHED.items():
        if len(items) <= 5:
            sets = list(itertools.product(range(4), repeat=len(items)))
        else:
            sets = [tuple(chance.choices(range(4), k=len(items))) for _ in range(10_000)]
            sets += [(points,) * len(items) for points in range(4)]
        for answers in sets:
            points, scale = dict(zip(items, answers, strict=True)), SCALES[key]
            score = total(scale, points)
            named = next((name for totals, name in bands.items() if sum(answers) in totals), None)
            if score != sum(answers) or positive(scale, points) is not (sum(answers) >= cut):
                wrong.append((key, answers, score))
            elif bands and band(scale, score) != named:
                wrong.append((key, answers, band(scale, score)))
        assert SCALES[key].most == 3 * len(items)
    assert not wrong


@given(st.sampled_from(sorted(PUBLISHED)), st.data())
def test_what_is_said_of_a_part_holds_whatever_was_left_out(key: str, data: st.DataObject) -> None:
    """No total is made up; "at the cut" and "below it" are said only if every way to fill the gaps agrees."""
    items, cut, _ = PUBLISHED[key]
    answers = data.draw(st.dictionaries(st.sampled_from(items), st.integers(0, 3)))
    missing = len(items) - len(answers)
    assert (total(SCALES[key], answers) is None) is bool(missing)
    lowest, highest = sum(answers.values()), sum(answers.values()) + 3 * missing
    certain = {lowest >= cut, highest >= cut}
    assert positive(SCALES[key], answers) is (certain.pop() if len(certain) == 1 else None)


def at(phq: bool = True, gad: bool = True, **screening: Any) -> Moment:
    texts = world.catalog().instruments
    there = {key: texts[key] for key, wanted in {"phq9": phq, "gad7": gad}.items() if wanted}
    return world.moment(catalog_=world.catalog(instruments=there, screening=Screening.model_validate(screening)))


def walk(moment: Moment, answers: Mapping[str, int]) -> tuple[list[list[str]], Any]:
    """Answer form after form, by what the screen asks; return the questions of each, and what came at the end."""
    step: Any = FLOW.begin(Carry(), moment)
    asked: list[list[str]] = []
    while isinstance(step, Turn) and isinstance(step.state, Asking):
        state = world.thawed(FLOW, step.state)
        screen = FLOW.view(state, world.words(FLOW.words), moment)
        assert all(field.optional and field.options[-1].key == "skip" for field in screen.fields), (
            "no way to leave it out"
        )
        asked.append([field.label for field in screen.fields])
        values = {field.key: str(answers[field.label]) for field in screen.fields if field.label in answers}
        step = FLOW.update(state, Answered(values=values), moment)
        assert step is not None
    return asked, step


def named(items: list[str]) -> list[str]:
    return [item.replace("-", " item ") for item in items]


def test_every_gate() -> None:
    """All 2^7 ways through: which texts there are, which parts are at their cut, PHQ-9, self-harm, the mode."""
    for phq, gad, low, worried, phq9, harm, partner in itertools.product((False, True), repeat=7):
        mode = "clinical_partner" if partner else "signposting"
        moment = at(phq, gad, phq9=phq9, mode=mode)
        answers = dict.fromkeys(named(PHQ + GAD), 1) | {"how difficult": 2}
        answers |= dict.fromkeys(named(PHQ[:2]), 2 if low else 1) | dict.fromkeys(named(GAD[:2]), 2 if worried else 1)
        answers["phq9 item 9"] = int(harm)
        case = (phq, gad, low, worried, phq9, harm, partner)
        asked, step = walk(moment, answers)
        if not phq and not gad:
            assert isinstance(step, Turn)
            assert step.state.at == "unavailable"
            continue
        first = named(GAD[:2] if gad else []) + named(PHQ[:2] if phq else [])
        mood = [named(PHQ[2:9] if phq9 else PHQ[2:8])] if phq and low else []
        crisis = bool(mood) and phq9 and harm
        worry = [named(GAD[2:])] if gad and worried and not crisis else []
        last = [["how difficult"]] if mood and phq9 and not crisis else []
        assert asked == [first, *mood, *worry, *last], case
        assert len({question for form in asked for question in form}) == sum(map(len, asked)), "asked twice"
        if crisis:
            assert isinstance(step, Goto)
            assert (step.flow, step.carry.ask, step.carry.text) == (
                "safety",
                "self",
                "strong",
            )
            assert isinstance(step.leaving, Looking)
            assert step.leaving.outcome.finding == "raised"
            outcome = step.leaving.outcome
        else:
            assert isinstance(step, Turn)
            assert isinstance(step.state, Looking), case
            outcome = step.state.outcome
            assert outcome.hard is bool(last)
        assert step.effects == (Checked(day=world.NOW.date()), world.search(7)), case
        assert bool(outcome.scores) is (partner and (len(asked) > 1 or (phq and gad))), case


def test_an_answer_about_self_harm_is_help_before_anything_else() -> None:
    """Whatever else was answered or left out, with the WHO-5 and without, in both modes and every language: nothing is
    asked after it, no number is said with it, and who comes back finds the result. "Not at all" goes on."""
    chance, helped, texts = Random(3), 0, CONTENT.instruments
    for case in range(500):
        locale, answer = sorted(texts)[case % len(texts)], chance.choice(("skip", "0", "1", "2", "3"))
        there = {key: text for key, text in texts[locale].items() if key != "who5"}
        if chance.getrandbits(1):
            there["who5"] = texts["en"]["who5"]
        asked = Screening(phq9=True, mode=chance.choice(("signposting", "clinical_partner")))
        catalog = CONTENT.catalog(locale).model_copy(update={"screening": asked, "instruments": there})
        moment = world.moment(world.person(locale=locale), catalog)
        step: Any = FLOW.begin(Carry(), moment)
        while isinstance(step, Turn) and isinstance(step.state, Asking):
            state = world.thawed(FLOW, step.state)
            fields = FLOW.view(state, CONTENT.words[locale]["screening"], moment).fields
            values = {each.key: chance.choice(each.options).key for each in fields if chance.getrandbits(1)}
            if state.form in {"wellbeing", "first"}:  # as somebody answers who is asked about mood next
                values |= {each.key: each.options[-2].key for each in fields if each.key in {"q3", "q4"}}
                values |= {each.key: "0" for each in fields if each.options[0].key == "5"}
            on_form = "q11" in {each.key for each in fields}
            if on_form:
                assert fields[-1].key == "q11", "something is asked after it on its form"
                values["q11"] = answer
            step = FLOW.update(state, Answered(values=values), moment)
            if on_form and answer in {"1", "2", "3"}:
                helped += 1
                assert isinstance(step, Goto), (locale, values)
                assert (step.flow, step.carry) == ("safety", Carry(ask="self", text="strong")), (locale, values)
                assert isinstance(step.leaving, Looking)
                assert step.leaving.outcome.finding == "raised"
                assert bool(step.leaving.outcome.scores) <= (asked.mode == "clinical_partner")
                back = FLOW.update(step.leaving, SlotsFound(slots=()), moment)
                assert isinstance(back, Turn)
                assert not back.state.numbers
            else:
                assert isinstance(step, Turn), (locale, values)
    assert helped > 250


def test_the_whole_instrument_decides_where_it_was_asked() -> None:
    """8 of PHQ-8 is below its cut of 10, and above that of the two questions: "some"; 10 is "raised"."""
    for third, found in ((3, "some"), (4, "raised")):
        points = dict.fromkeys(PHQ[:8], 0) | {"phq9-1": 3, "phq9-2": 3, "phq9-3": third - 1, "phq9-4": 1}
        points["phq9-5"] = 1 if found == "raised" else 0
        expected = "raised" if sum(points.values()) >= 10 else "some"
        assert finding(points | dict.fromkeys(GAD[:2], 0), {"mood": "phq8"}, ("worry", "mood")) == expected


def test_below_the_cut_four_questions_are_all() -> None:
    """And below it means: nobody who is not at the cut of a part answers more than five."""
    for answers in itertools.product(range(4), repeat=4):
        asked, _ = walk(at(), dict(zip(named(GAD[:2] + PHQ[:2]), answers, strict=True)))
        if answers[0] + answers[1] < 3 and answers[2] + answers[3] < 3:
            assert sum(map(len, asked)) <= 5


def test_left_out_means_left_out() -> None:
    """Nothing answered: nothing said, no day remembered. Half answered: what is certain, and that it is half."""
    asked, step = walk(at(mode="clinical_partner"), {})
    assert len(asked) == 1
    assert isinstance(step, Turn)
    assert isinstance(step.state, Looking)
    assert step.state.outcome.model_dump() == {"finding": "open", "left_out": True, "hard": False, "scores": ()}
    assert step.effects == (world.search(7),)
    _, step = walk(
        at(mode="clinical_partner"), {"phq9 item 1": 3, "phq9 item 3": 3, "phq9 item 4": 3, "phq9 item 5": 3}
    )
    assert isinstance(step, Turn)
    assert isinstance(step.state, Looking)
    assert step.state.outcome.model_dump() == {"finding": "raised", "left_out": True, "hard": False, "scores": ()}


def test_no_number_and_no_label_in_signposting() -> None:
    """Whatever is answered: what the state holds and what the screens say has no total and no band."""
    chance, labels = Random(2), set(FIVE)
    for mode in ("signposting", "clinical_partner"):
        seen = set()
        for _ in range(300):
            moment = at(mode=mode, phq9=bool(chance.getrandbits(1)))
            answers = {question: chance.randrange(4) for question in named(PHQ[:8] + GAD)}
            _, step = walk(moment, answers)
            assert isinstance(step, Turn)
            result = FLOW.update(step.state, SlotsFound(slots=()), moment)
            assert isinstance(result, Turn)
            assert isinstance(result.state, Result)
            pressed = FLOW.update(result.state, Chose(key="numbers"), moment)
            state = pressed.state if isinstance(pressed, Turn) else result.state
            words = world.words(FLOW.words).model_copy(update={name: f"<{name}>" for name in FIVE})
            lines = " ".join(FLOW.view(state, words, moment).lines)
            seen |= {name for name in labels if f"<{name}>" in lines}
            assert (FLOW.freeze(state)["outcome"]["scores"] == []) is (mode == "signposting")
        assert bool(seen) is (mode == "clinical_partner")


def test_not_again_within_two_weeks() -> None:
    """A year of days: after each check the next one opens on the 14th day, by the person's own calendar."""
    last, opened = None, []
    for day in range(365):
        person = world.person(checked=last)
        moment = world.moment(person, now=world.NOW + timedelta(days=day))
        step = FLOW.begin(Carry(), moment)
        assert isinstance(step, Turn)
        if isinstance(step.state, Asking):
            opened.append(day)
            last = moment.now.date()
    assert opened == list(range(0, 365, 14))
