"""What the providers have that fits somebody: their directory, their free slots, and the licence for a place."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from bot.clock import Clock
from bot.providers.listed import completed
from bot.providers.several import Providers
from flows import matching
from flows.core.asks import FindSlots
from flows.core.care import Practitioner, Slot, Wishes
from flows.core.events import SlotsFound

OWN: Final = ""  # the key of the organisation's own provider: the built-in clinic, or the server that the settings name
FRESH: Final = timedelta(minutes=1)
LOOK: Final = 400  # slots looked at: who is free least must not be crowded out by who is free most
ANYBODY: Final = {"without": (), "only": ""}

Vouched = Callable[[], Mapping[tuple[str, str], Practitioner]]
"""Returns what HR's file says of people, by provider and key: it counts more than what a directory says."""


class Offering:
    """Finds offers, and tells whether somebody may be seen at a place. `home` returns the organisation's country."""

    def __init__(self, providers: Providers, vouched: Vouched, home: Callable[[], str], clock: Clock) -> None:
        self._provider, self._vouched, self._home, self._clock = providers, vouched, home, clock
        self._known: tuple[datetime, tuple[Practitioner, ...]] | None = None

    async def find(self, wanted: FindSlots, seed: str) -> SlotsFound:
        """Return what fits, earliest first, or what would have to be let go of. Raises ProviderDown."""
        now, wishes = self._clock.now(), wanted.wishes
        free = await self._provider.find_slots(now, now + timedelta(days=wanted.days), LOOK)
        there, slots = await self._directory(matching.soon(free, now, wanted.days))
        offers = matching.offers(there, slots, wishes, wanted.zone, seed)[: wanted.count]
        return SlotsFound(
            slots=tuple(each.slot for each in offers),
            offers=offers,
            relax=() if offers else matching.relaxations(there, slots, wishes, wanted.zone),
            facets=matching.facets(there, wishes.profession),
            waiting=None if offers else await self._waiting(there, wishes),
        )

    async def suits(self, slot: Slot, wishes: Wishes, zone: str) -> bool:
        """Tell whether a slot is one for somebody who waits with these wishes. Whoever was not a fit still is none, as
        long as there is anybody else. Raises ProviderDown."""
        there, slots = await self._directory((slot,))
        if not any(matching.fits(each, wishes) is not None for each in there):
            wishes = wishes.model_copy(update=ANYBODY)
        return bool(matching.offers(there, slots, wishes, zone, seed=""))

    async def _waiting(self, there: Iterable[Practitioner], wishes: Wishes) -> str | None:
        """Return a provider with a waiting list where somebody works who could be offered one day."""
        wishes = wishes.model_copy(update=ANYBODY)
        who = {each.provider for each in there if matching.fits(each, wishes) is not None}
        return next((each for each in await self._provider.with_lists() if each in who), None)

    async def may_see(self, slot: Slot, place: str) -> bool:
        """Tell whether whoever's slot it is may see somebody who is at this place. Raises ProviderDown."""
        there, (slot,) = await self._directory((slot,))
        return any(
            each.may_see(place) for each in there if (each.provider, each.key) == (slot.provider, slot.practitioner)
        )

    async def _directory(self, slots: Iterable[Slot]) -> tuple[tuple[Practitioner, ...], tuple[Slot, ...]]:
        """Return who is there, and the slots with whose they are.

        The organisation's own provider may describe nobody: then its people are known by their slots, and where it
        states nobody's licence they have it for the organisation's country. Elsewhere what is not stated does not hold.
        """
        vouched, found = self._vouched(), await self._listed()
        there = {(each.provider, each.key): completed(each, vouched.get((each.provider, each.key))) for each in found}
        known = tuple(each.model_copy(update={"practitioner": each.practitioner or _who(each)}) for each in slots)
        for each in known:
            if each.provider == OWN and (OWN, each.practitioner) not in there:
                there[OWN, each.practitioner] = Practitioner(key=each.practitioner, name=each.who)
        own = [each for each in there.values() if each.provider == OWN]
        if self._home() and not any(each.licensed for each in own):
            there |= {(OWN, each.key): each.model_copy(update={"licensed": (self._home(),)}) for each in own}
        return tuple(there.values()), known

    async def _listed(self) -> tuple[Practitioner, ...]:
        """Return the directories, a minute old at most."""
        now = self._clock.now()
        if self._known is None or self._known[0] + FRESH <= now:
            self._known = now, await self._provider.find_services()
        return self._known[1]


def _who(slot: Slot) -> str:
    return f"who/{sha256(slot.who.encode()).hexdigest()[:12]}"
