"""A FHIR server's waiting list: an Appointment with the status `waitlist`, which may come to be offered a slot."""

from bot.providers import fhir_bundles as bundles
from bot.providers.base import Place, ProviderDown, Refused, SlotTaken, Uncertain, VoucherRefused, Whom
from bot.providers.fhir_changes import Changes, twice
from bot.providers.fhir_models import HELD_UNTIL, Resource
from bot.providers.fhir_records import Outcome, Record, Records, unbooked
from bot.providers.fhir_wire import Lost, Unsent, Wire
from flows.core import care


class WaitingList:
    """Finds, makes, takes and gives up places on the list. Nothing is sent before it was looked at what is there, and
    what was sent is read back by its key, so every call can be made again."""

    def __init__(self, wire: Wire, records: Records, changes: Changes) -> None:
        self._wire, self._records, self._changes = wire, records, changes

    async def join(self, whom: Whom, *, created: bool) -> Place:
        """See Provider.wait. `created`: the person goes into a Patient of its own."""
        known = await self._records.find(whom.key)
        sent = Outcome.DONE
        if not known:
            try:
                sent = await self._send(whom, created)
            except Unsent as unsent:
                raise ProviderDown("the provider could not be reached", unsent.again) from None
            try:
                known = await self._records.find(whom.key)
            except ProviderDown:
                raise Uncertain("the place on the list was asked for and could not be read back") from None
        places = _places(known)
        for one in places[1:]:
            await self._end(one)
        if places:
            return await self._place(places[0])
        if sent is Outcome.VOUCHER:
            raise VoucherRefused("the voucher is unknown there, or spent")
        if sent is Outcome.REFUSED or known:
            raise Refused("the provider does not put this person on its list")
        raise Uncertain("the place on the list was asked for and is not to be seen")

    async def find(self, key: str) -> Place | None:
        """See Provider.waiting."""
        places = _places(await self._records.find(key))
        return await self._place(places[0]) if places else None

    async def take(self, key: str, slot: care.Slot) -> care.Appointment:
        """See Provider.take."""
        sent = Outcome.DONE
        for again in (True, False):
            try:
                known = await self._records.find(key)
            except ProviderDown:
                if again:
                    raise
                raise Uncertain("the offer was taken and could not be read back") from None
            places = _places(known)
            if not places:
                kept = await self._records.keep(known, None)
                if kept is None:
                    raise SlotTaken("the place on the list is gone, and what was offered with it")
                return kept
            if places[0].seen.slot_key() != slot.key:
                raise SlotTaken("the slot is not offered any more")
            if again:
                sent = await self._put({**_bare(places[0].raw), "status": "booked"}, places[0])
        raise unbooked(sent)

    async def decline(self, key: str, slot: care.Slot) -> None:
        """See Provider.decline."""
        for one in _places(await self._records.find(key)):
            if one.seen.slot_key() == slot.key:
                nowhere = {name: part for name, part in _bare(one.raw).items() if name not in ("slot", "start", "end")}
                if await self._put(nowhere, one) is Outcome.LOST:
                    raise Uncertain("the offer was let pass, and it is not known whether it is")

    async def leave(self, key: str) -> None:
        """See Provider.unwait."""
        for one in _places(await self._records.find(key)):
            await self._end(one)

    async def _end(self, one: Record) -> None:
        """Take a place from the list. Raises ProviderDown, or Uncertain if it may still be there."""
        done = await self._put({**_bare(one.raw), "status": "cancelled"}, one)
        if done is not Outcome.DONE:
            raise Uncertain("the place on the list may still be there")

    async def _send(self, whom: Whom, created: bool) -> Outcome:
        """Ask for a place. Raises Unsent."""
        made: Resource | None = None
        if created:
            made = await self._changes.create(*bundles.own_patient(whom))
            if made is None:
                return Outcome.LOST
        resource = bundles.waiting(whom, f"Patient/{made['id']}" if made else None)
        return await twice(lambda: self._wire.create(resource, bundles.unless(bundles.BOOKING, whom.key)))

    async def _put(self, resource: Resource, seen: Record) -> Outcome:
        """Replace a place at the version that was seen. Raises ProviderDown if nothing was sent."""
        try:
            return await self._changes.put(resource, seen.seen.etag())
        except Unsent as unsent:
            raise ProviderDown("the provider could not be reached", unsent.again) from None

    async def _place(self, record: Record) -> Place:
        """Return a place, and what is offered to it if that can be shown truly. Raises ProviderDown."""
        reference, key = f"Appointment/{record.seen.id}", record.seen.slot_key()
        until = record.seen.held_until()
        if key is None or until is None:
            return Place(reference=reference)
        try:
            found = await self._records.slot(key)
            slot = found[0].shown(*await self._records.whose(found[0])) if found else None
        except (Unsent, Lost):
            raise ProviderDown("the provider could not be asked for the slot that it offers") from None
        return Place(reference=reference, slot=slot, until=until if slot else None)


def _places(records: list[Record]) -> list[Record]:
    """Return those that are on the list, the earliest first."""
    return sorted((one for one in records if one.seen.status == "waitlist"), key=lambda one: one.seen.rank())


def _bare(raw: Resource) -> Resource:
    """Return an appointment without the mark of an offer."""
    others = [one for one in raw.get("extension") or [] if one.get("url") != HELD_UNTIL]
    rest = {name: part for name, part in raw.items() if name != "extension"}
    return {**rest, **({"extension": others} if others else {})}
