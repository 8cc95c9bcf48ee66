"""Where a manager's conversation stands."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value


class Picking(Value):
    """Which of my teams?"""

    at: Literal["picking"] = "picking"


class Wording(Value):
    """Which approved text?"""

    at: Literal["wording"] = "wording"
    team: str
    each: bool = False  # to each member, in their own chat, instead of one post in the channel


class Preview(Value):
    """Exactly what arrives, and when."""

    at: Literal["preview"] = "preview"
    team: str
    template: str
    each: bool = False


class Accepted(Value):
    """It goes out at `when`."""

    at: Literal["accepted"] = "accepted"
    team: str
    when: datetime


class Declined(Value):
    """It does not go out, and this is why."""

    at: Literal["declined"] = "declined"
    team: str
    why: Literal["too_small", "no_channel", "cool_down", "not_yours", "full", "external", "too_late"]
    until: datetime | None = None


class History(Value):
    """What this manager asked for: teams and days, never a person. `cancelled`: the team whose reminder is off now."""

    at: Literal["history"] = "history"
    cancelled: str = ""


class Guide(Value):
    """Guidance, one short page after another."""

    at: Literal["guide"] = "guide"
    page: Literal["notice", "listen", "avoid", "adjust", "yourself"] = "notice"


class Worried(Value):
    """Worried about somebody: whom to call, and whom to talk it through with. No name is asked for."""

    at: Literal["worried"] = "worried"


State = Annotated[
    Picking | Wording | Preview | Accepted | Declined | History | Guide | Worried, Field(discriminator="at")
]
