"""The desk: what it has been handed, and the doors by which requests come, are looked up and taken back."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

GRACE: Final = 300  # seconds that a timestamp may be off
LARGEST: Final = 4096  # bytes of a body


class Items(BaseModel):
    """What a request may hold, and nothing besides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="", min_length=1, max_length=80)
    reach: str = Field(min_length=6, max_length=120)
    urgency: Literal["", "urgent", "routine"] = ""


@dataclass
class Case:
    """A request at the desk: the bytes as they came, what is in them, and who has taken it up."""

    body: bytes
    items: dict[str, str]
    came: datetime
    status: Literal["open", "taken", "closed", "withdrawn"] = "open"


@dataclass
class CareDesk:
    """The desk. `down` answers 503 to everybody; `refused` counts what was turned away, by status."""

    secret: str
    now: Callable[[], datetime]
    cases: dict[str, Case] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    down: bool = False

    def take(self, key: str) -> None:
        """Somebody at the desk takes a request up."""
        self.cases[key].status = "taken"

    def check(self, request: Request, body: bytes) -> str:
        """Return the key of a request that is genuine and fresh. Raises HTTPException."""
        if self.down:
            raise HTTPException(503)
        if len(body) > LARGEST:
            raise HTTPException(413)
        key, sent = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        given = request.headers.get("webhook-signature", "").split()
        if not key or not sent.isascii() or not sent.isdigit() or abs(self.now().timestamp() - int(sent)) > GRACE:
            raise HTTPException(401)
        mac = hmac.new(base64.b64decode(self.secret[6:]), f"{key}.{sent}.".encode() + body, hashlib.sha256)
        right = b"v1," + base64.b64encode(mac.digest())
        if not any(hmac.compare_digest(right, each.encode()) for each in given):
            raise HTTPException(401)
        return key


def create_desk(desk: CareDesk) -> FastAPI:
    """Return the desk as an application."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(HTTPException)
    async def refuse(_: Request, error: HTTPException) -> JSONResponse:
        desk.refused.append(error.status_code)
        return JSONResponse({"error": error.status_code}, error.status_code)

    @app.post("/requests")
    async def receive(request: Request) -> JSONResponse:
        body = await request.body()
        key = desk.check(request, body)
        if known := desk.cases.get(key):  # sent again because our answer was lost: the same answer; else somebody errs
            if known.body != body:
                raise HTTPException(409)
            return JSONResponse({"status": known.status})
        try:
            items = Items.model_validate_json(body).model_dump(exclude_unset=True)
        except ValidationError:
            raise HTTPException(422) from None
        desk.cases[key] = Case(body=body, items=items, came=desk.now())
        return JSONResponse({"status": "open"}, 202)

    @app.get("/requests/{key}")
    async def look(request: Request, key: str) -> JSONResponse:
        if desk.check(request, await request.body()) != key:
            raise HTTPException(401)
        if key not in desk.cases:
            raise HTTPException(404)
        return JSONResponse({"status": desk.cases[key].status})

    @app.post("/requests/{key}")
    async def withdraw(request: Request, key: str) -> JSONResponse:
        body = await request.body()
        if desk.check(request, body) != key:
            raise HTTPException(401)
        if key not in desk.cases:
            raise HTTPException(404)
        if json.loads(body) != {"status": "withdrawn"}:
            raise HTTPException(422)
        desk.cases[key] = Case(body=b"", items={}, came=desk.cases[key].came, status="withdrawn")
        return JSONResponse({"status": "withdrawn"})

    return app
