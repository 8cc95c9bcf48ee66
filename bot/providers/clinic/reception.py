"""What the counsellor does with the book themselves: look at a day, take time off, call somebody's appointment off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from bot.clock import Clock, token
from bot.providers.clinic import vouchers, waiting
from bot.providers.clinic.book import Book
from bot.providers.clinic.claims import FREED
from bot.providers.clinic.outbox import announce
from bot.providers.clinic.resources import Resource
from bot.providers.clinic.seal import Seal
from bot.providers.clinic.tables import ACTIVE, Database, appointment, practitioner, slot, status_at, time_off


class Unknown(Exception):
    """There is no such practitioner, appointment or time off; the message says what there is."""


@dataclass(frozen=True)
class Entry:
    """A slot as the counsellor sees it. `reference` is the appointment's id, empty where nobody is booked; `status` the
    slot's, "pending" for an appointment that is not confirmed, or "noshow" for one to which nobody came."""

    start: datetime
    end: datetime
    key: str
    who: str
    how: str
    status: str
    reference: str = ""
    name: str = ""
    contact: str = ""
    note: str = ""


@dataclass(frozen=True)
class Away:
    """Time off, from `start` up to `end`."""

    id: str
    key: str
    start: datetime
    end: datetime


class Reception:
    """The book as its own staff use it. Instants are aware, in UTC."""

    def __init__(self, database: Database, seal: Seal, clock: Clock, book: Book) -> None:
        self._database, self._seal, self._clock, self._book = database, seal, clock, book

    def between(self, start: datetime, end: datetime, statuses: Sequence[str] = ()) -> list[Entry]:
        """Return the slots that begin in [start, end), by practitioner and time; of these statuses only, if any is
        named. What is out of the hours and not booked is left out."""
        now = self._clock.now().timestamp()
        status = status_at(now).label("is_now")
        taken = (appointment.c.slot == slot.c.id) & appointment.c.status.in_((*ACTIVE, "noshow"))
        query = (
            sa.select(slot, status, practitioner.c.name, appointment.c.id.label("booking"))
            .add_columns(appointment.c.document, appointment.c.status.label("stands"))
            .join_from(slot, practitioner)
            .outerjoin(appointment, taken)
            .where(slot.c.starts >= start.timestamp(), slot.c.starts < end.timestamp())
            .where(sa.or_(status_at(now) != "busy-unavailable", appointment.c.id.is_not(None)))
            .order_by(practitioner.c.name, slot.c.starts)
        )
        entries = [self._entry(row) for row in self._database.read(lambda connection: connection.execute(query).all())]
        return [one for one in entries if not statuses or one.status in statuses]

    def next_booked(self, start: datetime) -> datetime | None:
        """Return when the next appointment from `start` on begins."""
        query = sa.select(sa.func.min(appointment.c.starts)).where(
            appointment.c.starts >= start.timestamp(), appointment.c.status.in_(ACTIVE)
        )
        found = self._database.read(lambda connection: connection.execute(query).scalar())
        return None if found is None else _instant(found)

    def away(self) -> list[Away]:
        """Return the time off that is not over, earliest first."""
        query = sa.select(time_off).where(time_off.c.ends > self._clock.now().timestamp()).order_by(time_off.c.starts)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return [Away(row.id, row.practitioner, _instant(row.starts), _instant(row.ends)) for row in rows]

    def leave(self, key: str, start: datetime, end: datetime) -> tuple[Away, list[Entry]]:
        """Take time off: nothing in it is offered from now on. Return it, and what is booked in it: that stands until
        somebody calls it off. Raises Unknown."""
        off = Away(token(self._clock, 4), key, start, end)

        def work(connection: Connection) -> None:
            self._know(connection, key)
            self._insert(connection, off)
            self._book.align(connection, self._clock.now())

        self._database.write(work)
        early = start - timedelta(days=1)  # long enough for any slot that lasts into it
        booked = [one for one in self.between(early, end) if one.key == key and one.reference and one.end > start]
        return off, booked

    def come_back(self, prefix: str) -> Away:
        """End a time off: its hours are offered again. Raises Unknown."""
        found = [one for one in self.away() if one.id.startswith(prefix)]
        if len(found) != 1:
            raise Unknown(f"there is no time off {prefix}; haven clinic off lists what there is")

        def work(connection: Connection) -> None:
            connection.execute(sa.delete(time_off).where(time_off.c.id == found[0].id))
            self._book.align(connection, self._clock.now())

        self._database.write(work)
        return found[0]

    def find(self, prefix: str) -> Entry:
        """Return the appointment that stands and whose id begins so. Raises Unknown."""
        query = sa.select(appointment.c.starts).where(
            appointment.c.id.startswith(prefix, autoescape=True), appointment.c.status.in_(ACTIVE)
        )
        starts = self._database.read(lambda connection: connection.execute(query).scalars().all())
        found = [
            one
            for at in set(starts)
            for one in self.between(_instant(at), _instant(at + 1))
            if one.reference.startswith(prefix) and one.reference
        ]
        if len(found) != 1:
            many = "several appointments begin" if found else "no appointment that stands begins"
            raise Unknown(f"{many} with {prefix}; haven clinic day shows them with the day that they are on")
        return found[0]

    def call_off(self, one: Entry, *, again: bool = False) -> None:
        """Cancel an appointment on the practitioner's side, and keep its time from being offered; or offer it `again`.

        Raises Unknown if it does not stand any more."""

        def work(connection: Connection) -> None:
            row = connection.execute(sa.select(appointment).where(appointment.c.id == one.reference)).one_or_none()
            if row is None or row.status not in ACTIVE:
                raise Unknown("this appointment has been cancelled or moved meanwhile")
            now = self._clock.now()
            document = self._seal.open(row.document, "appointment", "document", row.id)
            document["cancelationReason"] = PROVIDER
            vouchers.give_back(connection, document)
            values = {
                "status": "cancelled",
                "document": self._seal.close(document, "appointment", "document", row.id),
                "version": row.version + 1,
                "updated": int(now.timestamp() * 1000),
            }
            connection.execute(sa.update(appointment).where(appointment.c.id == row.id).values(values))
            announce(connection, row.id, row.version + 1, now.timestamp())
            freed = FREED | {"version": slot.c.version + 1}
            connection.execute(
                sa.update(slot).where(slot.c.id == row.slot).values(freed | {"updated": values["updated"]})
            )
            if not again:
                self._insert(connection, Away(token(self._clock, 4), one.key, one.start, one.end))
            self._book.align(connection, now)
            if again:
                waiting.given_up(connection, row.slot, now.timestamp())

        self._database.write(work)

    def no_show(self, one: Entry) -> None:
        """Note that nobody came to an appointment that has begun. Raises Unknown if it does not stand any more."""

        def work(connection: Connection) -> None:
            row = connection.execute(sa.select(appointment).where(appointment.c.id == one.reference)).one_or_none()
            now = self._clock.now()
            if row is None or row.status not in ACTIVE:
                raise Unknown("this appointment has been cancelled or moved meanwhile")
            if row.starts > now.timestamp():
                raise Unknown("this appointment has not begun yet; haven clinic cancel calls it off")
            values = {"status": "noshow", "version": row.version + 1, "updated": int(now.timestamp() * 1000)}
            connection.execute(sa.update(appointment).where(appointment.c.id == row.id).values(values))
            announce(connection, row.id, row.version + 1, now.timestamp())

        self._database.write(work)

    def _entry(self, row: Row[Any]) -> Entry:
        name = contact = note = ""
        if row.booking:
            document = self._seal.open(row.document, "appointment", "document", row.booking)
            (name, contact), note = _patient(document), str(document.get("comment") or "")
        return Entry(
            start=_instant(row.starts),
            end=_instant(row.ends),
            key=row.practitioner,
            who=row.name,
            how=row.modality,
            status=row.stands if row.stands in {"pending", "noshow"} else row.is_now,
            reference=row.booking or "",
            name=name,
            contact=contact,
            note=note,
        )

    def _know(self, connection: Connection, key: str) -> None:
        there = connection.execute(sa.select(practitioner.c.id).where(practitioner.c.active)).scalars().all()
        if key not in there:
            raise Unknown(f"there is no {key} here; its people are: {', '.join(sorted(there)) or 'none yet'}")

    def _insert(self, connection: Connection, off: Away) -> None:
        values = {"practitioner": off.key, "starts": int(off.start.timestamp()), "ends": int(off.end.timestamp())}
        connection.execute(sa.insert(time_off).values(id=off.id, **values))


# FHIR R4, ValueSet appointment-cancellation-reason: "Provider"
PROVIDER: Resource = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason", "code": "prov"}]
}


def _patient(document: Resource) -> tuple[str, str]:
    for one in document.get("contained") or []:
        if isinstance(one, dict) and one.get("resourceType") == "Patient":
            names = [str(name.get("text", "")) for name in one.get("name", [])]
            contacts = [str(contact.get("value", "")) for contact in one.get("telecom", [])]
            return ", ".join(names), ", ".join(contacts)
    return "", ""


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
