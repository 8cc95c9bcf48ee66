"""Sees to it that what people read of their appointments is what their providers hold: at a hint, and every night."""

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import log
from bot.clock import Clock
from bot.desk import Desk
from bot.offers import Offers
from bot.people import People
from bot.providers.base import ProviderDown, ProviderError
from bot.providers.several import Providers
from bot.store.engine import Store
from content.library import Library
from flows.core.care import Appointment
from flows.core.retention import APPOINTMENT

NIGHT: Final = 3  # o'clock in the organisation's zone
AT_ONCE: Final = 4  # questions to providers
AGAIN = 1.0  # seconds until what is gone is looked for once more
Held = tuple[bytes, Appointment]


class Watch:
    """Looks at the appointments that people hold. What has changed is put into their rows by the desk, and they are
    told neutrally that there is something new."""

    def __init__(
        self,
        store: Store,
        people: People,
        desk: Desk,
        providers: Providers,
        library: Library,
        clock: Clock,
        offers: Offers,
    ) -> None:
        self._offers = offers
        self._store, self._people, self._desk = store, people, desk
        self._providers, self._library, self._clock = providers, library, clock
        self._night = self._following(clock.now())
        self._looking: set[asyncio.Task[int]] = set()

    def tick(self) -> None:
        """Begin the nightly look, if it is time; and more often one at what is offered to those who wait."""
        now = self._clock.now()
        if self._offers.due():
            self._run(self._offers.look())
        if now >= self._night:
            self._night = self._following(now)
            self._begin(None, None)

    def heard(self, provider: str, references: frozenset[str]) -> None:
        """Look at these appointments now, and at these places on a waiting list."""
        self._begin(provider, references)
        self._run(self._offers.look(provider, references))

    async def settle(self) -> None:
        """Wait until what has begun is done."""
        while self._looking:
            await asyncio.gather(*self._looking, return_exceptions=True)

    async def stop(self) -> None:
        """Look no further."""
        for task in self._looking:
            task.cancel()
        await self.settle()

    async def look(self, provider: str | None = None, references: frozenset[str] | None = None) -> int:
        """Ask the providers about what people hold: all that is not long over, or what is named. Returns how many had
        changed. A provider that cannot be asked says nothing about anything."""
        held = await self._store.transact(lambda conn: list(self._held(conn, provider, references)))
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(one: Held) -> bool:
            async with gate:
                return await self._ask(*one)

        changed = sum(await asyncio.gather(*(ask(one) for one in held)))
        log.event("appointments_looked_at", where="watching", count=len(held))
        return changed

    def _begin(self, provider: str | None, references: frozenset[str] | None) -> None:
        self._run(self.look(provider, references))

    def _run(self, look: Coroutine[None, None, int]) -> None:
        task = asyncio.create_task(look)
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    def _held(self, conn: Connection, provider: str | None, references: frozenset[str] | None) -> Iterable[Held]:
        now = self._clock.now()
        for sid, appointment in self._people.appointments(conn):
            named = references is None or appointment.reference in references
            if named and provider in (None, appointment.slot.provider) and appointment.slot.end + APPOINTMENT > now:
                yield sid, appointment

    async def _ask(self, sid: bytes, held: Appointment) -> bool:
        now = self._clock.now()
        try:
            provider = self._providers.at(held.slot.provider)
            if held.slot.start <= now and await provider.missed(held.key):
                return await self._desk.missed(sid, held)
            if held.slot.end <= now:
                return False
            found = await provider.status(held.key)
            if found is None:  # a search may be behind: what is gone is looked for twice
                await asyncio.sleep(AGAIN)
                found = await provider.status(held.key)
        except ProviderDown:
            return False
        except ProviderError:  # not confirmed any more, or another's: not ours to interpret
            return False
        except Exception as error:
            log.failure("provider_failed", error, where="watching")
            return False
        if found and (found.reference, found.slot.start, found.slot.end) == (
            held.reference,
            held.slot.start,
            held.slot.end,
        ):
            return False
        return await self._desk.found(sid, held, found)

    def _following(self, now: datetime) -> datetime:
        """Return the next night's hour."""
        there = now.astimezone(ZoneInfo(self._library.current.organisation.zone))
        night = there.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
        return night if night > there else night + timedelta(days=1)
