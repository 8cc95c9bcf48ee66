"""Claims, holds and frees slots: at exactly the version that was seen, so that a slot is one person's at a time."""

from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from bot.providers.clinic import problem, resources
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.resources import SlotBody
from bot.providers.clinic.tables import slot, status_at

FREED: Final = {"status": "free", "claim": None, "held_until": None}
HOLD: Final = 600  # seconds that a slot is held at most


@dataclass
class Work:
    """One transaction under way: what it may not do twice, and what must be true when it ends."""

    connection: Connection
    now: float
    claimed: set[str] = field(default_factory=set)
    freed: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)  # by an appointment that stood there
    passed: set[str] = field(default_factory=set)  # by somebody on the waiting list


def put(work: Work, key: str | None, if_match: str | None, body: SlotBody) -> str:
    """Set a slot to busy or hold it if it is free, book what is held, or free it: at exactly the version that was seen.

    Raises Problem."""
    if if_match is None:
        raise Problem(428, "conflict", "A slot is changed with If-Match only.")
    seen = row(work.connection, slot, key)
    same_times(body.start, body.end, seen)
    if body.id != seen.id:
        raise problem.malformed()
    if if_match != resources.etag(seen.version):
        raise problem.changed()
    match body.status:
        case "free":
            free(work, seen)
        case "busy":
            claim(work, seen, body.claim(), held=True)
        case "busy-tentative":
            hold(work, seen, body)
    return str(seen.id)


def claim(work: Work, seen: Row[Any], key: str | None, *, held: bool = False) -> None:
    """Make a slot busy that is free, or `held` under this key; without a key, by whoever knows the hold's version.

    The condition on version and status is what makes a claim exclusive. Raises Problem."""
    if seen.starts <= work.now:
        raise problem.conflict()
    open_to = status_at(work.now) == "free"
    if held:
        open_to |= (slot.c.status == "busy-tentative") & (slot.c.claim == key if key else sa.true())
    _turn(work, seen, open_to, {"status": "busy", "claim": key, "held_until": None})
    work.claimed.add(seen.id)


def hold(work: Work, seen: Row[Any], body: SlotBody) -> None:
    """Keep a free slot under the key that the body names, until the time that it names or for ten minutes.

    A hold is not made longer: what is held must run out, or be given back, before it is held again. Raises Problem."""
    until = min(body.held_until() or work.now + HOLD, work.now + HOLD)
    if body.claim() is None or until <= work.now:
        raise problem.against_the_rules()
    if seen.starts <= work.now:
        raise problem.conflict()
    values = {"status": "busy-tentative", "claim": body.claim(), "held_until": int(until)}
    _turn(work, seen, status_at(work.now) == "free", values)


def free(work: Work, seen: Row[Any]) -> None:
    """Free a slot. Raises Problem."""
    _turn(work, seen, slot.c.status.in_(("busy", "busy-tentative", "free")), FREED)
    work.freed.add(seen.id)


def _turn(work: Work, seen: Row[Any], condition: sa.ColumnElement[bool], values: dict[str, Any]) -> None:
    query = (
        sa.update(slot)
        .where(slot.c.id == seen.id, slot.c.version == seen.version, condition)
        .values(values | {"version": seen.version + 1, "updated": int(work.now * 1000)})
    )
    if work.connection.execute(query).rowcount != 1:
        raise problem.changed()


def row(connection: Connection, table: sa.Table, key: str | None, missing: Problem | None = None) -> Row[Any]:
    """Return a row of a table. Raises `missing`, or Problem 404."""
    found = connection.execute(sa.select(table).where(table.c.id == key)).one_or_none()
    if found is None:
        raise missing or problem.unknown()
    return found


def same_times(start: Any, end: Any, seen: Row[Any]) -> None:
    """Refuse a body whose times, where it gives any, are not those of the row. Raises Problem."""
    for given, kept in ((start, seen.starts), (end, seen.ends)):
        if given is not None and given.timestamp() != kept:
            raise problem.against_the_rules()
