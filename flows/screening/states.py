"""Where a check stands. Answers are kept while it is open, so that nothing is asked twice, and gone with its result."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.care import Slot
from flows.screening import wellbeing
from flows.screening.scoring import Finding

Form = Literal["wellbeing", "first", "mood", "worry", "difficulty"]
Points = Annotated[int, Field(ge=0, le=wellbeing.MOST)]


class Asking(Value):
    """A form, and the answers to those before it, by item; what was left out is not there."""

    at: Literal["asking"] = "asking"
    form: Form = "first"
    given: Mapping[str, Points] = Field(default_factory=dict)


class Unavailable(Value):
    """No validated translation into the person's language: not offered, and said so."""

    at: Literal["unavailable"] = "unavailable"


class TooSoon(Value):
    """It asks about two weeks, and they are not over."""

    at: Literal["too_soon"] = "too_soon"


class Score(Value):
    """A published total, where the service runs with a clinical partner; there is none otherwise."""

    scale: str = Field(max_length=8)
    total: int = Field(ge=0, le=100)


class Outcome(Value):
    """What is left of the answers. `left_out`: some were not given. `hard`: they said that it makes life hard."""

    finding: Finding
    left_out: bool = False
    hard: bool = False
    scores: tuple[Score, ...] = Field(default=(), max_length=3)


class Looking(Value):
    """Scored; the provider is being asked for times."""

    at: Literal["looking"] = "looking"
    outcome: Outcome


class Result(Value):
    """What it may mean, and the times that are free. `down`: the provider did not answer. `numbers`: the person wants
    to see them."""

    at: Literal["result"] = "result"
    outcome: Outcome
    slots: tuple[Slot, ...] = ()
    down: bool = False
    numbers: bool = False


State = Annotated[Asking | Unavailable | TooSoon | Looking | Result, Field(discriminator="at")]
