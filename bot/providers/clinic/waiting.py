"""The waiting list: a slot that is given up is offered to whoever waits longest, then to the next, one at a time."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from bot.providers.clinic import claims, problem
from bot.providers.clinic.claims import FREED, Work
from bot.providers.clinic.outbox import announce
from bot.providers.clinic.resources import AppointmentBody
from bot.providers.clinic.tables import appointment, offer, slot, status_at

OFFER: Final = 900  # seconds that somebody has to take an offer
WAITS: Final = timedelta(days=60)  # then a place on the list ends
_WAITING: Final = appointment.c.status == "waitlist"


def due(connection: Connection, now: float) -> bool:
    """Tell whether an offer has run out and is to go to the next."""
    query = sa.select(appointment.c.id).where(_WAITING, appointment.c.offered_until <= now).limit(1)
    return connection.execute(query).first() is not None


def anybody(connection: Connection) -> bool:
    """Tell whether somebody waits for an offer."""
    return connection.execute(sa.select(appointment.c.id).where(_WAITING).limit(1)).first() is not None


def pass_on(connection: Connection, now: float) -> None:
    """Take back the offers that have run out, and offer each slot to the next."""
    rows = connection.execute(sa.select(appointment).where(_WAITING, appointment.c.offered_until <= now)).all()
    for row in rows:
        withdraw(connection, row, now)
    for row in rows:
        give(connection, row.slot, now)


def given_up(connection: Connection, key: str, now: float) -> None:
    """Offer a slot that has just been given up; everybody on the list may be asked."""
    connection.execute(sa.delete(offer).where(offer.c.slot == key))
    give(connection, key, now)


def give(connection: Connection, key: str, now: float) -> None:
    """Offer a slot to whoever waits longest of those who have not had it yet; with nobody left it is anybody's."""
    seen = connection.execute(sa.select(slot, status_at(now).label("is_now")).where(slot.c.id == key)).one_or_none()
    if seen is None or seen.is_now != "free":
        return
    had = sa.select(offer.c.appointment).where(offer.c.slot == key)
    query = sa.select(appointment).where(_WAITING, appointment.c.slot.is_(None), appointment.c.id.not_in(had))
    waiter = connection.execute(query.order_by(appointment.c.since, appointment.c.id).limit(1)).one_or_none()
    stamp = {"updated": int(now * 1000)}
    change = sa.update(slot).where(slot.c.id == key)
    until = int(now) + OFFER
    if waiter is None or seen.starts <= until:  # or too late to be asked
        if seen.status != "free":
            connection.execute(change.values(FREED | {"version": seen.version + 1} | stamp))
        return
    held = {"status": "busy-tentative", "claim": waiter.value, "held_until": until, "version": seen.version + 1}
    connection.execute(change.values(held | stamp))
    place = {"slot": key, "starts": seen.starts, "ends": seen.ends, "offered_until": until}
    _change(connection, waiter, place | stamp)
    connection.execute(sa.insert(offer).values(slot=key, appointment=waiter.id))


def withdraw(connection: Connection, row: Row[Any], now: float) -> None:
    """Take an offer back: they wait on."""
    nowhere = {"slot": None, "starts": None, "ends": None, "offered_until": None}
    _change(connection, row, nowhere | {"updated": int(now * 1000)})


def put(work: Work, row: Row[Any], body: AppointmentBody) -> dict[str, Any]:
    """Return what changes when somebody on the list takes the offer, lets it pass, or leaves. Raises Problem."""
    nowhere = {"slot": None, "starts": None, "ends": None, "offered_until": None}
    if body.status in ("booked", "pending"):
        if row.slot is None or body.slot_id() != row.slot or row.offered_until <= work.now:
            raise problem.changed()
        if row.slot not in work.claimed:
            claims.claim(work, claims.row(work.connection, slot, row.slot), row.value, held=True)
        return {"offered_until": None}
    if body.status == "waitlist" and body.slot_id() == row.slot:
        return {}
    if body.slot_id() not in (None, row.slot):
        raise problem.against_the_rules()
    if row.slot is not None:
        seen = claims.row(work.connection, slot, row.slot)
        if seen.claim == row.value and seen.status == "busy-tentative" and row.slot not in work.freed:
            claims.free(work, seen)
        work.passed.add(row.slot)
    return nowhere


def _change(connection: Connection, row: Row[Any], values: dict[str, Any]) -> None:
    """Change an appointment, and have it told."""
    values = values | {"version": row.version + 1}
    connection.execute(sa.update(appointment).where(appointment.c.id == row.id).values(values))
    announce(connection, row.id, row.version + 1, values["updated"] / 1000)
