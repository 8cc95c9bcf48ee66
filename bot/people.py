"""Who is reachable where, and what is held about them: the two sealed columns of a person's row, opened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from adapters.platform import Address, Place, Profile
from bot import log
from bot.agenda import Agenda, Crisis, Hint
from bot.days_off import parts
from bot.places import country_of, region_of, zones
from bot.store import queries
from bot.vault import Sealed, Vault
from content.loaded import Loaded
from flows.core.base import Value
from flows.core.care import Appointment, Intent, Mood, Plan, Reminder, SafetyPlan, Ticket, Trouble, Waiting
from flows.core.catalog import INTERNATIONAL, Catalog
from flows.core.common import CommonWords
from flows.core.flow import Held, Person
from flows.core.retention import APPOINTMENT, CARING, CHECK, LEFT, MISSED, TICKET, WAITING
from flows.core.timing import A_WEEK

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
TROUBLES = 3  # things that went wrong, remembered until they are over
MOODS = 12  # answers to check-ins kept, for who wants that: a quarter
NUDGES = 18  # check-in lines remembered: at two a week none of them comes again within 60 days


class Frame(Value):
    """A conversation at rest: which flow, in which version, in which state."""

    flow: str
    version: int
    state: Mapping[str, Any]
    ask: str = ""  # the key of what it asked the provider for last: only that result is its own
    turn: str = ""  # while suspended: at which turn it stood, and stands again if nothing has moved it on
    place: Place | Literal[""] = ""  # while suspended: where it stood

    def resting(self) -> "Frame":
        """Return it as the open conversation, which says by itself at which turn it stands, and where."""
        return self.model_copy(update={"turn": "", "place": ""})


class Conversation(Value):
    """The open conversation. `turn` is random, so a turn of an earlier conversation never comes again.

    `suspended` is where `Back` leads, the latest last: one ordinary conversation at most, and each interrupting one
    at most once. `place` is where the person last moved it."""

    turn: str
    frame: Frame
    suspended: tuple[Frame, ...] = ()
    until: AwareDatetime
    place: Place = "chat"


class Ops(Value):
    """What the service needs to reach somebody: sealed, 2 KiB."""

    address: Address
    locale: str = Field(default="en", max_length=16)
    language: str = Field(default="", max_length=16)  # chosen, so it goes before the profile's; empty: never chosen
    country: str = Field(default="", max_length=2)  # where they said they are; empty: never said
    zone: str = Field(default="UTC", max_length=64)
    notice: str = Field(default="", max_length=40)
    reference: str = Field(default="", max_length=600)  # where a Teams chat is; empty elsewhere
    plan: Plan | None = None
    due: AwareDatetime | None = None
    nudges: tuple[Annotated[str, Field(max_length=40)], ...] = Field(default=(), max_length=NUDGES)
    contacts: tuple[AwareDatetime, ...] = Field(default=(), max_length=A_WEEK)  # messages nobody asked for, latest last
    ignored: int = 0
    left: AwareDatetime | None = None  # when the platform first said that they are not there any more


class Private(Value):
    """What is nobody else's business: sealed, 16 KiB."""

    conversation: Conversation | None = None
    appointments: tuple[Appointment, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    waiting: Waiting | None = None
    safety_plan: SafetyPlan | None = None
    ticket: Ticket | None = None
    caring: tuple[AwareDatetime, ...] = Field(default=(), max_length=2)
    moods: tuple[Mood, ...] = Field(default=(), max_length=MOODS)
    checked: date | None = None
    intent: Intent | None = None


@dataclass
class Record:
    """A person, opened. Lives for one turn."""

    sid: bytes
    ops: Ops
    private: Private = field(default_factory=Private)
    wrapped: tuple[int, bytes] | None = None
    reminders: tuple[Reminder, ...] = ()  # of a manager, from their table
    asked: str = ""  # the key of what this turn asked the provider for
    place: Place | None = None  # where the person did what this turn takes; None if an errand brought it

    def set_ops(self, **changes: Any) -> None:
        """Change what is in the first column."""
        self.ops = self.ops.model_copy(update=changes)

    def set_private(self, **changes: Any) -> None:
        """Change what is in the second column."""
        self.private = self.private.model_copy(update=changes)


@dataclass
class Outline:
    """A person of whom only the first column is opened: all that the clock needs, and nothing about their health.

    `seal` makes a new row of a new first column; the second goes into it unread."""

    sid: bytes
    ops: Ops
    seal: Callable[[bytes], Sealed]


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
        untils = [each.slot.end + APPOINTMENT for each in record.private.appointments]
        untils += [told_until(each) for each in record.private.troubles]
        untils += [record.private.intent.until] if record.private.intent else []
        untils += [each + CARING for each in record.private.caring]
        untils += [record.private.waiting.since + WAITING] if record.private.waiting else []
        untils += [record.private.ticket.promised + TICKET] if record.private.ticket else []
        untils += [record.ops.left + LEFT] if record.ops.left else []
        untils += [conversation.until] if conversation else []
        untils += [until] if (until := check_until(record)) else []
        if not conversation and not record.ops.notice:
            untils.append(_LONG_AGO)  # nobody who agreed to anything: the next tick sees to it
        hint = Hint(
            due=record.ops.due,
            until=min(untils, default=None),
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


def check_until(record: Record) -> datetime | None:
    """Return until when the day of the last private check is kept: the midnight at which another may be made."""
    day = record.private.checked
    return datetime.combine(day + CHECK, time.min, ZoneInfo(record.ops.zone)) if day else None


def told_until(trouble: Trouble) -> datetime:
    """Return until when it is said that something did not come out well: of one that nobody came to longer, as it is
    over by the time that it is told."""
    return trouble.start + (MISSED if trouble.what == "missed" else APPOINTMENT)


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


def held_by(record: Record, common: CommonWords, catalog: Catalog) -> tuple[Held, ...]:
    """Return everything held about somebody, named and opened: every field of both columns, none left out."""
    plan, conversation, nothing = record.ops.plan, record.private.conversation, str(common.held_nothing)
    waiting = record.private.waiting
    written = record.private.safety_plan.model_dump().values() if record.private.safety_plan else ()
    safety_plan = "; ".join(part for part in written if part)
    ticket = record.private.ticket
    requested = "; ".join((ticket.request.items() if ticket.request else {}).values()) if ticket else ""
    values: dict[str, list[str]] = {
        "address": [f"{record.ops.address.platform}, {record.ops.address.tenant}, {record.ops.address.user}"],
        "locale": [catalog.languages.get(record.ops.locale, record.ops.locale)],
        "language": [catalog.languages.get(record.ops.language, record.ops.language) or nothing],
        "country": [_said(record.ops.country, common, catalog) if record.ops.country else nothing],
        "zone": [record.ops.zone],
        "notice": [record.ops.notice or nothing],
        "reference": [record.ops.reference or nothing],
        "plan": [_planned(plan, catalog) if plan else nothing],
        "contacts": [", ".join(catalog.when(each, record.ops.zone) for each in record.ops.contacts) or nothing],
        "left": [catalog.when(record.ops.left, record.ops.zone) if record.ops.left else nothing],
        "ignored": [str(record.ops.ignored)],
        "moods": [", ".join(f"{each.day}: {each.mood}" for each in record.private.moods) or nothing],
        "due": [catalog.when(record.ops.due, record.ops.zone) if record.ops.due else nothing],
        "nudges": [", ".join(record.ops.nudges) or nothing],
        "conversation": [conversation.frame.flow if conversation else nothing],
        "troubles": [
            f"{catalog.when(each.start, record.ops.zone)}: {each.what} ({each.key})" for each in record.private.troubles
        ]
        or [nothing],
        "waiting": [_waits(waiting, record.ops.zone, catalog) if waiting else nothing],
        "ticket": [
            f"{catalog.when(ticket.promised, record.ops.zone)}: {ticket.status}{requested and f' ({requested})'}"
            if ticket
            else nothing
        ],
        "caring": [catalog.when(each, record.ops.zone) for each in record.private.caring] or [nothing],
        "checked": [catalog.date(record.private.checked) if record.private.checked else nothing],
        "intent": [_sought(record.private.intent, catalog, record.ops.zone) if record.private.intent else nothing],
        "safety_plan": [safety_plan or nothing],
        "appointments": [
            f"{catalog.when(each.slot.start, record.ops.zone)}, {each.slot.who} {_ours(each)}"
            for each in record.private.appointments
        ]
        or [nothing],
    }
    fields = (*Ops.model_fields, *Private.model_fields)
    return tuple(Held(name=getattr(common, f"held_{name}"), value=value) for name in fields for value in values[name])


def _said(country: str, common: CommonWords, catalog: Catalog) -> str:
    return str(common.held_elsewhere) if country == INTERNATIONAL else catalog.place(country)


def _waits(waiting: Waiting, zone: str, catalog: Catalog) -> str:
    wishes = {name: value for name, value in waiting.wishes.model_dump(exclude_defaults=True).items() if value}
    wished = "; ".join(f"{name}: {value}" for name, value in wishes.items())
    offer = f"; {catalog.when(waiting.offer.start, zone)}, {waiting.offer.who}" if waiting.offer else ""
    known = ", ".join(each for each in (waiting.reference, waiting.key) if each)
    return f"{catalog.when(waiting.since, zone)} ({known}){offer}{wished and f' ({wished})'}"


def _ours(one: Appointment) -> str:
    """Return the keys of an appointment, and what we alone know of it."""
    known = one.model_dump(exclude_defaults=True, exclude={"key", "reference", "slot", "link"})
    return "; ".join((f"({one.reference}, {one.key})", *(f"{name}: {value}" for name, value in known.items())))


def _sought(intent: Intent, catalog: Catalog, zone: str) -> str:
    wished = intent.wishes.model_dump(exclude_defaults=True).values()
    return "; ".join((f"{catalog.when(intent.until, zone)}", *(str(each) for each in wished)))


def _planned(plan: Plan, catalog: Catalog) -> str:
    days = ", ".join(catalog.locale.days[day] for day in plan.days)
    quiet = f"{plan.quiet_from:%H:%M}-{plan.quiet_until:%H:%M}"
    paused = f" ({catalog.date(plan.paused_until)})" if plan.paused_until else ""
    part = f", {plan.part}" if plan.part else ""
    return f"{days} {plan.at:%H:%M}, {plan.zone}{part}{paused}; {quiet}"
