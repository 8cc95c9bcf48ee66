"""How well the reader reads: recall and false alarms by kind and language, with what chance may have done to them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.safety.corpus import Sentence
from flows.safety import Alarm

ENOUGH: Final = 100  # sentences; under that a figure of a language is not one
_Z: Final = 1.959964  # 95 %


@dataclass(frozen=True)
class Figure:
    """A share: `hits` of `n`, with Wilson's 95 % bounds. `risk` tells what is counted: dangers seen, or false alarms.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927."""

    group: str
    risk: bool
    level: str  # "any" or "strong"
    hits: int
    n: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the lower and the upper bound, from 0 to 1."""
        if not self.n:
            return 0.0, 1.0
        share, square = self.hits / self.n, _Z * _Z
        middle = share + square / (2 * self.n)
        spread = _Z * math.sqrt(share * (1 - share) / self.n + square / (4 * self.n * self.n))
        return max((middle - spread) / (1 + square / self.n), 0.0), min((middle + spread) / (1 + square / self.n), 1.0)

    def __str__(self) -> str:
        low, high = self.bounds
        few = "" if self.n >= ENOUGH else f", few (under {ENOUGH})"
        return f"{self.hits / self.n if self.n else 0:.3f} ({low:.3f} to {high:.3f}), {self.hits} of {self.n}{few}"


def figures(read: Iterable[tuple[Sentence, Alarm | None]]) -> list[Figure]:
    """Return the figures of all risky and all safe sentences, then by kind, by language, and by both.

    `read` is each sentence with the alarm that it raised."""
    seen: dict[tuple[bool, str], list[Alarm | None]] = defaultdict(list)
    for each, alarm in read:
        groups = ["all", f"kind {each.kind}"]
        groups += [f"language {each.lang}", f"kind {each.kind}, language {each.lang}"] if each.lang else []
        for group in groups:
            seen[each.risk, group].append(alarm)
    order = sorted(seen, key=lambda key: (not key[0], key[1].count(","), key[1]))
    return [figure for risk, group in order for figure in _both(risk, group, seen[risk, group])]


def _both(risk: bool, group: str, alarms: Sequence[Alarm | None]) -> tuple[Figure, Figure]:
    some = sum(alarm is not None for alarm in alarms)
    strong = sum(alarm is not None and alarm.level == "strong" for alarm in alarms)
    return Figure(group, risk, "any", some, len(alarms)), Figure(group, risk, "strong", strong, len(alarms))
