"""The one door for Slack's deliveries: nothing is parsed before it is verified, and nothing is echoed."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from starlette.requests import ClientDisconnect

from adapters.intake import bounded, only
from adapters.slack.deliveries import MOST, Deliveries
from adapters.slack.log import event
from adapters.slack.verify import verify

PATH: Final = "/slack/events"
_REFUSALS: Final = {
    400: "malformed",
    401: "not verified",
    403: "not this workspace",
    413: "too large",
}


def door(deliveries: Deliveries, secret: bytes, clock_now: Callable[[], datetime]) -> APIRouter:
    """Return the route POST /slack/events: bounds and verifies a delivery, then hands it on.

    Answers 413 beyond 256 KiB, 401 without a fresh signature, 400 for what is no delivery of Slack's,
    403 for a workspace that the app is not installed in, each with a constant body; whatever nobody handles is
    acknowledged with 200, because Slack counts failures and in the end stops delivering.
    """
    router = APIRouter()

    @router.post(PATH, include_in_schema=False)
    async def deliver(request: Request) -> Response:
        try:
            body = await bounded(request, MOST)
        except ClientDisconnect:
            return _refused(400)
        if body is None:
            return _refused(413)
        stamp = only(request, b"x-slack-request-timestamp")
        signature = only(request, b"x-slack-signature")
        if not verify(secret, stamp, signature, body, clock_now()):
            return _refused(401)
        bolt = _bolt_request(body, request.headers.get("content-type", ""))
        if bolt is None:
            return _refused(400)
        answer = await deliveries.take(bolt)
        return _refused(answer) if isinstance(answer, int) else _response(answer)

    return router


def _bolt_request(body: bytes, content_type: str) -> AsyncBoltRequest | None:
    """Return the request as Bolt reads it, so that nobody else can read it differently; None if it cannot."""
    try:
        return AsyncBoltRequest(body=body.decode(), headers={"content-type": content_type})
    except Exception:  # Bolt trusts the shape of what it reads, and raises whatever that brings
        return None


def _response(answer: BoltResponse) -> Response:
    headers = answer.first_headers_without_set_cookie()
    return Response(content=answer.body, status_code=answer.status, headers=headers)


def _refused(status: int) -> Response:
    event("slack_refused", logging.WARNING, status=status)
    return Response(content=_REFUSALS[status], status_code=status, media_type="text/plain")
