"""What is asked in which form: four questions first, and the rest of a part only where those two ask for it. Where the
WHO-5 is on, its five come before them, and who feels well is asked no more.

The order is fixed, so that a question has the same field on every form, and self-harm is the last of its form:
nothing is asked between the answer to it and help.
"""

from collections.abc import Mapping
from typing import Final

from flows.core.catalog import Catalog, Instrument
from flows.screening import wellbeing
from flows.screening.scoring import SCALES, SELF_HARM, SHORT, Answers, Part, positive
from flows.screening.states import Form

INSTRUMENT: Final[dict[Part, str]] = {"worry": "gad7", "mood": "phq9"}  # whose text a part's questions are of
IN_TURN: Final[tuple[Part, ...]] = ("mood", "worry")  # the rest of which part comes first
ORDER: Final = (
    *SCALES["phq4"].items,
    *SCALES["phq9"].items[2:],
    *SCALES["gad7"].items[2:],
    "difficulty",
    *wellbeing.ITEMS,
)


def parts(catalog: Catalog) -> tuple[Part, ...]:
    """Return the parts that there are in this language, as they are asked."""
    return tuple(part for part, key in INSTRUMENT.items() if key in catalog.instruments)


def longest(part: Part, catalog: Catalog) -> str:
    """Return the long instrument of a part: the PHQ-9 only where somebody answers for its last question."""
    return "gad7" if part == "worry" else "phq9" if catalog.screening.phq9 else "phq8"


def items(form: Form, catalog: Catalog) -> tuple[str, ...]:
    """Return the questions of a form, in their order; empty if this language has none."""
    there = parts(catalog)
    match form:
        case "wellbeing":
            return wellbeing.ITEMS if there and wellbeing.KEY in catalog.instruments else ()
        case "first":
            return tuple(item for part in there for item in SCALES[SHORT[part]].items)
        case "difficulty":
            asked = catalog.screening.phq9 and "mood" in there and catalog.instruments["phq9"].difficulty
            return ("difficulty",) if asked else ()
        case part:
            return SCALES[longest(part, catalog)].items[2:] if part in there else ()


def opening(catalog: Catalog) -> Form:
    """Return the form that a check begins with."""
    return "wellbeing" if items("wellbeing", catalog) else "first"


def current(form: Form, catalog: Catalog) -> Form:
    """Return the form to show for one that is open: its language may have changed to one without the WHO-5."""
    return opening(catalog) if form == "wellbeing" else form


def planned(given: Answers, catalog: Catalog) -> tuple[Form, ...]:
    """Return the forms that these answers to the first ones ask for."""
    asked: list[Form] = ["first"]
    if opening(catalog) == "wellbeing":
        if wellbeing.well(given):
            return ("wellbeing",)
        asked.insert(0, "wellbeing")
    asked += [part for part in IN_TURN if part in parts(catalog) and positive(SCALES[SHORT[part]], given)]
    if "mood" in asked and items("difficulty", catalog):
        asked.append("difficulty")
    return tuple(asked)


def field(item: str) -> str:
    """Return the key of a question's field, the same on every form."""
    return f"q{ORDER.index(item) + 1}"


def hurts(values: Mapping[str, str]) -> bool:
    """Tell whether what was sent answers the question about self-harm with more than "not at all": to be asked before
    anything else, as the form may be out of date by then, or nobody there who could take it."""
    return values.get(field(SELF_HARM)) in {"1", "2", "3"}


def instrument(form: Form, catalog: Catalog) -> Instrument:
    """Return whose sentence stands above a form. Above the first it is the GAD-7's, which is the PHQ-4's own."""
    if form == "wellbeing":
        return catalog.instruments[wellbeing.KEY]
    part: Part = "mood" if form in {"mood", "difficulty"} or "worry" not in parts(catalog) else "worry"
    return catalog.instruments[INSTRUMENT[part]]


def question(item: str, catalog: Catalog) -> tuple[str, tuple[str, ...]]:
    """Return a question's text and its answers, as its own instrument words them."""
    if item == "difficulty":
        difficulty = catalog.instruments["phq9"].difficulty
        assert difficulty, "it is asked only where it is there"
        return difficulty.text, difficulty.options
    source = catalog.instruments[item.partition("-")[0]]
    return next(each.text for each in source.items if each.key == item), source.options
