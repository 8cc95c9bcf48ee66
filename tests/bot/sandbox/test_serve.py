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
