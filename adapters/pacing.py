"""How fast people may be written to unasked, and what is said once only while it is on its way: for every platform.

A token bucket for the whole workspace and one for each chat. Replies go first: they wait for nobody, and what they take
is missing in the buckets, so that what nobody asked for waits until it is made up for.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final

import aiohttp
from yarl import URL

_KNOWN_CHATS: Final = 10_000
_LONGEST: Final = 300.0  # seconds: whoever asks for more is asked again by then
_ALMOST: Final = 1e-6  # of a token: what rounding may take


@dataclass(frozen=True)
class Rate:
    """`per_second` messages a second, `burst` of them at once after a pause: at most burst + per_second * t in any t
    seconds."""

    per_second: float
    burst: float = 1.0


@dataclass
class Bucket:
    """A token bucket. Times are seconds of one clock; the level falls below zero when somebody did not wait."""

    rate: Rate
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Return in how many seconds there is a token; 0: now."""
        level = self._filled(now)
        return 0.0 if level >= 1 - _ALMOST else (1 - level) / self.rate.per_second

    def take(self, now: float) -> None:
        """Take a token, whether it is there or not."""
        self.level, self.at = self._filled(now) - 1, now

    def full(self, now: float) -> bool:
        """Tell whether it is as it was before anybody took anything."""
        return self._filled(now) >= self.rate.burst

    def _filled(self, now: float) -> float:
        return min(self.rate.burst, self.level + (now - self.at) * self.rate.per_second)


@dataclass(frozen=True)
class Window:
    """`most` messages in any `seconds`: for a platform that counts over so short a time that a bucket small enough to
    keep to it could not make up for the least delay."""

    most: int
    seconds: float


class Pacer:
    """The pace of one workspace: `whole` (and a `window`) for all of it, `chat` for each chat. `refused` counts what
    came too fast."""

    def __init__(self, whole: Rate, chat: Rate, window: Window | None = None) -> None:
        self._rate, self._chat, self._window = whole, chat, window
        self._lately: deque[float] = deque(maxlen=window.most if window else 0)
        self._buckets: dict[str, Bucket] = {}
        self._line = asyncio.Lock()  # of what waits for the whole: first come, first served
        self._paused = 0.0
        self.refused = 0

    def spent(self, chat: str) -> None:
        """Count what goes to a chat now. A reply has not waited; what nobody asked for waits the longer for it."""
        now = _now()
        self._lately.append(now)
        self._of("", now).take(now)
        self._of(chat, now).take(now)

    def slow(self, seconds: float) -> None:
        """The platform asks to wait: nothing that nobody asked for goes out until then."""
        self.refused += 1
        self._paused = max(self._paused, _now() + min(seconds, _LONGEST))

    @asynccontextmanager
    async def turn(self, chat: str) -> AsyncIterator[None]:
        """Wait until something that nobody asked for may go to a chat, and keep everything else of that kind waiting
        for the length of the block, in which it is posted (`spent`): so however long that takes, what follows keeps its
        distance on the wire."""
        while True:
            await _until(lambda now: self._of(chat, now).wait(now))  # a chat that must wait holds up no other
            async with self._line:
                await _until(self._wait)
                now = _now()
                if not self._of(chat, now).wait(now):
                    yield
                    return

    def _wait(self, now: float) -> float:
        """Return how many seconds the whole must wait."""
        wait = max(self._paused - now, self._of("", now).wait(now))
        if self._window and len(self._lately) == self._window.most:
            wait = max(wait, self._lately[0] + self._window.seconds - now)
        return wait

    def _of(self, chat: str, now: float) -> Bucket:
        """Return a chat's bucket, or that of the whole (no chat). One that is full again need not be remembered."""
        if chat not in self._buckets:
            if len(self._buckets) >= _KNOWN_CHATS:
                self._buckets = {key: each for key, each in self._buckets.items() if not key or not each.full(now)}
            rate = self._chat if chat else self._rate
            self._buckets[chat] = Bucket(rate, rate.burst, now)
        return self._buckets[chat]


@dataclass(frozen=True)
class Launch:
    """A message that is said once only: nothing on the way to the platform may send its request a second time.

    `id` is opaque, and stands with the message where the platform keeps such a thing. `on_wire` is called when the
    request is handed to the network: from then on it arrives, whatever becomes of us."""

    id: str
    on_wire: Callable[[], None]


LAUNCH: ContextVar[Launch | None] = ContextVar("LAUNCH", default=None)
"""What is being launched in this task; None for a reply, which may be tried again."""


def tracing(posts: Callable[[URL], bool]) -> aiohttp.TraceConfig:
    """Return what tells a launch that its request is on the wire; `posts` tells by its address which request that is.

    aiohttp says so just before it writes, without a pause between: whoever waits for it runs after."""

    async def written(_: object, __: SimpleNamespace, what: aiohttp.TraceRequestChunkSentParams) -> None:
        launch = LAUNCH.get()
        if launch and posts(what.url):
            launch.on_wire()

    config = aiohttp.TraceConfig()
    config.on_request_chunk_sent.append(written)
    return config


async def _until(left: Callable[[float], float]) -> None:
    """Wait as long as something says that there are seconds left."""
    wait = left(_now())
    while wait > 0:
        await asyncio.sleep(wait)
        wait = left(_now())


def _now() -> float:
    """Return seconds on the loop's own clock."""
    return asyncio.get_running_loop().time()
