"""A loop whose time is not spent: whoever sleeps is woken at once, and the clock is moved to when they wanted it."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
START = datetime(2026, 11, 24, 9, tzinfo=UTC)


class _NoWait(selectors.SelectSelector):
    """Moves time on instead of waiting: there is no network here that anything could come from."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.passed += timeout or 0.0
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Tells the time that has been slept, from START."""

    def __init__(self) -> None:
        self._spent = _NoWait()
        super().__init__(self._spent)

    def time(self) -> float:
        return self._spent.passed

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time())


def spent(work: Coroutine[Any, Any, T]) -> T:
    """Run something that only sleeps."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
