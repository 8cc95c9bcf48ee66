"""Sees what the providers' waiting lists offer, at a hint and every other minute: whoever waits hears of it in time."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from bot import log
from bot.clock import Clock
from bot.desk import Desk
from bot.offering import Offering
from bot.people import People
from bot.providers.base import Place, ProviderError
from bot.providers.several import Providers
from bot.store.engine import Store
from flows.core.care import Appointment, Slot, Waiting

EVERY: Final = timedelta(minutes=2)  # an offer lasts a quarter of an hour
AT_ONCE: Final = 4  # questions to providers


class Offers:
    """Looks at the places that people have on waiting lists. What has changed is put into their rows by the desk; what
    does not fit somebody is let pass for them, so that the next is asked at once."""

    def __init__(
        self, store: Store, people: People, desk: Desk, providers: Providers, offering: Offering, clock: Clock
    ) -> None:
        self._store, self._people, self._desk = store, people, desk
        self._providers, self._offering, self._clock = providers, offering, clock
        self._next = clock.now()

    def due(self) -> bool:
        """Tell whether it is time to look, and somebody waits; called every minute."""
        now = self._clock.now()
        if now < self._next or not self._people.hints.waiting():
            return False
        self._next = now + EVERY
        return True

    async def look(self, provider: str | None = None, references: frozenset[str] | None = None) -> int:
        """Ask the providers about the places: all of them, or what is named. Returns how many had changed."""
        waits = await self._store.transact(
            lambda conn: [(one.sid, one.private.waiting, one.ops.zone) for one in self._people.waiting(conn)]
        )
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(sid: bytes, held: Waiting, zone: str) -> bool:
            async with gate:
                return await self._ask(sid, held, zone)

        named = [
            (sid, held, zone)
            for sid, held, zone in waits
            if held and (references is None or held.reference in references) and provider in (None, held.provider)
        ]
        changed = sum(await asyncio.gather(*(ask(*one) for one in named if one[1].reference)))
        log.event("places_looked_at", where="offers", count=len(named))
        return changed

    async def _ask(self, sid: bytes, held: Waiting, zone: str) -> bool:
        try:
            found = await self._found(held, zone)
        except ProviderError:  # it cannot be asked now: that says nothing
            return False
        except Exception as error:
            log.failure("provider_failed", error, where="offers")
            return False
        return False if found == held else await self._desk.waits(sid, held, found)

    async def _found(self, held: Waiting, zone: str) -> Waiting | Appointment | None:
        """Return a place as the provider holds it now; or what it has become. Raises ProviderError."""
        provider = self._providers.at(held.provider)
        place = await provider.waiting(held.key)
        if place is None:
            return await provider.status(held.key)
        offer, until = self._standing(place, held)
        if offer and offer != held.offer and not await self._offering.suits(offer, held.wishes, zone):
            await provider.decline(held.key, offer)
            offer = None
        now = {"offer": offer, "until": until} if offer else {"offer": None}
        return held.model_copy(update={"reference": place.reference, **now})

    def _standing(self, place: Place, held: Waiting) -> tuple[Slot, datetime] | tuple[None, None]:
        """Return what is offered, unless it is over or was let pass."""
        if place.slot is None or place.until is None:
            return None, None
        if place.until <= self._clock.now() or place.until == held.passed:
            return None, None
        return place.slot, place.until
