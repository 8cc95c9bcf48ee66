"""How many messages that nobody asked for are where: the counts that an operator sees, and never about whom.

One small sealed row a kind of message, so it neither grows with people nor tells a copy of the database anything. A
count changes in the transaction that plans or ends the message, so at every commit
queued + sent + failed + unreachable + unknown + held = audience.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sqlalchemy import Connection

from bot.clock import Clock
from bot.store import queries
from bot.vault import Unsealable, Vault
from flows.core.base import Value

Kind = Literal["checkin", "campaign", "reminder"]
Outcome = Literal["sent", "failed", "unreachable", "unknown", "held"]
KINDS: Final = get_args(Kind)
OUTCOMES: Final = get_args(Outcome)
FEW: Final = 20  # to fewer people than this, who are meant might be guessed: then no outcome is told from another


class Wave(Value):
    """Messages of one kind, from the first that was planned when none was left, to the last.

    `sent`: the platform's id is known. `failed`: it said no. `unreachable`: it says for good that nobody is there.
    `unknown`: it may have arrived, and is not sent again. `held`: stopped, paused, late or off before it went out."""

    since: int = 0  # seconds since 1970
    audience: int = 0
    sent: int = 0
    failed: int = 0
    unreachable: int = 0
    unknown: int = 0
    held: int = 0

    @property
    def ended(self) -> int:
        """How many have come to their end."""
        return self.sent + self.failed + self.unreachable + self.unknown + self.held

    @property
    def queued(self) -> int:
        """How many are still to go out, or on their way."""
        return self.audience - self.ended

    def counts(self) -> Mapping[str, int]:
        """Return what may be told: each outcome, or only how many have ended where few people are meant."""
        if self.audience < FEW:
            return {"queued": self.queued, "ended": self.ended}
        return {"queued": self.queued, **{outcome: getattr(self, outcome) for outcome in OUTCOMES}}


@dataclass(frozen=True)
class Deliveries:
    """Counts within a transaction."""

    vault: Vault
    clock: Clock

    def planned(self, conn: Connection, kind: Kind, count: int, held: int = 0) -> None:
        """Count messages that were planned, and `held` more that somebody was due and that do not go out."""
        if not count + held:
            return
        wave = self.wave(conn, kind)
        if not wave.queued:
            wave = Wave(since=int(self.clock.now().timestamp()))
        self._put(conn, kind, wave, audience=count + held, held=held)

    def ended(self, conn: Connection, kind: Kind, outcome: Outcome) -> None:
        """Count the end of a message."""
        self._put(conn, kind, self.wave(conn, kind), **{outcome: 1})

    def wave(self, conn: Connection, kind: Kind) -> Wave:
        """Return the counts of a kind."""
        id_ = self._id(kind)
        body = queries.get_delivery(conn, id_)
        try:
            return Wave.model_validate_json(self.vault.open_body(id_, body)) if body else Wave()
        except Unsealable:  # counts are no reason to send nothing
            return Wave()

    def waves(self, conn: Connection) -> dict[Kind, Wave]:
        """Return the counts of every kind."""
        return {kind: self.wave(conn, kind) for kind in KINDS}

    def _put(self, conn: Connection, kind: Kind, wave: Wave, **more: int) -> None:
        id_ = self._id(kind)
        wave = wave.model_copy(update={name: getattr(wave, name) + count for name, count in more.items()})
        queries.put_delivery(conn, id_, self.vault.seal_body(id_, wave.model_dump_json().encode()))

    def _id(self, kind: Kind) -> bytes:
        return self.vault.effect_id("delivery", kind)
