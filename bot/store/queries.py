"""Every query there is, beside those in `reminders.py`. Times are seconds since 1970 (UTC)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.store.ready import Ready
from bot.store.tables import delivery, effect, installation, seen, subject
from bot.vault import Sealed


def _whole(table: Table, key: str) -> Ready:
    """Write a row, in place of one with the same key."""
    put = upsert(table)
    return Ready(
        put.on_conflict_do_update(index_elements=[key], set_={each.name: put.excluded[each.name] for each in table.c})
    )


_SUBJECT = Ready(select(subject).where(subject.c.sid == bindparam("wanted")))
_PUT_SUBJECT = _whole(subject, "sid")
_RESEAL = Ready(
    update(subject)
    .where(subject.c.sid == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("etag", "ops", "private")})
)
_PUT_EFFECT = _whole(effect, "id")
_SEE = Ready(upsert(seen).on_conflict_do_nothing())
_CLAIM = Ready(
    update(effect)
    .where(
        effect.c.id.in_(
            select(effect.c.id)
            .where(effect.c.lane == bindparam("pace"), effect.c.due <= bindparam("now"))
            .where(effect.c.lease <= bindparam("now"))
            .order_by(effect.c.due)
            .limit(bindparam("most", type_=Integer))
            .scalar_subquery()
        )
    )
    .values(lease=bindparam("until"), attempts=effect.c.attempts + 1)
    .returning(effect.c.id, effect.c.state, effect.c.attempts, effect.c.body, effect.c.lane)
)
_FIRST_LANE = Ready(select(func.min(effect.c.lane)))
_NEXT_LANE = Ready(select(func.min(effect.c.lane)).where(effect.c.lane > bindparam("last")))
_NEXT_DUE = Ready(select(effect.c.due).where(effect.c.lease == 0).order_by(effect.c.due).limit(1))
_DELIVERY = Ready(select(delivery.c.body).where(delivery.c.id == bindparam("wanted")))
_PUT_DELIVERY = _whole(delivery, "id")
_MARK = Ready(
    update(effect).where(effect.c.id == bindparam("wanted"), effect.c.state == "ready").values(state="sending")
)
_DROP = Ready(delete(effect).where(effect.c.id == bindparam("wanted")))
_LEASE = Ready(update(effect).where(effect.c.id == bindparam("wanted")).values(lease=bindparam("until")))


@dataclass(frozen=True)
class Task:
    """An effect as it lies in its table."""

    id: bytes
    state: str
    attempts: int
    body: bytes
    lane: bytes = b""


def get_subject(conn: Connection, sid: bytes) -> Sealed | None:
    """Return a person's sealed row."""
    row = _SUBJECT.run(conn, wanted=sid).fetchone()
    return Sealed(*row) if row else None


def put_subject(conn: Connection, row: Sealed) -> None:
    """Write a person's sealed row, new or not."""
    _PUT_SUBJECT.run(conn, **vars(row))


def some_subjects(conn: Connection, sids: Sequence[bytes]) -> Iterator[Sealed]:
    """Yield the rows of some people; those that are not there are left out."""
    return (row for sid in sids if (row := get_subject(conn, sid)))


def reseal(conn: Connection, rows: Sequence[Sealed]) -> None:
    """Write rows that were there before, with other contents under the same data keys."""
    _RESEAL.run_each(
        conn,
        ({"of": row.sid, "new_etag": row.etag, "new_ops": row.ops, "new_private": row.private} for row in rows),
    )


def delete_subject(conn: Connection, sid: bytes) -> None:
    """Destroy a person's row, and with it their data key."""
    conn.execute(delete(subject).where(subject.c.sid == sid))


def subjects(conn: Connection) -> Iterator[Sealed]:
    """Yield every row."""
    return (Sealed(*row) for row in conn.execute(select(subject)))


def is_empty(conn: Connection) -> bool:
    """Tell whether nothing sealed lies in the database."""
    return not any(
        conn.execute(select(func.count()).select_from(table)).scalar() for table in (subject, effect, installation)
    )


def see(conn: Connection, tag: bytes, day: int) -> bool:
    """Remember a delivery; False if it was seen before."""
    return _SEE.run(conn, tag=tag, day=day).rowcount == 1


def purge_seen(conn: Connection, before: int) -> None:
    """Forget deliveries from before a day."""
    conn.execute(delete(seen).where(seen.c.day < before))


def put_effect(conn: Connection, id_: bytes, body: bytes, due: int, lane: bytes = b"") -> None:
    """Plan an effect; the same id again replaces what it is about, and makes it ready anew."""
    put_effects(conn, [(id_, body, due, lane)])


def put_effects(conn: Connection, effects: Sequence[tuple[bytes, bytes, int, bytes]]) -> None:
    """Plan many effects: (id, body, due, lane) of each."""
    ready = {"state": "ready", "lease": 0, "attempts": 0}
    _PUT_EFFECT.run_each(
        conn, ({"id": id_, "body": body, "due": due, "lane": lane, **ready} for id_, body, due, lane in effects)
    )


def claim(conn: Connection, now: int, until: int, most: int, lane: bytes = b"") -> list[Task]:
    """Take a lease on up to `most` effects of a lane that are due and that nobody holds."""
    return [Task(*row) for row in _CLAIM.run(conn, now=now, until=until, most=most, pace=lane).fetchall()]


def lanes(conn: Connection) -> Iterator[bytes]:
    """Yield each lane in which something is planned, the empty one first. Looked up one after the other: as quick for a
    million effects."""
    lane = _FIRST_LANE.scalar(conn)
    while lane is not None:
        yield lane
        lane = _NEXT_LANE.scalar(conn, last=lane)


def mark_sending(conn: Connection, id_: bytes) -> bool:
    """Note, before a call that cannot be repeated, that it is about to be made; False if another worker has: our
    lease was over before we came to it."""
    return _MARK.run(conn, wanted=id_).rowcount == 1


def postpone(conn: Connection, id_: bytes, due: int) -> None:
    """Give an effect back, to be tried again at `due`."""
    conn.execute(update(effect).where(effect.c.id == id_).values(state="ready", lease=0, due=due))


def give_back(conn: Connection, id_: bytes, due: int) -> None:
    """Give an effect back as one that nobody has tried: it was not its fault."""
    conn.execute(update(effect).where(effect.c.id == id_).values(state="ready", lease=0, due=due, attempts=0))


def put_off(conn: Connection, id_: bytes, due: int) -> None:
    """Give an effect back as it stands, to be looked at again at `due`."""
    conn.execute(update(effect).where(effect.c.id == id_).values(lease=0, due=due))


def retry_unsent(conn: Connection, id_: bytes, due: int) -> None:
    """Give an effect back, to be tried again at `due`, unless it is marked as being sent."""
    unsent = update(effect).where(effect.c.id == id_, effect.c.state == "ready")
    conn.execute(unsent.values(lease=0, due=due))


def drop_effect(conn: Connection, id_: bytes) -> bool:
    """Delete an effect; False if it was gone."""
    return _DROP.run(conn, wanted=id_).rowcount == 1


def has_effect(conn: Connection, id_: bytes) -> bool:
    """Tell whether an effect is still planned."""
    return conn.execute(select(effect.c.id).where(effect.c.id == id_)).first() is not None


def effects(conn: Connection) -> list[tuple[bytes, bytes]]:
    """Return (id, sealed body) of every effect in flight."""
    return [(row.id, row.body) for row in conn.execute(select(effect.c.id, effect.c.body))]


def release_all(conn: Connection) -> None:
    """At the start of the one service: nobody else is alive to hold a lease."""
    conn.execute(update(effect).values(lease=0))


def next_due(conn: Connection) -> int | None:
    """Return when the next effect is due, free of leases."""
    due: int | None = _NEXT_DUE.scalar(conn)
    return due


def under_way(conn: Connection, now: int) -> bool:
    """Tell whether anything that is due is still planned, or being carried out by somebody."""
    return conn.execute(select(effect.c.id).where(effect.c.due <= now).limit(1)).first() is not None


def drop_unsent(conn: Connection, id_: bytes) -> bool:
    """Delete an effect that nobody has begun to send; False if it is gone, or on its way."""
    return conn.execute(delete(effect).where(effect.c.id == id_, effect.c.state == "ready")).rowcount == 1


def lease(conn: Connection, id_: bytes, until: int) -> None:
    """Give an effect's lease to whoever is about to see to it."""
    _LEASE.run(conn, wanted=id_, until=until)


def get_installation(conn: Connection, id_: bytes) -> bytes | None:
    """Return the sealed body of an installation."""
    return conn.execute(select(installation.c.body).where(installation.c.id == id_)).scalar()


def installations(conn: Connection) -> list[tuple[bytes, bytes]]:
    """Return (id, sealed body) of every installation."""
    return [(row.id, row.body) for row in conn.execute(select(installation.c.id, installation.c.body))]


def put_installation(conn: Connection, id_: bytes, body: bytes) -> None:
    """Write an installation, in place of an earlier one."""
    statement = upsert(installation).values(id=id_, body=body)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"body": body}))


def drop_installation(conn: Connection, id_: bytes) -> None:
    """Delete an installation."""
    conn.execute(delete(installation).where(installation.c.id == id_))


def get_delivery(conn: Connection, id_: bytes) -> bytes | None:
    """Return the sealed counts of a kind of message."""
    body: bytes | None = _DELIVERY.scalar(conn, wanted=id_)
    return body


def put_delivery(conn: Connection, id_: bytes, body: bytes) -> None:
    """Write the counts of a kind of message."""
    _PUT_DELIVERY.run(conn, id=id_, body=body)


def waiting(conn: Connection, now: int) -> dict[bytes, int]:
    """Return how many effects are due, or under way, in each lane; in the empty one somebody waits for them."""
    counts = select(effect.c.lane, func.count()).where(effect.c.due <= now).group_by(effect.c.lane)
    return dict(map(tuple, conn.execute(counts)))
