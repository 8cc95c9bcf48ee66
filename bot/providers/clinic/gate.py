"""Stands before every route: asks for the token, and answers for the clinic if it fails."""

import hashlib
import hmac

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import log
from bot.providers.clinic import problem
from bot.providers.clinic.problem import Problem

FHIR_JSON = "application/fhir+json"


class FhirResponse(JSONResponse):
    """A FHIR resource as the body."""

    media_type = FHIR_JSON


def refusal(refused: Problem) -> FhirResponse:
    """Return the response for a Problem."""
    headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else None
    return FhirResponse(refused.outcome(), refused.status, headers=headers)


class Gate:
    """ASGI middleware. `bearer` None leaves the clinic open, for a demo on loopback only."""

    def __init__(self, app: ASGIApp, bearer: str | None) -> None:
        self._app = app
        self._digest = None if bearer is None else _digest(f"Bearer {bearer}".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 401; turn any exception into a 500 with a constant body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if self._digest is not None and not hmac.compare_digest(_digest(given), self._digest):
            refused = Problem(401, "login", "This clinic asks for its token.")
            await refusal(refused)(scope, receive, send)
            return
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception as error:
            log.failure("clinic_failed", error)
            if not started:
                await refusal(problem.failed())(scope, receive, send)


def _digest(value: bytes) -> bytes:
    """Return a digest, so that a comparison takes equally long for values of any length."""
    return hashlib.sha256(value).digest()
