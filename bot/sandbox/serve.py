"""Runs an ASGI application on an ephemeral port of 127.0.0.1, inside the running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import FastAPI

_TURNS = 3  # of the loop, in which a connection that was accepted has begun, and one that was closed is gone


class _Server(uvicorn.Server):
    """A server that lives in somebody else's loop: no signals, no exit of the process, a prompt end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.closing = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            raise RuntimeError("the application did not start") from None

    async def main_loop(self) -> None:
        self.ready.set()
        # uvicorn's own loop looks ten times a second whether to stop: a tenth of a second lost in every test
        while not self.closing.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End as uvicorn does, but look whether the connections are gone before waiting a tenth of a second for it."""
        loop = asyncio.get_running_loop()
        for bound in (each for server in self.servers for each in server.sockets):
            loop.remove_reader(bound)
        await _turns()  # asyncio loses a connection that was accepted and has not begun when its server closes
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await _turns()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                await self._wait_tasks_to_complete()
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def listening(port: int = 0) -> socket.socket:
    """Return a socket that listens on this port of 127.0.0.1, on any free one if it is 0. Raises OSError.

    asyncio sends small packets at once only where the protocol is named, which `socket.create_server` does not do:
    every answer in two parts would wait 40 ms for the other side's delayed ACK.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


@contextlib.asynccontextmanager
async def serve(app: FastAPI) -> AsyncIterator[str]:
    """Serve `app` for the length of the block; yields its URL without a trailing slash.

    Raises RuntimeError if the application does not start.
    """
    with listening() as bound:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,  # longer than any client of ours keeps a connection, as it is with the platforms
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            ready = asyncio.create_task(server.ready.wait())
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if server.ready.is_set():
                yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.closing.set()
            await task
