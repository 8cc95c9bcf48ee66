"""Takes slots and gives them back: as one transaction with the appointment, or claimed first where none holds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot import log
from bot.providers import fhir_bundles as bundles
from bot.providers.base import ProviderDown
from bot.providers.fhir_models import Resource
from bot.providers.fhir_records import Outcome, Records, outcome
from bot.providers.fhir_wire import Lost, Reply, Unsent, Wire
from flows.core import care

# On a server that does not isolate writers, wait until nobody can still be written at our `lastUpdated`
# (whole seconds on some): then whoever is earlier than us can be seen.
SETTLE = 1.1  # seconds


class Changes:
    """What is sent to change the provider's book, and what each change came to."""

    def __init__(self, wire: Wire, records: Records) -> None:
        self._wire, self._records = wire, records

    async def together(self, slot: care.Slot, entries: Sequence[Resource], hold: str | None = None) -> Outcome:
        """Make the slot busy and create what is to be in it, as one transaction. `hold`: the key it is held under.
        Raises Unsent, or ProviderDown before sending."""
        shown = await self.as_shown(slot, hold)
        if shown is None:
            return Outcome.TAKEN
        all_of_it = [bundles.replace(bundles.busy(shown), slot.version), *entries]
        bundle = bundles.transaction(all_of_it)
        return await twice(lambda: self._wire.transact(bundle), entries=len(all_of_it))

    async def one_by_one(
        self, slot: care.Slot, key: str, make: Callable[[], Awaitable[Resource]], hold: str | None = None
    ) -> Outcome:
        """Claim the slot, then create the appointment in it: for servers whose transactions do not hold. Raises
        Unsent, or ProviderDown before sending."""
        claimed = await self.claim(slot, key, hold)
        if claimed is not Outcome.DONE:
            return claimed
        try:
            resource = await make()
            sent = await twice(lambda: self._wire.create(resource, bundles.unless(bundles.BOOKING, key)))
        except Unsent:
            await self.release(slot.key, key)
            raise
        await asyncio.sleep(SETTLE)
        return sent

    async def create(self, resource: Resource, condition: str) -> Resource | None:
        """Create a resource on a condition, or find the one that is there; None if that is not known. Raises
        Unsent."""
        try:
            reply = await self._wire.create(resource, condition)
        except Lost:
            return None
        return reply.body if reply.ok and reply.body.get("id") else None

    async def claim(self, slot: care.Slot, key: str, hold: str | None = None) -> Outcome:
        """Make a slot busy under our key: DONE, TAKEN, or LOST if that cannot be told. Raises ProviderDown before
        sending."""
        shown = await self.as_shown(slot, hold)
        put = Outcome.TAKEN
        if shown is not None:
            put = await self.put(bundles.claimed(shown, key), slot.version)
        try:
            held = await self._records.slot(slot.key)
        except (Unsent, Lost):
            return Outcome.LOST
        # A claim of an earlier call counts; so does one that the server took without keeping its mark,
        # but not one that somebody else has overwritten since.
        ours = (key, None) if put is Outcome.DONE else (key,)
        if held is None or held[0].status != "busy" or held[0].claim() not in ours:
            return Outcome.TAKEN
        return Outcome.DONE

    async def as_shown(self, slot: care.Slot, hold: str | None = None) -> Resource | None:
        """Return the slot if it is still free (or held under the key `hold`) and the version that was shown. Raises
        ProviderDown."""
        try:
            found = await self._records.slot(slot.key)
        except Unsent as unsent:
            raise ProviderDown("the provider could not be asked for the slot", unsent.again) from None
        except Lost:
            raise ProviderDown("the provider could not be asked for the slot") from None
        if found is None or not found[0].bookable(slot.version, hold):
            return None
        return found[1]

    async def release(self, slot: str, key: str) -> None:
        """Free a slot that we claimed or hold and did not book, unless somebody stands in it. Never raises."""
        try:
            found = await self._records.slot(slot)
            if found is None or found[0].status not in ("busy", "busy-tentative") or found[0].claim() != key:
                return
            if not await self._records.in_slot(slot):
                await self._records.put_free(bundles.replace(bundles.released(found[1]), found[0].etag()))
        except (Unsent, Lost):
            log.event("fhir_slot_left_busy")

    async def put(self, resource: Mapping[str, Any], version: str) -> Outcome:
        """Replace a resource at a version. Raises Unsent."""
        try:
            return outcome(await self._wire.put(resource, version))
        except Lost:
            return Outcome.LOST


async def twice(send: Callable[[], Awaitable[Reply]], entries: int = 0) -> Outcome:
    """Send, and once more if the server was in conflict with itself (409). Raises Unsent."""
    try:
        sent = outcome(await send(), entries)
        return outcome(await send(), entries) if sent is Outcome.CONFLICT else sent
    except Lost:
        return Outcome.LOST
