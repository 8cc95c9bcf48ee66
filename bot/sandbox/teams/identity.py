"""The stand-in's signing keys: what it publishes, the tokens it sends with deliveries, and every bad token."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.clock import Clock, token

Json = dict[str, Any]

ISSUER: Final = "https://api.botframework.com"
TOKEN_LIFE: Final = timedelta(hours=1)
KEYS_PATH: Final = "/v1/.well-known/keys"


@dataclass
class Key:
    """A signing key. `endorsements` are the channels that it may speak for."""

    kid: str
    endorsements: tuple[str, ...] = ("msteams",)

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        """The private key, made when it is first used: that takes a tenth of a second."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self) -> Json:
        """Return the public key as a JWK. Source: RFC 7517, and Microsoft's `endorsements`."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": _base64(numbers.n.to_bytes(256, "big")),
            "e": _base64(numbers.e.to_bytes(3, "big")),
            "x5c": [],
            "endorsements": [*self.endorsements],
        }

    def sign(self, header: Json, claims: Json) -> str:
        """Return a compact JWS under RS256, whatever the header says. Source: RFC 7515."""
        signed = _signing_input(header, claims)
        return f"{signed}.{_base64(self.private.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


class Identity:
    """Publishes keys and signs tokens as the Bot Framework does; times are the clock's."""

    def __init__(self, clock: Clock, app_id: str) -> None:
        self._clock = clock
        self._app_id = app_id
        self.key = self._draw()
        self.retired: list[Key] = []
        self._unendorsed = self._draw(("webchat", "directline"))
        self._stranger = self._draw()

    def rotate(self, *, keep: bool = True) -> Key:
        """Sign with a new key from now on; the old ones stay published unless `keep` is false."""
        self.retired = [*self.retired, self.key] if keep else []
        self.key = self._draw()
        return self.key

    def openid(self, url: str) -> Json:
        """Return the OpenID metadata document; the keys are at `url`."""
        return {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": url + KEYS_PATH,
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    def jwks(self) -> Json:
        """Return the published keys: the current one, old ones, and one of another channel."""
        return {"keys": [key.jwk() for key in (self.key, *self.retired, self._unendorsed)]}

    def token(self, service_url: str) -> str:
        """Return a good token for a delivery from this service URL."""
        return self.key.sign(self.header(), self.claims(service_url))

    def header(self) -> Json:
        """Return the header of a good token."""
        return {"alg": "RS256", "typ": "JWT", "kid": self.key.kid, "x5t": self.key.kid}

    def claims(self, service_url: str) -> Json:
        """Return the claims of a good token."""
        now = int(self._clock.now().timestamp())
        return {
            "serviceurl": service_url,
            "nbf": now - 60,
            "exp": now + int(TOKEN_LIFE.total_seconds()),
            "iss": ISSUER,
            "aud": self._app_id,
        }

    def forge(self, kind: str, service_url: str) -> str:
        """Return a token that must be refused; `kind` is a name of `FORGERIES`."""
        return FORGERIES[kind](self, service_url)

    def with_claims(self, service_url: str, **changes: object) -> str:
        """Return a well-signed token with these claims changed, or left out where they are None."""
        claims = {**self.claims(service_url), **changes}
        return self.key.sign(self.header(), {name: value for name, value in claims.items() if value is not None})

    def with_header(self, service_url: str, **changes: object) -> str:
        """Return a token signed by our key whose header differs; what is None is left out."""
        header = {**self.header(), **changes}
        kept = {name: value for name, value in header.items() if value is not None}
        return self.key.sign(kept, self.claims(service_url))

    def by_stranger(self, service_url: str, kid: str | None = None) -> str:
        """Return a token signed by a key that is not published, under its own kid or somebody else's."""
        header = {**self.header(), "kid": kid or self._stranger.kid}
        return self._stranger.sign(header, self.claims(service_url))

    def by_unendorsed(self, service_url: str) -> str:
        """Return a token signed by a published key that may not speak for Teams."""
        return self._unendorsed.sign({**self.header(), "kid": self._unendorsed.kid}, self.claims(service_url))

    def by_secret(self, service_url: str, secret: bytes) -> str:
        """Return a token under HS256 with a secret that anybody could know."""
        signed = _signing_input({**self.header(), "alg": "HS256"}, self.claims(service_url))
        return f"{signed}.{_base64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"

    def public_pem(self) -> bytes:
        """Return the current public key, which is no secret."""
        return self.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def after(self, delta: timedelta) -> int:
        """Return a NumericDate this far from now."""
        return int((self._clock.now() + delta).timestamp())

    def _draw(self, endorsements: tuple[str, ...] = ("msteams",)) -> Key:
        return Key(token(self._clock, 15), endorsements)


def _unsigned(identity: Identity, service_url: str) -> str:
    return _signing_input({"alg": "none", "typ": "JWT"}, identity.claims(service_url)) + "."


def _tampered(identity: Identity, service_url: str) -> str:
    header, _, signature = identity.token(service_url).split(".")
    claims = {**identity.claims(service_url), "exp": identity.after(timedelta(days=365))}
    return f"{header}.{_base64(json.dumps(claims).encode())}.{signature}"


def _cut(identity: Identity, service_url: str) -> str:
    return identity.token(service_url).rsplit(".", 1)[0] + "."


FORGERIES: Final[dict[str, Callable[[Identity, str], str]]] = {
    "bad signature": lambda us, url: us.by_stranger(url, us.key.kid),
    "changed claims": _tampered,
    "no signature": _cut,
    "alg none": _unsigned,
    "alg none with a kid": lambda us, url: _signing_input({**us.header(), "alg": "none"}, us.claims(url)) + ".",
    "HS256 with the public key": lambda us, url: us.by_secret(url, us.public_pem()),
    "HS256 with nothing": lambda us, url: us.by_secret(url, b""),
    "unknown alg": lambda us, url: us.with_header(url, alg="XX256"),
    "unknown kid": lambda us, url: us.by_stranger(url),
    "no kid": lambda us, url: us.with_header(url, kid=None, x5t=None),
    "a kid that is a number": lambda us, url: us.with_header(url, kid=1),
    "key not endorsed": lambda us, url: us.by_unendorsed(url),
    "wrong audience": lambda us, url: us.with_claims(url, aud="11111111-2222-4333-8444-555555555555"),
    "no audience": lambda us, url: us.with_claims(url, aud=None),
    "wrong issuer": lambda us, url: us.with_claims(url, iss="https://api.botframework.com.example.org"),
    "emulator issuer": lambda us, url: us.with_claims(
        url, iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
    ),
    "no issuer": lambda us, url: us.with_claims(url, iss=None),
    "expired": lambda us, url: us.with_claims(url, exp=us.after(-timedelta(minutes=6))),
    "no expiry": lambda us, url: us.with_claims(url, exp=None),
    "expiry is a text": lambda us, url: us.with_claims(url, exp="never"),
    "not yet valid": lambda us, url: us.with_claims(url, nbf=us.after(timedelta(minutes=6))),
    "no service url": lambda us, url: us.with_claims(url, serviceurl=None),
    "another service url": lambda us, url: us.with_claims(url, serviceurl="https://smba.example.org/amer/"),
    "claims that are a list": lambda us, url: us.key.sign(us.header(), [us.claims(url)]),  # type: ignore[arg-type]
    "not a token": lambda us, url: "abc",
    "empty": lambda us, url: "",
}
"""Every kind of token that a bot must refuse, by name."""


def _signing_input(header: Json, claims: Json) -> str:
    return f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps(claims).encode())}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
