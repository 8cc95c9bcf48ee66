"""A bot that plays back a script, forms to put before a person, and how a test reads what was delivered."""

import asyncio
import json
from dataclasses import dataclass
from dataclasses import field as kept
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.sandbox.slack.courier import Delivery
from bot.sandbox.slack.hands import Hands

Json = dict[str, Any]


@dataclass
class Bot:
    """A bot that keeps what it gets and answers from a script; 200 and nothing when the script is over."""

    got: list[tuple[dict[str, str], bytes]] = kept(default_factory=list)
    script: list[Response] = kept(default_factory=list)
    gate: list[float] = kept(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/slack/events")
        async def take(request: Request) -> Response:
            self.got.append((dict(request.headers), await request.body()))
            if self.gate:
                await asyncio.sleep(self.gate.pop(0))
            return self.script.pop(0) if self.script else Response()

        return app


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(label: str) -> Json:
    return {"text": plain(label), "value": label.lower()}


def field(label: str, element: Json, **more: object) -> Json:
    return {
        "type": "input",
        "block_id": label.lower(),
        "label": plain(label),
        "element": {"action_id": "v", **element},
        **more,
    }


FIELDS = [
    field("Name", {"type": "plain_text_input", "max_length": 10}),
    field("Mood", {"type": "radio_buttons", "options": [option("Good"), option("Bad")]}),
    field("Zone", {"type": "static_select", "options": [option("Here")]}, optional=True),
    field("Days", {"type": "checkboxes", "options": [option("Mon"), option("Tue")]}, optional=True),
    field("When", {"type": "timepicker"}, optional=True),
    field("Mail", {"type": "email_text_input"}, optional=True),
]
BUTTONS: Json = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "open", "text": plain("Open"), "value": "opaque", "style": "primary"},
        {"type": "button", "action_id": "stop", "text": plain("Stop")},
    ],
}


def modal(title: str = "Form", blocks: list[Json] | None = None, **more: object) -> Json:
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [*FIELDS, BUTTONS] if blocks is None else blocks,
        **more,
    }


def sent(bot: Bot, index: int = -1) -> Any:
    headers, body = bot.got[index]
    if headers["content-type"] == "application/json":
        return json.loads(body)
    form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    return json.loads(form["payload"]) if "payload" in form else form


FILLED = {"Name": "Sam", "Mood": "Good"}


async def answer(hands: Hands, bot: Bot, body: object, status: int = 200) -> Delivery:
    bot.script = [JSONResponse(body, status)]
    return await hands.submit("U0SAM", FILLED)
