"""The wire to a FHIR server: one request, one bounded answer, and whether it may have had an effect."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpx
from pydantic import ValidationError

from bot import log
from bot.providers.fhir_models import Bundle

_FHIR_JSON = "application/fhir+json"
_LIMIT = 2 * 1024 * 1024  # bytes of one answer
_PAGES = 20


class Unsent(Exception):
    """The server was not reached, or says it did not look: the request had no effect."""


class Lost(Exception):
    """The request went out and no usable answer came back: it may have had its effect, now or soon."""


@dataclass(frozen=True)
class Reply:
    """An answer below 500: the HTTP status, and the body if it was a JSON object."""

    status: int
    body: dict[str, Any]
    location: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the server did what was asked, as far as the HTTP status tells."""
        return 200 <= self.status < 300


class Wire:
    """Sends requests below one base URL.

    The URL must be https, or lead to this machine: names and contacts pass here. Redirects are not
    followed and no proxy of the environment is used, so nobody stands between who was not configured.
    `timeout` is the longest that one answer may take, in seconds. Raises ValueError for the URL.
    """

    def __init__(self, base_url: str, token: str | None, timeout: float, client: httpx.AsyncClient | None) -> None:
        self._base = httpx.URL(base_url.rstrip("/"))
        if self._base.scheme != "https" and not _loopback(self._base.host):
            raise ValueError("the provider's base URL must begin with https://, unless it is on this machine")
        self._root = base_url
        self._timeout = timeout
        self._headers = {"Accept": _FHIR_JSON, "Accept-Encoding": "identity"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._client = client or httpx.AsyncClient(trust_env=False, timeout=timeout)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, path: str) -> Reply:
        """Read. Raises Unsent or Lost."""
        return await self._ask("GET", f"{self._base}/{path}")

    async def put(self, resource: Mapping[str, Any], if_match: str) -> Reply:
        """Replace a resource at exactly the version that was seen. Raises Unsent or Lost."""
        url = f"{self._base}/{resource['resourceType']}/{resource['id']}"
        return await self._ask("PUT", url, resource, {"If-Match": if_match})

    async def create(self, resource: Mapping[str, Any], if_none_exist: str) -> Reply:
        """Create a resource unless there is one like it. Raises Unsent or Lost."""
        url = f"{self._base}/{resource['resourceType']}"
        return await self._ask("POST", url, resource, {"If-None-Exist": if_none_exist})

    async def delete(self, kind: str, key: str) -> Reply:
        """Delete a resource. Raises Unsent or Lost."""
        return await self._ask("DELETE", f"{self._base}/{kind}/{key}")

    async def transact(self, bundle: Mapping[str, Any]) -> Reply:
        """Post a transaction to the base. Some servers want a slash at its end and say so by redirecting.

        Raises Unsent or Lost."""
        reply = await self._ask("POST", self._root, bundle)
        slashed = f"{self._base}/"
        if reply.status in (307, 308) and self._root != slashed and reply.location == slashed:
            self._root = slashed
            reply = await self._ask("POST", self._root, bundle)
        return reply

    async def pages(self, kind: str, params: Sequence[tuple[str, str]]) -> AsyncIterator[Bundle]:
        """Yield the pages of a search; a next page is asked for below the same base only.

        Raises Unsent or Lost, also if an answer is not a searchset, or the search does not come to its end."""
        url = httpx.URL(f"{self._base}/{kind}", params=list(params))
        for _ in range(_PAGES):
            reply = await self._ask("GET", url)
            try:
                bundle = Bundle.model_validate(reply.body)
            except ValidationError:
                raise Lost from None
            if reply.status != 200 or bundle.type != "searchset":
                raise Lost
            yield bundle
            following = bundle.following()
            if following is None:
                return
            url = url.join(following)
            same = (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)
            if not same or not url.path.startswith(self._base.path):
                log.event("fhir_page_elsewhere")
                raise Lost
        raise Lost

    async def _ask(
        self,
        method: str,
        url: str | httpx.URL,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = self._headers | dict(headers or {})
        content = None
        if body is not None:
            sent["Content-Type"] = _FHIR_JSON
            content = json.dumps(body).encode()
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream(method, url, headers=sent, content=content) as response,
            ):
                raw = bytearray()
                async for chunk in response.aiter_bytes():
                    raw += chunk
                    if len(raw) > _LIMIT:
                        raise Lost
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise Unsent from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            raise Lost from None
        if response.status_code == 429:
            raise Unsent
        if response.status_code >= 500:
            raise Lost
        return Reply(response.status_code, _object(bytes(raw), response), response.headers.get("location", ""))


def _object(raw: bytes, response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a body; of a refusal whatever it is, of a success an object or nothing."""
    try:
        value = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    if response.is_success:
        raise Lost
    return {}


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
