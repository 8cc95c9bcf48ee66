"""Books at any FHIR R4 server, and says "booked" only of what it has read back.

Real servers differ in what they guarantee, so nothing is believed: the status of every entry is looked at,
every booking is read back by its identifier, a lost answer is resolved by asking, and where transactions do
not roll back the slot is claimed on its own first (PUT with If-Match).
"""

import asyncio
import re
from datetime import UTC, datetime
from typing import Literal

import httpx

from bot import log
from bot.clock import Clock
from bot.providers import fhir_bundles as bundles
from bot.providers.base import (
    Capabilities,
    Held,
    Place,
    ProviderDown,
    Refused,
    Request,
    SlotTaken,
    Unable,
    Uncertain,
    Whom,
)
from bot.providers.fhir_booking import Booking
from bot.providers.fhir_changes import Changes
from bot.providers.fhir_directory import directory
from bot.providers.fhir_models import Resource, slot_key
from bot.providers.fhir_moving import Moving
from bot.providers.fhir_probe import described, kinds, rolls_back, statement
from bot.providers.fhir_records import Outcome, Record, Records
from bot.providers.fhir_sharing import Sharing
from bot.providers.fhir_slots import free, when
from bot.providers.fhir_waiting import WaitingList
from bot.providers.fhir_wire import Bearer, Fixed, Lost, Unsent, Wire
from flows.core import care

_KEY = re.compile(r"[A-Za-z0-9._-]{1,40}")
_ALIVE = 2.0  # seconds
_PAGE = 50


class FhirProvider:
    """A FHIR R4 server as a Provider.

    `base_url` is where transactions are posted, exactly as given; `token` a bearer token; `timeout` seconds
    for one answer. A `client` given is closed by `aclose` too. Raises ValueError for a URL that is not https.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        token: str | Bearer | None = None,
        patient: Literal["contained", "created"] = "contained",
        timeout: float = 3.5,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        bearer = Fixed(token) if isinstance(token, str) else token
        self._wire = Wire(base_url, bearer, timeout, client)
        self._records = Records(self._wire)
        self._changes = Changes(self._wire, self._records)
        self._booking = Booking(self._records, self._changes, created=patient == "created")
        self._moving = Moving(self._wire, self._records, self._changes)
        self._list = places = WaitingList(self._wire, self._records, self._changes)
        self.waiting, self.take, self.decline, self.unwait = places.find, places.take, places.decline, places.leave
        self._sharing = Sharing(self._wire)
        self._clock = clock
        self._patient = patient
        self._atomic: bool | None = None
        self._statement: Resource = {}
        self._probing = asyncio.Lock()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def alive(self) -> bool:
        """Tell whether the server answers soon and is a FHIR R4 server with slots and appointments."""
        try:
            async with asyncio.timeout(_ALIVE):
                stated = await statement(self._wire)
            return str(stated.get("fhirVersion")).startswith("4.") and {"Slot", "Appointment"} <= kinds(stated)
        except (Unsent, Lost, TimeoutError):
            return False

    async def probe(self) -> bool:
        """Find out once, at start-up or before the first booking, whether transactions roll back.

        A transaction of two records that were never anybody's must fail at its second entry; if its first
        is there afterwards, or the server says 200, transactions cannot be relied on. Raises ProviderDown.
        """
        async with self._probing:
            if self._atomic is None:
                try:
                    self._statement = await statement(self._wire)
                    self._atomic = await rolls_back(self._statement, self._wire, self._records, self._clock)
                except Unsent as unsent:
                    raise ProviderDown("the provider does not answer", unsent.again) from None
                except Lost:
                    raise ProviderDown("the provider does not answer") from None
                log.event("fhir_probed", kind="transaction" if self._atomic else "claim")
            return self._atomic

    async def capabilities(self) -> Capabilities:
        """Return what the server says and what the probe found. Raises ProviderDown."""
        atomic = await self.probe()
        return described(self._statement, atomic).model_copy(update={"patient": self._patient})

    async def find_services(self) -> tuple[care.Practitioner, ...]:
        """Return the practitioners whose schedules are active. Raises ProviderDown."""
        await self.probe()
        try:
            return await directory(self._wire, kinds(self._statement))
        except Unsent as unsent:
            raise ProviderDown("the provider could not be asked who is there", unsent.again) from None
        except Lost:
            raise ProviderDown("the provider could not be asked who is there") from None

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[care.Slot, ...]:
        """Return up to `count` free slots that start in [start, end), earliest first.

        Slots without an offset in their times, a version or anybody's name are left out: they could not be
        booked, or not be shown truly. Raises ProviderDown.
        """
        params = [
            ("status", "free"),
            ("start", f"ge{_utc(start)}"),
            ("start", f"lt{_utc(end)}"),
            ("_include", "Slot:schedule"),
            ("_include:iterate", "Schedule:actor"),
            ("_sort", "start"),
            ("_count", str(_PAGE)),
        ]
        found: list[care.Slot] = []
        try:
            async for bundle in self._wire.pages("Slot", params):
                page = free(bundle.resources(), start, end)
                found += page
                starts = [slot.start for slot in found]
                if len(found) >= count and starts == sorted(starts):
                    break
        except (Unsent, Lost) as error:
            if not found:  # a later page that fails leaves fewer slots, but true ones
                again = error.again if isinstance(error, Unsent) else None
                raise ProviderDown("the provider could not be asked for slots", again) from None
        return tuple(sorted({slot.key: slot for slot in found}.values(), key=when)[:count])

    async def book(self, request: Request) -> care.Appointment:
        """Book exactly the slot that was shown, and read it back. See Provider for the errors.

        A key whose appointment was cancelled is spent: SlotTaken. ProviderDown is raised only before this
        call has sent anything; after an earlier call with this key ended in Uncertain it still is uncertain.
        """
        if not _KEY.fullmatch(request.key) or slot_key(request.slot.key) != request.slot.key:
            raise Refused("the key or the slot is not one of ours")
        return await self._booking.book(request, self.probe)

    async def hold(self, slot: care.Slot, key: str, until: datetime) -> Held:
        """Keep a slot for a booking. See Provider for the errors."""
        if not (await self.capabilities()).hold:
            raise Unable("the provider keeps no slot for anybody")
        shown = await self._changes.as_shown(slot)
        try:
            put = await self._changes.put(bundles.held(shown, key, until), slot.version) if shown else Outcome.TAKEN
            found = await self._records.slot(slot.key)
        except Unsent as unsent:
            raise ProviderDown("the provider could not be reached", unsent.again) from None
        except Lost:
            raise Uncertain("the slot was asked for, and it is not known whether it is held") from None
        if found and found[0].status == "busy-tentative" and found[0].claim() == key:
            kept = slot.model_copy(update={"version": found[0].etag()})
            return Held(slot=kept, until=found[0].held_until() or until, hold=key)
        if put is Outcome.REFUSED:
            raise Refused("the provider does not hold this slot")
        raise SlotTaken("the slot is no longer free")

    async def release(self, slot: care.Slot, key: str) -> None:
        """Give back a slot that is held. Never raises: a hold ends by itself."""
        await self._changes.release(slot.key, key)

    async def reschedule(self, appointment: care.Appointment, slot: care.Slot, key: str) -> care.Appointment:
        """Move the appointment and read it back. See Provider for the errors."""
        if not _KEY.fullmatch(key) or slot_key(slot.key) != slot.key:
            raise Refused("the key or the slot is not one of ours")
        return await self._moving.move(appointment, slot, key, await self.probe())

    async def cancel(self, appointment: care.Appointment) -> None:
        """Cancel the appointment and free its slot; cancelling twice is success. See Provider for the errors."""
        done: Outcome | None = None
        for _ in range(3):
            try:
                records = await self._records.find(appointment.key)
                atomic = await self.probe()
            except ProviderDown:
                if done is None:
                    raise
                break
            standing = [one for one in records if one.active]
            if not standing:
                return
            if done in (Outcome.LOST, Outcome.REFUSED):
                break
            done = await self._cancel(standing, atomic, done)
        if done in (Outcome.REFUSED, Outcome.TAKEN, Outcome.CONFLICT):
            raise Refused("the provider does not cancel this appointment")
        raise Uncertain("the provider may or may not have cancelled")

    async def wait(self, whom: Whom) -> Place:
        """Put somebody on the waiting list, and read it back. See Provider for the errors."""
        if not (await self.capabilities()).waiting_list:
            raise Unable("the provider has no waiting list")
        return await self._list.join(whom, created=self._patient == "created")

    async def share(self, reference: str, key: str, text: str, consented_at: datetime) -> None:
        """Give a text to whoever holds an appointment. See Provider for the errors."""
        if not (await self.capabilities()).sharing:
            raise Unable("the provider takes no messages")
        await self._sharing.share(reference, key, text, consented_at)

    async def status(self, key: str) -> care.Appointment | None:
        """Return our appointment with this key if it stands. Raises ProviderDown, or Uncertain while the
        provider holds it without confirming it."""
        return await self._records.keep(await self._records.find(key), None)

    async def reach(self, key: str) -> None:
        """Write it into the comment of our appointment. See Provider for the errors."""
        for one in await self._records.standing(key):
            try:
                done = await self._records.note(one, bundles.REACH)
            except Unsent as unsent:
                raise ProviderDown("the provider could not be reached", unsent.again) from None
            except Lost:
                raise Uncertain("it is not known whether the provider was told") from None
            if done is Outcome.REFUSED:
                raise Refused("the provider takes no note")
            if done is not Outcome.DONE:
                raise Uncertain("the provider was busy with the same thing")

    async def missed(self, key: str) -> bool:
        """Tell whether our appointment with this key is a no-show (FHIR R4, AppointmentStatus). Raises ProviderDown."""
        found = await self._records.find(key)
        return any(one.seen.status == "noshow" for one in found) and not any(one.active for one in found)

    async def _cancel(self, standing: list[Record], atomic: bool, before: Outcome | None) -> Outcome:
        """Cancel these, one after the other, as far as it goes. Raises ProviderDown if nothing was sent."""
        try:
            for one in standing:
                done = await self._records.cancel(one, atomic)
                if done is not Outcome.DONE:
                    return done
        except Unsent:
            if before is None:
                raise ProviderDown("the provider could not be reached") from None
            return before
        except Lost:
            return Outcome.LOST
        return Outcome.DONE


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
