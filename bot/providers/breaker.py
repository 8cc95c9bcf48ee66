"""Keeps a provider that is down from being asked again and again, and from keeping people waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar

from bot import log
from bot.clock import Clock
from bot.providers.base import Capabilities, Held, Place, Provider, ProviderDown, Request, Whom
from flows.core.care import Appointment, Practitioner, Slot

FAILURES: Final = 2  # in a row, until it is left alone
PAUSES: Final = (5.0, 15.0, 30.0)  # seconds that it is left alone, the longer it is down; then one call goes through
PATIENCE: Final = 4.5  # seconds for a search: people are told within five
_LONGEST: Final = 60.0  # seconds of a provider's own "come back later" that are believed
T = TypeVar("T")


class Breaker:
    """A provider behind a circuit breaker (closed, open, half open).

    Open, every call ends at once with ProviderDown: nothing was sent, so that is true. When the pause is over one call
    goes through, and the others are turned away until it is back. What a call leaves uncertain is no reason to open:
    the provider was there."""

    def __init__(self, key: str, provider: Provider, clock: Clock) -> None:
        self.key, self.provider, self._clock = key, provider, clock
        self._failures = 0
        self._until = 0.0  # seconds since 1970: open until then
        self._trying = False

    @property
    def open(self) -> bool:
        """Tell whether calls are turned away now."""
        return self._trying or self._now() < self._until

    async def capabilities(self) -> Capabilities:
        """See Provider."""
        return await self._call(self.provider.capabilities)

    async def find_services(self) -> tuple[Practitioner, ...]:
        """See Provider. Ends within PATIENCE."""
        return await self._call(lambda: self._soon(self.provider.find_services()))

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[Slot, ...]:
        """See Provider. Ends within PATIENCE."""
        return await self._call(lambda: self._soon(self.provider.find_slots(start, end, count)))

    async def hold(self, slot: Slot, key: str, until: datetime) -> Held:
        """See Provider."""
        return await self._call(lambda: self.provider.hold(slot, key, until))

    async def release(self, slot: Slot, key: str) -> None:
        """See Provider. A provider that is left alone is not asked: the hold ends by itself."""
        if not self.open:
            await self.provider.release(slot, key)

    async def book(self, request: Request) -> Appointment:
        """See Provider."""
        return await self._call(lambda: self.provider.book(request))

    async def reschedule(self, appointment: Appointment, slot: Slot, key: str) -> Appointment:
        """See Provider."""
        return await self._call(lambda: self.provider.reschedule(appointment, slot, key))

    async def cancel(self, appointment: Appointment) -> None:
        """See Provider."""
        await self._call(lambda: self.provider.cancel(appointment))

    async def status(self, key: str) -> Appointment | None:
        """See Provider."""
        return await self._call(lambda: self.provider.status(key))

    async def wait(self, whom: Whom) -> Place:
        """See Provider."""
        return await self._call(lambda: self.provider.wait(whom))

    async def waiting(self, key: str) -> Place | None:
        """See Provider."""
        return await self._call(lambda: self.provider.waiting(key))

    async def take(self, key: str, slot: Slot) -> Appointment:
        """See Provider."""
        return await self._call(lambda: self.provider.take(key, slot))

    async def decline(self, key: str, slot: Slot) -> None:
        """See Provider."""
        await self._call(lambda: self.provider.decline(key, slot))

    async def unwait(self, key: str) -> None:
        """See Provider."""
        await self._call(lambda: self.provider.unwait(key))

    async def reach(self, key: str) -> None:
        """See Provider."""
        await self._call(lambda: self.provider.reach(key))

    async def missed(self, key: str) -> bool:
        """See Provider."""
        return await self._call(lambda: self.provider.missed(key))

    async def share(self, reference: str, key: str, text: str, consented_at: datetime) -> None:
        """See Provider."""
        await self._call(lambda: self.provider.share(reference, key, text, consented_at))

    async def alive(self) -> bool:
        """See Provider. Asked even when the circuit is open; an answer closes it."""
        alive = await self.provider.alive()
        if alive:
            self._well()
        return alive

    async def aclose(self) -> None:
        """See Provider."""
        await self.provider.aclose()

    async def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        if self.open:
            raise ProviderDown("the provider was down a moment ago")
        half_open = self._failures >= FAILURES
        self._trying = half_open
        try:
            answer = await call()
        except ProviderDown as down:
            self._ill(down.again)
            raise
        except Exception:  # it was there, and it said no
            self._well()
            raise
        finally:
            self._trying = self._trying and not half_open
        self._well()
        return answer

    def _well(self) -> None:
        if self._failures >= FAILURES:
            log.event("provider_is_back", where="providers")
        self._failures, self._until = 0, 0.0

    def _ill(self, again: float | None) -> None:
        self._failures += 1
        if again is not None:  # it says itself when to come back
            self._until = self._now() + min(again, _LONGEST)
        elif self._failures >= FAILURES:
            self._until = self._now() + PAUSES[min(self._failures - FAILURES, len(PAUSES) - 1)]
        if self._failures == FAILURES:
            log.event("provider_is_down", where="providers")

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def _soon(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE):
                return await call
        except TimeoutError:
            raise ProviderDown("the provider does not answer in time") from None
