"""Lets time pass for a service whose clock can be moved, as it would have come to pass."""

from datetime import UTC, datetime, timedelta

from bot.clock import ShiftedClock
from bot.store import queries
from bot.wiring import Service


async def later(service: Service, clock: ShiftedClock, by: timedelta) -> None:
    """Move the clock, with a tick wherever something is due, and carry out what comes of it."""
    end = clock.now() + by
    await service.schedule.tick()  # as it did in every minute before: what is to come is noted
    while True:
        step = max(min(await _next(service, clock), end) - clock.now(), timedelta())
        clock.later(step)
        await service.schedule.tick()
        await service.errands.drain()
        if clock.now() >= end:
            break


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
