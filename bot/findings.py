"""What was found out while nobody did anything: put into the row of whom it concerns, who is told neutrally.

Every method runs inside a transaction."""

from datetime import timedelta

from sqlalchemy import Connection

from bot import listing, tasks
from bot.clock import Clock
from bot.local import Local
from bot.outcomes import note_gone, note_unlisted
from bot.people import People
from bot.store import queries
from flows.core.care import Appointment, Waiting
from flows.core.retention import INTENT

AWAKE = timedelta(hours=1)  # so long after somebody asked to be told they are up, whatever the hour


class Findings:
    """Puts rows right by what providers say."""

    def __init__(self, people: People, local: Local, clock: Clock) -> None:
        self._people, self._local, self._clock = people, local, clock

    def found(self, conn: Connection, sid: bytes, held: Appointment, now: Appointment | None) -> bool:
        """Put right what somebody holds by what the provider holds: an appointment as it is `now`, or none any more;
        and tell them, neutrally, that there is something new. False if it is not held that way any more."""
        record = self._people.load(conn, sid)
        if record is None or held not in record.private.appointments:
            return False
        others = [each for each in record.private.appointments if each != held]
        if now is not None:  # what we alone know of it stays with it
            ours = held.model_dump(exclude={"key", "reference", "slot", "link"})
            others.append(now.model_copy(update=ours))
        else:
            note_gone(record, held, "withdrawn")
        self._local.set_appointments(conn, record, tuple(others))
        self._local.plan(conn, tasks.News(sid=sid), self._clock.now(), sid, held.key)
        self._people.save(conn, record)
        return True

    def waits(self, conn: Connection, sid: bytes, held: Waiting, now: Waiting | Appointment | None) -> bool:
        """Put right somebody's place on a waiting list by what the provider holds: as it is `now`, with what is offered
        or is no more; booked; or gone. False if it is not held that way any more."""
        record = self._people.load(conn, sid)
        if record is None or record.private.waiting != held:
            return False
        if isinstance(now, Waiting):
            listing.offered(conn, self._local.plan, record, now, self._clock.now())
        else:
            record.set_private(waiting=None)
            if now is None:
                note_unlisted(record, held.key, self._clock.now())
            else:
                made = now.model_copy(update={"place": held.wishes.place, "remind": held.remind})
                self._local.set_appointments(conn, record, (*record.private.appointments, made))
            self._local.plan(conn, tasks.News(sid=sid), self._clock.now(), sid, held.key)
        self._people.save(conn, record)
        return True

    def missed(self, conn: Connection, sid: bytes, held: Appointment) -> bool:
        """Let go of an appointment to which nobody came, and tell its person once: in the chat that there is something
        new, on their own screen what, without a word of blame. False if it is not held that way any more."""
        record = self._people.load(conn, sid)
        if record is None or held not in record.private.appointments:
            return False
        note_gone(record, held, "missed")
        self._local.set_appointments(conn, record, tuple(each for each in record.private.appointments if each != held))
        self._local.note(conn, record, tasks.Note(sid=sid, about="mine", key=held.key))
        self._people.save(conn, record)
        return True

    def left(self, conn: Connection, sid: bytes) -> None:
        """Note when somebody was found not to be in the chat any more. The providers of what they have booked are told,
        where they wanted that; nobody else is told anything."""
        record, now = self._people.load(conn, sid), self._clock.now()
        if record is None or record.ops.left:
            return
        record.set_ops(left=now)
        for each in record.private.appointments:
            if each.reach and each.slot.end > now:
                provider = each.slot.provider
                task = tasks.Reach(key=each.key, since=int(now.timestamp()), provider=provider)
                self._local.plan(conn, task, now, each.key)
        self._people.save(conn, record)

    def resumed(self, conn: Connection, sid: bytes, done: bytes) -> None:
        """Tell somebody once that booking works again, if they want that still. Not at night, unless they have only
        just asked. `done` is the errand that found it out."""
        record = self._people.load(conn, sid)
        intent = record.private.intent if record else None
        if queries.drop_effect(conn, done) and record and intent:
            fresh = self._clock.now() < intent.until - INTENT + AWAKE
            note = tasks.Note(sid=sid, about="again", key=intent.until.isoformat())
            self._local.note(conn, record, note, at_once=fresh)
