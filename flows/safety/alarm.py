"""What reading a text can come to: an alarm of a kind and a level, never the text itself."""

from collections.abc import Iterable
from typing import Literal

from flows.core.base import Value

Kind = Literal["self", "other", "abuse", "medical", "harm", "psychosis", "eating"]
Level = Literal["soft", "strong"]


class Alarm(Value):
    """What the reader saw."""

    kind: Kind
    level: Level


def gravest(alarms: Iterable[Alarm | None]) -> Alarm | None:
    """Return the gravest of some alarms, the first of several; None if there is none."""
    return max((each for each in alarms if each), key=lambda each: each.level == "strong", default=None)
