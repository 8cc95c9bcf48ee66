"""Launches a message as the service does: once, and listening for when it is on the wire."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.pacing import LAUNCH, Launch
from adapters.platform import Declined, Slow, Unreachable

ID = "00112233445566778899aabbccddeeff"


async def launched(post: Callable[[], Awaitable[Any]]) -> tuple[str, bool]:
    """Return what became of it ("sent", "slow 3", "declined", "unreachable" or "unknown"), and whether it was said to
    be on the wire."""
    on_wire = asyncio.Event()

    async def launch() -> str:
        LAUNCH.set(Launch(ID, on_wire.set))
        try:
            assert await post()
        except Slow as slow:
            return f"slow {slow.seconds:g}"
        except Unreachable:
            return "unreachable"
        except Declined:
            return "declined"
        except Exception:
            return "unknown"
        return "sent"

    return await asyncio.create_task(launch()), on_wire.is_set()
