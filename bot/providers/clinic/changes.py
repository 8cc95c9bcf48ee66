"""Every change to the book, whole or not at all: a slot is claimed once, and freed when its booking ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.clock import Clock, token
from bot.providers.clinic import claims, problem, resources, searching, vouchers, waiting
from bot.providers.clinic.book import Book
from bot.providers.clinic.claims import Work
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.resources import VIRTUAL_SERVICE, AppointmentBody, Resource, SlotBody
from bot.providers.clinic.seal import Seal, TooLong
from bot.providers.clinic.tables import ACTIVE, Database, appointment, slot

# What an appointment may become: cancelled is not undone, and what is confirmed stays so
_AFTER: Final = {
    "pending": ("pending", "booked", "cancelled"),
    "booked": ("booked", "cancelled"),
    "waitlist": ("waitlist", "pending", "booked", "cancelled"),
    "cancelled": ("cancelled",),
    "noshow": (),
}


@dataclass(frozen=True)
class Change:
    """One PUT (with the `key` of the resource) or POST (without), and the conditions it came with."""

    body: SlotBody | AppointmentBody
    key: str | None = None
    if_match: str | None = None
    if_none_exist: str | None = None


@dataclass(frozen=True)
class Result:
    """What one change came to: the HTTP status, and the resource as it now is."""

    status: int
    resource: Resource


class Changes:
    """Carries out changes of slots and appointments."""

    def __init__(self, database: Database, seal: Seal, clock: Clock, book: Book) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._book = book
        self.vouchers = False  # whether nothing is booked without one

    def apply(self, changes: Sequence[Change]) -> list[Result]:
        """Carry out all changes in one transaction, and answer each in its place.

        A POST whose If-None-Exist finds something changes nothing, and neither does what came with it. Slots
        go first, so that an appointment finds its slot claimed by its own transaction (FHIR leaves no order
        to rely on within a transaction: R4 http.html#trules). Raises Problem; then nothing has changed.
        """
        keys = [change.key for change in changes if change.key is not None]
        if len(set(keys)) != len(keys):
            raise problem.malformed()
        try:
            results: list[Result] = self._database.write(lambda connection: self._run(connection, changes))
        except IntegrityError:
            raise problem.conflict() from None
        if any(result.resource["status"] in ("free", "cancelled") for result in results):
            self._book.stale()
        return results

    def _run(self, connection: Connection, changes: Sequence[Change]) -> list[Result]:
        repeated = self._repeated(connection, changes)
        if repeated is not None:
            return repeated
        work = Work(connection, self._clock.now().timestamp())
        waiting.pass_on(connection, work.now)
        done: dict[int, tuple[int, str, str]] = {}
        for n, change in enumerate(changes):
            if isinstance(change.body, SlotBody):
                done[n] = (200, "Slot", claims.put(work, change.key, change.if_match, change.body))
        for n, change in enumerate(changes):
            if isinstance(change.body, AppointmentBody):
                post = change.key is None
                key = self._post(work, change.body) if post else self._put(work, change, change.body)
                done[n] = (201 if post else 200, "Appointment", key)
        held = sa.select(appointment.c.id).where(appointment.c.slot.in_(work.freed), appointment.c.status.in_(ACTIVE))
        if connection.execute(held).first() is not None:
            raise problem.conflict()
        self._offer(work)
        drawn = (done[n] for n in range(len(changes)))
        return [Result(status, self._book.drawn(connection, kind, key)) for status, kind, key in drawn]

    def _offer(self, work: Work) -> None:
        """Offer what has been given up to whoever waits for it, unless its hours are gone or the time is off."""
        if not (work.left | work.passed) or not waiting.anybody(work.connection):
            return
        self._book.align(work.connection, self._clock.now())
        for key in sorted(work.left):
            waiting.given_up(work.connection, key, work.now)
        for key in sorted(work.passed):
            waiting.give(work.connection, key, work.now)

    def _repeated(self, connection: Connection, changes: Sequence[Change]) -> list[Result] | None:
        """Return what is there if this booking was made before (If-None-Exist), else None."""
        found: Row[Any] | None = None
        for change in changes:
            if change.if_none_exist is None or not isinstance(change.body, AppointmentBody):
                continue
            system, value = _condition(change.if_none_exist)
            if (system, value) != (change.body.identifier[0].system, change.body.identifier[0].value):
                raise problem.malformed()
            found = connection.execute(
                sa.select(appointment).where(appointment.c.system == system, appointment.c.value == value)
            ).one_or_none()
        if found is None:
            return None
        keys = [("Appointment", found.id) if change.key is None else ("Slot", change.key) for change in changes]
        if any(kind == "Slot" and key != found.slot for kind, key in keys):
            raise problem.changed()
        return [Result(200, self._book.drawn(connection, kind, key)) for kind, key in keys]

    def _post(self, work: Work, body: AppointmentBody) -> str:
        """Store a new appointment, in a slot that this transaction claimed or that is still free.

        A place on the waiting list names no slot and no time. One that is cancelled from the start, and names none, is
        stored too: it holds nothing, and a client can try with it whether a failing transaction leaves anything behind.
        """
        if body.status in ("cancelled", "waitlist"):
            if body.slot or body.start or body.end:
                raise problem.against_the_rules()
            return self._insert(work, body, None, body.document())
        row = self._place(work, body)
        return self._insert(work, body, row, self._with_whom(work, body.document(), row))

    def _place(self, work: Work, body: AppointmentBody) -> Row[Any]:
        """Return the slot that the appointment is to stand in: claimed by this transaction, or free and now claimed."""
        if body.slot_id() is None:
            raise problem.against_the_rules()
        row = claims.row(work.connection, slot, body.slot_id(), missing=problem.against_the_rules())
        claims.same_times(body.start, body.end, row)
        if row.id not in work.claimed:
            try:
                claims.claim(work, row, body.identifier[0].value, held=row.claim == body.identifier[0].value)
            except Problem:
                raise problem.conflict() from None
        return row

    def _with_whom(self, work: Work, document: Resource, row: Row[Any]) -> Resource:
        """Return the document with whose slot it is, and the way to their video room if there is one."""
        person = self._book.drawn(work.connection, "Schedule", row.practitioner)["actor"][0]
        others = [one for one in document["participant"] if not _a_practitioner(one)]
        document["participant"] = [*others, {"actor": person, "status": "accepted"}]
        extensions = [one for one in document.pop("extension", None) or [] if one.get("url") != VIRTUAL_SERVICE]
        room = self._book.room(row.practitioner)
        if row.modality == "video" and room:
            extensions.append(resources.virtual_service(room))
        return {**document, **({"extension": extensions} if extensions else {})}

    def _insert(self, work: Work, body: AppointmentBody, row: Row[Any] | None, document: Resource) -> str:
        if body.status in ACTIVE:
            vouchers.spend(work.connection, vouchers.given(body.identifier), asked=self.vouchers)
        elif body.status == "waitlist":
            vouchers.look(work.connection, vouchers.given(body.identifier), asked=self.vouchers)
        key = token(self._clock)
        times = {"slot": row.id, "starts": row.starts, "ends": row.ends} if row else {}
        values = {
            "id": key,
            "system": body.identifier[0].system,
            "value": body.identifier[0].value,
            "status": body.status,
            "document": self._close(document, key),
            "version": 1,
            "since": int(work.now * 1000),
            "updated": int(work.now * 1000),
            **times,
        }
        work.connection.execute(sa.insert(appointment).values(values))
        return key

    def _put(self, work: Work, change: Change, body: AppointmentBody) -> str:
        """Replace an appointment. Its identifier stays; it may be confirmed, cancelled, or moved to another slot."""
        missing = problem.changed() if change.if_match else problem.unknown()
        row = claims.row(work.connection, appointment, change.key, missing)
        if change.if_match not in (None, resources.etag(row.version)):
            raise problem.changed()
        if body.id != row.id:
            raise problem.malformed()
        before = self._seal.open(row.document, "appointment", "document", row.id)
        named = (body.identifier[0].system, body.identifier[0].value, body.document().get("identifier"))
        if named != (row.system, row.value, before.get("identifier")):
            raise problem.against_the_rules()
        if body.status not in _AFTER[row.status]:
            raise problem.against_the_rules()
        moves = body.slot_id() != row.slot
        document, times = body.document(), {}
        if row.status == "waitlist":
            times = waiting.put(work, row, body)
            if body.status in ACTIVE:
                place = claims.row(work.connection, slot, row.slot)
                claims.same_times(body.start, body.end, place)
                document = self._with_whom(work, document, place)
        elif moves and (row.slot is None or body.status == "cancelled"):
            raise problem.against_the_rules()
        elif moves:
            place = self._place(work, body)
            document = self._with_whom(work, document, place)
            times = {"slot": place.id, "starts": place.starts, "ends": place.ends}
        else:
            claims.same_times(body.start, body.end, row)
        values = {
            "status": body.status,
            "document": self._close(document, row.id),
            "version": row.version + 1,
            "updated": int(work.now * 1000),
            **times,
        }
        work.connection.execute(sa.update(appointment).where(appointment.c.id == row.id).values(values))
        leaves = row.status in ACTIVE and (moves or body.status == "cancelled")
        if leaves and row.slot not in work.freed:
            claims.free(work, claims.row(work.connection, slot, row.slot))
        if leaves:
            work.left.add(row.slot)
        self._vouchers(work, row, body, before)
        return str(row.id)

    def _vouchers(self, work: Work, row: Row[Any], body: AppointmentBody, before: Resource) -> None:
        """Spend what somebody on the waiting list books with; give back what was not used before its time came."""
        if row.status == "waitlist" and body.status in ACTIVE:
            vouchers.spend(work.connection, vouchers.given(body.identifier), asked=self.vouchers)
        if row.status in ACTIVE and body.status == "cancelled" and row.starts > work.now:
            vouchers.give_back(work.connection, before)

    def _close(self, document: Resource, key: str) -> bytes:
        try:
            return self._seal.close(document, "appointment", "document", key)
        except TooLong:
            raise Problem(422, "too-long", "The resource is longer than this clinic keeps.") from None


def _a_practitioner(participant: Resource) -> bool:
    return str((participant.get("actor") or {}).get("reference", "")).startswith("Practitioner/")


def _condition(query: str) -> tuple[str, str]:
    """Read If-None-Exist: `identifier=system|value` and nothing else."""
    pairs = parse_qsl(query)
    if len(pairs) != 1 or pairs[0][0] != "identifier":
        raise Problem(400, "not-supported", "If-None-Exist is understood with an identifier only.")
    return searching.identifier(pairs[0][1])
