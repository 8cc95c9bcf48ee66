"""The check-ins that are due: of many people in one transaction, and from the first column of their rows alone.

The second column, where conversations, answers and appointments are, is not opened: what is sent cannot depend on it.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import tasks
from bot.alike import expected, to_everyone
from bot.clock import Clock
from bot.days_off import off_for
from bot.people import People
from bot.record import NUDGES, Ops, Outline, Record
from bot.stepping import Stepping
from bot.store import queries
from bot.vault import Vault
from content.library import Library
from flows.core.care import Plan
from flows.core.effects import CLOSING_NOTE, Nudge
from flows.core.events import Woke
from flows.core.flow import Carry, Turn
from flows.core.timing import A_WEEK, CLOSING, following, in_time, may_write, next_due, zone_of
from flows.registry import FLOWS


class Waking:
    """Plans check-ins. Runs inside a transaction and touches nothing but it."""

    def __init__(self, vault: Vault, people: People, stepping: Stepping, library: Library, clock: Clock) -> None:
        self._vault, self._people, self._stepping = vault, people, stepping
        self._library, self._clock = library, clock

    def woke(self, conn: Connection, sids: Sequence[bytes]) -> tuple[int, int]:
        """Plan the check-ins that are due and move the plans on, in one go. Returns how many go out, and how many were
        due and do not: paused, late, a day off, or enough lately.

        Each is looked at anew: stopped, or moved on since, it is neither."""
        now, moved, sends = self._clock.now(), list[Outline](), list[tasks.Planned]()
        alike = to_everyone(conn, now)
        for person in self._people.outlines(conn, sids):
            if person.ops.plan is None or person.ops.due is None or person.ops.due > now:
                self._people.hint(person)  # another process was here first
                continue
            if send := self._move_on(person, alike):
                sends.append(send)
            moved.append(person)
        queries.put_effects(conn, sends)
        self._people.save_outlines(conn, moved)
        return len(sends), len(moved) - len(sends)

    def _move_on(self, person: Outline, alike: list[tuple[str, int, int]]) -> tasks.Planned | None:
        """Move somebody's plan on to their next check-in, and return the one that goes out now, if one does."""
        now, ops = self._clock.now(), person.ops
        assert ops.plan
        assert ops.due
        plan, due = ops.plan, ops.due
        off = off_for(plan, self._library.current.organisation.part)
        there = now.astimezone(zone_of(plan.zone))
        wanted = not plan.rests(now) and (plan.on_holidays or not off(there.date()))
        goes = wanted and in_time(due, now, plan) and self._has_room(ops, plan, alike)
        key = self._line(person) if goes else None
        if key is None:
            person.ops = ops.model_copy(update={"due": next_due(plan, now, off)})
            return None
        ignored = ops.ignored + 1
        noted = {
            "contacts": (*ops.contacts, there)[-A_WEEK:],  # for the cap
            "ignored": ignored,  # as one that nobody reacted to so far
            "due": following(plan, due, ignored, off) if ignored <= CLOSING else None,
        }
        if key != CLOSING_NOTE:
            noted["nudges"] = (*(each for each in ops.nudges if each != key), key)[-NUDGES:]  # for the rotation
        person.ops = ops.model_copy(update=noted)
        send = tasks.Send(sid=person.sid, nudge=key, due=int(due.timestamp()))
        return tasks.planned(self._vault, send, now, person.sid, due.isoformat(), to=ops.address)

    def _has_room(self, ops: Ops, plan: Plan, alike: list[tuple[str, int, int]]) -> bool:
        """Tell whether the cap leaves room for a check-in: beside others, and beside what everybody gets alike, which
        goes out whatever anybody chose, and so comes first."""
        now, here = self._clock.now(), zone_of(plan.zone)
        theirs = expected(alike, self._library.current, ops.address, now)
        return may_write(now, plan.zone, (*ops.contacts, *(each.astimezone(here) for each in theirs)))

    def _line(self, person: Outline) -> str | None:
        """Let the flow say which check-in goes out."""
        flow, at = FLOWS["checkin"], self._stepping.moment(Record(sid=person.sid, ops=person.ops))
        opened = flow.begin(Carry(), at)
        step = flow.update(opened.state, Woke(why="checkin"), at) if isinstance(opened, Turn) else None
        effects = step.effects if isinstance(step, Turn) else ()
        return next((each.key for each in effects if isinstance(each, Nudge)), None)
