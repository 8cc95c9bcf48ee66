"""The appointment book: every query that reads the clinic's tables, and the slots that the hours give."""

import operator
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from bot.clock import Clock
from bot.providers.clinic import messages, outbox, problem, resources, waiting
from bot.providers.clinic.claims import FREED
from bot.providers.clinic.hours import Opening, Practitioner, openings
from bot.providers.clinic.resources import Resource
from bot.providers.clinic.seal import Seal
from bot.providers.clinic.searching import Search, page
from bot.providers.clinic.tables import Database, appointment, delivery, offer, practitioner, slot, status_at, time_off

DAYS = 28  # how far ahead slots are given
KEPT = timedelta(days=30)  # how long an appointment outlasts its end, or its cancellation
KEPT_SLOTS: Final = ("busy", "busy-tentative")  # somebody's, whatever the hours are now
_STALE = timedelta(hours=1)
_COMPARE: Final = {
    "eq": operator.eq,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


class Page(NamedTuple):
    """A page of a search: the matches, what was to be included, and the token of the next page if any."""

    matches: list[Resource]
    included: list[Resource]
    following: str | None


class Book:
    """Reads the book, and keeps the free slots in step with the practitioners' hours."""

    def __init__(self, database: Database, seal: Seal, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._practitioners: tuple[Practitioner, ...] = ()
        self._fresh_until = datetime.min.replace(tzinfo=UTC)
        self._refreshing = threading.Lock()

    def replace(self, practitioners: Sequence[Practitioner]) -> None:
        """Take these practitioners and hours from now on. What is booked stays booked.

        Raises ValueError if two have the same key."""
        with self._refreshing:
            self.take(practitioners)
            self._refresh()

    def take(self, practitioners: Sequence[Practitioner]) -> None:
        """Take these practitioners without writing anything yet: what is written next is aligned with their hours.

        Raises ValueError if two have the same key."""
        if len({one.key for one in practitioners}) != len(practitioners):
            raise ValueError("two practitioners have the same key")
        self._practitioners = tuple(practitioners)

    def stale(self) -> None:
        """Have the next search compare the slots with the hours: one was freed, maybe outside of them."""
        self._fresh_until = datetime.min.replace(tzinfo=UTC)

    def room(self, practitioner: str) -> str:
        """Return the link to a practitioner's video room; empty if they have none, or are gone."""
        return next((one.room for one in self._practitioners if one.key == practitioner), "")

    def read(self, kind: str, key: str) -> Resource:
        """Return one resource. Raises Problem 404."""
        self.settle()
        read: Resource = self._database.read(lambda connection: self.drawn(connection, kind, key))
        return read

    def settle(self) -> None:
        """Have offers that ran out go to the next, before anybody looks."""
        now = self._clock.now().timestamp()
        if self._database.read(lambda connection: waiting.due(connection, now)):
            self._database.write(lambda connection: waiting.pass_on(connection, now))

    def drawn(self, connection: Connection, kind: str, key: str) -> Resource:
        """Return one resource as this connection sees it. Raises Problem 404."""
        match kind:
            case "Slot":
                query: Any = _with_name(self._clock.now()).where(slot.c.id == key)
            case "Appointment":
                query = sa.select(appointment).where(appointment.c.id == key)
            case "Practitioner" | "Schedule":
                query = sa.select(practitioner).where(practitioner.c.id == key)
            case _:
                raise problem.unknown()
        row = connection.execute(query).one_or_none()
        if row is None:
            raise problem.unknown()
        return self._draw(kind, row)

    def people(self, kind: str) -> list[Resource]:
        """Return the Practitioner or Schedule of everybody who can be booked, by name."""
        query = sa.select(practitioner).where(practitioner.c.active).order_by(practitioner.c.name)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return [self._draw(kind, row) for row in rows]

    def slots(self, search: Search) -> Page:
        """Return one page of slots, earliest first, and with them what was to be included."""
        with self._refreshing:
            if self._clock.now() >= self._fresh_until:
                self._refresh()
        self.settle()
        now = self._clock.now()
        query = _narrow(_with_name(now), slot, search, status_at(now.timestamp()))
        if search.schedule is not None:
            query = query.where(slot.c.practitioner == search.schedule)

        def work(connection: Connection) -> Page:
            rows = connection.execute(query).all()
            wanted = {row.practitioner for row in rows[: search.count]} if search.schedules else set()
            people = connection.execute(sa.select(practitioner).where(practitioner.c.id.in_(wanted))).all()
            included = [resources.schedule(row) for row in people]
            if search.actors:
                included += [resources.practitioner(row) for row in people]
            return self._page("Slot", rows, search, included)

        read: Page = self._database.read(work)
        return read

    def appointments(self, search: Search) -> Page:
        """Return one page of appointments, earliest first."""
        self.settle()
        query = _narrow(sa.select(appointment), appointment, search, appointment.c.status)
        if search.slot is not None:
            query = query.where(appointment.c.slot == search.slot)
        if search.identifier is not None:
            system, value = search.identifier
            query = query.where(appointment.c.system == system, appointment.c.value == value)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return self._page("Appointment", rows, search, [])

    def _page(self, kind: str, rows: Sequence[Row[Any]], search: Search, included: list[Resource]) -> Page:
        """Draw the rows of a page; one row more than asked for tells that there is another page."""
        shown = rows[: search.count]
        following = page(shown[-1].starts, shown[-1].id) if len(rows) > search.count else None
        return Page([self._draw(kind, row) for row in shown], included, following)

    def _draw(self, kind: str, row: Row[Any]) -> Resource:
        match kind:
            case "Slot":
                return resources.slot(row)
            case "Appointment":
                document = self._seal.open(row.document, "appointment", "document", row.id)
                return resources.appointment(row, document)
            case "Schedule":
                return resources.schedule(row)
            case _:
                return resources.practitioner(row)

    def _refresh(self) -> None:
        """Bring the free slots in step with the hours, and delete what has been kept long enough.

        A busy slot is not touched until then."""
        now = self._clock.now()
        self._database.write(lambda connection: self.align(connection, now))
        self._fresh_until = now + _STALE

    def align(self, connection: Connection, now: datetime) -> None:
        """Bring the free slots in step with the hours and the time off, and delete what was kept long enough."""
        stamp = {"updated": int(now.timestamp() * 1000)}
        self._align_people(connection, stamp)
        connection.execute(sa.delete(time_off).where(time_off.c.ends <= now.timestamp()))
        away: dict[str, list[tuple[datetime, datetime]]] = {}
        for off in connection.execute(sa.select(time_off)):
            span = (datetime.fromtimestamp(off.starts, UTC), datetime.fromtimestamp(off.ends, UTC))
            away.setdefault(off.practitioner, []).append(span)
        wanted = [
            one for person in self._practitioners for one in openings(person, now, DAYS, away.get(person.key, ()))
        ]
        over = (slot.c.status != "free") & (status_at(now.timestamp()) == "free")
        connection.execute(sa.update(slot).where(over).values(FREED))  # as it has been read since it ran out
        kept_from = int((now - KEPT).timestamp())
        cancelled = (appointment.c.status == "cancelled") & (appointment.c.updated < kept_from * 1000)
        connection.execute(sa.delete(appointment).where((appointment.c.ends < kept_from) | cancelled))
        self._expire(connection, now)
        begun = sa.select(slot.c.id).where(slot.c.starts > now.timestamp())
        connection.execute(sa.delete(offer).where(offer.c.slot.not_in(begun)))
        past = (slot.c.starts < int(now.timestamp())) & slot.c.status.not_in(KEPT_SLOTS) | (slot.c.ends < kept_from)
        held = sa.select(appointment.c.slot).where(appointment.c.slot.is_not(None))
        connection.execute(sa.delete(slot).where(past, slot.c.id.not_in(held)))
        stored = {row.id: row for row in connection.execute(sa.select(slot)) if row.starts > now.timestamp()}
        rows = [_row(one) for one in wanted]
        fresh = [row | {"version": 1} | stamp for row in rows if row["id"] not in stored]
        if fresh:
            connection.execute(sa.insert(slot), fresh)
        for row in rows:
            known = stored.pop(row["id"], None)
            if known and known.status not in KEPT_SLOTS and not row.items() <= known._asdict().items():
                _set(connection, slot, known, row | stamp)
        for known in stored.values():
            if known.status == "free":
                _set(connection, slot, known, {"status": "busy-unavailable"} | stamp)

    def _expire(self, connection: Connection, now: datetime) -> None:
        """End places on the waiting list that are too old, and drop what nobody came to hear."""
        tired = (appointment.c.status == "waitlist") & appointment.c.slot.is_(None)
        tired &= appointment.c.since < int((now - waiting.WAITS).timestamp() * 1000)
        for one in connection.execute(sa.select(appointment).where(tired)).all():
            ends = {"status": "cancelled", "version": one.version + 1, "updated": int(now.timestamp() * 1000)}
            connection.execute(sa.update(appointment).where(appointment.c.id == one.id).values(ends))
            outbox.announce(connection, one.id, one.version + 1, now.timestamp())
        messages.drop(connection)
        untold = delivery.c.since < (now - 2 * outbox.GIVE_UP).timestamp()  # where nobody subscribes
        connection.execute(sa.delete(delivery).where(untold))

    def _align_people(self, connection: Connection, stamp: dict[str, int]) -> None:
        stored = {row.id: row for row in connection.execute(sa.select(practitioner))}
        for one in self._practitioners:
            profile = {name: value for name, value in asdict(one.profile).items() if value} | {"modality": one.modality}
            row = {"id": one.key, "name": one.name, "zone": one.zone, "profile": profile, "active": True}
            known = stored.pop(one.key, None)
            if known is None:
                connection.execute(sa.insert(practitioner), row | {"version": 1} | stamp)
            elif not row.items() <= known._asdict().items():
                _set(connection, practitioner, known, row | stamp)
        for known in stored.values():
            if known.active:
                _set(connection, practitioner, known, {"active": False} | stamp)


def _with_name(now: datetime) -> Any:
    """Return the query of slots as they are at `now`, each with the name of whose it is."""
    columns = [column for column in slot.c if column is not slot.c.status]
    status = status_at(now.timestamp()).label("status")
    return sa.select(*columns, status, practitioner.c.name.label("who")).join_from(slot, practitioner)


def _row(one: Opening) -> dict[str, Any]:
    return {
        "id": one.id,
        "practitioner": one.practitioner,
        "modality": one.modality,
        "starts": int(one.start.timestamp()),
        "ends": int(one.end.timestamp()),
        "status": "free",
    }


def _set(connection: Connection, table: sa.Table, known: Row[Any], values: dict[str, Any]) -> None:
    """Change a row and count its version."""
    values = values | {"version": known.version + 1}
    connection.execute(sa.update(table).where(table.c.id == known.id).values(values))


def _narrow(query: Any, table: sa.Table, search: Search, status: sa.ColumnElement[str]) -> Any:
    """Return the query with what both searches share: status, times, place in the order, page size."""
    starts = sa.func.coalesce(table.c.starts, 0)
    if search.statuses:
        query = query.where(status.in_(search.statuses))
    for comparison, seconds in search.window:
        query = query.where(_COMPARE[comparison](table.c.starts, seconds))
    if search.after is not None:
        start, last = search.after
        query = query.where(sa.or_(starts > start, sa.and_(starts == start, table.c.id > last)))
    return query.order_by(starts, table.c.id).limit(search.count + 1)
