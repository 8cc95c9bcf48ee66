"""Asks the provider on somebody's behalf, and turns its answers and failures into events: the truth, always."""

from collections.abc import Awaitable
from datetime import datetime, timedelta

from bot import log, tasks
from bot.clock import Clock
from bot.in_time import InTime
from bot.offering import FRESH, Offering
from bot.providers.base import (
    Provider,
    ProviderDown,
    Refused,
    Request,
    SlotTaken,
    Uncertain,
    VoucherRefused,
    Whom,
)
from bot.providers.several import Providers
from flows.core.asks import Book, Cancel, FindSlots, Hold, Placed, Reschedule, Share, TakeOffer, Wait
from flows.core.care import Appointment, Slot
from flows.core.events import Booked, Changed, Event, Failed, Held, Listed

GIVE_UP = timedelta(hours=24)  # a booking that the provider could not be asked about for so long
LATE = timedelta(minutes=1)  # until then "not there" may be "not there yet"
RARELY = 45  # seconds: a minute after a provider is back, everything is known
HOLD = timedelta(minutes=8)  # while somebody fills in a form; a provider may keep it for less


class Asking:
    """Speaks to the providers; never raises for what a provider may do."""

    def __init__(self, providers: Providers, offering: Offering, clock: Clock) -> None:
        self._provider, self._offering, self._clock = providers, offering, clock
        self._worked: datetime | None = None  # when a search was last seen answered
        self._in_time = InTime()

    async def answer(self, task: tasks.Ask | tasks.Settle, *, again: bool = False) -> Event | None:
        """Return what came of it; None if what became of a booking, a place on a list or a message is
        still not known.

        `again`: we died over it once, so what we sent then may have had its effect."""
        if isinstance(task, tasks.Settle):
            return await self._settle(task)
        changes = isinstance(task.what, Book | Reschedule | Cancel | Wait | TakeOffer | Share)
        late = Failed(why="uncertain" if changes else "provider_down")
        event = await self._in_time.within(self._asked(task, again), late)
        if isinstance(task.what, Wait | Share) and _unknown(event, again):  # to ask again is safe: it is looked for
            given_up = self._clock.now() - task.what.consented_at > GIVE_UP
            return Failed(why="uncertain") if given_up else None
        return Failed(why="uncertain") if changes and _unknown(event, again) else event

    async def _asked(self, task: tasks.Ask, again: bool) -> Event:
        try:
            match task.what:
                case FindSlots():
                    return await self._find(task.what, task.key)
                case Book():
                    return await _told(self._book(task.what, task.key, again))
                case Hold(slot=slot):
                    return await self._hold(slot, task.key)
                case Reschedule(appointment=appointment, slot=slot):
                    return await _told(self._move(appointment, slot, task.key))
                case Cancel(appointment=appointment):
                    return await self._cancel(appointment)
                case Wait():
                    return await _told(self._wait(task.what, task.key))
                case Share():
                    return await _told(self._share(task.what, task.key))
                case TakeOffer():
                    return await _told(self._take(task.what, again))
                case Placed(appointment=appointment, place=place):
                    return await self._placed(appointment, place)
        except Exception as error:  # nothing that a provider should do: it may have had its effect all the same
            log.failure("provider_failed", error, where="asking", kind=task.what.kind)
            return Failed(why="uncertain")

    async def stop(self) -> None:
        """Ask no further."""
        await self._in_time.stop()

    async def works(self) -> bool:
        """Tell whether a search is answered again. What was found out is good for a minute, whoever asks."""
        now = self._clock.now()
        if self._worked and now - self._worked < FRESH:
            return True
        try:
            await self._provider.find_slots(now, now + timedelta(days=1), 1)
        except ProviderDown:
            return False
        except Exception as error:
            log.failure("provider_failed", error, where="asking", kind="retry")
            return False
        self._worked = now
        return True

    def patience(self, task: tasks.Ask | tasks.Settle | tasks.Undo | tasks.Unlist | tasks.Decline | tasks.Reach) -> int:
        """Return how many seconds to wait before asking again: the longer unknown, the more, up to RARELY."""
        now = int(self._clock.now().timestamp())
        if isinstance(task, tasks.Ask):
            since = int(task.what.consented_at.timestamp()) if isinstance(task.what, Wait | Share) else now
        else:
            since = now if isinstance(task, tasks.Decline) else task.since
        unknown = now - since
        return max(5, min(unknown, RARELY))

    async def undo(self, task: tasks.Undo) -> bool:
        """Cancel a booking whose owner is gone. False if the provider has to be asked again later."""
        try:
            provider = self._asked_of(task)
            found = await provider.status(task.key)
            if found:
                await provider.cancel(found)
        except Exception as error:
            return self._given_up(task, error, "undo_failed")
        return found is not None or self._age(task) > LATE.total_seconds()

    async def unlist(self, task: tasks.Unlist) -> bool:
        """Give up a place on a waiting list. False if the provider has to be asked again later: also for a while after,
        as what was sent last may still be on its way."""
        try:
            provider = self._provider.at(task.provider)
            await provider.unwait(task.key)
            found = await provider.status(task.key) if task.gone else None
            if found:
                await provider.cancel(found)
        except Exception as error:
            return self._given_up(task, error, "undo_failed")
        return self._age(task) > LATE.total_seconds()

    async def reach(self, task: tasks.Reach) -> bool:
        """Tell a provider that the chat no longer reaches somebody. False if it has to be asked again later."""
        try:
            await self._provider.at(task.provider).reach(task.key)
        except Refused as error:
            log.failure("reach_failed", error, where="asking")
        except Exception as error:
            return self._given_up(task, error, "reach_failed")
        return True

    def _given_up(self, task: tasks.Undo | tasks.Unlist | tasks.Reach, error: Exception, what: str) -> bool:
        """Tell whether it is too late to ask once more; if so, it stands in the log."""
        late = self._age(task) > GIVE_UP.total_seconds()
        if late:
            log.failure(what, error, where="asking")
        return late

    def _age(self, task: tasks.Undo | tasks.Unlist | tasks.Reach) -> float:
        return self._clock.now().timestamp() - task.since

    async def release(self, task: tasks.Release) -> None:
        """Give a slot back that is held. Never raises: the hold ends by itself."""
        try:
            await self._provider.release(task.slot, task.hold)
        except Exception as error:
            log.failure("provider_failed", error, where="asking", kind=task.kind)

    async def decline(self, task: tasks.Decline) -> bool:
        """Let an offer pass. False if the provider has to be asked again later; it ends by itself."""
        if self._clock.now().timestamp() >= task.until:
            return True
        try:
            await self._provider.at(task.slot.provider).decline(task.key, task.slot)
        except Exception as error:
            log.failure("undo_failed", error, where="asking")
            return False
        return True

    async def _find(self, wanted: FindSlots, key: str) -> Event:
        if wanted.slot and wanted.hold:
            await self._provider.release(wanted.slot, wanted.hold)
        try:
            return await self._offering.find(wanted, seed=key)
        except ProviderDown:
            return Failed(why="provider_down")

    async def _book(self, wanted: Book, key: str, again: bool) -> Event:
        request = Request(
            key=key,
            slot=wanted.slot,
            name=wanted.name,
            contact=wanted.contact,
            zone=wanted.zone,
            consented_at=wanted.consented_at,
            hold=wanted.hold,
            voucher=wanted.voucher,
        )
        if wanted.place and not again and not await self._offering.may_see(wanted.slot, wanted.place):
            return Failed(why="unlicensed")
        return Booked(appointment=await self._provider.book(request))

    async def _hold(self, slot: Slot, key: str) -> Event:
        """Keep a slot for whoever fills in the form; not at all, where the provider cannot."""
        try:
            held = await self._provider.hold(slot, key, self._clock.now() + HOLD)
        except SlotTaken:
            return Failed(why="slot_taken")
        except ProviderDown:
            return Failed(why="provider_down")
        except (Refused, Uncertain):
            return Failed(why="no_hold")
        return Held(slot=held.slot, until=held.until, hold=held.hold)

    async def _move(self, appointment: Appointment, slot: Slot, key: str) -> Event:
        return Booked(appointment=await self._provider.reschedule(appointment, slot, key))

    async def _wait(self, wanted: Wait, key: str) -> Event:
        whom = Whom(
            key=key,
            name=wanted.name,
            contact=wanted.contact,
            zone=wanted.zone,
            consented_at=wanted.consented_at,
            voucher=wanted.voucher,
        )
        place = await self._provider.at(wanted.provider).wait(whom)
        return Listed(reference=place.reference)

    async def _share(self, wanted: Share, key: str) -> Event:
        await self._provider.at(wanted.provider).share(wanted.reference, key, wanted.text, wanted.consented_at)
        return Changed(what="shared")

    async def _take(self, wanted: TakeOffer, again: bool) -> Event:
        if wanted.place and not again and not await self._offering.may_see(wanted.slot, wanted.place):
            return Failed(why="unlicensed")
        return Booked(appointment=await self._provider.at(wanted.slot.provider).take(wanted.key, wanted.slot))

    async def _placed(self, appointment: Appointment, place: str) -> Event:
        try:
            allowed = await self._offering.may_see(appointment.slot, place)
        except ProviderDown:
            return Failed(why="provider_down")
        return Changed(what="placed") if allowed else Failed(why="unlicensed")

    async def _settle(self, task: tasks.Settle) -> Event | None:
        try:
            if task.offered:
                found = await self._taken(task.key, task.provider or "")
            else:
                provider = self._asked_of(task)
                found = await provider.status(task.ask) if task.ask else None  # moved: under either key
                found = found or await provider.status(task.key)
        except Exception as error:
            log.failure("settle_failed", error, where="asking")
            if self._clock.now().timestamp() - task.since > GIVE_UP.total_seconds():
                log.event("settle_given_up", where="asking")
                return Failed(why="uncertain")
            return None
        if found:
            return Booked(appointment=found)
        # what was sent last may still be on its way into the provider's book
        late = self._clock.now().timestamp() - task.since < LATE.total_seconds()
        return None if late else Failed(why="provider_down")

    async def _taken(self, key: str, provider: str) -> Appointment | None:
        """Return what was booked of an offer; None while its place is on the list still: that is no booking."""
        one = self._provider.at(provider)
        return None if await one.waiting(key) else await one.status(key)

    def _asked_of(self, task: tasks.Settle | tasks.Undo) -> Provider | Providers:
        """Return whom a booking was asked of: nobody else learns of its key, or keeps us waiting. Raises Refused."""
        return self._provider if task.provider is None else self._provider.at(task.provider)

    async def _cancel(self, appointment: Appointment) -> Event:
        try:
            await self._provider.cancel(appointment)
        except (Refused, Uncertain):
            return Failed(why="uncertain")
        except ProviderDown:
            return Failed(why="provider_down")
        return Changed(what="cancelled")


async def _told(asked: Awaitable[Event]) -> Event:
    """Return what was answered, or what a refusal means."""
    try:
        return await asked
    except SlotTaken:
        return Failed(why="slot_taken")
    except VoucherRefused:
        return Failed(why="voucher")
    except Refused:
        return Failed(why="refused")
    except ProviderDown:
        return Failed(why="provider_down")
    except Uncertain:
        return Failed(why="uncertain")


def _unknown(event: Event, again: bool) -> bool:
    """Tell whether it is not known what became of what was sent. `again`: we died over it once."""
    return event == Failed(why="uncertain") or (again and event == Failed(why="provider_down"))
