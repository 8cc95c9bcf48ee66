"""Lists what a provider publishes by SMART Scheduling Links; booking is on the provider's own page.

Nothing is sent there but a request for files that are public, and nothing is known of what somebody does on that page:
so it is never called booked, it is in nobody's appointments, and nobody is reminded of it."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NoReturn

import httpx
from pydantic import ValidationError

from bot import log
from bot.clock import Clock
from bot.providers.base import Capabilities, Held, NoList, NoMessages, ProviderDown, Request, Unable
from bot.providers.fhir_slots import when
from bot.providers.fhir_wire import Lost, Unsent, Wire
from bot.providers.links_models import KINDS, Manifest, Published, read
from bot.providers.listed import completed
from flows.core import care

MANIFEST: Final = "$bulk-publish"
FRESH: Final = timedelta(minutes=1)  # the specification: no file is asked for more often
FILES: Final = 40
BYTES: Final = 16 * 1024 * 1024  # of one file


class LinksProvider(NoList, NoMessages):
    """A publisher of slots as a Provider that can be looked at only.

    `base_url` is the folder of the manifest, or the manifest itself; `people` are HR's words on those whose slots they
    are, by `key` as the schedules name them ("PractitionerRole/12"). Raises ValueError for a URL that is not https."""

    def __init__(
        self,
        base_url: str,
        *,
        people: Iterable[care.Practitioner],
        clock: Clock,
        timeout: float = 3.5,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        base = base_url.rstrip("/").removesuffix(MANIFEST).rstrip("/")
        self._wire = Wire(base, None, timeout, client, media="application/json")
        self._people, self._clock = {one.key: one for one in people}, clock
        self._known: tuple[datetime, Published] | None = None
        self._reading = asyncio.Lock()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def capabilities(self) -> Capabilities:
        """Return that there is a page to book on, and nothing else."""
        return Capabilities(deep_link=True)

    async def alive(self) -> bool:
        """Tell whether the manifest can be read. Never raises."""
        try:
            async with asyncio.timeout(2.0):
                await self._manifest()
        except (Unsent, Lost, TimeoutError):
            return False
        return True

    async def find_services(self) -> tuple[care.Practitioner, ...]:
        """Return those whose slots are published, as HR's file describes them. Raises ProviderDown."""
        names = (await self.published()).names
        there = (care.Practitioner(key=key, name=name) for key, name in names.items())
        people = (completed(one, self._people.get(one.key)) for one in there)
        return tuple(sorted(people, key=lambda one: (one.name, one.key)))

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[care.Slot, ...]:
        """Return up to `count` free slots that start in [start, end), earliest first. Raises ProviderDown."""
        slots = (self._described(one) for one in (await self.published()).slots if start <= one.start < end)
        return tuple(sorted(slots, key=when)[:count])

    async def published(self) -> Published:
        """Return what is published, a minute old at most. Raises ProviderDown."""
        async with self._reading:
            now = self._clock.now()
            if self._known is None or self._known[0] + FRESH <= now:
                self._known = now, await self._read()
            return self._known[1]

    async def hold(self, slot: care.Slot, key: str, until: datetime) -> Held:
        """Raises Unable."""
        _elsewhere()

    async def release(self, slot: care.Slot, key: str) -> None:
        """There is nothing to give back."""

    async def book(self, request: Request) -> care.Appointment:
        """Raises Unable."""
        _elsewhere()

    async def reschedule(self, appointment: care.Appointment, slot: care.Slot, key: str) -> care.Appointment:
        """Raises Unable."""
        _elsewhere()

    async def cancel(self, appointment: care.Appointment) -> None:
        """Raises Unable."""
        _elsewhere()

    async def status(self, key: str) -> care.Appointment | None:
        """Return None: nothing here is ever ours."""
        return None

    async def reach(self, key: str) -> None:
        """Nothing is booked here, so there is nobody to be reached. Raises Unable."""
        raise Unable("the provider books on its own page")

    async def missed(self, key: str) -> bool:
        """Nobody misses what nobody booked here."""
        return False

    def _described(self, slot: care.Slot) -> care.Slot:
        """Return a slot with what HR's file says of whose it is."""
        ours = self._people.get(slot.practitioner)
        if ours is None:
            return slot
        how = ours.modalities[0] if len(ours.modalities) == 1 else slot.modality
        return slot.model_copy(update={"who": ours.name, "modality": how})

    async def _manifest(self) -> Manifest:
        reply = await self._wire.get(MANIFEST)
        try:
            if not reply.ok:
                raise Lost
            return Manifest.model_validate(reply.body)
        except ValidationError:
            raise Lost from None

    async def _read(self) -> Published:
        """Read all files side by side. Raises ProviderDown if one of them cannot be read: half of the truth would say
        that there is nothing else."""
        try:
            files = [one for one in (await self._manifest()).output if one.type in KINDS][:FILES]
            texts = await asyncio.gather(*(self._wire.read(one.url, "application/fhir+ndjson", BYTES) for one in files))
        except Unsent as unsent:
            raise ProviderDown("the provider does not answer", unsent.again) from None
        except Lost:
            raise ProviderDown("the provider does not answer") from None
        lines: dict[str, list[str]] = {}
        for one, text in zip(files, texts, strict=True):
            lines.setdefault(one.type, []).extend(text.decode(errors="replace").splitlines())
        found = read(lines)
        if found.dropped:
            log.event("links_dropped", count=found.dropped)
        return found


def _elsewhere() -> NoReturn:
    raise Unable("booking is on the provider's own page")
