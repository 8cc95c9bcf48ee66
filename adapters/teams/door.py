"""The one door for Teams' deliveries: nothing is read before it is verified, and nothing is echoed."""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, Protocol

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from adapters.intake import bounded, only
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


class Guard(Protocol):
    """Says who knocks, before anything of the body is read."""

    async def service(self, request: Request) -> str | int | None:
        """Return the service URL that the sender may speak for, or the status of the refusal.

        None: whichever it names, if it is on the allow-list; only the Playground's guard answers that."""


class TokenGuard:
    """Lets in who has a good token of the Bot Framework for this app: the guard of every installation.

    Refuses with 401; with 503 while no signing keys could be fetched at all, so that Teams delivers again."""

    def __init__(self, keys: Keys, app_id: str, clock_now: Callable[[], datetime]) -> None:
        self._keys, self._app_id, self._now = keys, app_id, clock_now

    async def service(self, request: Request) -> str | int:
        """Return the service URL that the token is good for, or the status of the refusal."""
        given = presented(only(request, b"authorization"))
        if given is None:
            return 401
        key = await self._keys.find(given.kid)
        if key is None:
            return 503 if self._keys.empty else 401
        url = service_url(given, key, self._app_id, self._now())
        return 401 if url is None else url


class Door:
    """Verifies, bounds and checks a delivery, then hands the activity on. botbuilder never sees a request.

    Answers what the guard refuses with; 401 if the delivery is of another service URL than its token, or of one
    off the allow-list; 413 beyond 256 KiB; 400 for what is no activity; 403 for another channel or tenant.
    Bodies are constant.
    """

    def __init__(self, guard: Guard, hosts: ServiceHosts, handle: Handle, *, tenant_id: str) -> None:
        self._guard, self._hosts, self._handle, self._tenant_id = guard, hosts, handle, tenant_id
        self.router = APIRouter()
        self.router.add_api_route(PATH, self._deliver, methods=["POST"], include_in_schema=False)

    async def _deliver(self, request: Request) -> Response:
        verified = await self._guard.service(request)
        if isinstance(verified, int):
            return refused(verified)
        if verified is not None and not self._hosts.allow(verified):
            return refused(401)
        try:
            body = await bounded(request, MOST)
        except ClientDisconnect:
            return refused(400)
        if body is None:
            return refused(413)
        activity = _activity(body)
        if activity is None:
            return refused(400)
        said = activity.get("serviceUrl")
        if not (isinstance(said, str) and self._hosts.allow(said) and verified in {said, None}):
            return refused(401)
        if activity.get("channelId") != CHANNEL or _tenant(activity) != self._tenant_id:
            return refused(403)
        return await self._handle(activity)


def refused(status: int) -> Response:
    """Return a refusal: it says nothing about what came in."""
    event("teams_refused", logging.WARNING, status=status)
    return Response(content=_REFUSALS[status], status_code=status, media_type="text/plain")


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
