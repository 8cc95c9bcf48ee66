"""A token endpoint that is as strict as SMART Backend Services asks, before a FHIR server that wants its tokens."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import jwt
from jwt.algorithms import ECAlgorithm
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.bot.providers.conftest import StillClock

TOKEN_URL = "http://127.0.0.1/token"


@dataclass
class Authority:
    """An ASGI application: /token and /.well-known/smart-configuration, and behind a valid token the server.

    `keys` is the client's registered key set (by kid). `fails` answers a token request with this status."""

    server: ASGIApp
    clock: StillClock
    keys: dict[str, Any]
    client_id: str = "haven"
    life: int = 300
    fails: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    refused: int = 0
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._names = itertools.count(1)
        self.good: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path == "/.well-known/smart-configuration":
            answer: Response = JSONResponse({"token_endpoint": TOKEN_URL})
        elif request.url.path == "/token":
            answer = self._token(parse_qs((await request.body()).decode()))
        else:
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            if self.good.get(bearer, 0) > self.clock.now().timestamp():
                await self.server(scope, receive, send)
                return
            self.refused += 1
            answer = JSONResponse({"resourceType": "OperationOutcome"}, 401)
        await answer(scope, receive, send)

    def _token(self, form: dict[str, list[str]]) -> Response:
        given = {name: values[0] for name, values in form.items()}
        self.asked.append(given)
        if self.fails:
            return Response("no", self.fails, {"Retry-After": "7"})
        try:
            self._check(given)
        except (jwt.PyJWTError, AssertionError, KeyError) as error:
            return JSONResponse({"error": "invalid_client", "error_description": type(error).__name__}, 400)
        token = f"t{next(self._names)}"
        self.good[token] = self.clock.now().timestamp() + self.life
        body = {"access_token": token, "token_type": "bearer", "expires_in": self.life, "scope": given["scope"]}
        return JSONResponse(body)

    def _check(self, given: dict[str, str]) -> None:
        assert given["grant_type"] == "client_credentials"
        assert given["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assert all(one.startswith("system/") for one in given["scope"].split())
        head = jwt.get_unverified_header(given["client_assertion"])
        assert head["alg"] == "ES384"
        key = {one["kid"]: one for one in self.keys["keys"]}[head["kid"]]
        claims = jwt.decode(
            given["client_assertion"],
            ECAlgorithm.from_jwk(json.dumps(key)),  # type: ignore[arg-type]
            algorithms=["ES384"],
            audience=TOKEN_URL,
            options={"verify_exp": False, "verify_iat": False, "require": ["iss", "sub", "aud", "exp", "jti"]},
        )
        now = self.clock.now().timestamp()
        assert claims["iss"] == claims["sub"] == self.client_id
        assert now < claims["exp"] <= now + 300
        assert claims["jti"] not in self.used
        self.used.add(claims["jti"])
