"""Nobody waits longer than this for a provider: what takes longer goes on by itself, and is told when it is known."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from bot import log

PATIENCE: Final = 3.8  # seconds until somebody is told something: within five they read it; above one request's own 3.5
T = TypeVar("T")


class InTime:
    """Waits for questions to providers, and lets go of those that take too long. None of them is broken off: what was
    sent may have its effect, and half of a change is worse than a late one."""

    def __init__(self) -> None:
        self._going: set[asyncio.Task[Any]] = set()

    async def within(self, asked: Coroutine[Any, Any, T], late: T) -> T:
        """Return what comes of a question, or `late` if that is not known in time."""
        task = asyncio.create_task(asked)
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        except asyncio.CancelledError:  # the service ends: what is under way is taken up again at the next start
            task.cancel()
            raise
        if done:
            return task.result()
        self._going.add(task)
        task.add_done_callback(self._ended)
        log.event("provider_slow", where="asking")
        return late

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.failure("provider_failed", error, where="asking")

    async def stop(self) -> None:
        """Wait for nothing any more."""
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)
