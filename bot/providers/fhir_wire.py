"""The wire to a FHIR server: one request, one bounded answer, and whether it may have had an effect."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol

import httpx
from pydantic import ValidationError

from bot import log
from bot.providers.fhir_models import Bundle
from bot.tls import trusted

_FHIR_JSON = "application/fhir+json"
_LIMIT = 2 * 1024 * 1024  # bytes of one answer
_PAGES = 20
_WAIT = 1.0  # seconds that a server may ask us to wait while somebody does


class Unsent(Exception):
    """The server was not reached, or says it did not look: the request had no effect.

    `again`: after how many seconds to come back, if the server said so (429)."""

    def __init__(self, again: float | None = None) -> None:
        super().__init__()
        self.again = again


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


class Bearer(Protocol):
    """Where the access token comes from."""

    async def token(self) -> str:
        """Return a token to use now. Raises Unsent if there is none to be had."""

    def spoil(self, token: str) -> None:
        """Note that the server does not take this token any more."""


class Fixed:
    """One token for ever, as the operator set it."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """Return it."""
        return self._token

    def spoil(self, token: str) -> None:
        """There is no other."""


class Wire:
    """Sends requests below one base URL.

    The URL must be https, or lead to this machine: names and contacts pass here. Redirects are not
    followed and no proxy of the environment is used, so nobody stands between who was not configured.
    `timeout` is the longest that one answer may take, in seconds. Raises ValueError for the URL.
    """

    def __init__(
        self,
        base_url: str,
        bearer: Bearer | None,
        timeout: float,
        client: httpx.AsyncClient | None,
        media: str = _FHIR_JSON,
    ) -> None:
        self._base = httpx.URL(base_url.rstrip("/"))
        if not safe(self._base):
            raise ValueError("the provider's base URL must begin with https://, unless it is on this machine")
        self._root = base_url
        self._timeout = timeout
        self._media = media
        self._headers = {"Accept": media, "Accept-Encoding": "identity"}
        self._bearer = bearer
        self._client = client or httpx.AsyncClient(verify=trusted(), trust_env=False, timeout=timeout)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Reply:
        """Ask anything below the base URL: for what is not FHIR. Raises Unsent or Lost."""
        return await self._ask(method, f"{self._base}/{path}", body, headers)

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
            if not self._ours(url) or not url.path.startswith(self._base.path):
                log.event("fhir_page_elsewhere")
                raise Lost
        raise Lost

    async def read(self, address: str, accept: str, most: int) -> bytes:
        """Read a file of the same host, of at most so many bytes. Raises Unsent or Lost."""
        try:
            url = self._base.join(address)
        except httpx.InvalidURL:
            raise Lost from None
        if not self._ours(url):
            log.event("fhir_page_elsewhere")
            raise Lost
        response, raw = await self._exchange("GET", url, None, self._headers | {"Accept": accept}, most)
        if response.status_code != 200:
            raise Lost
        return raw

    def _ours(self, url: httpx.URL) -> bool:
        return (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)

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
            sent["Content-Type"] = self._media
            content = json.dumps(body).encode()
        fresh = True
        while True:
            token = await self._bearer.token() if self._bearer else None
            if token is not None:
                sent["Authorization"] = f"Bearer {token}"
            try:
                return await self._once(method, url, content, sent)
            except _Unauthorized as refused:  # nothing was done: once with a new token, then it is the answer
                if not (fresh and self._bearer and token):
                    return refused.reply
                self._bearer.spoil(token)
                fresh = False
                if await self._bearer.token() == token:
                    return refused.reply
            except Unsent as unsent:  # "not now": if soon, wait and ask once more
                if unsent.again is None or unsent.again > _WAIT or not fresh:
                    raise
                fresh = False
                await asyncio.sleep(unsent.again)

    async def _once(self, method: str, url: str | httpx.URL, content: bytes | None, sent: Mapping[str, str]) -> Reply:
        response, raw = await self._exchange(method, url, content, sent, _LIMIT)
        reply = Reply(response.status_code, _object(raw, response), response.headers.get("location", ""))
        if reply.status == 401:
            raise _Unauthorized(reply)
        return reply

    async def _exchange(
        self, method: str, url: str | httpx.URL, content: bytes | None, sent: Mapping[str, str], most: int
    ) -> tuple[httpx.Response, bytes]:
        """Send, and return an answer below 500 with its body, of at most so many bytes. Raises Unsent or Lost."""
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream(method, url, headers=dict(sent), content=content) as response,
            ):
                raw = bytearray()
                async for chunk in response.aiter_bytes():
                    raw += chunk
                    if len(raw) > most:
                        raise Lost
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise Unsent from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            raise Lost from None
        if response.status_code == 429:
            raise Unsent(retry_after(response.headers.get("retry-after", "")))
        if response.status_code >= 500:
            raise Lost
        return response, bytes(raw)


class _Unauthorized(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def retry_after(value: str) -> float | None:
    """Return the seconds of a Retry-After header; None for none, or for a date (RFC 9110 10.2.3 allows both; what
    comes as a date is met by our own patience)."""
    return float(value) if re.fullmatch(r"\d{1,6}", value.strip()) else None


def safe(url: httpx.URL) -> bool:
    """Tell whether names and contacts may pass there: https, or this machine."""
    return url.scheme == "https" or (url.scheme == "http" and _loopback(url.host))


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
