"""What stands around the service in a simulation: time, chance, and platforms that remember what they were given."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from adapters.platform import Address, Drawn, Public, Shown
from bot.store.engine import GROUP, Store

T = TypeVar("T")

ZONES: Final = (
    *("Europe/London", "Europe/Berlin", "Europe/Madrid", "Europe/Lisbon", "Europe/Athens", "Europe/Istanbul"),
    *("Europe/Moscow", "Europe/Dublin", "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos"),
    *("Africa/Nairobi", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Sao_Paulo", "America/Santiago", "America/Bogota"),
    *("America/Mexico_City", "America/Havana", "America/St_Johns", "America/Asuncion", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Tokyo", "Asia/Shanghai", "Asia/Dubai", "Asia/Tehran", "Asia/Jerusalem"),
    *("Asia/Singapore", "Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland"),
    *("Pacific/Chatham", "Pacific/Apia"),
)
"""Forty zones: with clocks that are moved and without, by whole hours and by less, on both sides of the date line."""


class SimulatedClock:
    """Time that stands still until it is moved, and chance that a seed decides."""

    def __init__(self, at: datetime, seed: int) -> None:
        self._now, self._seed, self._drawn = at, seed, 0

    def now(self) -> datetime:
        """Return where the clock stands."""
        return self._now

    def begin(self, at: datetime) -> None:
        """Set it, once, to where the simulation begins."""
        self._now = at

    def move(self, to: datetime) -> None:
        """Move it forward. Raises ValueError if that is back."""
        if to < self._now:
            raise ValueError("the clock moves forward only")
        self._now = to

    def chance(self, size: int) -> bytes:
        """Return bytes that are the same in every run with this seed."""
        self._drawn += 1
        return hashlib.shake_128(b"%d:%d" % (self._seed, self._drawn)).digest(size)


class StoreAtOnce(Store):
    """The store without its thread: a turn is taken at once, as nobody else is here. As there, each has a savepoint of
    its own, and many share a commit."""

    _turns = 0

    async def transact(self, turn: Callable[[Connection], T], patience: float | None = None) -> T:
        """Run a turn. Raises what it raised; then nothing of it happened."""
        connection, raw = self._connection
        self._turns += 1
        if self._turns % GROUP == 0:
            connection.commit()
            connection.begin()
        raw.execute("SAVEPOINT turn")  # by hand: SQLAlchemy's own way takes longer than most turns
        try:
            return turn(connection)
        except BaseException:
            raw.execute("ROLLBACK TO turn")
            raise
        finally:
            raw.execute("RELEASE turn")

    def close(self) -> None:
        """Commit the last turns, and close the file."""
        connection, _ = self._connection
        connection.commit()
        connection.close()
        super().close()

    @cached_property
    def _connection(self) -> tuple[Connection, Any]:
        connection = self.engine.connect()
        connection.begin()
        return connection, connection.connection.driver_connection


class AtOnce(ThreadPoolExecutor):
    """Threads' work without threads: done at once, and in order."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do it now."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Dice:
    """Decisions of one person: the same for the same seed, whatever others do."""

    def __init__(self, seed: int, person: int) -> None:
        self._name, self._thrown = f"{seed}/{person}", 0

    def below(self, sides: int) -> int:
        """Return one of 0 to `sides` - 1."""
        self._thrown += 1
        digest = hashlib.sha256(f"{self._name}/{self._thrown}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % sides

    def minutes(self, most: int) -> timedelta:
        """Return up to so many minutes."""
        return timedelta(minutes=self.below(most) + 1)


@dataclass
class StandIn:
    """A platform that takes everything, and tells of every message that nobody asked for."""

    name: str
    arrived: Callable[[str, Public], None]
    drawn: Drawn
    screens: dict[str, Shown] = field(default_factory=dict)

    async def show(self, address: Address, shown: Shown) -> None:
        """Remember what is on somebody's screen."""
        self.screens[address.user] = shown
        if shown.turn:
            await self.drawn(address, shown.turn)

    async def post(self, address: Address, message: Public) -> str:
        """Take a message to somebody."""
        self.arrived(address.user, message)
        return address.user

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        """Take a message to a channel, which is nobody's in particular."""
        return channel
