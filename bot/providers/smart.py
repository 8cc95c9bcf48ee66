"""Gets access tokens by SMART Backend Services: a signed assertion for a token that lives for minutes.

HL7 SMART App Launch 2.2, "Backend Services": client_credentials with a JWT as client_assertion (RFC 7523), whose `iss`
and `sub` are the client's id, `aud` the token endpoint, `exp` at most five minutes away, and `jti` used once.
"""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot import log
from bot.clock import Clock, token
from bot.providers.fhir_wire import Unsent, retry_after, safe

SCOPE = "system/Slot.rus system/Appointment.crus system/Schedule.rs system/Practitioner.rs"
CREATED = " system/Patient.c"  # where the person's name goes into a Patient of its own
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE = timedelta(minutes=4)  # of an assertion; five minutes are the most that servers take
_EARLY = 30.0  # seconds before its end that a token is no longer used
_TIMEOUT = 4.0  # seconds
_LIMIT = 64 * 1024  # bytes


class KeyTrouble(Exception):
    """The key file cannot be used; the message says why and what to do."""


class Keys:
    """Our private keys for one provider, P-384: the first signs; the others are published, too, so that a server that
    still has an old key set, or already a new one, can verify."""

    def __init__(self, keys: Sequence[EllipticCurvePrivateKey]) -> None:
        self._keys = tuple(keys)

    @property
    def signing(self) -> tuple[str, EllipticCurvePrivateKey]:
        """Return the key that signs, and its id."""
        return thumbprint(self._keys[0]), self._keys[0]

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set (RFC 7517): what the provider is given."""
        facts = {"use": "sig", "alg": "ES384", "key_ops": ["verify"]}
        return {"keys": [{**_public(key), **facts, "kid": thumbprint(key)} for key in self._keys]}


def load(path: Path) -> Keys:
    """Read a file of one or more PEM private keys on P-384. Raises KeyTrouble."""
    end = "-----END "
    try:
        blocks = path.read_text("ascii").split("-----BEGIN ")[1:]
    except (OSError, UnicodeDecodeError):
        raise KeyTrouble(f"{path}: cannot be read. Make it with: haven provider key {path}") from None
    keys = []
    for block in blocks:
        if "PRIVATE KEY" not in block.partition("\n")[0]:
            continue
        try:
            key = load_pem_private_key(
                f"-----BEGIN {block[: block.index(end)]}{block[block.index(end) :]}".encode(), None
            )
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyTrouble(f"{path}: holds a key that cannot be read. It must be PEM, without a password.") from None
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP384R1):
            raise KeyTrouble(f"{path}: holds a key of another kind. ES384 needs one on the curve P-384.")
        keys.append(key)
    if not keys:
        raise KeyTrouble(f"{path}: holds no private key. Make one with: haven provider key {path}")
    return Keys(keys)


def thumbprint(key: EllipticCurvePrivateKey) -> str:
    """Return the key's id: its thumbprint (RFC 7638), so it is the same wherever the key is."""
    canonical = json.dumps(_public(key), sort_keys=True, separators=(",", ":")).encode()
    return _base64(hashlib.sha256(canonical).digest())


class Backend:
    """Access tokens of one client at one token endpoint, kept while they live."""

    def __init__(
        self,
        token_url: str | None,
        client_id: str,
        keys: Keys,
        scope: str,
        clock: Clock,
        client: httpx.AsyncClient,
        base_url: str = "",
    ) -> None:
        """Without a token URL the server at `base_url` is asked for it. Raises ValueError for one that is neither https
        nor on this machine."""
        if token_url and not safe(httpx.URL(token_url)):
            raise ValueError("the token URL must begin with https://, unless it is on this machine")
        self._url, self._id, self._keys, self._scope = token_url, client_id, keys, scope
        self._base = base_url.rstrip("/")
        self._clock, self._client = clock, client
        self._held: tuple[str, float] | None = None  # the token, and until when it is used
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """Return the token that is held, or ask for one. Raises Unsent."""
        async with self._asking:  # many who find it spent ask once
            if self._held is None or self._held[1] <= self._clock.now().timestamp():
                self._held = await self._ask()
            return self._held[0]

    def spoil(self, token: str) -> None:
        """Forget this token, if it is still the one that is held."""
        if self._held and self._held[0] == token:
            self._held = None

    def assertion(self, token_url: str) -> str:
        """Return a new client assertion for a token endpoint."""
        kid, key = self._keys.signing
        now = self._clock.now()
        claims = {"iss": self._id, "sub": self._id, "aud": token_url, "exp": now + _LIFE, "jti": token(self._clock)}
        return jwt.encode({**claims, "iat": now}, key, algorithm="ES384", headers={"kid": kid, "typ": "JWT"})

    async def _ask(self) -> tuple[str, float]:
        url = self._url or await self._endpoint()
        form = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": self.assertion(url),
        }
        try:
            async with asyncio.timeout(_TIMEOUT):
                response = await self._client.post(url, data=form, headers={"Accept": "application/json"})
            if response.status_code == 429:
                raise Unsent(retry_after(response.headers.get("retry-after", "")))
            body = json.loads(response.content[:_LIMIT]) if response.status_code == 200 else {}
            kind, given = str(body["token_type"]).lower(), str(body["access_token"])
            life = float(body.get("expires_in", 0))
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
            kind, given, life = "", "", 0.0
        if kind != "bearer" or not re.fullmatch(r"[!-~]+", given):
            log.event("provider_token_refused", where="providers")
            raise Unsent
        return given, self._clock.now().timestamp() + max(0.0, life - _EARLY)

    async def _endpoint(self) -> str:
        """Ask the server where tokens are got, once. Raises Unsent."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                response = await self._client.get(f"{self._base}/.well-known/smart-configuration")
            found = str(json.loads(response.content[:_LIMIT])["token_endpoint"]) if response.is_success else ""
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
            found = ""
        if not safe(httpx.URL(found)):
            log.event("provider_token_refused", where="providers")
            raise Unsent
        self._url = found
        return found


def _public(key: EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (_base64(each.to_bytes(48, "big")) for each in (numbers.x, numbers.y))
    return {"crv": "P-384", "kty": "EC", "x": x, "y": y}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
