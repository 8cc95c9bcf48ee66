"""What a place on a waiting list leaves in its owner's record, and which errands it plans."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot import tasks
from bot.record import Record
from bot.store import queries
from bot.vault import Vault
from flows.core.asks import TakeOffer, Wait
from flows.core.care import Waiting

Plan = Callable[..., bytes]  # bot.local.Local.plan


def ask(conn: Connection, plan: Plan, record: Record, flow: str, wanted: Wait, key: str, now: datetime) -> str:
    """Note that somebody wants to wait, and plan to ask for a place, one at a time. Return the key of theirs."""
    held = record.private.waiting
    if held:
        return held.key
    waiting = Waiting(key=key, provider=wanted.provider, since=now, wishes=wanted.wishes, remind=wanted.remind)
    record.set_private(waiting=waiting)
    plan(conn, tasks.Ask(sid=record.sid, flow=flow, key=key, what=wanted), now, key)
    return key


def take(conn: Connection, plan: Plan, record: Record, flow: str, wanted: TakeOffer, now: datetime) -> str:
    """Plan to book what is offered, under the key of the place. Return that."""
    plan(conn, tasks.Ask(sid=record.sid, flow=flow, key=wanted.key, what=wanted), now, "take", wanted.key)
    return wanted.key


def leave(conn: Connection, plan: Plan, vault: Vault, record: Record, now: datetime, *, gone: bool = False) -> None:
    """Drop the place here, and plan to give it up at the provider. `gone`: its owner is."""
    waiting = record.private.waiting
    if waiting is None:
        return
    record.set_private(waiting=None)
    for names in ((waiting.key,), ("take", waiting.key)):
        queries.drop_effect(conn, vault.effect_id("ask", *names))
    unlist(conn, plan, waiting.key, waiting.provider, now, gone=gone)


def unlist(conn: Connection, plan: Plan, key: str, provider: str, now: datetime, *, gone: bool = False) -> None:
    """Plan to give up a place that may be on a list."""
    task = tasks.Unlist(key=key, provider=provider, since=int(now.timestamp()), gone=gone)
    plan(conn, task, now, key)


def let_pass(conn: Connection, plan: Plan, record: Record, now: datetime) -> None:
    """Drop the offer here, and plan to let it pass at the provider."""
    waiting = record.private.waiting
    if waiting is None or waiting.offer is None or waiting.until is None:
        return
    task = tasks.Decline(key=waiting.key, slot=waiting.offer, until=int(waiting.until.timestamp()))
    plan(conn, task, now, waiting.key, waiting.until.isoformat())
    record.set_private(waiting=waiting.model_copy(update={"offer": None, "until": None, "passed": waiting.until}))


def offered(conn: Connection, plan: Plan, record: Record, now: Waiting, at: datetime) -> None:
    """Note what is offered now, and plan to tell it, once."""
    record.set_private(waiting=now)
    if now.until and now.offered(at):
        task = tasks.Offered(sid=record.sid, key=now.key, until=now.until)
        plan(conn, task, at, record.sid, now.key, now.until.isoformat())
