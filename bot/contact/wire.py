"""The wire to the staffed contact's desk: signed requests over HTTPS, after the Standard Webhooks specification 1.0.

    POST {url}        {"name": ..., "reach": ..., "urgency": ...}   -> 2xx: the desk has it
    GET  {url}/{KEY}                                                -> {"status": "open" | "taken" | "closed"}
    POST {url}/{KEY}  {"status": "withdrawn"}                       -> 2xx, or 404 if it never came

Every request bears `webhook-id` (the key), `webhook-timestamp` (seconds since 1970) and `webhook-signature: v1,` with
the base64 of HMAC-SHA256 over "{id}.{timestamp}.{body}". The key is the same however often a
request is sent, so the desk has it once.
"""

import base64
import hashlib
import hmac
import json

import httpx

from bot.clock import Clock
from bot.tls import trusted

TIMEOUT = 10.0  # seconds for one answer


class DeskDown(Exception):
    """The desk gave no usable answer: it may have the request, and is asked again."""


class DeskRefused(Exception):
    """The desk answered that it does not take this, and will not."""


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`. `secret` is "whsec_" and base64."""
    signed = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class Desk:
    """Speaks to the staffed contact's desk. No proxy of the environment is used and no redirect followed, so that
    nobody stands between who was not configured."""

    def __init__(self, url: str, secret: str, clock: Clock) -> None:
        self._url, self._secret, self._clock = url.rstrip("/"), secret, clock
        self._client = httpx.AsyncClient(verify=trusted(), trust_env=False, timeout=TIMEOUT, follow_redirects=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def hand_over(self, key: str, items: dict[str, str]) -> None:
        """Hand over a request: exactly these items. Raises DeskDown or DeskRefused."""
        status = (await self._ask("POST", self._url, key, items)).status_code
        if not 200 <= status < 300:
            raise DeskRefused

    async def taken(self, key: str) -> bool:
        """Tell whether somebody at the desk has taken the request up. Raises DeskDown."""
        answer = await self._ask("GET", f"{self._url}/{key}", key)
        try:
            return answer.status_code == 200 and answer.json().get("status") in {"taken", "closed"}
        except (ValueError, AttributeError):
            raise DeskDown from None

    async def knock(self, key: str) -> int:
        """Return the status with which the desk answers who looks a request up. Raises DeskDown."""
        return (await self._ask("GET", f"{self._url}/{key}", key)).status_code

    async def withdraw(self, key: str) -> None:
        """Take a request back; one that never came is as good. Raises DeskDown or DeskRefused."""
        status = (await self._ask("POST", f"{self._url}/{key}", key, {"status": "withdrawn"})).status_code
        if not 200 <= status < 300 and status != 404:
            raise DeskRefused

    async def _ask(self, method: str, url: str, key: str, items: dict[str, str] | None = None) -> httpx.Response:
        body = b"" if items is None else json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = int(self._clock.now().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._secret, key, timestamp, body),
        }
        try:
            answer = await self._client.request(method, url, content=body, headers=headers)
        except httpx.HTTPError:
            raise DeskDown from None
        if answer.status_code >= 500 or answer.status_code in {408, 425, 429} or 300 <= answer.status_code < 400:
            raise DeskDown
        return answer
