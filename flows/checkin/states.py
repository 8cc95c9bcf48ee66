"""Where a conversation about check-ins stands."""

from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value


class Overview(Value):
    """What is planned. `said`: what was just done about it."""

    at: Literal["overview"] = "overview"
    said: Literal["", "stopped", "stopped_none", "paused_none", "caring_ended"] = ""


class Choosing(Value):
    """The form. If what was typed is no zone, or the time lies in the quiet hours, it comes back with all that was
    entered; `zone` is then not empty."""

    at: Literal["choosing"] = "choosing"
    day: str = Field(default="", max_length=1)
    other: str = Field(default="", max_length=1)
    time: str = Field(default="", max_length=5)
    zone: str = Field(default="", max_length=64)
    quiet: str = Field(default="", max_length=11)
    holidays: str = Field(default="", max_length=8)


class Pausing(Value):
    """Until when?"""

    at: Literal["pausing"] = "pausing"


class Asked(Value):
    """Somebody opened a check-in: how are things?"""

    at: Literal["asked"] = "asked"


class Heard(Value):
    """They told. It is kept only for who wants that."""

    at: Literal["heard"] = "heard"
    mood: Literal["fine", "so_so", "rough"]


class Trend(Value):
    """Their own answers so far, for nobody else. `said`: what was just done about them."""

    at: Literal["trend"] = "trend"
    said: Literal["", "trend_forgotten"] = ""


class Later(Value):
    """Not now."""

    at: Literal["later"] = "later"


State = Annotated[Overview | Choosing | Pausing | Asked | Heard | Trend | Later, Field(discriminator="at")]
