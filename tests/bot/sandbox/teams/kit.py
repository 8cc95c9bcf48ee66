"""A bot that does as it is told, and builders of cards, for the tests of the stand-in Teams."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.sandbox.teams.limits import ADAPTIVE
from bot.sandbox.teams.login import SCOPE
from bot.sandbox.teams.workspace import TeamsError, Workspace

Json = dict[str, Any]


@dataclass
class Bot:
    """Keeps what it got, and answers as scripted, then with 200 and nothing."""

    got: list[tuple[dict[str, str], Json]] = field(default_factory=list)
    script: list[Response] = field(default_factory=list)
    gate: list[float] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)

        @app.post("/api/messages")
        async def hear(request: Request) -> Response:
            body = await request.body()
            self.got.append((dict(request.headers), json.loads(body) if body.startswith(b"{") else {"raw": body}))
            if self.gate:
                await asyncio.sleep(self.gate.pop(0))
            return self.script.pop(0) if self.script else Response()

        return app

    @property
    def last(self) -> Json:
        return self.got[-1][1]


@dataclass
class Client:
    """A bot's calls of the connector, with a good bearer."""

    workspace: Workspace
    http: httpx.AsyncClient
    bearer: str = ""

    async def log_in(self, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.workspace.app_id,
            "client_secret": self.workspace.app_password,
            "scope": SCOPE,
        }
        url = f"{self.workspace.url}/{changes.pop('tenant', self.workspace.tenant_id)}/oauth2/v2.0/token"
        told = await self.http.post(url, data={**form, **changes})
        self.bearer = told.json().get("access_token", "")
        return told

    async def call(self, method: str, path: str = "", body: object = None, **params: str) -> httpx.Response:
        url = f"{self.workspace.service_url}v3/conversations{path}"
        headers = {"Authorization": f"Bearer {self.bearer}"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.request(method, url, content=content, headers=headers, params=params)

    async def post(self, place: str, activity: object) -> str:
        told = await self.call("POST", f"/{place}/activities", activity)
        assert told.status_code == 201, told.text
        return str(told.json()["id"])


def error(told: httpx.Response) -> tuple[int, str]:
    return told.status_code, told.json()["error"]["code"]


def refusal(check: Callable[[Json], object], sent: Json) -> TeamsError | None:
    try:
        check(sent)
    except TeamsError as refused:
        return refused
    return None


def refusals(check: Callable[[Json], object], sent: Json) -> list[str]:
    refused = refusal(check, sent)
    if refused is None:
        return []
    assert (refused.status, refused.code) == (400, "BadArgument")
    return refused.message.split("; ")


def words(text: str = "Hello", **more: object) -> Json:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def submit(title: str = "Send", **data: object) -> Json:
    return {"type": "Action.Submit", "title": title, "data": data}


def fetch(title: str = "Open", **data: object) -> Json:
    return submit(title, msteams={"type": "task/fetch"}, **data)


def card(*body: Json, actions: list[Json] | None = None, **more: object) -> Json:
    made = {"type": "AdaptiveCard", "version": "1.5", "fallbackText": "Open it in Teams.", "body": [*body], **more}
    return {**made, "actions": actions} if actions else made


def message(*cards: Json, **more: object) -> Json:
    attachments = {"attachments": [{"contentType": ADAPTIVE, "content": one} for one in cards]} if cards else {}
    return {"type": "message", **attachments, **more}


def dialog(content: Json, title: str = "A form", **more: object) -> Json:
    value = {"title": title, "card": {"contentType": ADAPTIVE, "content": content}, **more}
    return {"task": {"type": "continue", "value": value}}


def said(text: str) -> JSONResponse:
    return JSONResponse({"task": {"type": "message", "value": text}})


def typed(name: str, kind: str = "Text", **more: object) -> Json:
    return {"type": f"Input.{kind}", "id": name.lower(), "label": name, **more}


def needed(**more: object) -> Json:
    return {"isRequired": True, "errorMessage": "Fill this in.", **more}


def choices(name: str, *titles: str, **more: object) -> Json:
    return typed(name, "ChoiceSet", choices=[{"title": one, "value": one.lower()} for one in titles], **more)


FORM = card(
    words("How are you?"),
    typed("Name", maxLength=10, **needed()),
    choices("Mood", "Good", "Bad", **needed()),
    choices("Days", "Mon", "Tue", isMultiSelect=True),
    typed("Age", "Number", min=16, max=120),
    typed("Day", "Date", min="2026-01-01"),
    typed("Hour", "Time", max="17:00"),
    typed("Agree", "Toggle", title="I agree"),
    typed("Zip", regex="^[0-9]+$"),
    actions=[submit("Send", token="form"), {**submit("Help now", token="help"), "associatedInputs": "none"}],
)
LAUNCHER = message(card(words("A private form"), actions=[fetch("Open", token="t1"), submit("Later", token="t2")]))
