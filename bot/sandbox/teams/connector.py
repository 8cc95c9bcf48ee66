"""The stand-in Teams' doors for the bot: the Bot Connector's REST v3, its login, and its published keys."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.sandbox.serve import serve
from bot.sandbox.teams import login, operations
from bot.sandbox.teams.identity import KEYS_PATH
from bot.sandbox.teams.workspace import Json, TeamsError, Workspace

DENIED: Json = {"message": "Authorization has been denied for this request."}

Operation = Callable[[], Json | list[Json]]


def create_connector(workspace: Workspace) -> FastAPI:
    """Return the application that speaks for this tenant.

    `/amer/v3/…` and `/teams/v3/…` are the Bot Connector (see `Workspace.service_url`), `/v1/.well-known/…` its
    signing keys, `/{tenant}/…` the login (see login.py)."""
    app = FastAPI(openapi_url=None)
    _publish_keys(app, workspace)
    _publish_login(app, workspace)
    for region in ("amer", "teams"):  # Teams names a region in its deliveries; "teams" finds the right one itself
        app.include_router(_Connector(workspace).routes(), prefix=f"/{region}/v3/conversations")
    return app


@contextlib.asynccontextmanager
async def running(workspace: Workspace) -> AsyncIterator[str]:
    """Serve the workspace on an ephemeral port; yields its URL without a final slash."""
    async with serve(create_connector(workspace)) as url:
        workspace.url = url
        yield url


def _publish_keys(app: FastAPI, workspace: Workspace) -> None:
    @app.get("/v1/.well-known/openidconfiguration")
    async def openid() -> Response:
        return await _published(workspace, "openid", lambda: workspace.identity.openid(workspace.url))

    @app.get(KEYS_PATH)
    async def keys() -> Response:
        return await _published(workspace, "keys", workspace.identity.jwks)


async def _published(workspace: Workspace, method: str, tell: Callable[[], Json]) -> Response:
    await asyncio.sleep(workspace.delays.get(method, 0))
    fault = workspace.fault(method)
    workspace.record(method, {}, error=fault.code if fault else "")
    return JSONResponse({}, fault.status) if fault else JSONResponse(tell())


def _publish_login(app: FastAPI, workspace: Workspace) -> None:
    @app.get("/common/discovery/instance")
    async def instance() -> Response:
        return JSONResponse(login.instance_discovery(workspace.tenant_id))

    @app.get("/{tenant}/v2.0/.well-known/openid-configuration")
    async def openid(tenant: str) -> Response:
        if tenant != workspace.tenant_id:
            return JSONResponse(login.Refused(400, "invalid_tenant", 90002, "Tenant not found.").body, 400)
        return JSONResponse(login.openid_configuration(tenant))

    @app.post("/{tenant}/oauth2/v2.0/token")
    async def token(tenant: str, request: Request) -> Response:
        form = login.form_of(await request.body())
        kept = {name: value for name, value in form.items() if name != "client_secret"}
        await asyncio.sleep(workspace.delays.get("token", 0))
        if fault := workspace.fault("token"):
            workspace.record("token", kept, error=fault.code)
            return JSONResponse({"error": fault.code}, fault.status, _retry(fault.retry_after))
        try:
            told = login.issue(workspace, tenant, form)
        except login.Refused as refused:
            workspace.record("token", kept, error=refused.body["error"])
            return JSONResponse(refused.body, refused.status)
        workspace.record("token", kept)
        return JSONResponse(told, headers={"Cache-Control": "no-store, no-cache"})


class _Connector:
    """The operations under /v3/conversations; the routes' names are the names in `Workspace.recorded`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> APIRouter:
        """Return the operations by method and path."""
        router = APIRouter()
        table: tuple[tuple[str, str, Callable[..., Awaitable[Response]]], ...] = (
            ("POST", "", self.create_conversation),
            ("POST", "/{place}/activities", self.send_to_conversation),
            ("POST", "/{place}/activities/{activity}", self.reply_to_activity),
            ("PUT", "/{place}/activities/{activity}", self.update_activity),
            ("DELETE", "/{place}/activities/{activity}", self.delete_activity),
            ("GET", "/{place}/members", self.get_conversation_members),
            ("GET", "/{place}/pagedmembers", self.get_conversation_paged_members),
            ("GET", "/{place}/members/{member}", self.get_conversation_member),
        )
        for method, path, endpoint in table:
            router.add_api_route(path, endpoint, methods=[method], name=endpoint.__name__)
        return router

    async def create_conversation(self, request: Request) -> Response:
        """POST /v3/conversations."""
        body = await _body(request)
        thread = json.dumps(body.get("members", body.get("channelData")) if isinstance(body, dict) else None)

        def perform() -> Json:
            return operations.create(self._workspace, _object(body))

        return await self._answer(request, perform, body, kind="create", thread=thread, status=201)

    async def send_to_conversation(self, request: Request, place: str) -> Response:
        """POST /v3/conversations/{id}/activities."""
        body = await _body(request)

        def perform() -> Json:
            return operations.send(self._workspace, self._workspace.writable(place), _object(body))

        return await self._answer(request, perform, body, place, status=201)

    async def reply_to_activity(self, request: Request, place: str, activity: str) -> Response:
        """POST /v3/conversations/{id}/activities/{activityId}."""
        body = await _body(request)

        def perform() -> Json:
            return operations.send(self._workspace, self._workspace.writable(place), _object(body), activity)

        return await self._answer(request, perform, body, place, activity, status=201)

    async def update_activity(self, request: Request, place: str, activity: str) -> Response:
        """PUT /v3/conversations/{id}/activities/{activityId}."""
        body = await _body(request)

        def perform() -> Json:
            return operations.update(self._workspace, self._workspace.writable(place), activity, _object(body))

        return await self._answer(request, perform, body, place, activity)

    async def delete_activity(self, request: Request, place: str, activity: str) -> Response:
        """DELETE /v3/conversations/{id}/activities/{activityId}."""

        def perform() -> Json:
            return operations.delete(self._workspace, self._workspace.writable(place), activity)

        return await self._answer(request, perform, {}, place, activity)

    async def get_conversation_members(self, request: Request, place: str) -> Response:
        """GET /v3/conversations/{id}/members."""

        def perform() -> list[Json]:
            return operations.members(self._workspace, self._workspace.writable(place))

        return await self._answer(request, perform, {}, place, kind="read")

    async def get_conversation_paged_members(self, request: Request, place: str) -> Response:
        """GET /v3/conversations/{id}/pagedmembers."""
        query = {**request.query_params}

        def perform() -> Json:
            conversation = self._workspace.writable(place)
            return operations.page(
                self._workspace, conversation, query.get("pageSize", ""), query.get("continuationToken", "")
            )

        return await self._answer(request, perform, query, place, kind="read")

    async def get_conversation_member(self, request: Request, place: str, member: str) -> Response:
        """GET /v3/conversations/{id}/members/{memberId}."""

        def perform() -> Json:
            return operations.member(self._workspace, self._workspace.writable(place), member)

        return await self._answer(request, perform, {"member": member}, place, kind="read")

    async def _answer(
        self,
        request: Request,
        perform: Operation,
        body: object,
        place: str = "",
        activity: str = "",
        *,
        kind: str = "send",
        thread: str = "",
        status: int = 200,
    ) -> Response:
        workspace = self._workspace
        method = request.scope["route"].name
        payload = body if isinstance(body, dict) else {"body": body}

        def record(error: str = "", made: str = "") -> None:
            workspace.record(method, payload, conversation=place, activity=activity or made, error=error)

        if not workspace.knows(_bearer(request)):
            record("Unauthorized")
            return JSONResponse(DENIED, 401, {"WWW-Authenticate": "Bearer"})
        await asyncio.sleep(workspace.delays.get(method, 0))
        try:
            self._hinder(method, kind, thread or place)
            told = perform()
        except TeamsError as error:
            record(error.code)
            refusal = {"error": {"code": error.code, "message": error.message}}
            return JSONResponse(refusal, error.status, _retry(error.retry_after))
        record(made=str(told.get("activityId", told.get("id", ""))) if isinstance(told, dict) else "")
        return JSONResponse(told, status) if told != {} else Response(status_code=status)

    def _hinder(self, method: str, kind: str, thread: str) -> None:
        workspace = self._workspace
        if fault := workspace.fault(method):
            raise TeamsError(fault.status, fault.code, "Ordered by a test.", fault.retry_after)
        wait = workspace.pace.wait(kind, thread, workspace.clock.now()) if workspace.pace else 0
        if wait:
            raise TeamsError(429, "Throttled", f"Too many requests. Retry after {wait} seconds.", wait)


async def _body(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        return None


def _object(body: object) -> Json:
    if not isinstance(body, dict):
        raise operations.Bad("Invalid or missing activity payload")
    return body


def _bearer(request: Request) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer if scheme.lower() == "bearer" else ""


def _retry(after: int | None) -> dict[str, str]:
    return {} if after is None else {"Retry-After": str(after)}
