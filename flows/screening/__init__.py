"""A private check: a few validated questions, more only where those ask for it, a result in plain words, and free
times in the same breath.

PHQ-4 first; before it the WHO-5, where that is on. Two questions at their cut ask the rest of their part: the PHQ-8 or
PHQ-9, the GAD-7. Answers are kept while the check is open, so that nothing is asked twice; of its result only what it
may mean. The published tables are in `scoring`, that of the WHO-5 in `wellbeing`.
"""

from typing import Any

from flows.core.flow import Flow
from flows.screening.forms import hurts
from flows.screening.screens import view
from flows.screening.states import State
from flows.screening.steps import begin, update
from flows.screening.words import ScreeningWords

__all__ = ["FLOW", "ScreeningWords", "hurts"]


def _second(old: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had one form, and knew only whether a part was at its cut."""
    if old["at"] == "asking":
        return {"at": "asking"}
    if old["at"] == "unavailable":
        return old
    kept = {name: value for name, value in old.items() if name != "raised"}
    return kept | {"outcome": {"finding": "raised" if old["raised"] else "steady"}}


# Version 2 had neither the WHO-5 nor what it finds; all that it had is there still.
FLOW: Flow[State, ScreeningWords] = Flow(
    "screening", ScreeningWords, State, begin, update, view, version=3, upgrades={1: _second, 2: dict}
)
