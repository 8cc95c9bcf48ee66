"""Lets time pass for a service whose clock can be moved, as it would have come to pass."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.clock import ShiftedClock
from bot.store import queries
from bot.wiring import Service

LOOK: Final = 0.02  # seconds between looks
PATIENCE: Final = 5.0  # seconds for what hangs: time goes on all the same


async def later(service: Service, clock: ShiftedClock, by: timedelta) -> None:
    """Move the clock, with a tick wherever something is due, and carry out what comes of it."""
    end = clock.now() + by
    await service.schedule.tick()  # as it did in every minute before: what is to come is noted
    while True:
        step = max(min(await _next(service, clock), end) - clock.now(), timedelta())
        clock.later(step)
        await service.schedule.tick()
        await _carried_out(service, clock)
        if clock.now() >= end:
            break


async def _carried_out(service: Service, clock: ShiftedClock) -> None:
    """Carry out what is due, and wait for what the service's own worker took up: else it would be late for its time."""
    now = int(clock.now().timestamp())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await service.errands.drain()
            while await service.store.transact(lambda conn: queries.under_way(conn, now)):
                await asyncio.sleep(LOOK)
                await service.errands.drain()


async def _next(service: Service, clock: ShiftedClock) -> datetime:
    """Return the next instant after now at which something is due."""
    now = clock.now()
    dues = [each for hint in service.people.hints.values() for each in (hint.due, hint.until) if each]
    effect = await service.store.transact(queries.next_due)
    if effect is not None:
        dues.append(datetime.fromtimestamp(effect, UTC))
    if campaign := service.campaigns.following():
        dues.append(campaign)
    return min((due for due in dues if due > now), default=datetime.max.replace(tzinfo=UTC))
