"""What a request to be called back leaves in its owner's record, and which errands it plans."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from bot import tasks
from bot.record import Record
from bot.store import queries
from bot.vault import Vault
from flows.core.care import Status, Ticket
from flows.core.effects import CallBack

Plan = Callable[..., bytes]  # bot.local.Local.plan
TOLD: Final = frozenset({"late", "lost", "missed", "refused"})  # what somebody learns of even if they look elsewhere


def ask(conn: Connection, plan: Plan, record: Record, wanted: CallBack, key: str, now: datetime) -> str:
    """Note a request and plan to hand it over, one at a time. Return the key of the one that stands."""
    held = record.private.ticket
    if held and held.open and held.promised > now:
        return held.key
    record.set_private(ticket=Ticket(key=key, promised=wanted.promised, request=wanted.request))
    plan(conn, tasks.Ticket(sid=record.sid, key=key, since=int(now.timestamp())), now, key)
    return key


def take_back(conn: Connection, plan: Plan, vault: Vault, record: Record, now: datetime) -> None:
    """Drop a request here, and plan to take it away from whoever has it."""
    ticket = record.private.ticket
    if ticket is None:
        return
    record.set_private(ticket=None)
    for kind in ("ticket", "follow"):
        queries.drop_effect(conn, vault.effect_id(kind, ticket.key))
    withdraw(conn, plan, ticket.key, now)


def withdraw(conn: Connection, plan: Plan, key: str, now: datetime) -> None:
    """Plan to take a request back that may be with the contact, whoever asked for it."""
    plan(conn, tasks.Withdraw(key=key, since=int(now.timestamp())), now, key)


def held(record: Record | None, key: str) -> Ticket | None:
    """Return the request of this key, if it has not been taken back or replaced since."""
    ticket = record.private.ticket if record else None
    return ticket if ticket and ticket.key == key else None


def became(conn: Connection, plan: Plan, record: Record, ticket: Ticket, status: Status, now: datetime) -> None:
    """Note what became of a request. What is in it is let go as soon as nobody needs it here any more."""
    request = ticket.request if status == "late" else None
    record.set_private(ticket=ticket.model_copy(update={"status": status, "request": request}))
    if status == "sent":
        due = ticket.promised
        plan(conn, tasks.Follow(sid=record.sid, key=ticket.key, since=int(due.timestamp())), due, ticket.key)
    elif status == "lost":
        withdraw(conn, plan, ticket.key, now)  # an answer may have been lost, and they may have it all the same
