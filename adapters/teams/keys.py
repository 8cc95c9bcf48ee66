"""The keys that the Bot Framework signs with: fetched, kept, and fetched again when an unknown one turns up."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from yarl import URL

from adapters.teams.log import failure
from adapters.teams.wire import Unusable, Wire

PAUSE: Final = timedelta(minutes=1)  # between two tries to fetch
KEPT: Final = timedelta(hours=24)
_PATIENCE: Final = 3.0  # seconds: a delivery waits for it
_SHORTEST: Final = 2048  # bits


@dataclass(frozen=True)
class Key:
    """A public key, and the channels for which it may speak."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class Keys:
    """The published keys by their `kid`. Source: OpenID Connect Discovery 1.0; RFC 7517.

    An unknown `kid` makes it look again, at most once a minute, so that a rotated key works within a minute and
    nobody can make us call Microsoft at will. If Microsoft does not answer, the keys that we have stay good.
    """

    def __init__(self, wire: Wire, openid_url: str, clock_now: Callable[[], datetime]) -> None:
        self._wire = wire
        self._url = openid_url
        self._now = clock_now
        self._keys: dict[str, Key] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._lock = asyncio.Lock()

    @property
    def empty(self) -> bool:
        """Whether no keys could be fetched so far, so that nothing at all can be verified."""
        return not self._keys

    async def find(self, kid: str) -> Key | None:
        """Return the key of this name, None if there is none. Never raises."""
        old = self._fetched is None or self._now() - self._fetched >= KEPT
        if old or kid not in self._keys:
            await self._refresh()
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        async with self._lock:
            now = self._now()
            if self._tried is not None and now - self._tried < PAUSE:
                return
            self._tried = now
            try:
                async with asyncio.timeout(_PATIENCE):
                    self._keys = await self._fetch()
                self._fetched = now
            except Exception as error:
                failure("teams_keys_failed", error)

    async def _fetch(self) -> dict[str, Key]:
        where = (await self._wire.ask_json("GET", self._url)).get("jwks_uri")
        # the keys come from where the metadata come from: nobody else's address is called
        if not isinstance(where, str) or URL(where).origin() != URL(self._url).origin():
            raise Unusable("the metadata name no keys of their own")
        told = (await self._wire.ask_json("GET", where)).get("keys")
        keys = dict(filter(None, map(_read, told if isinstance(told, list) else [])))
        if not keys:
            raise Unusable("no keys are published")
        return keys


def _read(jwk: Any) -> tuple[str, Key] | None:
    """Return a published key with its name; None if it is not one to verify signatures with."""
    match jwk:
        case {"kty": "RSA", "kid": str(kid), "n": str(n), "e": str(e)} if jwk.get("use", "sig") == "sig":
            try:
                public = RSAPublicNumbers(_number(e), _number(n)).public_key()
            except (ValueError, binascii.Error):
                return None
            told = jwk.get("endorsements")
            endorsements = frozenset(each for each in told if isinstance(each, str)) if isinstance(told, list) else ()
            return (kid, Key(public, frozenset(endorsements))) if public.key_size >= _SHORTEST else None
        case _:
            return None


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
