"""The only place where time and chance come from; everything else takes them as arguments.

What time it is elsewhere is said by the package tzdata, in the version of our lock: the machine's own tables of zones,
which Python would read first, may be years old.
"""

import os
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from importlib.resources import files
from typing import Final, Protocol
from zoneinfo import ZoneInfo, reset_tzpath

TZDATA: Final = "2026.6"  # as in requirements/run.txt

reset_tzpath([str(files("tzdata") / "zoneinfo")])
ZoneInfo.clear_cache()


def other_zones() -> str:
    """Return the installed version of tzdata if it is not the locked one, with which Haven was tested; else nothing."""
    installed = version("tzdata")
    return "" if installed == TZDATA else installed


class Clock(Protocol):
    """Tells the time (aware, UTC) and draws unguessable bytes."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""

    def chance(self, size: int) -> bytes:
        """Return `size` random bytes, fit for keys and nonces."""


class SystemClock:
    """The machine's clock and entropy."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one place

    def chance(self, size: int) -> bytes:
        """Return bytes from the operating system's generator."""
        return os.urandom(size)


class ShiftedClock(SystemClock):
    """A clock that runs on from a chosen instant and can be moved forward: for the demo and `--at`."""

    def __init__(self, at: datetime | None = None) -> None:
        self._shift = timedelta() if at is None else at - super().now()

    def now(self) -> datetime:
        """Return the shifted time in UTC."""
        return super().now() + self._shift

    def later(self, by: timedelta) -> None:
        """Move the clock forward. Raises ValueError for a negative step: time does not run back."""
        if by < timedelta():
            raise ValueError("the clock moves forward only")
        self._shift += by


def token(clock: Clock, size: int = 16) -> str:
    """Return a random opaque id of `size` bytes, in hex."""
    return clock.chance(size).hex()
