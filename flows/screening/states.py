"""Where a check stands. Answers are scored in the turn that brings them and not kept."""

from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.care import Slot


class Asking(Value):
    """The form."""

    at: Literal["asking"] = "asking"
    instrument: str


class Unavailable(Value):
    """No validated translation into the person's language: not offered, and said so."""

    at: Literal["unavailable"] = "unavailable"


class Looking(Value):
    """Scored; the provider is being asked for times."""

    at: Literal["looking"] = "looking"
    raised: bool


class Result(Value):
    """What it may mean, and the times that are free. `down`: the provider did not answer."""

    at: Literal["result"] = "result"
    raised: bool
    slots: tuple[Slot, ...] = ()
    down: bool = False


State = Annotated[Asking | Unavailable | Looking | Result, Field(discriminator="at")]
