"""Who is reachable where, and what is held about them: records loaded from their rows and saved, and a hint of each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.platform import Address, Place, Profile
from bot import log
from bot.agenda import Agenda, Crisis, Hint
from bot.days_off import parts
from bot.expiry import first_over
from bot.places import country_of, region_of, zones
from bot.record import Conversation, Ops, Outline, Private, Record
from bot.store import queries
from bot.vault import Sealed, Vault
from content.loaded import Loaded
from flows.core.care import Appointment
from flows.core.flow import Person


class People:
    """Loads and saves records, and keeps hints in memory."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.hints = Agenda()

    def load(self, conn: Connection, sid: bytes) -> Record | None:
        """Return the person's record, opened. Raises Unsealable."""
        row = queries.get_subject(conn, sid)
        return self._moved(self._open(row)) if row else None

    def stranger(self, sid: bytes, address: Address) -> Record:
        """Return the record of somebody never seen."""
        return self._moved(Record(sid=sid, ops=Ops(address=address)))

    def save(self, conn: Connection, record: Record) -> None:
        """Seal and write a record."""
        ops, private = record.ops.model_dump_json().encode(), record.private.model_dump_json().encode()
        queries.put_subject(conn, self._vault.seal(record.sid, ops, private, record.wrapped))
        self._hint(record)

    def outlines(self, conn: Connection, sids: Sequence[bytes]) -> Iterator[Outline]:
        """Yield some people, as far as the clock may know them. Raises Unsealable."""
        for row in queries.some_subjects(conn, sids):
            ops, seal = self._vault.open_ops(row)
            yield Outline(sid=row.sid, ops=Ops.model_validate_json(ops), seal=seal)

    def outline(self, conn: Connection, sid: bytes) -> Outline | None:
        """Return somebody as far as the clock may know them. Raises Unsealable."""
        return next(self.outlines(conn, [sid]), None)

    def save_outlines(self, conn: Connection, people: Sequence[Outline]) -> None:
        """Seal and write the first columns of people who were there before."""
        queries.reseal(conn, [each.seal(each.ops.model_dump_json().encode()) for each in people])
        for each in people:
            self.hint(each)

    def hint(self, person: Outline) -> None:
        """Note when their next check-in is due."""
        before = self.hints.get(person.sid) or Hint(
            due=None, until=None, language=person.ops.language, country=person.ops.country
        )
        self.hints.note(person.sid, replace(before, due=person.ops.due))

    def forget(self, conn: Connection, sid: bytes) -> None:
        """Destroy the row."""
        queries.delete_subject(conn, sid)
        self.hints.drop(sid)

    def spoken(self, sid: bytes, profile: Profile) -> Profile:
        """Return a profile with the language that somebody chose, if they chose one. Needs no database."""
        hint = self.hints.get(sid)
        return profile.model_copy(update={"locale": hint.language}) if hint and hint.language else profile

    def country(self, sid: bytes) -> str:
        """Return the country that somebody said they are in; empty if they did not. Needs no database."""
        hint = self.hints.get(sid)
        return hint.country if hint else ""

    def in_crisis(self, sid: bytes, place: Place, now: datetime) -> str:
        """Return the turn of the crisis conversation that somebody has open at a place; empty if they have none there.
        Needs no database."""
        crisis = self.crisis(sid)
        return crisis.turn if crisis and crisis.place == place and now < crisis.until else ""

    def crisis(self, sid: bytes) -> Crisis | None:
        """Return where somebody's crisis conversation is open. Needs no database."""
        hint = self.hints.get(sid)
        return hint.crisis if hint else None

    def still_in(self, sid: bytes, crisis: Crisis | None) -> None:
        """Note that a turn which was not committed has not moved somebody's crisis conversation."""
        if hint := self.hints.get(sid):
            self.hints.note(sid, replace(hint, crisis=crisis))

    def in_country(self, sid: bytes, country: str, until: datetime) -> None:
        """Note where somebody says they are while the database does not answer. Of whom nothing is held it is kept
        until then, or until they are."""
        before = self.hints.get(sid) or Hint(due=None, until=until)
        self.hints.note(sid, replace(before, country=country))

    def hint_all(self, conn: Connection) -> None:
        """Open every row once, at the start, so that the clock knows whom it concerns when."""
        for row in queries.subjects(conn):
            try:
                self._hint(self._open(row))
            except Exception as error:  # one row that does not open must not keep the service from starting
                log.failure("row_unsealable", error, where="people")

    def appointments(self, conn: Connection) -> Iterator[tuple[bytes, Appointment]]:
        """Yield every appointment that somebody holds. Opens only the rows of those who do."""
        for sid in [sid for sid, hint in self.hints.items() if hint.booked]:
            record = self.load(conn, sid)
            for one in record.private.appointments if record else ():
                yield sid, one

    def waiting(self, conn: Connection) -> Iterator[Record]:
        """Yield the records of those who are on a waiting list. Opens no other."""
        for sid in self.hints.waiting():
            record = self.load(conn, sid)
            if record and record.private.waiting:
                yield record

    def _hint(self, record: Record) -> None:
        conversation = record.private.conversation
        hint = Hint(
            due=record.ops.due,
            until=first_over(record),
            language=record.ops.language,
            country=record.ops.country,
            booked=bool(record.private.appointments),
            waits=record.private.waiting is not None,
            crisis=_crisis(conversation) if conversation else None,
        )
        self.hints.note(record.sid, hint)

    def _moved(self, record: Record) -> Record:
        """Return the record with the country that its person said last, be it while the database did not answer."""
        hint = self.hints.get(record.sid)
        if hint and hint.country and hint.country != record.ops.country:
            record.set_ops(country=hint.country)
        return record

    def _open(self, row: Sealed) -> Record:
        ops, private = self._vault.open(row)
        return Record(
            sid=row.sid,
            ops=Ops.model_validate_json(ops),
            private=Private.model_validate_json(private),
            wrapped=(row.epoch, row.dek),
        )


def _crisis(conversation: Conversation) -> Crisis | None:
    """Return where the crisis conversation is open, be it beneath another page: its message stands."""
    for each in (conversation.frame, *conversation.suspended):
        if each.flow == "safety":
            place, turn = each.place or conversation.place, each.turn or conversation.turn
            return Crisis(place=place, turn=turn, until=conversation.until)
    return None


def welcome(record: Record, profile: Profile, content: Loaded) -> None:
    """Take over the language and the zone that the platform states, where we have nothing better.

    A language that somebody chose is better, for as long as there is one of that name."""
    if profile.zone in zones():
        record.set_ops(zone=profile.zone)
    elif record.ops.zone == "UTC":
        record.set_ops(zone=content.organisation.zone)
    if wanted := record.ops.language or profile.locale:
        record.set_ops(locale=content.locale(wanted))


def managed_by(address: Address, content: Loaded) -> tuple[str, ...]:
    """Return the keys of the teams that the organisation's files give to somebody."""
    return content.managed.get((address.platform, address.user), ())


def person_of(record: Record, content: Loaded) -> Person:
    """Return what a flow may know of somebody. `held` opens everything, generated from the schema."""
    address = record.ops.address
    return Person(
        locale=record.ops.locale,
        zone=record.ops.zone,
        region=region_of(record.ops.country, record.ops.zone, content.organisation.region),
        country=record.ops.country,
        surface=address.platform,
        manages=managed_by(address, content),
        notice=record.ops.notice,
        plan=record.ops.plan,
        parts=parts(country_of(record.ops.plan.zone if record.ops.plan else record.ops.zone)),
        nudged=record.ops.nudges,
        ignored=record.ops.ignored,
        moods=record.private.moods,
        reminders=record.reminders,
        appointments=record.private.appointments,
        troubles=record.private.troubles,
        waiting=record.private.waiting,
        checked=record.private.checked,
        intent=record.private.intent,
    )
