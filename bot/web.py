"""The HTTP side: the platforms' doors, the clinic, and what an operator's probe may ask."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from bot import log
from bot.metrics import TYPE
from bot.store import queries
from bot.wiring import CLINIC, Service, running

PASSED_ON = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via", "origin", "referer"})
"""Headers of a request that a proxy passed on, or a page in a browser makes."""


def create_app(service: Service) -> FastAPI:
    """Return the application: /slack/events and /api/messages (as set), the clinic, /healthz, /readyz and /metrics.

    Errors have constant bodies: neither a validation message nor a traceback may echo what came in."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(service):
            yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for door in service.doors:
        app.include_router(door.router)
    if service.hooks:
        app.include_router(service.hooks.router)
    if service.clinic:
        app.mount(CLINIC, service.clinic)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> Response:
        checks = await ready(service)
        return JSONResponse(checks, status_code=200 if all(checks.values()) else 503)

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not PASSED_ON.isdisjoint(request.headers.keys()):  # from outside: the proxy should not have let it through
            return JSONResponse({"detail": "Not Found"}, status_code=404)
        return Response(await service.metrics(), media_type=TYPE)

    @app.exception_handler(RequestValidationError)
    async def unprocessable(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": "unprocessable"}, status_code=422)

    @app.exception_handler(Exception)
    async def broken(_: Request, error: Exception) -> Response:
        log.failure("request_failed", error, where="web")
        return JSONResponse({"error": "internal"}, status_code=500)

    return app


async def ready(service: Service) -> dict[str, bool]:
    """Tell what works: the database, the content (as edited last), the keys, and the provider."""
    database = True
    try:
        async with asyncio.timeout(2):
            await service.store.transact(queries.next_due)
    except Exception as error:
        log.failure("not_ready", error, where="database")
        database = False
    return {
        "database": database,
        "content": not service.library.problems,
        "keys": True,  # without them there is no service to ask
        "provider": await service.provider.alive(),
    }
