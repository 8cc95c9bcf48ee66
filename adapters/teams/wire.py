"""The one HTTP session of the Teams adapter: every call to Microsoft goes through it, with a limit on time and size."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from yarl import URL

from adapters.pacing import tracing

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_MOST: Final = 1024 * 1024  # bytes of an answer


class Unusable(Exception):
    """An answer that is none: too large, not JSON, or not of the shape that it should have."""


class Wire:
    """A session that follows no redirects, keeps no cookies and logs nothing.

    Methods raise aiohttp.ClientError or TimeoutError if there is no answer, Unusable if it is too large.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the session, inside the running loop."""
        traces = [tracing(lambda url: "/v3/conversations/" in url.path)]
        self._session = aiohttp.ClientSession(
            timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), trace_configs=traces
        )

    async def stop(self) -> None:
        """Close the session and wait until its connections are closed."""
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)  # aiohttp closes its transports one step of the loop later

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: str | Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body of the answer, whatever the status. `url` is sent as it stands."""
        if self._session is None:
            raise RuntimeError("the session is not open: call start first")
        request = self._session.request(
            method, URL(url, encoded=True), headers=headers, data=data, allow_redirects=False
        )
        async with request as answer:
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > _MOST:
                    raise Unusable("the answer is too large")
            return answer.status, answer.headers, bytes(body)

    async def ask_json(self, method: str, url: str, data: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object of an answer with status 200. Raises Unusable for anything else."""
        status, _, body = await self.ask(method, url, data=data)
        if status != 200:
            raise Unusable("the answer says no")
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise Unusable("the answer is no JSON object")
        return told
