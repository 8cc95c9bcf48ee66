"""The one door for Teams' deliveries: nothing is read before it is verified, and nothing is echoed."""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from adapters.teams.keys import Keys
from adapters.teams.log import event
from adapters.teams.reference import ServiceHosts
from adapters.teams.token import CHANNEL, presented, service_url

PATH: Final = "/api/messages"
MOST: Final = 256 * 1024  # bytes of a body
_REFUSALS: Final = {
    400: "malformed",
    401: "not verified",
    403: "not for us",
    413: "too large",
    503: "not now",
}

Activity = dict[str, Any]
Handle = Callable[[Activity], Awaitable[Response]]


class Door:
    """Verifies, bounds and checks a delivery, then hands the activity on. botbuilder never sees a request.

    Answers 401 without a good token of the Bot Framework for this app and this very service URL, which must be on
    the allow-list; 413 beyond 256 KiB; 400 for what is no activity; 403 for another channel or tenant; and 503
    while no signing keys could be fetched at all, so that Teams delivers again. Bodies are constant.
    """

    def __init__(
        self,
        keys: Keys,
        hosts: ServiceHosts,
        handle: Handle,
        *,
        app_id: str,
        tenant_id: str,
        clock_now: Callable[[], datetime],
    ) -> None:
        self._keys, self._hosts, self._handle = keys, hosts, handle
        self._app_id, self._tenant_id, self._now = app_id, tenant_id, clock_now
        self.router = APIRouter()
        self.router.add_api_route(PATH, self._deliver, methods=["POST"], include_in_schema=False)

    async def _deliver(self, request: Request) -> Response:
        verified = await self._verified(request)
        if isinstance(verified, int):
            return refused(verified)
        try:
            body = await _bounded(request)
        except ClientDisconnect:
            return refused(400)
        if body is None:
            return refused(413)
        activity = _activity(body)
        if activity is None:
            return refused(400)
        if activity.get("serviceUrl") != verified:
            return refused(401)
        if activity.get("channelId") != CHANNEL or _tenant(activity) != self._tenant_id:
            return refused(403)
        return await self._handle(activity)

    async def _verified(self, request: Request) -> str | int:
        """Return the service URL that the token is good for, or the status of the refusal."""
        given = presented(_only(request, b"authorization"))
        if given is None:
            return 401
        key = await self._keys.find(given.kid)
        if key is None:
            return 503 if self._keys.empty else 401
        url = service_url(given, key, self._app_id, self._now())
        return url if url is not None and self._hosts.allow(url) else 401


def refused(status: int) -> Response:
    """Return a refusal: it says nothing about what came in."""
    event("teams_refused", logging.WARNING, status=status)
    return Response(content=_REFUSALS[status], status_code=status, media_type="text/plain")


async def _bounded(request: Request) -> bytes | None:
    """Return the body, or None if it says or turns out that it is too large; no more than that is read."""
    said = request.headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit() or len(said) > len(str(MOST)) or int(said) > MOST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            return None
    return bytes(body)


def _only(request: Request, name: bytes) -> bytes | None:
    """Return a header's raw value; None if it is absent or stands there twice."""
    values = [value for key, value in request.headers.raw if key == name]
    return values[0] if len(values) == 1 else None


def _activity(body: bytes) -> Activity | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("type"), str) else None


def _tenant(activity: Activity) -> object:
    """Return whose organisation it is; `conversation.tenantId` can be null, so it is not asked."""
    data = activity.get("channelData")
    tenant = data.get("tenant") if isinstance(data, dict) else None
    return tenant.get("id") if isinstance(tenant, dict) else None
