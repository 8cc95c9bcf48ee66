"""The order in which screens are put before people, the same on every platform.

One person's screens are drawn one after the other, in the order of their turns: a place in the queue is taken before
the turn is committed, so that the answer to an errand never overtakes "One moment".
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakValueDictionary

from adapters.platform import Address, Unreachable

_FAREWELL: Final = 10.0  # seconds that open work gets when the service stops

Work = Callable[[], Awaitable[None]]


@dataclass
class Place:
    """A place in the queue of one person's drawings; `then` is what to do there, None for nothing."""

    then: Work | None = None


class Queues:
    """A queue for each person, and whatever else is being drawn.

    `failed` hears of work that failed, and `unreachable` of work that can never be done: neither is lost, because the
    desk was not told that it is drawn. `after` is called when a place's work is done, outside of the queue."""

    def __init__(
        self,
        failed: Callable[[Exception], None],
        unreachable: Callable[[], None],
        after: Callable[[Address], None] = lambda _: None,
    ) -> None:
        self._failed, self._unreachable, self._after = failed, unreachable, after
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.tasks: set[asyncio.Task[None]] = set()

    def of(self, address: Address) -> asyncio.Lock:
        """Return a person's queue: whoever holds it draws."""
        return self._queues.setdefault(address.user, asyncio.Lock())

    @contextmanager
    def place(self, address: Address) -> Iterator[Place]:
        """Take a place in the person's queue; its work starts when the block ends and its turn has come."""
        place = Place()
        ready = asyncio.Event()
        self.spawn(self._work(address, place, ready))
        try:
            yield place
        finally:
            ready.set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the queues."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def stop(self) -> None:
        """Finish what is being drawn; what takes longer than 10 seconds is given up."""
        end = asyncio.get_running_loop().time() + _FAREWELL
        while self.tasks and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self.tasks, timeout=left)
        late = set(self.tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, address: Address, place: Place, ready: asyncio.Event) -> None:
        async with self.of(address):
            await ready.wait()
            if place.then is None:
                return
            try:
                await place.then()
            except Unreachable:
                self._unreachable()
                return
            except Exception as error:
                self._failed(error)
                return
        self._after(address)
