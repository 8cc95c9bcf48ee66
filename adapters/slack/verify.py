"""Tells whether Slack itself sent a request, and just now."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

FRESH: Final = timedelta(minutes=5)
_LONGEST_STAMP: Final = 12  # digits of a Unix time; longer ones are no time, and slow to read


def verify(secret: bytes, timestamp: bytes | None, signature: bytes | None, body: bytes, now: datetime) -> bool:
    """Return whether the signature is of this body, made with our secret within five minutes of `now`.

    `timestamp` and `signature` are the raw values of X-Slack-Request-Timestamp (Unix seconds) and
    X-Slack-Signature, None if absent; any bytes at all are answered, never raised on. `now` is aware.
    Source: Slack, "Verifying requests from Slack" (signature version v0).
    """
    if timestamp is None or signature is None:
        return False
    if not timestamp.isdigit() or len(timestamp) > _LONGEST_STAMP:
        return False
    if abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        return False
    expected = b"v0=" + hmac.new(secret, b"v0:" + timestamp + b":" + body, sha256).hexdigest().encode()
    return hmac.compare_digest(expected, signature)
