"""Brings the result of an errand back: into the conversation of whoever asked, else into their row, and as news.

Every method runs inside a transaction."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from adapters.platform import Address, Shown
from bot import listing, tasks
from bot.clock import Clock
from bot.contact import tickets
from bot.expiry import expire
from bot.keeping import Keeping
from bot.local import Local
from bot.outcomes import facts, holds, note_trouble, place, start
from bot.people import People
from bot.record import Record
from bot.routing import Take
from bot.stepping import Stepping
from bot.store import queries
from flows.core.asks import Book, Cancel, Reschedule, Share, TakeOffer, Wait
from flows.core.care import Status, Ticket
from flows.core.events import Booked, Changed, Event, Failed, Held, Listed

ASK_AGAIN = timedelta(seconds=5)  # when a booking's answer was lost


@dataclass(frozen=True)
class Gone:
    """Whoever asked for this has been forgotten, or cancelled it, since: the result must be undone."""


class Results:
    """The turns that errands take: what a provider, or the staffed contact, has answered."""

    def __init__(self, people: People, local: Local, stepping: Stepping, keeping: Keeping, clock: Clock) -> None:
        self._people, self._local, self._stepping, self._keeping = people, local, stepping, keeping
        self._clock = clock

    def deliver(
        self, conn: Connection, task: tasks.Ask | tasks.Settle, done: bytes, event: Event
    ) -> tuple[Address, Shown] | Gone | None:
        """Bring an errand's result to whoever asked: into the conversation if it is there, else as news."""
        fresh = queries.drop_effect(conn, done)
        record = self._people.load(conn, task.sid)
        if record is None or (isinstance(event, Booked) and not fresh and not holds(record, event)):
            return Gone()
        waiting = record.private.waiting
        if isinstance(event, Listed) and (waiting is None or waiting.key != task.key):
            return Gone()
        if not fresh:
            return None
        record.set_private(waiting=place(record, task, event))
        self._local.set_appointments(conn, record, facts(record, task, event))
        if isinstance(task, tasks.Ask) and event == Failed(why="uncertain"):
            self._ask_again(conn, task)
        expire(record, self._clock.now())
        return self._report(conn, record, task, event)

    def undo(self, conn: Connection, task: tasks.Ask | tasks.Settle, event: Event) -> None:
        """Plan to undo what the provider did for somebody who is gone or wants it no more."""
        now = self._clock.now()
        if isinstance(event, Listed):
            provider = task.what.provider if isinstance(task, tasks.Ask) and isinstance(task.what, Wait) else ""
            listing.unlist(conn, self._local.plan, task.key, provider, now)
        elif isinstance(event, Held):
            self._local.release(conn, event.slot, event.hold)
        elif isinstance(event, Booked):
            provider = event.appointment.slot.provider
            self._local.plan(
                conn, tasks.Undo(key=task.key, since=int(now.timestamp()), provider=provider), now, task.key
            )

    def ticket(self, conn: Connection, sid: bytes, key: str) -> Ticket | None:
        """Return a request to be called back, if it has not been taken back or replaced since."""
        return tickets.held(self._people.load(conn, sid), key)

    def ticketed(
        self, conn: Connection, task: tasks.Ticket | tasks.Follow, done: bytes, status: Status, again: int
    ) -> tuple[Address, Shown] | None:
        """Note what became of a request to be called back, and tell whoever asked: on their screen if they look at it.

        `done` is its errand, which is over; if the desk is only late, it is tried `again` (seconds since 1970)."""
        now, record = self._clock.now(), self._people.load(conn, task.sid)
        ticket = tickets.held(record, task.key)
        if record is None or ticket is None or status != "late":
            queries.drop_effect(conn, done)
        else:
            queries.postpone(conn, done, min(again, int(ticket.promised.timestamp()) + 1))
        if record is None or ticket is None or ticket.status == status:
            return None
        tickets.became(conn, self._local.plan, record, ticket, status, now)
        expire(record, now)
        conversation = record.private.conversation
        looks = conversation is not None and conversation.frame.ask == task.key
        if looks and self._stepping.take(conn, record, Take(Changed(what="ticket"))) is not None:
            return record.ops.address, self._keeping.keep(conn, record, self._keeping.shown(record))
        if status in tickets.TOLD:
            self._local.plan(conn, tasks.News(sid=record.sid, about="callback"), now, record.sid, task.key)
        self._people.save(conn, record)
        return None

    def _report(
        self, conn: Connection, record: Record, task: tasks.Ask | tasks.Settle, event: Event
    ) -> tuple[Address, Shown] | None:
        conversation = record.private.conversation
        ask = task.ask or task.key if isinstance(task, tasks.Settle) else task.key
        if conversation and conversation.frame.ask == ask:
            if self._stepping.take(conn, record, Take(event)) is not None:
                return record.ops.address, self._keeping.keep(conn, record, self._keeping.shown(record))
            taken = False
        else:
            taken = self._stepping.take_suspended(conn, record, ask, event)
        if isinstance(event, Held) and not taken:  # whoever wanted it has gone elsewhere
            self._local.release(conn, event.slot, event.hold)
        unsent = isinstance(event, Failed) and isinstance(task, tasks.Ask) and isinstance(task.what, Share)
        told = isinstance(task, tasks.Settle) or isinstance(task.what, Book | Cancel | Reschedule | TakeOffer | Wait)
        if told or unsent:
            note_trouble(record, task, event)
            self._local.plan(conn, tasks.News(sid=record.sid), self._clock.now(), record.sid, task.key)
        self._people.save(conn, record)
        return None

    def _ask_again(self, conn: Connection, task: tasks.Ask) -> None:
        """Plan to ask whether a booking, or a move, whose answer was lost has been made."""
        now, what = self._clock.now(), task.what
        if not isinstance(what, Book | Reschedule | TakeOffer):
            return
        settle = {"sid": task.sid, "flow": task.flow, "since": int(now.timestamp()), "provider": what.slot.provider}
        if isinstance(what, Book):
            asked = tasks.Settle(**settle, key=task.key, start=start(task), place=what.place, remind=what.remind)
        elif isinstance(what, TakeOffer):
            ours = {"place": what.place, "remind": what.remind, "offered": True}
            asked = tasks.Settle(**settle, key=task.key, start=start(task), **ours)
        else:
            asked = tasks.Settle(**settle, key=what.appointment.key, start=start(task), ask=task.key)
        self._local.plan(conn, asked, now + ASK_AGAIN, task.key)
