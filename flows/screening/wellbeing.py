"""The WHO-5: five statements about feeling well, asked first where whoever runs the service turned it on.

Answers are points (0-5) by item. Their sum times four is the index, 0 to 100: more is better, other than in `scoring`.
50 or less asks on, 28 or less is low (Topp et al. 2015). No index is made up where an answer was left out.
"""

from typing import Final

from flows.screening.scoring import Answers

KEY: Final = "who5"
TITLE: Final = "WHO-5"
ITEMS: Final = tuple(f"{KEY}-{number}" for number in range(1, 6))
MOST: Final = 5  # points that one item can have
TIMES: Final = 4
HIGHEST: Final = TIMES * MOST * len(ITEMS)
CUT: Final = 50
LOW: Final = 28


def index(given: Answers) -> int | None:
    """Return the published index; None if an item was left out."""
    return TIMES * sum(given[item] for item in ITEMS) if all(item in given for item in ITEMS) else None


def well(given: Answers) -> bool | None:
    """Tell whether the index is above the cut, as far as that is certain whatever was left out; None if not."""
    least = TIMES * sum(given.get(item, 0) for item in ITEMS)
    if least > CUT:
        return True
    missing = sum(item not in given for item in ITEMS)
    return False if least + TIMES * MOST * missing <= CUT else None
