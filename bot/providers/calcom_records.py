"""What Cal.com holds of ours: found by our key, followed where it was moved, and the one of several that stands."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.providers.base import ProviderDown, SlotTaken, Uncertain
from bot.providers.calcom_api import Api
from bot.providers.calcom_models import Booking, slot_key, stamp
from bot.providers.fhir_wire import Lost, Unsent
from flows.core import care

_HOPS: Final = 8  # moves of one booking that are followed
_LOOK_BACK: Final = timedelta(days=1)


class Records:
    """Bookings of an account, by our keys. `people` are its event types, by number."""

    def __init__(self, api: Api, people: Mapping[str, care.Practitioner], clock: Clock) -> None:
        self._api, self._people, self._clock = api, people, clock

    async def find(self, key: str) -> list[Booking]:
        """Return the bookings with our key, and what became of them when they were moved. Raises ProviderDown."""
        since = stamp(self._clock.now() - _LOOK_BACK)
        try:
            all_of_them = await self._api.bookings(self._people, afterStart=since)
            found = {one.uid: one for one in all_of_them if one.ours(key)}
            for one in list(found.values()):
                await self._follow(one, found)
        except (Unsent, Lost) as error:
            raise down(error) from None
        return list(found.values())

    async def _follow(self, booking: Booking, found: dict[str, Booking]) -> None:
        for _ in range(_HOPS):
            following = booking.rescheduledToUid
            if not following or following in found:
                return
            moved = await self._api.booking(following)
            if moved is None:
                return
            found[following] = booking = moved

    async def standing(self, known: list[Booking], key: str, slot: care.Slot | None) -> care.Appointment:
        """Return the one of ours that stands. Of several, and of several people's at one time, the earlier made stands;
        ours is cancelled if it is another one."""
        standing = sorted((one for one in known if one.active), key=Booking.rank)
        if not standing:
            raise SlotTaken("the slot is no longer free")
        first, *others = standing
        try:
            there = await self._api.bookings(
                [str(first.eventType.id)], afterStart=stamp(first.start), beforeEnd=stamp(first.end)
            )
            earlier = [one for one in there if one.active and one.start == first.start and one.rank() < first.rank()]
            for one in [*others, *([first] if earlier else [])]:
                await self._withdraw(one)
        except (Unsent, Lost):
            raise Uncertain("the provider could not be asked about our booking") from None
        if earlier:
            raise SlotTaken("somebody was there first")
        if first.status != "accepted":
            raise Uncertain("the provider has not confirmed the appointment yet")
        shown = slot if slot and at(first) == slot.key else None
        event = str(first.eventType.id)
        host = first.hosts[0].name if first.hosts else ""
        kept = shown or self.slot(event, first.start, first.end, host)
        return care.Appointment(key=key, reference=f"booking/{first.uid}", slot=kept, link=first.link())

    async def _withdraw(self, booking: Booking) -> None:
        """Cancel a booking of ours that must not stand. Raises Uncertain if it may still stand."""
        if not (await self._api.cancel(booking.uid)).ok:
            raise Uncertain("the provider holds an appointment of ours too many")

    def slot(self, event: str, start: datetime, end: datetime, host: str = "") -> care.Slot:
        """Return a slot as flows know it; `host` names who it is with, where HR's file does not."""
        person = self._people.get(event)
        return care.Slot(
            key=slot_key(event, start),
            version=stamp(end),
            start=start,
            end=end,
            who=(person.name if person else host)[:80],
            modality=person.modalities[0] if person and person.modalities else "video",
            practitioner=event,
        )


def at(booking: Booking) -> str:
    """Return the key of the slot at which a booking stands."""
    return slot_key(str(booking.eventType.id), booking.start)


def down(error: BaseException) -> ProviderDown:
    """Return what it means that the provider did not answer, with when to come back if it said so."""
    return ProviderDown("the provider does not answer", getattr(error, "again", None))
