"""Asks the provider on somebody's behalf, and turns its answers and failures into events: the truth, always."""

from datetime import timedelta

from bot import log, tasks
from bot.clock import Clock
from bot.providers.base import ProviderDown, Refused, Request, SlotTaken, Uncertain
from bot.providers.several import Providers
from flows.core.care import Appointment
from flows.core.effects import Book, Cancel, FindSlots
from flows.core.events import Booked, Changed, Event, Failed, SlotsFound

GIVE_UP = timedelta(hours=24)  # a booking that the provider could not be asked about for so long
LATE = timedelta(minutes=1)  # until then "not there" may be "not there yet"
RARELY = 45  # seconds: a minute after a provider is back, everything is known


class Asking:
    """Speaks to the providers; never raises for what a provider may do."""

    def __init__(self, providers: Providers, clock: Clock) -> None:
        self._provider, self._clock = providers, clock

    async def answer(self, task: tasks.Ask | tasks.Settle, *, again: bool = False) -> Event | None:
        """Return what came of it; None if a lost booking is still not known.

        `again`: we died over it once, so what we sent then may have had its effect."""
        if isinstance(task, tasks.Settle):
            return await self._settle(task)
        event = await self._asked(task)
        changes = not isinstance(task.what, FindSlots)
        return Failed(why="uncertain") if again and changes and event == Failed(why="provider_down") else event

    async def _asked(self, task: tasks.Ask) -> Event:
        try:
            match task.what:
                case FindSlots():
                    return await self._find(task.what)
                case Book():
                    return await self._book(task.what, task.key)
                case Cancel(appointment=appointment):
                    return await self._cancel(appointment)
        except Exception as error:  # nothing that a provider should do: it may have had its effect all the same
            log.failure("provider_failed", error, where="asking", kind=task.what.kind)
            return Failed(why="uncertain")

    def patience(self, task: tasks.Ask | tasks.Settle | tasks.Undo) -> int:
        """Return how many seconds to wait before asking again: the longer unknown, the more, up to RARELY."""
        since = int(self._clock.now().timestamp()) if isinstance(task, tasks.Ask) else task.since
        unknown = int(self._clock.now().timestamp()) - since
        return max(5, min(unknown, RARELY))

    async def undo(self, task: tasks.Undo) -> bool:
        """Cancel a booking whose owner is gone. False if the provider has to be asked again later."""
        age = self._clock.now().timestamp() - task.since
        try:
            found = await self._provider.status(task.key)
            if found:
                await self._provider.cancel(found)
        except Exception as error:
            if age > GIVE_UP.total_seconds():
                log.failure("undo_failed", error, where="asking")
                return True
            return False
        return found is not None or age > LATE.total_seconds()

    async def _find(self, wanted: FindSlots) -> Event:
        now = self._clock.now()
        try:
            slots = await self._provider.find_slots(now, now + timedelta(days=wanted.days), wanted.count)
        except ProviderDown:
            return Failed(why="provider_down")
        return SlotsFound(slots=slots)

    async def _book(self, wanted: Book, key: str) -> Event:
        request = Request(
            key=key,
            slot=wanted.slot,
            name=wanted.name,
            contact=wanted.contact,
            zone=wanted.zone,
            consented_at=wanted.consented_at,
        )
        try:
            return Booked(appointment=await self._provider.book(request))
        except SlotTaken:
            return Failed(why="slot_taken")
        except Refused:
            return Failed(why="refused")
        except ProviderDown:
            return Failed(why="provider_down")
        except Uncertain:
            return Failed(why="uncertain")

    async def _settle(self, task: tasks.Settle) -> Event | None:
        try:
            found = await self._provider.status(task.key)
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

    async def _cancel(self, appointment: Appointment) -> Event:
        try:
            await self._provider.cancel(appointment)
        except (Refused, Uncertain):
            return Failed(why="uncertain")
        except ProviderDown:
            return Failed(why="provider_down")
        return Changed(what="cancelled")
