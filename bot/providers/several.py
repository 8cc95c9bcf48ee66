"""Several providers as one: asked side by side, each under its key; one that is down takes no other with it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar

from bot import log
from bot.providers.base import Capabilities, Held, Place, Provider, ProviderDown, Refused, Request
from bot.providers.fhir_slots import when
from flows.core.care import Appointment, Practitioner, Slot

T = TypeVar("T")


class Providers:
    """The providers of an organisation, by their keys in providers.yaml; the built-in clinic's key is "".

    Slots, people and appointments carry the key of their provider, so every later call finds its way; what has none, a
    waiting list, is asked `at` its provider."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = dict(providers)

    @property
    def alone(self) -> Provider | None:
        """Return the built-in clinic if there is no other."""
        return self._providers[""] if set(self._providers) == {""} else None

    def at(self, key: str) -> Provider:
        """Return one provider. Raises Refused for one that is no longer there."""
        if key not in self._providers:
            raise Refused("the provider is no longer one of ours")
        return _Marked(key, self._providers[key])

    async def capabilities(self) -> Capabilities:
        """Return what all of them can do: what one of them lacks cannot be promised before one is chosen. Those that
        book on their own page alone have nothing to do with it. Raises ProviderDown."""
        every = await self._all(lambda one: one.capabilities())
        found = [one for one in every if not one.deep_link] or every
        names = [name for name, field in Capabilities.model_fields.items() if field.annotation is bool]
        return Capabilities(**{name: all(getattr(one, name) for one in found) for name in names})

    async def with_lists(self) -> tuple[str, ...]:
        """Return the keys of those that have a waiting list, as far as they could be asked. Never raises."""

        async def key_of(one: str) -> str | None:
            try:
                return one if (await self._providers[one].capabilities()).waiting_list else None
            except ProviderDown:
                return None

        return tuple(key for key in await asyncio.gather(*map(key_of, self._providers)) if key is not None)

    async def find_services(self) -> tuple[Practitioner, ...]:
        """Return everybody who can be booked, wherever that could be asked. Raises ProviderDown if nowhere."""
        found = await self._all(lambda one: one.find_services())
        return tuple(person for people in found for person in people)

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[Slot, ...]:
        """Return up to `count` free slots, earliest first, wherever that could be asked.

        Raises ProviderDown if nowhere, and if none was found while one could not be asked: there may be some."""
        found = await self._all(lambda one: one.find_slots(start, end, count))
        slots = sorted((slot for slots in found for slot in slots), key=when)
        if not slots and len(found) < len(self._providers):
            raise ProviderDown("not every provider could be asked")
        return tuple(slots[:count])

    async def hold(self, slot: Slot, key: str, until: datetime) -> Held:
        """See Provider."""
        return await self.at(slot.provider).hold(slot, key, until)

    async def release(self, slot: Slot, key: str) -> None:
        """See Provider."""
        if slot.provider in self._providers:
            await self.at(slot.provider).release(slot, key)

    async def book(self, request: Request) -> Appointment:
        """See Provider."""
        return await self.at(request.slot.provider).book(request)

    async def reschedule(self, appointment: Appointment, slot: Slot, key: str) -> Appointment:
        """See Provider. Only within one provider: another gives none of this one's slots away."""
        if appointment.slot.provider != slot.provider:
            raise Refused("an appointment moves within its provider only")
        return await self.at(slot.provider).reschedule(appointment, slot, key)

    async def cancel(self, appointment: Appointment) -> None:
        """See Provider."""
        await self.at(appointment.slot.provider).cancel(appointment)

    async def status(self, key: str) -> Appointment | None:
        """Return our active appointment with this key, wherever it is. Raises ProviderDown if it was not found and
        somebody could not be asked; where the provider is known, ask `at(provider)`."""
        found = await self._all(lambda one: one.status(key))
        standing = next((one for one in found if one), None)
        if standing is None and len(found) < len(self._providers):
            raise ProviderDown("not every provider could be asked")
        return standing

    async def reach(self, key: str) -> None:
        """See Provider, but ask `at(provider)`: none is told of another's."""
        raise Refused("the provider of this appointment has to be named")

    async def missed(self, key: str) -> bool:
        """See Provider; wherever that could be asked. Where the provider is known, ask `at(provider)`."""
        return any(await self._all(lambda one: one.missed(key)))

    async def alive(self) -> bool:
        """Tell whether one of them answers at least. Never raises."""
        return any(await asyncio.gather(*(one.alive() for one in self._providers.values())))

    async def probe(self) -> None:
        """Find out at the start what each of them can do; one that is down is asked again when it is needed. Never
        raises."""
        with contextlib.suppress(ProviderDown):
            await self._all(lambda one: one.capabilities())

    async def aclose(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(one.aclose() for one in self._providers.values()))

    async def _all(self, ask: Callable[[Provider], Awaitable[T]]) -> list[T]:
        """Ask all side by side, and return the answers of those that gave one. Raises ProviderDown if none did."""
        asked = (ask(self.at(key)) for key in self._providers)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        found = [one for one in answers if not isinstance(one, BaseException)]
        for one in answers:
            if isinstance(one, BaseException) and not isinstance(one, ProviderDown):
                if not isinstance(one, Exception):
                    raise one
                log.failure("provider_failed", one, where="providers")
        if not found:
            raise ProviderDown("no provider could be asked")
        return found


class _Marked:
    """One provider, whose slots, people and appointments carry its key."""

    def __init__(self, key: str, provider: Provider) -> None:
        self._key, self._provider = key, provider
        self.capabilities, self.release, self.cancel = provider.capabilities, provider.release, provider.cancel
        self.wait, self.decline, self.unwait = provider.wait, provider.decline, provider.unwait
        self.missed, self.reach, self.share = provider.missed, provider.reach, provider.share
        self.alive, self.aclose = provider.alive, provider.aclose

    async def find_services(self) -> tuple[Practitioner, ...]:
        people = await self._provider.find_services()
        return tuple(one.model_copy(update={"provider": self._key}) for one in people)

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[Slot, ...]:
        return tuple(self._slot(one) for one in await self._provider.find_slots(start, end, count))

    async def hold(self, slot: Slot, key: str, until: datetime) -> Held:
        held = await self._provider.hold(slot, key, until)
        return held.model_copy(update={"slot": self._slot(held.slot)})

    async def book(self, request: Request) -> Appointment:
        return await self._appointment(await self._provider.book(request))

    async def reschedule(self, appointment: Appointment, slot: Slot, key: str) -> Appointment:
        return await self._appointment(await self._provider.reschedule(appointment, slot, key))

    async def status(self, key: str) -> Appointment | None:
        found = await self._provider.status(key)
        return await self._appointment(found) if found else None

    async def waiting(self, key: str) -> Place | None:
        found = await self._provider.waiting(key)
        return found.model_copy(update={"slot": self._slot(found.slot)}) if found and found.slot else found

    async def take(self, key: str, slot: Slot) -> Appointment:
        return await self._appointment(await self._provider.take(key, slot))

    def _slot(self, slot: Slot) -> Slot:
        return slot.model_copy(update={"provider": self._key})

    async def _appointment(self, appointment: Appointment) -> Appointment:
        try:
            shares = (await self._provider.capabilities()).sharing
        except ProviderDown:  # that it stands is known all the same
            shares = False
        return appointment.model_copy(update={"slot": self._slot(appointment.slot), "shares": shares})
