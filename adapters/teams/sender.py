"""The end of botbuilder's pipeline: sends its requests over our own session, with our token, and tries again.

Left to itself botbuilder opens an aiohttp session a turn and never closes it, or blocks threads with `requests`, and
logs in synchronously.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final, Protocol

from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPSender, AsyncPipeline
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http import ClientRequest
from msrest.universal_http.async_abc import AsyncClientResponse

from adapters.platform import Unreachable
from adapters.teams.wire import Wire

_DONE: Final = {200, 201, 202}
_AGAIN: Final = {412, 429, 502, 504}  # Microsoft, "Status codes from bot conversational APIs"
_NEVER: Final = {403, 404, 410}
_TRIES: Final = 4
_FIRST_WAIT: Final = 0.5  # seconds; doubles with every try
_LONGEST_WAIT: Final = 10.0


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

    async def __aexit__(self, *_: object) -> None:
        """Leave the session open: it is shared."""

    def pipeline(self) -> AsyncPipeline[Any, Any]:
        """Return a pipeline that ends here."""
        return AsyncPipeline([RawDeserializer()], self)

    async def send(self, request: Request[Any], **_: Any) -> Response[Any, Any]:
        """Send one request of botbuilder's."""
        asked = request.http_request
        token = await self._login.token()
        for attempt in range(_TRIES):
            headers = {**asked.headers, **({"Authorization": f"Bearer {token}"} if token else {})}
            headers.pop("Content-Length", None)  # counted in characters; ours is counted in bytes
            status, told, body = await self._wire.ask(asked.method, asked.url, headers=headers, data=asked.data)
            if status in _DONE:
                return Response(request, _Answer(asked, status, body))
            if status == 401:
                self._login.forget(token)
                token = await self._login.token()
            elif status not in _AGAIN:
                break
            elif attempt < _TRIES - 1:
                await asyncio.sleep(self._wait(attempt, told.get("Retry-After", "")))
        if status in _NEVER:
            raise Unreachable("Teams says that this person or channel cannot be reached")
        raise Refused("Teams refused the call")

    def _wait(self, attempt: int, said: str) -> float:
        """Return how long to wait: what Teams asks for, or exponentially longer, with jitter."""
        if said.isascii() and said.isdigit() and len(said) < 9:
            asked = float(said)
            if asked > _LONGEST_WAIT:
                raise Refused("Teams asks to wait for long: better done by whoever tries again later")
            return asked
        jitter = 0.5 + self._chance(1)[0] / 256
        return _FIRST_WAIT * 2.0**attempt * jitter


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
