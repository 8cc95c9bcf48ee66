"""Socket Mode: for a host that Slack cannot reach, we call Slack, and it delivers over the connection we opened.

There is no signature on such a delivery and none is looked for: the connection is authenticated, by our app-level
token on the way out and by Slack's certificate on the way back. Everything else is as over HTTP: the same bounds,
the same checks, the same tags against repetition.
Source: Slack, "Using Socket Mode".
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

import aiohttp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from yarl import URL

from adapters.slack.deliveries import MOST, Deliveries
from adapters.slack.log import event, failure
from adapters.slack.workspaces import Workspaces

FIRST: Final = 1.0  # seconds before the second attempt; doubled from there
LONGEST: Final = 60.0
_FRAME: Final = 4 * MOST  # beyond this the connection is closed: nothing of Slack's is nearly as long
_ALIVE: Final = 20.0  # seconds between our pings; an answer that does not come ends the connection
_DRAIN: Final = 30.0  # seconds in which Slack closes a connection that it asked us to leave
_KINDS: Final = frozenset({"events_api", "interactive", "slash_commands"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Socket:
    """Keeps one connection to Slack open. `chance` draws bytes, for the spread of attempts."""

    def __init__(
        self,
        app_token: str,
        workspaces: Workspaces,
        deliveries: Deliveries,
        chance: Callable[[int], bytes],
        first: float = FIRST,
    ) -> None:
        self._app_token = app_token
        self._workspaces = workspaces
        self._deliveries = deliveries
        self._chance = chance
        self._first = first
        self._failures = 0
        self._running: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to connect; does not wait for it."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Close the connection; what is being handled is finished first, in 3 seconds at most."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        handling = {task for task in self._tasks if task.get_name() == "envelope"}
        if handling:
            await asyncio.wait(handling, timeout=3)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self) -> None:
        """Connect, and anew whenever Slack asks for it or a connection ends; the old one is drained meanwhile."""
        while True:
            leaving = asyncio.Event()
            self._spawn(self._connection(leaving), "connection")
            await leaving.wait()
            if self._failures:
                await asyncio.sleep(pause(self._failures, self._first, self._chance(1)[0]))

    async def _connection(self, leaving: asyncio.Event) -> None:
        try:
            async with self._workspaces.session.ws_connect(
                await self._address(), heartbeat=_ALIVE, max_msg_size=_FRAME
            ) as socket:
                await self._listen(socket, leaving)
        except Exception as error:
            failure("slack_socket_failed", error)
        finally:
            if not leaving.is_set():  # nobody asked us to leave
                self._failures += 1
                leaving.set()

    async def _address(self) -> URL:
        """Ask Slack for the address of a connection. Raises ValueError for one that is not encrypted."""
        client = self._workspaces.client()
        client.token = self._app_token
        answer = await client.api_call("apps.connections.open")
        address = URL(str(answer["url"]))
        if address.scheme != "wss" and not (address.scheme == "ws" and address.host in _LOOPBACK):
            raise ValueError("Slack's socket must be encrypted")
        return address

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, leaving: asyncio.Event) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            envelope = _envelope(message.data)
            if envelope is None:
                continue
            match envelope.get("type"):
                case "hello":
                    self._failures = 0
                    event("slack_socket_open")
                case "disconnect":
                    if envelope.get("reason") == "link_disabled":  # Socket Mode was switched off
                        event("slack_socket_disabled", logging.WARNING)
                        return
                    leaving.set()
                    self._spawn(_close_later(socket), "close")
                case kind if kind in _KINDS:
                    self._spawn(self._handle(socket, envelope), "envelope")

    async def _handle(self, socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any]) -> None:
        """Take a delivery, and acknowledge it once its turn is committed: what is not, Slack delivers again."""
        try:
            answer = await self._deliveries.take(AsyncBoltRequest(mode="socket_mode", body=envelope["payload"]))
        except Exception as error:  # Bolt trusts the shape of what it reads, and raises whatever that brings
            failure("slack_failed", error)
            return
        if isinstance(answer, int):
            event("slack_refused", logging.WARNING, status=answer)
        elif answer.status == 200 and not socket.closed:
            await socket.send_str(json.dumps({"envelope_id": envelope["envelope_id"], **_payload(envelope, answer)}))

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def pause(failures: int, first: float, spread: int) -> float:
    """Return the seconds to wait after so many failures in a row: doubled each time, a minute at most, times 0.5 to
    1.5 by `spread` (0 to 255), so that many servers do not come back in the same moment."""
    return min(LONGEST, first * float(2 ** min(failures - 1, 10))) * (0.5 + spread / 255)


async def _close_later(socket: aiohttp.ClientWebSocketResponse) -> None:
    await asyncio.sleep(_DRAIN)
    await socket.close()


def _envelope(text: str) -> dict[str, Any] | None:
    """Return what Slack sent; None if it has not an envelope's shape, or is larger than a delivery may be."""
    if len(text.encode("utf-8", "replace")) > MOST:
        event("slack_refused", logging.WARNING, status=413)
        return None
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError):
        envelope = None
    if isinstance(envelope, dict):
        wrapped = isinstance(envelope.get("envelope_id"), str) and isinstance(envelope.get("payload"), dict)
        if wrapped or envelope.get("type") not in _KINDS:
            return envelope
    event("slack_refused", logging.WARNING, status=400)
    return None


def _payload(envelope: dict[str, Any], answer: BoltResponse) -> dict[str, Any]:
    """Return what goes with the acknowledgement: what would stand in the body of an HTTP answer."""
    if not answer.body or envelope.get("accepts_response_payload") is not True:
        return {}
    kind = answer.first_headers().get("content-type", "")
    return {"payload": json.loads(answer.body) if kind.startswith("application/json") else {"text": answer.body}}
