"""Reads our appointments back, and sees to it that at most one of them stands, in a slot that is ours."""

import enum
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from bot import log
from bot.providers.base import ProviderDown, Refused, SlotTaken, Uncertain, VoucherRefused
from bot.providers.fhir_bundles import BOOKING, PROBE, released, replace, transaction
from bot.providers.fhir_models import (
    ACTIVE,
    CONFIRMED,
    Appointment,
    Bundle,
    Entry,
    Practitioner,
    Resource,
    Schedule,
    Slot,
    link,
)
from bot.providers.fhir_types import instant
from bot.providers.fhir_wire import Lost, Reply, Unsent, Wire
from flows.core import care


class Outcome(enum.Enum):
    """What became of a change that was sent."""

    DONE = "the server says that all of it was done"
    TAKEN = "the slot or the appointment is no longer as it was seen (412, or gone)"
    CONFLICT = "the server was busy with the same thing (409)"
    REFUSED = "the server will not do it"
    VOUCHER = "the server will not do it, because of the voucher"
    LOST = "nobody knows"


def unbooked(sent: Outcome) -> Exception:
    """Return what to raise where a booking was sent, and is not there."""
    match sent:
        case Outcome.TAKEN | Outcome.CONFLICT:
            return SlotTaken("the slot is no longer free")
        case Outcome.REFUSED:
            return Refused("the provider does not book this")
        case Outcome.VOUCHER:
            return VoucherRefused("the voucher is unknown there, or spent")
        case _:
            return Uncertain("the booking was sent and is not to be seen")


@dataclass(frozen=True)
class Record:
    """An appointment as the server holds it: what we read of it, and all of it, to be sent back whole."""

    seen: Appointment
    raw: Resource

    @property
    def active(self) -> bool:
        """Tell whether it stands in the book."""
        return self.seen.status in ACTIVE

    def key(self) -> str:
        """Return the idempotency key that it was booked under."""
        return next((one.value or "" for one in self.seen.identifier if one.system == BOOKING), "")


class Records:
    """Finds, keeps and withdraws our appointments."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def find(self, key: str) -> list[Record]:
        """Return all appointments with our key, cancelled ones too. Raises ProviderDown."""
        try:
            return [one async for one in self._search("identifier", f"{BOOKING}|{key}") if one.seen.has(BOOKING, key)]
        except Unsent as unsent:
            raise ProviderDown("the provider could not be asked for our booking", unsent.again) from None
        except Lost:
            raise ProviderDown("the provider could not be asked for our booking") from None

    async def probes(self, key: str) -> list[Record]:
        """Return what a probe left behind. Raises Unsent or Lost."""
        return [one async for one in self._search("identifier", f"{PROBE}|{key}") if one.seen.has(PROBE, key)]

    async def standing(self, key: str) -> list[Record]:
        """Return our appointments with this key that stand, the earliest first. Raises ProviderDown."""
        return sorted((one for one in await self.find(key) if one.active), key=lambda one: one.seen.rank())

    async def keep(self, records: list[Record], wanted: care.Slot | None) -> care.Appointment | None:
        """Return the one appointment of ours that stands, or None if none does.

        Of several, and of several people's in one slot, the earliest stands (lastUpdated, then id); ours is
        cancelled if it is another one. Raises Uncertain if that could not be found out or done, or if the
        appointment waits for the provider's confirmation (pending, proposed): that is not booked.
        """
        standing = sorted((one for one in records if one.active), key=lambda one: one.seen.rank())
        if not standing:
            return None
        first, *others = standing
        try:
            for one in others:
                await self._withdraw(one)
            key = first.seen.slot_key()
            if key is None:
                raise Uncertain("the provider's appointment names no slot")
            if any(one.seen.rank() < first.seen.rank() for one in await self.in_slot(key)):
                await self._withdraw(first)
                return None
            if first.seen.status not in CONFIRMED:
                raise Uncertain("the provider has not confirmed the appointment yet")
            return await self._appointment(first, key, wanted)
        except (Unsent, Lost):
            raise Uncertain("the provider could not be asked about our booking") from None

    async def in_slot(self, key: str) -> list[Record]:
        """Return everybody's standing appointments in a slot. Raises Unsent or Lost."""
        found = [one async for one in self._search("slot", key)]
        return [one for one in found if one.active and one.seen.slot_key() == key]

    async def slot(self, key: str) -> tuple[Slot, Resource] | None:
        """Return a slot, or None if there is none or it cannot be understood. Raises Unsent or Lost."""
        reply = await self._wire.get(key)
        if reply.status in (404, 410):
            return None
        if not reply.ok:
            raise Lost
        try:
            return Slot.model_validate(reply.body), reply.body
        except ValidationError:
            return None

    async def cancel(self, record: Record, atomic: bool) -> Outcome:
        """Cancel an appointment and free its slot, unless somebody else stands in it. Raises Unsent or Lost."""
        entry = replace({**record.raw, "status": "cancelled"}, record.seen.etag())
        free = await self.freeing(record)
        if atomic and free is not None:
            return outcome(await self._wire.transact(transaction([entry, free])), entries=2)
        done = outcome(await self._wire.put(entry["resource"], record.seen.etag()))
        if done is Outcome.DONE and free is not None:
            await self.put_free(free)
        return done

    async def note(self, record: Record, text: str) -> Outcome:
        """Add a sentence to an appointment's comment, unless it stands there. Raises Unsent or Lost."""
        said = str(record.raw.get("comment") or "")
        if text in said:
            return Outcome.DONE
        noted = {**record.raw, "comment": f"{said} {text}".strip()}
        return outcome(await self._wire.put(noted, record.seen.etag()))

    async def put_free(self, free: Resource) -> None:
        """Free a slot; if that fails it stays busy, which harms nobody's booking."""
        try:
            reply = await self._wire.put(free["resource"], free["request"]["ifMatch"])
            if reply.ok:
                return
        except (Unsent, Lost):
            pass
        log.event("fhir_slot_left_busy")

    async def freeing(self, record: Record) -> Resource | None:
        """Return the entry that frees the slot of an appointment, or None if it is not ours to free. Raises Unsent or
        Lost."""
        key = record.seen.slot_key()
        found = await self.slot(key) if key else None
        if key is None or found is None or found[0].status != "busy":
            return None
        if any(one.seen.id != record.seen.id for one in await self.in_slot(key)):
            return None
        return replace(released(found[1]), found[0].etag())

    async def _withdraw(self, record: Record) -> None:
        """Cancel an appointment of ours that must not stand. Raises Uncertain if it may still stand."""
        done = await self.cancel(record, atomic=False)
        if done is not Outcome.DONE:
            raise Uncertain("the provider holds an appointment of ours too many")

    async def _appointment(self, record: Record, key: str, wanted: care.Slot | None) -> care.Appointment:
        """Return the appointment as flows know it, with the provider's own times."""
        times = instant(record.raw.get("start")), instant(record.raw.get("end"))
        if wanted is None or (wanted.key, wanted.start, wanted.end) != (key, *times):
            found = await self.slot(key)
            wanted = found[0].shown(*await self.whose(found[0])) if found else None
            if wanted is None or None in times or (wanted.start, wanted.end) != times:
                raise Uncertain("the provider's appointment and its slot do not agree")
        seen = record.seen
        reference = f"Appointment/{seen.id}"
        return care.Appointment(key=record.key(), reference=reference, slot=wanted, link=link(record.raw))

    async def whose(self, slot: Slot) -> tuple[str, str]:
        """Return the name of whose slot it is and the reference to them, as far as the server says. Raises Unsent or
        Lost."""
        called, person = slot.schedule.display or "", ""
        if not slot.schedule.reference:
            return called, person
        try:
            schedule = Schedule.model_validate((await self._wire.get(slot.schedule.reference)).body)
            person = schedule.whose()
            called = next((one.display for one in schedule.actor if one.display), called)
            if person and not called:
                called = Practitioner.model_validate((await self._wire.get(person)).body).called()
        except ValidationError:
            pass
        return called, person

    async def _search(self, name: str, value: str) -> AsyncIterator[Record]:
        async for bundle in self._wire.pages("Appointment", [(name, value)]):
            for raw in bundle.resources():
                if raw.get("resourceType") != "Appointment":
                    continue
                try:
                    yield Record(Appointment.model_validate(raw), raw)
                except ValidationError:
                    raise Lost from None


def outcome(reply: Reply, entries: int = 0) -> Outcome:
    """Read an answer: the HTTP status, and for a transaction the status of each entry whatever HTTP says.

    Raises Lost if a success does not answer every entry."""
    if not reply.ok:
        return Outcome.VOUCHER if reply.status in (409, 422) and _voucher(reply.body) else _of(reply.status)
    if not entries:
        return Outcome.DONE
    try:
        bundle = Bundle.model_validate(reply.body)
    except ValidationError:
        raise Lost from None
    if bundle.type != "transaction-response" or len(bundle.entry) != entries:
        raise Lost
    return max((_of(status) for status in _statuses(bundle.entry)), key=_WORST.index)


_WORST = (Outcome.DONE, Outcome.CONFLICT, Outcome.REFUSED, Outcome.TAKEN)


def _of(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.DONE
    if status in (404, 410, 412):
        return Outcome.TAKEN
    return Outcome.CONFLICT if status == 409 else Outcome.REFUSED


def _voucher(answer: Resource) -> bool:
    """Tell whether an OperationOutcome is about the voucher."""
    try:
        codings = [coding for issue in answer["issue"] for coding in issue["details"]["coding"]]
        return any((one["system"], one["code"]) == ("urn:haven:problem", "voucher") for one in codings)
    except (KeyError, TypeError):
        return False


def _statuses(entries: Sequence[Entry]) -> Iterator[int]:
    """Yield the HTTP status of each entry, written "201 Created" or "201"."""
    for entry in entries:
        word = entry.response.status[:3] if entry.response else ""
        if not word.isdigit():
            raise Lost
        yield int(word)
