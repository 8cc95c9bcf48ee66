"""Runs the demo in this process until it is ended."""

import socket
from collections.abc import Callable
from datetime import datetime

import uvicorn

from bot.demo.app import create_demo
from bot.demo.director import Director
from bot.sandbox.serve import listening
from bot.settings import Settings


class PortTaken(Exception):
    """Something else listens on the port."""


class _Server(uvicorn.Server):
    """A server that lets event streams go before it waits for open requests."""

    def __init__(self, config: uvicorn.Config, director: Director, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._director, self._ready = director, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._director.close()
        await super().shutdown(sockets)


async def run(
    settings: Settings, *, port: int, db: str | None, at: datetime | None, say: Callable[[str], None]
) -> None:
    """Serve the demo on 127.0.0.1 until a signal comes; `say` is told the address once it answers.

    Raises PortTaken, and what `staged` raises."""
    with _listening(port) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with Director(settings, db, at).running() as director:
            config = uvicorn.Config(
                create_demo(director),
                http="httptools",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
            await _Server(config, director, lambda: say(address)).serve(sockets=[listening])


def _listening(port: int) -> socket.socket:
    try:
        return listening(port)
    except OSError as error:
        raise PortTaken(
            f"Port {port} of this machine cannot be used: {error.strerror}. Something else listens there, maybe "
            f"another demo. Choose another one: haven demo --port {port + 1}, or --port 0 for any that is free."
        ) from None
