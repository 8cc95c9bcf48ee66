"""A service that is put together: how it starts, what it tells, how it ends."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from fastapi import FastAPI

from adapters.platform import Platform
from bot import practice
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.contact.wire import Desk as ContactDesk
from bot.desk import Desk
from bot.doors import Door
from bot.errands import Errands
from bot.hooks import Hooks
from bot.metrics import exposition
from bot.people import People
from bot.progress import look
from bot.providers.base import Provider
from bot.providers.several import Providers
from bot.schedule import Schedule
from bot.settings import Settings
from bot.store.engine import Store
from bot.vault import Vault
from bot.watching import Watch
from content.library import Library


@dataclass
class Service:
    """Everything, put together. `platforms` may be added to until `start`."""

    settings: Settings
    clock: Clock
    library: Library
    store: Store
    vault: Vault
    people: People
    desk: Desk
    provider: Provider | Providers
    errands: Errands
    schedule: Schedule
    platforms: dict[str, Platform]
    campaigns: Campaigns
    doors: tuple[Door, ...] = ()
    clinic: FastAPI | None = None
    contact: ContactDesk | None = None
    watch: Watch | None = None
    hooks: Hooks | None = None
    _worker: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Take up what a crash left, then work and tick."""
        await asyncio.to_thread(self.desk.warm)
        for door in self.doors:
            await door.start()
        await self.errands.recover()
        await self.schedule.load()
        self._worker.append(asyncio.create_task(self.errands.run()))
        if isinstance(self.provider, Providers):
            self._worker.append(asyncio.create_task(self.provider.probe()))
        if self.clinic:
            self._worker.append(asyncio.create_task(self.clinic.state.practice.run()))
        self.schedule.start()

    async def stop(self) -> None:
        """Stop ticking and working, finish what is being drawn, close the database."""
        self.schedule.stop()
        for task in self._worker:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.errands.finish()
        for door in self.doors:
            await door.stop()
        if self.watch:
            await self.watch.stop()
        await self.close()

    async def close(self) -> None:
        """Close what is open without having been started."""
        await self.provider.aclose()
        if self.contact:
            await self.contact.close()
        if self.clinic:
            self.clinic.state.practice.dispose()
        self.store.close()

    async def metrics(self) -> str:
        """Return what `/metrics` tells."""
        seen = await self.store.transact(lambda conn: look(conn, self.desk.deliveries, 0.0))
        return exposition(seen, self.errands.in_flight, self.errands.slowed)

    def takes_content(self) -> None:
        """Take up what HR's files say now: the reader its words, the clinic its weekly hours."""
        self.desk.warm()
        if self.clinic:
            content = self.library.current
            self.clinic.state.practice.replace(
                practice.practitioners(content), vouchers=bool(content.providers.vouchers)
            )
