"""Books a slot at a FHIR server: sends slot and appointment, and says what has become of them, as it is read back."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.providers import fhir_bundles as bundles
from bot.providers.base import ProviderDown, Refused, Request, SlotTaken, Uncertain
from bot.providers.fhir_changes import Changes
from bot.providers.fhir_models import Resource
from bot.providers.fhir_records import Outcome, Record, Records, unbooked
from bot.providers.fhir_wire import Unsent
from flows.core import care

_AGAIN = (0.0, 0.2, 0.8)  # seconds before each look for a booking that the server says it made


class Booking:
    """Books. `created`: the patient is a resource of their own, and else contained in the appointment."""

    def __init__(self, records: Records, changes: Changes, *, created: bool) -> None:
        self._records, self._changes, self._created = records, changes, created

    async def book(self, request: Request, probe: Callable[[], Awaitable[bool]]) -> care.Appointment:
        """Book exactly the slot that was shown. `probe` tells whether transactions roll back. See Provider for the
        errors."""
        known = await self._records.find(request.key)
        if known:
            return await self._standing(known, request)
        try:
            atomic = await probe()
            sent = await self._send(request, atomic)
        except Unsent as unsent:
            raise ProviderDown("the provider could not be reached", unsent.again) from None
        try:
            return await self._conclude(request, sent)
        except (SlotTaken, Refused):
            if not atomic:
                await self._changes.release(request.slot.key, request.key)
            raise

    async def _standing(self, known: list[Record], request: Request) -> care.Appointment:
        kept = await self._records.keep(known, request.slot)
        if kept is None:
            raise SlotTaken("the slot is no longer free")
        return kept

    async def _conclude(self, request: Request, sent: Outcome) -> care.Appointment:
        """Return what the server holds under our key, whatever it said; otherwise what its answer means."""
        for pause in _AGAIN if sent is Outcome.DONE else _AGAIN[:1]:
            await asyncio.sleep(pause)
            try:
                known = await self._records.find(request.key)
            except ProviderDown:
                raise Uncertain("the booking was sent and could not be read back") from None
            if known:
                return await self._standing(known, request)
        raise unbooked(sent)

    async def _send(self, request: Request, atomic: bool) -> Outcome:
        """Send slot and appointment. Raises Unsent, or ProviderDown before sending."""
        hold = request.hold or None
        person, condition = bundles.own_patient(request)
        if atomic:
            actor = f"urn:uuid:{request.key}" if self._created else None
            entries = [bundles.create(person, condition) | {"fullUrl": actor}] if self._created else []
            appointment = bundles.appointment(request, actor)
            entries.append(bundles.create(appointment, bundles.unless(bundles.BOOKING, request.key)))
            return await self._changes.together(request.slot, entries, hold)

        async def appointment_of_it() -> Resource:
            made = await self._changes.create(person, condition) if self._created else None
            return bundles.appointment(request, f"Patient/{made['id']}" if made else None)

        return await self._changes.one_by_one(request.slot, request.key, appointment_of_it, hold)
