"""Carries signed deliveries to the bot's endpoint, and events again if they were not taken."""

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.clock import Clock
from bot.sandbox.slack.workspace import Json

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# bots run on this machine, over plain HTTP: without this, every client would load the trusted authorities
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Answer:
    """What the bot answered to one attempt. Status 0: not in time, or not at all; `seconds` it took."""

    status: int
    body: str
    headers: Mapping[str, str]
    seconds: float


@dataclass(frozen=True)
class Delivery:
    """One delivery with the answers to all of its attempts."""

    body: bytes
    content_type: str
    answers: tuple[Answer, ...]

    @property
    def status(self) -> int:
        """The status of the last attempt."""
        return self.answers[-1].status

    @property
    def text(self) -> str:
        """The body of the last answer."""
        return self.answers[-1].body

    @property
    def json(self) -> Any:
        """The body of the last answer, read as JSON; None if it is empty."""
        return json.loads(self.text) if self.text.strip() else None


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the X-Slack-Signature of a body. Source: Slack's "Verifying requests from Slack", v0."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Courier:
    """Posts to `{bot_url}/slack/events`. Events are retried `retries` times, `retry_wait` seconds apart,
    unless they were answered with 2xx within `patience` seconds; nothing else is retried."""

    def __init__(
        self,
        bot_url: str,
        secret: str,
        clock: Clock,
        *,
        patience: float = 3.0,
        retries: int = 3,
        retry_wait: float = 0.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = bot_url.rstrip("/") + "/slack/events"
        self._secret = secret
        self._clock = clock
        self.patience = patience
        self.retries = retries
        self.retry_wait = retry_wait
        self._transport = transport

    async def event(self, payload: Json) -> Delivery:
        """Deliver an event, and again while it is not taken."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        answers = [await self.post(body, JSON)]
        while not 200 <= answers[-1].status < 300 and len(answers) <= self.retries:
            if answers[-1].headers.get("x-slack-no-retry") == "1":
                break
            await asyncio.sleep(self.retry_wait)
            reason = "http_error" if answers[-1].status else "http_timeout"
            answers.append(await self.post(body, JSON, retry_headers(len(answers), reason)))
        return Delivery(body, JSON, tuple(answers))

    async def interaction(self, payload: Json) -> Delivery:
        """Deliver an interaction: a form with one field, `payload`."""
        return await self.form({"payload": json.dumps(payload, ensure_ascii=False)})

    async def form(self, fields: dict[str, str]) -> Delivery:
        """Deliver a form, once."""
        body = urlencode(fields).encode()
        return Delivery(body, FORM, (await self.post(body, FORM),))

    async def again(self, delivery: Delivery, number: int = 1, reason: str = "http_timeout") -> Delivery:
        """Deliver the same body once more, signed anew, as Slack's retry `number`."""
        answer = await self.post(delivery.body, delivery.content_type, retry_headers(number, reason))
        return Delivery(delivery.body, delivery.content_type, (answer,))

    async def post(self, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Post one signed attempt; `headers` are added last, so they can also spoil the signature."""
        timestamp = str(int(self._clock.now().timestamp()))
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        return await self.raw(body, signed | dict(headers or {}))

    async def raw(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post anything at all, unsigned unless `headers` sign it."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with (
                asyncio.timeout(self.patience),
                httpx.AsyncClient(
                    verify=NO_TLS, trust_env=False, timeout=self.patience, transport=self._transport
                ) as client,
            ):
                told = await client.post(self.url, content=body, headers=dict(headers))
        except (TimeoutError, httpx.TransportError):
            return Answer(0, "", {}, loop.time() - begun)
        return Answer(told.status_code, told.text, told.headers, loop.time() - begun)


def retry_headers(number: int, reason: str) -> dict[str, str]:
    """Return the headers by which Slack marks a retry."""
    return {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
