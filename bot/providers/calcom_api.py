"""Cal.com's API v2, call by call: what each answer means, and nothing of what we want with it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from bot.providers.calcom_models import Booking, Range, stamp
from bot.providers.fhir_wire import Lost, Reply, Wire

_SLOTS: Final = {"cal-api-version": "2024-09-04"}
_BOOKINGS: Final = {"cal-api-version": "2026-02-25"}
_PAGE: Final = 100
_PAGES: Final = 20
_RANGES: Final = TypeAdapter(dict[str, list[Any]])
_LIST: Final = TypeAdapter(list[Booking])


class Api:
    """The calls. All raise Unsent or Lost; a wrong version of the API answers 200 with another shape: that is Lost."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def free(self, event: str, start: datetime, end: datetime) -> list[Range]:
        """Return the free times of an event type; those without an offset are left out."""
        query = {"eventTypeId": event, "start": stamp(start), "end": stamp(end), "timeZone": "UTC", "format": "range"}
        reply = await self._wire.ask("GET", f"v2/slots?{urlencode(query)}", _SLOTS)
        try:
            days = _RANGES.validate_python(_data(reply))
        except ValidationError:
            raise Lost from None
        return [found for day in days.values() for one in day if (found := _range(one))]

    async def reserve(self, event: str, start: str, minutes: int) -> Reply:
        """Keep a time from others. 422: somebody has booked or reserved it."""
        body = {"eventTypeId": int(event), "slotStart": start, "reservationDuration": minutes}
        return await self._wire.ask("POST", "v2/slots/reservations", _SLOTS, body)

    async def unreserve(self, uid: str) -> None:
        """Give a reserved time back."""
        await self._wire.ask("DELETE", f"v2/slots/reservations/{uid}", _SLOTS)

    async def create(self, body: dict[str, Any]) -> Reply:
        """Book. 409, or 400 with words about availability: the time is taken."""
        return await self._wire.ask("POST", "v2/bookings", _BOOKINGS, body)

    async def reschedule(self, uid: str, start: str) -> Reply:
        """Move a booking within its event type: it is cancelled, and a new one made."""
        return await self._wire.ask("POST", f"v2/bookings/{uid}/reschedule", _BOOKINGS, {"start": start})

    async def cancel(self, uid: str) -> Reply:
        """Cancel a booking. 400: it was cancelled already, or is over."""
        return await self._wire.ask("POST", f"v2/bookings/{uid}/cancel", _BOOKINGS, {})

    async def booking(self, uid: str) -> Booking | None:
        """Return a booking, or None if there is none."""
        reply = await self._wire.ask("GET", f"v2/bookings/{uid}", _BOOKINGS)
        if reply.status == 404:
            return None
        try:
            return Booking.model_validate(_data(reply))
        except ValidationError:
            raise Lost from None

    async def bookings(self, events: Iterable[str], **when: str) -> list[Booking]:
        """Return all bookings of these event types, cancelled ones too, the newest first. Raises Lost, too, if they do
        not come to an end."""
        found: list[Booking] = []
        for page in range(_PAGES):
            query = {
                "eventTypeIds": ",".join(events),
                "sortCreated": "desc",
                "take": _PAGE,
                "skip": page * _PAGE,
                **when,
            }
            data = _data(await self._wire.ask("GET", f"v2/bookings?{urlencode(query)}", _BOOKINGS))
            try:
                found += _LIST.validate_python(data)
            except ValidationError:
                raise Lost from None
            if len(data) < _PAGE:
                return found
        raise Lost


def _data(reply: Reply) -> Any:
    if not reply.ok or reply.body.get("status") != "success" or "data" not in reply.body:
        raise Lost
    return reply.body["data"]


def _range(one: object) -> Range | None:
    try:
        return Range.model_validate(one)
    except ValidationError:
        return None


def taken(reply: Reply) -> bool:
    """Tell whether a refusal means that somebody else has the time."""
    if reply.status in (409, 422):
        return True
    error = reply.body.get("error")
    words = str(error.get("message", "") if isinstance(error, dict) else "").lower()
    return reply.status == 400 and ("already has booking" in words or "not available" in words)
