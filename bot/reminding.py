"""Reminders of appointments: a day and an hour before, for who wants them; none of what was moved or cancelled."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot import tasks
from bot.record import Record
from bot.store import queries
from bot.vault import Vault
from flows.core.care import Appointment, Reminding
from flows.core.timing import WINDOW

BEFORE: Final[dict[Reminding, tuple[timedelta, ...]]] = {
    "none": (),
    "both": (timedelta(hours=24), timedelta(hours=1)),
    "day": (timedelta(hours=24),),
    "hour": (timedelta(hours=1),),
}
"""How long before an appointment: as time passes, whatever clocks on walls do in between."""

Plan = Callable[..., bytes]  # bot.local.Local.plan


def dues(appointment: Appointment) -> tuple[datetime, ...]:
    """Return when somebody is to be reminded of it."""
    return tuple(appointment.slot.start - before for before in BEFORE[appointment.remind])


def wanted(appointment: Appointment, due: datetime, now: datetime) -> bool:
    """Tell whether a reminder that was due then is to go out now: not if it is late, or the talk has begun."""
    return due in dues(appointment) and due <= now < min(due + WINDOW, appointment.slot.start)


def changed(held: tuple[Appointment, ...], key: str, **update: Any) -> tuple[Appointment, ...]:
    """Return the appointments with one of them changed."""
    return tuple(each.model_copy(update=update) if each.key == key else each for each in held)


def replan(
    conn: Connection, plan: Plan, vault: Vault, record: Record, held: tuple[Appointment, ...], now: datetime
) -> None:
    """Plan the reminders of `held` in place of those of what was held before."""
    before = {(each.key, due) for each in record.private.appointments for due in dues(each)}
    after = {(each.key, due): each for each in held for due in dues(each)}
    for key, due in before - set(after):
        queries.drop_effect(conn, vault.effect_id("upcoming", record.sid, key, due.isoformat()))
    for (key, due), each in after.items():
        if (key, due) not in before and due > now:
            task = tasks.Upcoming(sid=record.sid, key=key, start=each.slot.start, due=due)
            plan(conn, task, due, record.sid, key, due.isoformat(), to=record.ops.address)
