"""Carries activities to the bot's endpoint, each with a token; Teams delivers each once."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from bot.sandbox.slack.courier import JSON, NO_TLS, Answer
from bot.sandbox.teams.workspace import Json, Workspace

INVOKE: Final = "invoke"


@dataclass(frozen=True)
class Delivery:
    """One delivery and what the bot answered."""

    activity: Json
    answer: Answer

    @property
    def status(self) -> int:
        """The status of the answer; 0 if there was none in time."""
        return self.answer.status

    @property
    def text(self) -> str:
        """The body of the answer."""
        return self.answer.body

    @property
    def json(self) -> Any:
        """The body of the answer, read as JSON; None if it is empty."""
        return json.loads(self.text) if self.text.strip() else None


class Courier:
    """Posts to `{bot_url}{path}`. An answer counts if it comes within `patience` seconds, to an invoke within
    `invoke_patience`: later a dialog says that the app could not be reached."""

    def __init__(
        self,
        workspace: Workspace,
        bot_url: str,
        *,
        path: str = "/api/messages",
        patience: float = 15.0,
        invoke_patience: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = bot_url.rstrip("/") + path
        self.patience = patience
        self.invoke_patience = invoke_patience
        self._workspace = workspace
        self._transport = transport

    async def deliver(self, activity: Json, token: str | None = None) -> Delivery:
        """Deliver an activity with a good token, or with the one given."""
        if token is None:
            known = self._workspace
            token = "" if known.playground else known.identity.token(known.service_url)
        body = json.dumps(activity, ensure_ascii=False).encode()
        headers = {
            "Content-Type": f"{JSON}; charset=utf-8",
            **({} if self._workspace.playground else {"Authorization": f"Bearer {token}".rstrip()}),
            "User-Agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
            "x-ms-conversation-id": str(activity.get("conversation", {}).get("id", "")),
            "x-ms-tenant-id": str(activity.get("channelData", {}).get("tenant", {}).get("id", "")),
        }
        patience = self.invoke_patience if activity.get("type") == INVOKE else self.patience
        return Delivery(activity, await self.raw(body, headers, patience))

    async def raw(self, body: bytes, headers: Mapping[str, str], patience: float | None = None) -> Answer:
        """Post anything at all; only what `headers` say is sent."""
        wait = self.patience if patience is None else patience
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with (
                asyncio.timeout(wait),
                httpx.AsyncClient(verify=NO_TLS, trust_env=False, timeout=wait, transport=self._transport) as client,
            ):
                told = await client.post(self.url, content=body, headers=dict(headers))
        except (TimeoutError, httpx.TransportError):
            return Answer(0, "", {}, loop.time() - begun)
        return Answer(told.status_code, told.text, told.headers, loop.time() - begun)
