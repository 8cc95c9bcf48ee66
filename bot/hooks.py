"""The door for what providers tell of their own accord: POST /providers/{key}/hook, signed, once, never believed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from bot.clock import Clock
from bot.providers.hints import HEADERS, Kind, about, signed
from bot.store import queries
from bot.store.engine import Store
from bot.vault import Vault

LIMIT: Final = 64 * 1024  # bytes
_WRONG: Final = 401
Heard = Callable[[str, frozenset[str]], None]


@dataclass(frozen=True)
class Known:
    """A provider that may tell us something: how it signs, and with which secret."""

    kind: Kind
    secret: str


class Hooks:
    """Takes hints from providers, by their keys. `heard` is told the provider and the appointments to look at.

    Whoever is not known, or does not sign rightly, gets the same refusal; a repetition is taken and forgotten."""

    def __init__(self, known: Mapping[str, Known], heard: Heard, store: Store, vault: Vault, clock: Clock) -> None:
        self._known, self._heard, self._store, self._vault, self._clock = dict(known), heard, store, vault, clock
        self.router = APIRouter()
        self.router.add_api_route("/providers/{key}/hook", self.take, methods=["POST"])

    async def take(self, key: str, request: Request) -> Response:
        """Take one hint: 202; 401 if it is not from them; 413 if it is too long."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LIMIT:
                return Response(status_code=413)
        known = self._known.get(key)
        header = request.headers.get(HEADERS[known.kind], "") if known else ""
        if known is None or not signed(known.kind, known.secret, bytes(body), header):
            return Response(status_code=_WRONG)
        if await self._first(key, bytes(body)) and (references := about(known.kind, bytes(body))):
            self._heard(key, references)
        return Response(status_code=202)

    async def _first(self, key: str, body: bytes) -> bool:
        """Tell whether this hint is new: a provider sends until it is answered, and somebody may send it again."""
        tag = self._vault.tag(f"hook:{key}:{hashlib.sha256(body).hexdigest()}")
        day = int(self._clock.now().timestamp()) // 86400
        return await self._store.transact(lambda conn: queries.see(conn, tag, day))
