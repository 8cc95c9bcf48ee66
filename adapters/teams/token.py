"""Tells whether the Bot Framework itself sent a delivery, and just now: pure, takes the time and the key."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import jwt

from adapters.teams.keys import Key

ISSUER: Final = "https://api.botframework.com"
CHANNEL: Final = "msteams"
SKEW: Final = timedelta(minutes=5)
_ALGORITHM: Final = "RS256"
_LONGEST: Final = 16 * 1024  # bytes of the header; real ones are about 1 KiB
_BEARER: Final = b"Bearer "


@dataclass(frozen=True)
class Presented:
    """A token as it was presented, nothing of it verified, and the name of the key that it says it is signed with."""

    token: str
    kid: str


def presented(authorization: bytes | None) -> Presented | None:
    """Return the token of an Authorization header, None if there is none that could be good.

    Any bytes at all are answered, never raised on.
    """
    if authorization is None or len(authorization) > _LONGEST or not authorization.startswith(_BEARER):
        return None
    try:
        token = authorization.removeprefix(_BEARER).decode("ascii")
        header = jwt.get_unverified_header(token)
    except Exception:  # jwt trusts the shape of what it reads, and raises whatever that brings
        return None
    kid = header.get("kid")
    return Presented(token, kid) if isinstance(kid, str) else None


def service_url(given: Presented, key: Key, app_id: str, now: datetime) -> str | None:
    """Return the service URL for which the token was made; None if it is not good.

    Good is: signed with `key` under RS256, by a key that may speak for Teams, issued by the Bot Framework for
    this app, in time give or take five minutes (`now` is aware), and made for a service URL. Emulators and skills
    have other issuers, so they are refused. Source: Microsoft, "Authentication with the Bot Connector API".
    """
    if CHANNEL not in key.endorsements:
        return None
    try:
        claims = jwt.decode(
            given.token,
            key.public,
            algorithms=[_ALGORITHM],
            audience=app_id,
            issuer=ISSUER,
            options={
                "require": ["exp", "iss", "aud"],
                "strict_aud": True,
                # jwt would take the machine's time
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except Exception:
        return None
    at, skew = now.timestamp(), SKEW.total_seconds()
    until, since = claims["exp"], claims.get("nbf", at)
    if not (_is_time(until) and _is_time(since) and since - skew <= at < until + skew):
        return None
    url = claims.get("serviceurl")
    return url if isinstance(url, str) and url else None


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
