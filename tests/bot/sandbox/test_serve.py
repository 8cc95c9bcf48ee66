import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from bot.sandbox.serve import serve


async def test_two_applications_at_once_and_gone_after() -> None:
    one, two = FastAPI(), FastAPI()
    one.get("/")(lambda: "one")
    two.get("/")(lambda: "two")
    async with httpx.AsyncClient() as web:
        async with serve(one) as first, serve(two) as second:
            assert (await web.get(first)).json() == "one"
            assert (await web.get(second)).json() == "two"
        with pytest.raises(httpx.ConnectError):
            await web.get(first)


async def test_one_that_does_not_start() -> None:
    @asynccontextmanager
    async def broken(app: FastAPI) -> AsyncIterator[None]:
        if app:
            raise ValueError
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        async with serve(FastAPI(lifespan=broken)):
            pass


@pytest.mark.parametrize("turn", range(10))
async def test_who_connects_while_it_closes_leaves_nothing_open(turn: int) -> None:
    """A connection left open is a warning, and so an error, when the garbage is looked through."""

    async def connect(url: str) -> None:
        for _ in range(turn):
            await asyncio.sleep(0)
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))).close()

    async with serve(FastAPI()) as url:
        late = asyncio.create_task(connect(url))
    await late
    gc.collect()
