"""What answers add up to, by the published tables, and what may be said where some were left out.

Answers are points (0-3) by item; an item left out is not among them. Totals of an instrument are never made up from
a part of it: for the PHQ-4 and the PHQ-8 no way to do so is published. What is certain all the same is said: a sum
that has reached the cut already stays there, and one that could not reach it never will.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Answers = Mapping[str, int]
Part = Literal["worry", "mood"]
Finding = Literal["raised", "some", "low", "open", "steady"]
"""`raised`: at the cut of the longest instrument that was asked. `some`: at the cut of the short one only. `low`: at
neither, but feeling well is rare (`wellbeing`). `open`: too much was left out to say. `steady`: below the cut."""

MOST: Final = 3  # points that one item can have
SELF_HARM: Final = "phq9-9"
HARD: Final = 2  # from "very difficult" on, the PHQ-9's last question says that life is hard with it
BANDS: Final = ("minimal", "mild", "moderate", "moderately_severe", "severe")


class Scale(NamedTuple):
    """An instrument's scoring: the sum of its items, positive from `cut`, and the totals from which each further band
    begins. Where there is no band "moderately severe", `bands` are mild, moderate and severe."""

    title: str
    items: tuple[str, ...]
    cut: int
    bands: tuple[int, ...] = ()

    @property
    def most(self) -> int:
        """Return the highest total."""
        return MOST * len(self.items)


def _items(instrument: str, last: int) -> tuple[str, ...]:
    return tuple(f"{instrument}-{number}" for number in range(1, last + 1))


SCALES: Final[Mapping[str, Scale]] = {
    "gad2": Scale("GAD-2", _items("gad7", 2), 3),  # Kroenke et al. 2007
    "gad7": Scale("GAD-7", _items("gad7", 7), 10, (5, 10, 15)),  # Spitzer et al. 2006
    "phq2": Scale("PHQ-2", _items("phq9", 2), 3),  # Kroenke et al. 2003
    "phq4": Scale("PHQ-4", _items("gad7", 2) + _items("phq9", 2), 6, (3, 6, 9)),  # Kroenke et al. 2009
    "phq8": Scale("PHQ-8", _items("phq9", 8), 10, (5, 10, 15, 20)),  # Kroenke et al. 2009
    "phq9": Scale("PHQ-9", _items("phq9", 9), 10, (5, 10, 15, 20)),  # Kroenke et al. 2001
}
SHORT: Final[Mapping[Part, str]] = {"worry": "gad2", "mood": "phq2"}


def total(scale: Scale, given: Answers) -> int | None:
    """Return the published total; None if an item was left out."""
    return sum(given[item] for item in scale.items) if all(item in given for item in scale.items) else None


def band(scale: Scale, score: int) -> str:
    """Return the name of the band that a total is in, one of BANDS."""
    names = BANDS if len(scale.bands) == len(BANDS) - 1 else (*BANDS[:3], BANDS[4])
    return names[sum(score >= start for start in scale.bands)]


def positive(scale: Scale, given: Answers) -> bool | None:
    """Tell whether the total is at the cut or above, as far as that is certain whatever was left out; None if not."""
    low = sum(given.get(item, 0) for item in scale.items)
    if low >= scale.cut:
        return True
    missing = sum(item not in given for item in scale.items)
    return False if low + MOST * missing < scale.cut else None


def finding(given: Answers, longer: Mapping[Part, str], parts: tuple[Part, ...]) -> Finding:
    """Return what the answers point to, over `parts`; `longer`: the long instrument of each that was asked."""
    found = [_part(given, part, longer.get(part)) for part in parts]
    order: tuple[Finding, ...] = ("raised", "some", "open", "steady")
    return min(found, key=order.index, default="open")


def _part(given: Answers, part: Part, longer: str | None) -> Finding:
    short = positive(SCALES[SHORT[part]], given)
    if short is None:
        return "open"
    if not short:
        return "steady"
    return "raised" if longer is None or positive(SCALES[longer], given) else "some"
