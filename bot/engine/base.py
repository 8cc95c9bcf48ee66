"""The door to the engine: whoever carries out effects and ticks keeps to this, and to one contract suite.

An effect is a row: when it is due, who holds it until when (its lease), and a sealed body. The engine opens none.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.store.queries import Task

CarryOut = Callable[[Task], Awaitable[None]]
"""Carries out one effect that is held for it: deletes it or gives it back. If it does neither, because the process
dies, the effect is taken up again once its lease is over."""

Tick = Callable[[], Awaitable[object]]


class Engine(Protocol):
    """Hands each effect that is due to one worker, and ticks once a minute.

    Two of them on one store never hold the same effect at the same time."""

    async def recover(self) -> None:
        """At the start, before anything else: take up what a crash left."""

    async def drain(self, carry_out: CarryOut) -> int:
        """Carry out everything that is due now, and what follows from it. Returns how many effects."""

    async def run(self, carry_out: CarryOut) -> None:
        """Carry out effects as they become due, until cancelled. What is under way then is taken up again later."""

    def every_minute(self, tick: Tick) -> None:
        """Tick from now on. A tick that was missed is not made up for: the next one sees to all."""

    def stop(self) -> None:
        """Tick no more."""
