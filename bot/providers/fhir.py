"""Books at any FHIR R4 server, and says "booked" only of what it has read back.

Real servers differ in what they guarantee, so nothing is believed: the status of every entry is looked at,
every booking is read back by its identifier, a lost answer is resolved by asking, and where transactions do
not roll back the slot is claimed on its own first (PUT with If-Match).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx

from bot import log
from bot.clock import Clock
from bot.providers import fhir_bundles as bundles
from bot.providers.base import ProviderDown, Refused, Request, SlotTaken, Uncertain
from bot.providers.fhir_models import Resource, slot_key
from bot.providers.fhir_probe import rolls_back
from bot.providers.fhir_records import Outcome, Record, Records, outcome
from bot.providers.fhir_slots import free, when
from bot.providers.fhir_wire import Lost, Reply, Unsent, Wire
from flows.core import care

_KEY = re.compile(r"[A-Za-z0-9._-]{1,40}")
_ALIVE = 2.0  # seconds
_PAGE = 50
_AGAIN = (0.0, 0.2, 0.8)  # seconds before each look for a booking that the server says it made
# On a server that does not isolate writers, wait until nobody can still be written at our `lastUpdated`
# (whole seconds on some): then whoever is earlier than us can be seen.
_SETTLE = 1.1  # seconds


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
        token: str | None = None,
        timeout: float = 4.0,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._wire = Wire(base_url, token, timeout, client)
        self._records = Records(self._wire)
        self._clock = clock
        self._atomic: bool | None = None
        self._probing = asyncio.Lock()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def alive(self) -> bool:
        """Tell whether the server answers soon and is a FHIR R4 server with slots and appointments."""
        try:
            async with asyncio.timeout(_ALIVE):
                body = (await self._wire.get("metadata")).body
            kinds = {one["type"] for rest in body["rest"] for one in rest["resource"]}
            return str(body["fhirVersion"]).startswith("4.") and {"Slot", "Appointment"} <= kinds
        except (Unsent, Lost, TimeoutError, KeyError, TypeError):
            return False

    async def probe(self) -> bool:
        """Find out once, at start-up or before the first booking, whether transactions roll back.

        A transaction of two records that were never anybody's must fail at its second entry; if its first
        is there afterwards, or the server says 200, transactions cannot be relied on. Raises ProviderDown.
        """
        async with self._probing:
            if self._atomic is None:
                try:
                    self._atomic = await rolls_back(self._wire, self._records, self._clock)
                except (Unsent, Lost):
                    raise ProviderDown("the provider does not answer") from None
                log.event("fhir_probed", kind="transaction" if self._atomic else "claim")
            return self._atomic

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
        except (Unsent, Lost):
            if not found:  # a later page that fails leaves fewer slots, but true ones
                raise ProviderDown("the provider could not be asked for slots") from None
        return tuple(sorted({slot.key: slot for slot in found}.values(), key=when)[:count])

    async def book(self, request: Request) -> care.Appointment:
        """Book exactly the slot that was shown, and read it back. See Provider for the errors.

        A key whose appointment was cancelled is spent: SlotTaken. ProviderDown is raised only before this
        call has sent anything; after an earlier call with this key ended in Uncertain it still is uncertain.
        """
        if not _KEY.fullmatch(request.key) or slot_key(request.slot.key) != request.slot.key:
            raise Refused("the key or the slot is not one of ours")
        known = await self._records.find(request.key)
        if known:
            return await self._standing(known, request)
        try:
            sent = await (self._transact(request) if await self.probe() else self._claim(request))
        except Unsent:
            raise ProviderDown("the provider could not be reached") from None
        try:
            return await self._conclude(request, sent)
        except (SlotTaken, Refused):
            if not self._atomic:
                await self._release(request)
            raise

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

    async def status(self, key: str) -> care.Appointment | None:
        """Return our appointment with this key if it stands. Raises ProviderDown, or Uncertain while the
        provider holds it without confirming it."""
        return await self._records.keep(await self._records.find(key), None)

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
        match sent:
            case Outcome.TAKEN | Outcome.CONFLICT:
                raise SlotTaken("the slot is no longer free")
            case Outcome.REFUSED:
                raise Refused("the provider does not book this")
            case _:
                raise Uncertain("the booking was sent and is not to be seen")

    async def _transact(self, request: Request) -> Outcome:
        """Send slot and appointment as one transaction. Raises Unsent, or ProviderDown before sending."""
        slot = await self._as_shown(request)
        if slot is None:
            return Outcome.TAKEN
        entries = [
            bundles.replace({**slot, "status": "busy"}, request.slot.version),
            bundles.create(bundles.appointment(request), bundles.unless(bundles.BOOKING, request.key)),
        ]
        bundle = bundles.transaction(entries)
        return await _twice(lambda: self._wire.transact(bundle), entries=2)

    async def _claim(self, request: Request) -> Outcome:
        """Claim the slot, then create the appointment in it: for servers whose transactions do not hold."""
        slot = await self._as_shown(request)
        put = Outcome.TAKEN
        if slot is not None:
            try:
                put = outcome(await self._wire.put(bundles.claimed(slot, request.key), request.slot.version))
            except Lost:
                put = Outcome.LOST
        try:
            held = await self._records.slot(request.slot.key)
        except (Unsent, Lost):
            return Outcome.LOST
        # A claim of an earlier call counts; so does one that the server took without keeping its mark,
        # but not one that somebody else has overwritten since.
        ours = (request.key, None) if put is Outcome.DONE else (request.key,)
        if held is None or held[0].status != "busy" or held[0].claim() not in ours:
            return Outcome.TAKEN
        resource, condition = bundles.appointment(request), bundles.unless(bundles.BOOKING, request.key)
        try:
            sent = await _twice(lambda: self._wire.create(resource, condition))
        except Unsent:
            await self._release(request)
            raise
        await asyncio.sleep(_SETTLE)
        return sent

    async def _as_shown(self, request: Request) -> Resource | None:
        """Return the slot if it is still free and the version that was shown. Raises ProviderDown."""
        try:
            found = await self._records.slot(request.slot.key)
        except (Unsent, Lost):
            raise ProviderDown("the provider could not be asked for the slot") from None
        if found is None or (found[0].status, found[0].etag()) != ("free", request.slot.version):
            return None
        return found[1]

    async def _release(self, request: Request) -> None:
        """Free a slot that we claimed and did not book, unless somebody stands in it."""
        try:
            found = await self._records.slot(request.slot.key)
            if found is None or found[0].status != "busy" or found[0].claim() != request.key:
                return
            if not await self._records.in_slot(request.slot.key):
                await self._records.put_free(bundles.replace(bundles.released(found[1]), found[0].etag()))
        except (Unsent, Lost):
            log.event("fhir_slot_left_busy")

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


async def _twice(send: Callable[[], Awaitable[Reply]], entries: int = 0) -> Outcome:
    """Send, and once more if the server was in conflict with itself (409). Raises Unsent."""
    try:
        sent = outcome(await send(), entries)
        return outcome(await send(), entries) if sent is Outcome.CONFLICT else sent
    except Lost:
        return Outcome.LOST


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
