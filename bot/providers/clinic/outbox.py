"""Tells the one subscriber of what the clinic itself changes: signed, and again until it is taken.

What is to be told is written in the transaction that changes it, so no crash loses it. It is a hint: it says which
appointment, and nothing of it."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import httpx
import sqlalchemy as sa
from sqlalchemy import Connection, Row
from starlette.concurrency import run_in_threadpool

from bot import log
from bot.clock import Clock
from bot.providers.clinic.tables import Database, delivery
from bot.tls import trusted

SIGNATURE: Final = "X-Haven-Signature"
GIVE_UP: Final = timedelta(hours=24)  # whoever polls finds it all the same
_FIRST: Final = 5  # seconds until it is tried again, then twice as long each time
_MOST: Final = 3600  # seconds between two tries
_AT_ONCE: Final = 20
_PATIENCE: Final = 4.0  # seconds for one answer


@dataclass(frozen=True)
class Subscriber:
    """Where hints go, and the secret that signs them. Raises ValueError for a URL that others could read on the way."""

    url: str
    secret: bytes

    def __post_init__(self) -> None:
        if not re.fullmatch(r"https://\S+|http://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:[0-9]+)?/\S*", self.url):
            raise ValueError("a subscriber is told over https, or on this machine")


def announce(connection: Connection, appointment: str, version: int, now: float) -> None:
    """Write down that an appointment has become this version, to be told once. `now`: seconds since 1970."""
    values = {
        "id": f"{appointment}-{version}",
        "reference": f"Appointment/{appointment}",
        "since": int(now),
        "due": int(now),
        "tries": 0,
    }
    connection.execute(sa.insert(delivery).prefix_with("OR IGNORE").values(values))


class Outbox:
    """Delivers what is written down."""

    def __init__(self, database: Database, clock: Clock, subscriber: Subscriber | None) -> None:
        self._database, self._clock, self._subscriber = database, clock, subscriber
        self._client: httpx.AsyncClient | None = None

    async def deliver(self) -> int:
        """Send what is due, and return how much of it was taken. What is not taken is due again later."""
        if self._subscriber is None:
            return 0
        rows = await run_in_threadpool(self._database.read, self._due)
        if not rows:
            return 0
        if self._client is None:
            self._client = httpx.AsyncClient(verify=trusted(), trust_env=False, timeout=_PATIENCE)
        taken = 0
        for row in rows:
            sent = await self._send(self._client, self._subscriber, row)
            taken += sent
            await run_in_threadpool(self._database.write, partial(self._note, row, sent))
        return taken

    async def aclose(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _send(self, client: httpx.AsyncClient, subscriber: Subscriber, row: Row[tuple[object, ...]]) -> bool:
        body = json.dumps({"id": row.id, "reference": row.reference}).encode()
        mark = hmac.new(subscriber.secret, body, hashlib.sha256).hexdigest()
        headers = {SIGNATURE: f"sha256={mark}", "Content-Type": "application/json"}
        try:
            answer = await client.post(subscriber.url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success

    def _due(self, connection: Connection) -> list[Row[tuple[object, ...]]]:
        query = sa.select(delivery).where(delivery.c.due <= self._clock.now().timestamp()).order_by(delivery.c.due)
        return list(connection.execute(query.limit(_AT_ONCE)).all())

    def _note(self, row: Row[tuple[object, ...]], sent: bool, connection: Connection) -> None:
        now = int(self._clock.now().timestamp())
        this = delivery.c.id == row.id
        late = now - row.since >= GIVE_UP.total_seconds()
        if sent or late:
            connection.execute(sa.delete(delivery).where(this))
            if not sent:
                log.event("clinic_hint_given_up")
            return
        pause = min(_FIRST * 2 ** min(row.tries, 20), _MOST)
        connection.execute(sa.update(delivery).where(this).values(due=now + pause, tries=row.tries + 1))
