"""Books at Cal.com, or at a Cal.com of one's own, by its API v2; and says "booked" only of what it has read back.

Cal.com has no key against double sending, so a booking carries ours in its metadata and is looked for by it. It has no
versions: a time is taken by whoever books it first, and of two that stand at one time the earlier made stays."""

import asyncio
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from bot import log
from bot.clock import Clock
from bot.providers.base import (
    Capabilities,
    Held,
    NoList,
    NoMessages,
    ProviderDown,
    Refused,
    Request,
    SlotTaken,
    Unable,
    Uncertain,
)
from bot.providers.calcom_api import Api, taken
from bot.providers.calcom_models import KEY, Booking, split, stamp
from bot.providers.calcom_records import Records, at, down
from bot.providers.fhir_slots import when
from bot.providers.fhir_wire import Fixed, Lost, Reply, Unsent, Wire
from flows.core import care

_KEY: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
_CAN: Final = Capabilities(hold=True, reschedule=True, webhook=True)


class CalcomProvider(NoList, NoMessages):
    """An account at Cal.com as a Provider. `people` are its event types: `key` is the number.

    `token` is an API key. Raises ValueError for a URL that is not https."""

    def __init__(
        self,
        base_url: str,
        *,
        people: Iterable[care.Practitioner],
        clock: Clock,
        token: str | None = None,
        timeout: float = 3.5,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        bearer = Fixed(token) if token else None
        self._wire = Wire(base_url, bearer, timeout, client, media="application/json")
        self._api, self._clock = Api(self._wire), clock
        self._people = {one.key: one for one in people}
        self._records = Records(self._api, self._people, clock)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def capabilities(self) -> Capabilities:
        """Return what its documentation says."""
        return _CAN

    async def find_services(self) -> tuple[care.Practitioner, ...]:
        """Return the people of HR's file: Cal.com does not describe anybody."""
        return tuple(self._people.values())

    async def alive(self) -> bool:
        """Tell whether it answers a search. Never raises."""
        now = self._clock.now()
        try:
            async with asyncio.timeout(2.0):
                await self._api.free(next(iter(self._people)), now, now + timedelta(hours=1))
        except (Unsent, Lost, TimeoutError, StopIteration):
            return False
        return True

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[care.Slot, ...]:
        """Return up to `count` free slots that start in [start, end), earliest first. Raises ProviderDown."""
        asked = await asyncio.gather(
            *(self._api.free(event, start, end) for event in self._people), return_exceptions=True
        )
        found: list[care.Slot] = []
        for event, answer in zip(self._people, asked, strict=True):
            if isinstance(answer, list):
                found += [
                    self._records.slot(event, one.start, one.end)
                    for one in answer
                    if start <= one.start < end and one.start < one.end
                ]
            elif not isinstance(answer, Unsent | Lost):
                raise answer
        failed = [one for one in asked if not isinstance(one, list)]
        if failed and not found:
            raise down(failed[0])
        return tuple(sorted(found, key=when)[:count])

    async def hold(self, slot: care.Slot, key: str, until: datetime) -> Held:
        """Reserve a slot. See Provider for the errors."""
        event, start = self._known(slot)
        minutes = max(1, min(30, round((until - self._clock.now()).total_seconds() / 60)))
        try:
            reply = await self._api.reserve(event, start, minutes)
        except Unsent as unsent:
            raise down(unsent) from None
        except Lost:
            raise Uncertain("the slot was asked for, and it is not known whether it is held") from None
        data = reply.body.get("data")
        uid = str(data.get("reservationUid", "")) if isinstance(data, dict) else ""
        if reply.ok and re.fullmatch(r"[A-Za-z0-9-]{1,40}", uid):
            return Held(slot=slot, until=self._clock.now() + timedelta(minutes=minutes), hold=uid)
        if reply.status == 422:
            raise SlotTaken("the slot is no longer free")
        raise Refused("the provider does not hold this slot")

    async def release(self, slot: care.Slot, key: str) -> None:
        """Give a reserved slot back: `key` is the hold. Never raises: it ends by itself."""
        if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", key):
            return
        try:
            await self._api.unreserve(key)
        except (Unsent, Lost):
            log.event("calcom_slot_left_held", where="providers")

    async def book(self, request: Request) -> care.Appointment:
        """Book, and read it back. See Provider for the errors."""
        if not _KEY.fullmatch(request.key):
            raise Refused("the key is not one of ours")
        event, start = self._known(request.slot)
        if request.voucher:
            raise Unable("the provider takes no vouchers")
        attendee = _attendee(request)
        known = await self._records.find(request.key)
        if known:
            return await self._records.standing(known, request.key, request.slot)
        if request.hold:  # Cal.com lets nobody book a reserved time, not even whoever reserved it
            await self.release(request.slot, request.hold)
        body = {
            "start": start,
            "eventTypeId": int(event),
            "attendee": attendee,
            "metadata": {KEY: request.key, "consentedAt": stamp(request.consented_at)},
        }
        return await self._create(body, request.key, request.slot)

    async def reschedule(self, appointment: care.Appointment, slot: care.Slot, key: str) -> care.Appointment:
        """Move within the event type; to another one by a new booking under `key`. See Provider for the errors."""
        event, start = self._known(slot)
        anew = await self._records.find(key) if key != appointment.key else []
        standing = [one for one in await self._records.find(appointment.key) if one.active]
        if any(one.active for one in anew):
            return await self._replaced(anew, key, appointment, slot)
        if not standing:
            raise Refused("the appointment does not stand any more")
        old = standing[0]
        if at(old) == slot.key:
            return await self._records.standing([old], appointment.key, slot)
        if str(old.eventType.id) != event:
            body = {"start": start, "eventTypeId": int(event), "attendee": _again(old), "metadata": {KEY: key}}
            await self._create(body, key, slot)
            return await self._replaced(await self._records.find(key), key, appointment, slot)
        try:
            reply: Reply | None = await self._api.reschedule(old.uid, start)
        except Unsent as unsent:
            raise down(unsent) from None
        except Lost:
            reply = None
        try:
            standing = [one for one in await self._records.find(appointment.key) if one.active]
        except ProviderDown:
            raise Uncertain("the change was sent and could not be read back") from None
        if standing and at(standing[0]) == slot.key:
            return await self._records.standing(standing, appointment.key, slot)
        if reply is None or reply.ok or not standing:
            raise Uncertain("the change was sent and is not to be seen")
        raise SlotTaken("the slot is no longer free") if taken(reply) else Refused("the provider does not move it")

    async def cancel(self, appointment: care.Appointment) -> None:
        """Cancel; cancelling twice is success. See Provider for the errors."""
        sent = False
        for _ in range(3):
            try:
                standing = [one for one in await self._records.find(appointment.key) if one.active]
                if not standing:
                    return
                reply = await self._api.cancel(standing[0].uid)
                sent = True
                if not reply.ok and reply.status not in (400, 404, 409):
                    raise Refused("the provider does not cancel this appointment")
            except (Unsent, ProviderDown) as error:
                if not sent:
                    raise down(error) from None
            except Lost:
                sent = True
        raise Uncertain("the provider may or may not have cancelled")

    async def status(self, key: str) -> care.Appointment | None:
        """Return our appointment with this key if it stands. Raises ProviderDown, or Uncertain while it waits for the
        host's confirmation."""
        known = [one for one in await self._records.find(key) if one.active]
        if not known:
            return None
        try:
            return await self._records.standing(known, key, None)
        except SlotTaken:
            return None

    async def _create(self, body: dict[str, Any], key: str, slot: care.Slot) -> care.Appointment:
        try:
            reply: Reply | None = await self._api.create(body)
        except Unsent as unsent:
            raise down(unsent) from None
        except Lost:
            reply = None
        try:
            known = await self._records.find(key)
        except ProviderDown:
            raise Uncertain("the booking was sent and could not be read back") from None
        if known:
            return await self._records.standing(known, key, slot)
        if reply is None or reply.ok:
            raise Uncertain("the booking was sent and is not to be seen")
        if reply.status in (401, 403):
            raise ProviderDown("the provider does not let us in")
        raise SlotTaken("the slot is no longer free") if taken(reply) else Refused("the provider does not book this")

    async def reach(self, key: str) -> None:
        """Cal.com's bookings take no note afterwards. Raises Unable."""
        raise Unable("the provider takes no note")

    async def missed(self, key: str) -> bool:
        """Tell whether the host marked whoever booked as absent. Raises ProviderDown."""
        return any(one.active and any(each.absent for each in one.attendees) for one in await self._records.find(key))

    async def _replaced(
        self, anew: list[Booking], key: str, appointment: care.Appointment, slot: care.Slot
    ) -> care.Appointment:
        """Return the new appointment once the old one is cancelled."""
        kept = await self._records.standing(anew, key, slot)
        try:
            await self.cancel(appointment)
        except (ProviderDown, Refused):
            raise Uncertain("the new appointment stands, and the old one is still to be cancelled") from None
        return kept

    def _known(self, slot: care.Slot) -> tuple[str, str]:
        known = split(slot.key)
        if known is None or known[0] not in self._people:
            raise Refused("the slot is not one of this provider's")
        return known


def _attendee(request: Request) -> dict[str, str]:
    """Return whom the host is to expect. Raises Refused for a contact that Cal.com cannot write to or call."""
    contact = request.contact.strip()
    given = {"name": request.name, "timeZone": request.zone}
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", contact):
        return given | {"email": contact}
    digits = re.sub(r"[\s().-]", "", contact)
    if re.fullmatch(r"\+\d{7,15}", digits):
        return given | {"phoneNumber": digits}
    raise Refused("the provider takes an e-mail address, or a phone number that begins with +")


def _again(booking: Booking) -> dict[str, str]:
    """Return the same attendee, for a booking that takes the place of another."""
    if not booking.attendees:
        raise Refused("the provider does not say whose appointment it is")
    one = booking.attendees[0]
    reach = {"email": one.email} if one.email else {"phoneNumber": one.phoneNumber or ""}
    return {"name": one.name, "timeZone": one.timeZone, **reach}
