"""How far what goes out unasked has come, how fast it goes and when all is out: for `haven sends` and `/metrics`."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from bot.deliveries import Deliveries, Kind, Wave
from bot.store import queries

SPAN: Final = 180.0  # seconds over which the rate is taken: long beside a pause that a platform may ask for
LEAST: Final = 30.0  # seconds before which nothing is said: what goes out at once at the beginning would mislead
NAMES: Final[Mapping[Kind, str]] = {"checkin": "check-ins", "campaign": "campaigns", "reminder": "reminders"}


@dataclass(frozen=True)
class Look:
    """What was seen at one moment. `waiting`: what is due and nobody waits for, by (keyed) lane; `replies`: how many
    errands are due that somebody waits for; `at`: seconds of any clock."""

    at: float
    waves: Mapping[Kind, Wave]
    waiting: Mapping[bytes, int]
    replies: int = 0

    @property
    def due(self) -> int:
        """How many messages are due, or on their way."""
        return sum(self.waiting.values())


def look(conn: Connection, deliveries: Deliveries, at: float) -> Look:
    """Look once, in a transaction."""
    now = int(deliveries.clock.now().timestamp())
    waiting = queries.waiting(conn, now)
    replies = waiting.pop(b"", 0)
    return Look(at, deliveries.waves(conn), waiting, replies)


@dataclass
class Progress:
    """Looks, one after the other, and what follows from them."""

    looks: deque[Look] = field(default_factory=deque)

    def add(self, seen: Look) -> None:
        """Take a look into account."""
        self.looks.append(seen)
        while seen.at - self.looks[0].at > SPAN:
            self.looks.popleft()

    @property
    def rate(self) -> float | None:
        """How many came to their end in a second, lately; None if that cannot be told yet."""
        first, last = self.looks[0], self.looks[-1]
        ended = sum(wave.ended - first.waves[kind].ended for kind, wave in last.waves.items())
        return max(0, ended) / (last.at - first.at) if last.at - first.at >= LEAST else None

    @property
    def left(self) -> float | None:
        """In how many seconds all that is due now is out, at the pace of lately: that of the slowest workspace. None if
        nothing moves, or that cannot be told yet."""
        first, last = self.looks[0], self.looks[-1]
        if last.at - first.at < LEAST or not last.due:
            return None
        paces = {lane: (first.waiting.get(lane, 0) - now) / (last.at - first.at) for lane, now in last.waiting.items()}
        if any(pace <= 0 for pace in paces.values()):  # more was planned in between: then by the rate of all
            return last.due / self.rate if self.rate else None
        return max(now / paces[lane] for lane, now in last.waiting.items())


def spoken(seconds: float | None) -> str:
    """Return a span in words, no finer than it is known."""
    if seconds is None:
        return "not known yet"
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
