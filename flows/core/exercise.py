"""A short exercise: what to do, step by step, and how long each step may take."""

from typing import Final

from pydantic import Field

from flows.core.base import Value
from flows.core.typed import plain


class ExerciseStep(Value):
    """What to do for some seconds. Nobody counts them but the person, who goes on when ready."""

    seconds: int
    text: str


class Exercise(Value):
    """An exercise of one to three minutes. `calm`: offered in a crisis, too, in words that only a release changes."""

    key: str
    name: str
    steps: tuple[ExerciseStep, ...] = Field(min_length=1)
    calm: bool = False

    @property
    def minutes(self) -> int:
        """Return how long all of it takes, in whole minutes, rounded up."""
        return -(-sum(each.seconds for each in self.steps) // 60)

    def position(self, step: int) -> int:
        """Return where to stand at a step: at the last one, if there are fewer by now than when it was begun."""
        return min(step, len(self.steps) - 1)


_ON: Final = frozenset(
    {
        *("ok", "okay", "next", "go on", "continue"),
        *("siguiente", "sigue", "seguir", "continuar", "vale"),
        *("suivant", "suivante", "continuer", "daccord"),
        *("weiter", "gut", "in ordnung"),
        *("proximo", "proxima", "segue", "certo"),
    }
)
"""What people type in place of tapping on, in all five languages, as they are in the middle of something else. Neither
"yes", which may answer another question, nor "done" or "ready", which in a hard hour may mean something else."""


def goes_on(text: str) -> bool:
    """Tell whether a line says no more than that somebody is ready for the next step."""
    return plain(text) in _ON
