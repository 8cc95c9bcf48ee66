"""What stands around the service in a test, in place of the world: time, chance, a platform, and the clinic's wire."""

import hashlib
import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.platform import Address, Drawn, Public, Shown

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, an hour before the clinic opens
Hook = Callable[[str], Awaitable[None]]


class FakeClock:
    """Time that stands still until it is moved, and chance that is the same in every run. May be shared by threads."""

    def __init__(self, at: datetime = NOW, seed: str = "") -> None:
        self._now, self._seed, self._count = at, seed, itertools.count()

    def now(self) -> datetime:
        return self._now

    def later(self, by: timedelta) -> None:
        self._now += by

    def chance(self, size: int) -> bytes:
        return hashlib.shake_256(f"{self._seed}:{next(self._count)}".encode()).digest(size)


class Recorder:
    """A platform that remembers what it was given; it outlives the service, as a chat's history does.

    `fails` is raised by every call, as long as it is set."""

    name = "console"

    def __init__(self) -> None:
        self.screens: dict[str, list[Shown]] = defaultdict(list)
        self.messages: dict[str, list[Public]] = defaultdict(list)
        self.posts: list[tuple[str, Public]] = []
        self.fails: Exception | None = None
        self.gone: set[str] = set()  # who says that they are away
        self.drawn: Drawn | None = None

    async def show(self, address: Address, shown: Shown) -> None:
        self._check()
        self.screens[address.user].append(shown)
        if shown.turn and self.drawn:
            await self.drawn(address, shown.turn)

    async def post(self, address: Address, message: Public) -> str:
        self._check()
        self.messages[address.user].append(message)
        return f"{address.user}/{len(self.messages[address.user])}"

    async def away(self, address: Address) -> bool:
        return address.user in self.gone

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        self._check()
        self.posts.append((channel, message))
        return channel

    def _check(self) -> None:
        if self.fails:
            raise self.fails


class Wire:
    """Stands between the service and the clinic: `before` and `after` see every request as "GET /Slot"."""

    def __init__(self) -> None:
        self.clinic: ASGIApp | None = None
        self.before: Hook = nothing
        self.after: Hook = nothing  # handled, and not answered yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = f"{scope.get('method')} {scope.get('path', '').removeprefix(scope.get('root_path', ''))}"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self.after(asked)
            await send(message)

        whole = await _whole(receive)  # what has arrived is handled, even if nobody waits for the answer any more

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self.before(asked)
        assert self.clinic
        await self.clinic(scope, again, answer)


async def _whole(receive: Receive) -> list[Message]:
    """Return a request's body as one message."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return [{**message, "body": body}]


async def nothing(asked: str) -> None:
    """Let a request pass."""
