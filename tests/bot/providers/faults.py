"""A wire on which anything can go wrong, at any request, without anybody waiting; and what went over it."""

import asyncio
from collections.abc import Callable
from typing import Final

import httpx

from tests.bot.providers.allowed import Sent

Plan = Callable[[int, str], str | None]
NOTHING_DONE: Final = ("connect", "drop_before", "409", "412", "429", "503", "500", "400")
DONE: Final = ("drop_after", "500_done", "garbage", "truncated")
ODD: Final = ("late", "twice", "delay")
FAULTS: Final = (*NOTHING_DONE, *DONE, *ODD)


class Died(BaseException):
    """The process was killed in the call."""


def sound(_n: int, _method: str) -> None:
    """No fault."""


def at(fault: str, n: int) -> Plan:
    """Return a plan with this fault at the n-th request from now on, and none after it."""
    return lambda asked, _method: fault if asked == n else None


def always(fault: str) -> Plan:
    """Return a plan with this fault at every request."""
    return lambda _asked, _method: fault


class Wire(httpx.AsyncBaseTransport):
    """Hands requests to an application, or does with them what the plan says.

    `connect` and `drop_before`: the application never sees it. `drop_after`, `500_done`, `garbage`, `truncated`: it has
    its effect, and the answer is lost. `late`: it has its effect after the client has gone. `twice`: a proxy sends it
    two times. A number is an answer of somebody in between. `sent`, if it is a list, takes them all down."""

    def __init__(self, app: Callable[..., object]) -> None:
        self._inner = httpx.ASGITransport(app)  # type: ignore[arg-type]
        self.plan: Plan = sound
        self.asked = 0
        self.sent: list[tuple[Sent, bytes]] | None = None
        self._late: list[httpx.Request] = []

    def set(self, plan: Plan) -> None:
        """Begin to count anew, with this plan."""
        self.asked, self.plan = 0, plan

    async def settle(self) -> None:
        """Let what is late arrive, and nothing go wrong any more."""
        self.set(sound)
        while self._late:
            await self._answer(self._late.pop(0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self.plan(self.asked, request.method)
        self.asked += 1
        match fault:
            case "connect":
                raise httpx.ConnectError("refused")
            case "drop_before":
                raise httpx.ReadError("reset")
            case "late":
                self._late.append(request)
                raise httpx.ReadTimeout("gone")
            case "die":
                raise Died
            case "delay":
                await asyncio.sleep(0.002)
            case "twice" if request.method != "GET":
                await self._answer(request)
            case str() if fault.isdigit():
                return httpx.Response(int(fault), json={"resourceType": "OperationOutcome"})
        answer = await self._answer(request)
        match fault:
            case "die_after":
                raise Died
            case "drop_after":
                raise httpx.ReadError("reset")
            case "500_done":
                return httpx.Response(500)
            case "garbage":
                return httpx.Response(200, content=b"\xff<html>")
            case "truncated":
                return httpx.Response(answer.status_code, content=answer.content[: len(answer.content) // 2])
        return answer

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        if self.sent is not None:
            self.sent.append((Sent.by(request), answer.content))
        return answer
