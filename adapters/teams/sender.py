"""The end of botbuilder's pipeline: sends its requests over our own session, with our token, and tries again.

Left to itself botbuilder opens an aiohttp session a turn and never closes it, or blocks threads with `requests`, and
logs in synchronously.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol
from urllib.parse import unquote

from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPSender, AsyncPipeline
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http import ClientRequest
from msrest.universal_http.async_abc import AsyncClientResponse

from adapters.pacing import LAUNCH, Pacer, Rate, Window
from adapters.platform import Declined, Left, Slow, Unreachable
from adapters.teams.wire import Wire

_DONE: Final = {200, 201, 202}
_AGAIN: Final = {412, 429, 502, 504}  # Microsoft, "Status codes from bot conversational APIs"
_NEVER: Final = {403, 404, 410}
_LEFT: Final = {
    "BotNotInConversationRoster",
    "ConversationBlockedByUser",
    "ConversationNotFound",
    "MessageWritesBlocked",
}
"""Microsoft, "Status codes from bot conversational APIs": about whoever's chat it is, not about the app."""
_TRIES: Final = 4
_FIRST_WAIT: Final = 0.5  # seconds; doubles with every try
_LONGEST_WAIT: Final = 10.0
TENANT: Final = Rate(50, burst=1.5)
SECOND: Final = Window(most=49, seconds=1.02)
"""Teams, "Optimize your bot with rate limiting": 50 requests a second for an app in a tenant. The window keeps to that:
the 50th is for a reply, and at an even pace 40 ms are what one request may take longer on its way than another. After a
delay the bucket lets requests follow a little faster, but never all at once."""
THREAD: Final = Rate(0.5, burst=5)
"""The same, for a conversation: 7 in a second, 8 in two, 60 in 30, 1,800 in an hour."""


class Refused(Exception):
    """Teams did not do it this time; its own texts can hold what we sent, so they are dropped."""


class Login(Protocol):
    """Where the token for our calls comes from."""

    async def token(self) -> str:
        """Return a token; empty where none is asked for."""

    def forget(self, token: str) -> None:
        """Drop a token that was refused."""


class Sender(AsyncHTTPSender[Any, Any]):
    """Sends for as long as the session lives. `chance(n)` returns n random bytes, for the jitter.

    Raises Unreachable where Teams says that this can never work, Refused where it says no otherwise,
    aiohttp.ClientError or TimeoutError where it does not answer.
    """

    def __init__(self, wire: Wire, login: Login, chance: Callable[[int], bytes]) -> None:
        self._wire, self._login, self._chance = wire, login, chance
        self.pacer = Pacer(TENANT, THREAD, SECOND)

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[None]:
        """Wait until something that nobody asked for may go to a conversation."""
        await self._login.token()  # so that no login comes between the mark and the message
        async with self.pacer.turn(conversation):
            yield

    async def __aexit__(self, *_: object) -> None:
        """Leave the session open: it is shared."""

    def pipeline(self) -> AsyncPipeline[Any, Any]:
        """Return a pipeline that ends here."""
        return AsyncPipeline([RawDeserializer()], self)

    async def send(self, request: Request[Any], **_: Any) -> Response[Any, Any]:
        """Send one request of botbuilder's."""
        asked = request.http_request
        token, launch = await self._login.token(), LAUNCH.get()
        self.pacer.spent(_conversation(asked.url))
        for attempt in range(_TRIES):
            headers = {**asked.headers, **({"Authorization": f"Bearer {token}"} if token else {})}
            headers.pop("Content-Length", None)  # counted in characters; ours is counted in bytes
            status, told, body = await self._wire.ask(asked.method, asked.url, headers=headers, data=asked.data)
            if status in _DONE:
                return Response(request, _Answer(asked, status, body))
            if status == 429:
                self.pacer.slow(_seconds(told.get("Retry-After", "")) or 1.0)
            if launch and status != 401:
                raise _once(status, told.get("Retry-After", ""), body)
            if status == 401:
                self._login.forget(token)
                token = await self._login.token()
            elif status not in _AGAIN:
                break
            elif attempt < _TRIES - 1:
                await asyncio.sleep(self._wait(attempt, told.get("Retry-After", "")))
        if status in _NEVER:
            raise _never(body)
        raise Refused("Teams refused the call")

    def _wait(self, attempt: int, said: str) -> float:
        """Return how long to wait: what Teams asks for, or exponentially longer, with jitter."""
        asked = _seconds(said)
        if asked is not None:
            if asked > _LONGEST_WAIT:
                raise Refused("Teams asks to wait for long: better done by whoever tries again later")
            return asked
        jitter = 0.5 + self._chance(1)[0] / 256
        return _FIRST_WAIT * 2.0**attempt * jitter


def _never(body: bytes) -> Unreachable:
    """Return what a refusal for good means: that the person has left, or anything else."""
    try:
        left = json.loads(body)["error"]["code"] in _LEFT
    except (KeyError, TypeError, ValueError, RecursionError):
        left = False
    if left:
        return Left("Teams says that this person is not there any more")
    return Unreachable("Teams says that this person or channel cannot be reached")


def _once(status: int, said: str, body: bytes) -> Exception:
    """Return what a refusal means for what is said once only: not posted for certain, or nobody knows."""
    if status in {412, 429}:
        return Slow(_seconds(said) or 1.0)
    if status in _NEVER:
        return _never(body)
    return Declined("Teams refused the message") if status < 500 else Refused("Teams failed")


def _seconds(said: str) -> float | None:
    """Return what Retry-After asks for, if it is a number of seconds."""
    return float(said) if said.isascii() and said.isdigit() and len(said) < 9 else None


def _conversation(url: str) -> str:
    """Return whose conversation a request is about; empty for none."""
    _, _, rest = url.partition("/v3/conversations/")
    return unquote(rest.partition("/")[0])


class _Answer(AsyncClientResponse):
    """An answer that is read whole. What is not JSON is no answer to any call of ours."""

    def __init__(self, request: ClientRequest, status: int, body: bytes) -> None:
        super().__init__(request, None)
        self.status_code = status
        self.headers = {"content-type": "application/json"}
        self._body = body if _is_json(body) else b""

    def body(self) -> bytes:
        """Return the body."""
        return self._body


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
