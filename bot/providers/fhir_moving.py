"""Moves an appointment to another slot: the new slot is ours before the old one is given up, so never neither."""

import asyncio

from bot.providers import fhir_bundles as bundles
from bot.providers import fhir_changes
from bot.providers.base import ProviderDown, Refused, SlotTaken, Uncertain
from bot.providers.fhir_changes import Changes, twice
from bot.providers.fhir_models import Resource
from bot.providers.fhir_records import Outcome, Record, Records
from bot.providers.fhir_wire import Lost, Unsent, Wire
from flows.core import care


class Moving:
    """Moves appointments. In one transaction of three PUTs where those hold; else slot by slot; and where a server
    lets no appointment change its slot, a new appointment takes the place of the old."""

    def __init__(self, wire: Wire, records: Records, changes: Changes) -> None:
        self._wire, self._records, self._changes = wire, records, changes

    async def move(self, appointment: care.Appointment, slot: care.Slot, key: str, atomic: bool) -> care.Appointment:
        """See Provider.reschedule."""
        anew = await self._records.standing(key) if key != appointment.key else []
        if anew:  # an earlier call got so far
            return await self._replaced(anew, appointment, slot, atomic)
        standing = await self._records.standing(appointment.key)
        if not standing:
            raise Refused("the appointment does not stand any more")
        record = standing[0]
        if record.seen.slot_key() == slot.key:
            return await self._moved(appointment.key, slot)
        try:
            sent = await (self._at_once(record, slot) if atomic else self._slot_by_slot(record, slot, key))
        except Unsent as unsent:
            raise ProviderDown("the provider could not be reached", unsent.again) from None
        if sent is Outcome.REFUSED:
            return await self._anew(record, appointment, slot, key, atomic)
        return await self._conclude(appointment, slot, sent)

    async def _conclude(self, appointment: care.Appointment, slot: care.Slot, sent: Outcome) -> care.Appointment:
        """Return the appointment if it is where it was to go, whatever the server said; else what its answer means."""
        try:
            standing = await self._records.standing(appointment.key)
        except ProviderDown:
            raise Uncertain("the change was sent and could not be read back") from None
        if standing and standing[0].seen.slot_key() == slot.key:
            return await self._moved(appointment.key, slot)
        if sent in (Outcome.TAKEN, Outcome.CONFLICT) and standing:
            raise SlotTaken("the slot is no longer free; the appointment stands as it was")
        raise Uncertain("the change was sent and is not to be seen")

    async def _moved(self, key: str, slot: care.Slot) -> care.Appointment:
        kept = await self._records.keep(await self._records.standing(key), slot)
        if kept is None:
            raise Uncertain("the appointment was moved and does not stand any more")
        return kept

    async def _at_once(self, record: Record, slot: care.Slot) -> Outcome:
        """Send appointment, old slot and new slot as one transaction. Raises Unsent, or ProviderDown before sending."""
        target = await self._changes.as_shown(slot)
        if target is None:
            return Outcome.TAKEN
        entries = [
            bundles.replace({**record.raw, **bundles.at(slot)}, record.seen.etag()),
            bundles.replace(bundles.busy(target), slot.version),
        ]
        try:
            free = await self._records.freeing(record)
        except Lost:
            raise ProviderDown("the provider could not be asked for the slot") from None
        entries += [free] if free else []
        bundle = bundles.transaction(entries)
        return await twice(lambda: self._wire.transact(bundle), entries=len(entries))

    async def _slot_by_slot(self, record: Record, slot: care.Slot, key: str) -> Outcome:
        """Claim the new slot, put the appointment in it, then free the old. Where that is refused the claim stays, for
        a new appointment. Raises Unsent, or ProviderDown before anything was sent."""
        claimed = await self._changes.claim(slot, key)
        if claimed is not Outcome.DONE:
            return claimed
        try:
            put = await self._changes.put({**record.raw, **bundles.at(slot)}, record.seen.etag())
        except Unsent:
            await self._changes.release(slot.key, key)
            raise
        if put in (Outcome.TAKEN, Outcome.CONFLICT):
            await self._changes.release(slot.key, key)
        if put is not Outcome.DONE:
            return put
        await asyncio.sleep(fhir_changes.SETTLE)
        try:
            if await self._late(record, slot):
                return await self._back(record, slot)
            free = await self._records.freeing(record)
            if free:
                await self._records.put_free(free)
        except (Unsent, Lost):
            return Outcome.LOST
        return Outcome.DONE

    async def _late(self, record: Record, slot: care.Slot) -> bool:
        """Tell whether somebody stands in the slot who was there before us. Raises Unsent or Lost."""
        there = sorted(await self._records.in_slot(slot.key), key=lambda one: one.seen.rank())
        return bool(there) and not there[0].seen.has(bundles.BOOKING, record.key())

    async def _back(self, record: Record, slot: care.Slot) -> Outcome:
        """Put the appointment back where it was: its old slot is still ours. Raises Unsent or Lost."""
        key = record.key()
        for one in await self._records.in_slot(slot.key):
            if one.seen.has(bundles.BOOKING, key):
                placed = {name: record.raw.get(name) for name in ("slot", "start", "end")}
                put = await self._changes.put({**one.raw, **placed}, one.seen.etag())
                return Outcome.TAKEN if put is Outcome.DONE else Outcome.LOST
        return Outcome.LOST

    async def _anew(
        self, record: Record, appointment: care.Appointment, slot: care.Slot, key: str, atomic: bool
    ) -> care.Appointment:
        """Book the new slot under a key of its own, then cancel the old appointment."""
        resource = bundles.anew(record.raw, slot, key)

        async def made() -> Resource:
            return resource

        entry = bundles.create(resource, bundles.unless(bundles.BOOKING, key))
        try:
            sent = await (
                self._changes.together(slot, [entry]) if atomic else self._changes.one_by_one(slot, key, made)
            )
        except Unsent as unsent:
            raise ProviderDown("the provider could not be reached", unsent.again) from None
        try:
            anew = await self._records.standing(key)
        except ProviderDown:
            raise Uncertain("the change was sent and could not be read back") from None
        if anew:
            return await self._replaced(anew, appointment, slot, atomic)
        if sent in (Outcome.LOST, Outcome.DONE):
            raise Uncertain("the change was sent and is not to be seen")
        if not atomic:
            await self._changes.release(slot.key, key)
        if sent is Outcome.REFUSED:
            raise Refused("the provider does not move this appointment")
        raise SlotTaken("the slot is no longer free; the appointment stands as it was")

    async def _replaced(
        self, anew: list[Record], appointment: care.Appointment, slot: care.Slot, atomic: bool
    ) -> care.Appointment:
        """Return the new appointment once the old one is cancelled."""
        kept = await self._records.keep(anew, slot)
        if kept is None:
            raise SlotTaken("somebody was in the slot first; the appointment stands as it was")
        try:
            for one in await self._records.standing(appointment.key):
                if await self._records.cancel(one, atomic) is not Outcome.DONE:
                    raise Uncertain("the new appointment stands, and the old one is still to be cancelled")
        except (ProviderDown, Unsent, Lost):
            raise Uncertain("the new appointment stands, and the old one is still to be cancelled") from None
        return kept
