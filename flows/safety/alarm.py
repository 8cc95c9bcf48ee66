"""What reading a text can come to: an alarm of a kind and a level, never the text itself."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from flows.core.base import Value

Kind = Literal["self", "other", "abuse", "medical", "harm", "psychosis", "eating"]
Level = Literal["soft", "strong"]


class Alarm(Value):
    """What the reader saw."""

    kind: Kind
    level: Level


class Heard(NamedTuple):
    """An alarm of the lexicon, and whether it is sure: there is next to nothing else in the text that could turn it."""

    alarm: Alarm
    sure: bool


class Reading(NamedTuple):
    """What a layer that has learnt makes of a text: the alarm that it raises, if any, and whether it is calm: has read
    all of it, and finds next to no danger in any part."""

    alarm: Alarm | None
    calm: bool


def gravest(alarms: Iterable[Alarm | None]) -> Alarm | None:
    """Return the gravest of some alarms, the first of several; None if there is none."""
    return max((each for each in alarms if each), key=lambda each: each.level == "strong", default=None)
