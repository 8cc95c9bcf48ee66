"""Socket Mode of the stand-in Slack: a WebSocket on 127.0.0.1 over which it delivers, and waits to be acknowledged."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from bot.clock import token
from bot.sandbox.slack.courier import FORM, JSON, Answer, Courier
from bot.sandbox.slack.installing import App
from bot.sandbox.slack.workspace import Json


@dataclass
class Exchange:
    """The open connections, the oldest first, and who waits for which acknowledgement."""

    app: App
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    opened: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Open a connection for a ticket; read acknowledgements until it ends."""
        if not self.app.admit(request.query.get("ticket", "")):
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1, "debug_info": {}})
        self.sockets.append(socket)
        self.opened += 1
        self.came.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    answer = json.loads(message.data)
                    if waiter := self.waiting.get(answer["envelope_id"]):
                        waiter.set_result(answer)
        finally:
            self.sockets.remove(socket)
        return socket

    async def connected(self, times: int = 1) -> None:
        """Wait until a connection has been opened so many times."""
        while self.opened < times:
            self.came.clear()
            await asyncio.wait_for(self.came.wait(), 10)

    async def leave(self, reason: str) -> None:
        """Ask the bot to leave the oldest connection, as Slack does now and then."""
        await self.sockets[0].send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def send(self, envelope: Json | str, patience: float) -> Json | None:
        """Deliver over the newest connection; return the acknowledgement, None if none came in time."""
        text = envelope if isinstance(envelope, str) else json.dumps(envelope)
        key = "" if isinstance(envelope, str) else envelope["envelope_id"]
        self.waiting[key] = asyncio.get_running_loop().create_future()
        try:
            await self.sockets[-1].send_str(text)
            return await asyncio.wait_for(self.waiting[key], patience)
        except (TimeoutError, IndexError, ConnectionError):
            return None
        finally:
            del self.waiting[key]


@contextlib.asynccontextmanager
async def sockets(app: App) -> AsyncIterator[Exchange]:
    """Serve the app's sockets on an ephemeral port for the length of the block; Socket Mode is on."""
    exchange = Exchange(app)
    site = web.Application()
    site.router.add_get("/link/", exchange.connect)
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    app.socket_url = f"ws://127.0.0.1:{runner.addresses[0][1]}"
    app.socket_mode = True
    try:
        yield exchange
    finally:
        for socket in [*exchange.sockets]:
            await socket.close()
        await runner.cleanup()


class SocketCourier(Courier):
    """Carries deliveries over the socket: an acknowledgement is a 200, none is status 0, and events come again."""

    def __init__(self, exchange: Exchange, *, patience: float = 3.0, retries: int = 3) -> None:
        super().__init__("http://socket.invalid", "", exchange.app.clock, patience=patience, retries=retries)
        self._exchange = exchange

    async def post(self, body: bytes, content_type: str, headers: Any = None) -> Answer:
        """Deliver one attempt in an envelope."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        acknowledged = await self._exchange.send(self._envelope(body, content_type, headers or {}), self.patience)
        if acknowledged is None:
            return Answer(0, "", {}, loop.time() - begun)
        payload = acknowledged.get("payload")
        return Answer(200, json.dumps(payload) if payload else "", {"content-type": JSON}, loop.time() - begun)

    def _envelope(self, body: bytes, content_type: str, headers: Any) -> Json:
        if content_type == FORM:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            kind, payload = ("interactive", json.loads(form["payload"])) if "payload" in form else ("", form)
        else:
            kind, payload = "events_api", json.loads(body)
        envelope: Json = {
            "type": kind or "slash_commands",
            "envelope_id": token(self._clock),
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope["retry_attempt"] = int(headers.get("X-Slack-Retry-Num", 0))
            envelope["retry_reason"] = headers.get("X-Slack-Retry-Reason", "")
        return envelope
