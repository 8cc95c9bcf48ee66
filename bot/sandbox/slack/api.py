"""The stand-in Slack's door for the bot: the Web API over HTTP, and the response_urls."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

from bot.sandbox.serve import serve
from bot.sandbox.slack.hooks import answer
from bot.sandbox.slack.installing import App
from bot.sandbox.slack.methods import METHODS, RateLimited
from bot.sandbox.slack.workspace import Fault, Json, SlackError, Workspace

STRUCTURED = frozenset({"blocks", "view", "metadata", "attachments"})
BOOLEANS = {"true": True, "1": True, "false": False, "0": False, "": False}
FLAGS = frozenset({"include_locale", "return_im"})


def create_slack(workspace: Workspace, slack: App | None = None) -> FastAPI:
    """Return the application that speaks for this workspace: /api/{method} and /actions/…; given an app, for all of
    its workspaces, and /oauth/v2/authorize for the browsers of those who install it."""
    app = FastAPI(openapi_url=None)
    workspaces = slack.workspaces if slack else [workspace]

    @app.api_route("/api/{method}", methods=["GET", "POST"])
    async def call(method: str, request: Request) -> Response:
        bearer = _bearer(request)
        if slack and method in {"oauth.v2.access", "apps.connections.open"}:
            return await _in_its_own_name(slack, method, request, bearer)
        return await _call((slack and slack.owner(bearer)) or workspace, method, request)

    @app.post("/actions/{team}/{key}")
    async def hook(team: str, key: str, request: Request) -> Response:
        whose = next((each for each in workspaces if each.team_id == team), workspace)
        return await _answer(whose, key if team == whose.team_id else "", request)

    @app.get("/oauth/v2/authorize")
    async def authorize(request: Request) -> Response:
        if slack is None:
            return PlainTextResponse("", 404)
        try:
            return RedirectResponse(slack.authorize(request.query_params), 302)
        except SlackError as error:
            return PlainTextResponse(error.error, 400)

    return app


async def _in_its_own_name(slack: App, method: str, request: Request, bearer: str) -> Response:
    """Carry out a method that is no workspace's but the app's."""
    try:
        args = await _arguments(request)
        if method == "oauth.v2.access":
            return JSONResponse({"ok": True, **slack.access(args, _credentials(request, args))})
        return JSONResponse({"ok": True, **slack.connect(bearer)})
    except SlackError as error:
        return JSONResponse({"ok": False, "error": error.error})


def _credentials(request: Request, args: Json) -> tuple[str, str]:
    """Return client id and secret: by HTTP Basic, as Slack prefers, or among the arguments."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return str(args.get("client_id", "")), str(args.get("client_secret", ""))
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise SlackError("invalid_client_id") from None
    return client, secret


@contextlib.asynccontextmanager
async def running(workspace: Workspace) -> AsyncIterator[str]:
    """Serve the workspace on an ephemeral port; yields the base URL of its Web API, with a final slash."""
    async with serve(create_slack(workspace)) as url:
        workspace.url = url
        yield f"{url}/api/"


async def _answer(workspace: Workspace, key: str, request: Request) -> Response:
    try:
        body = await request.json()
    except ValueError:
        return PlainTextResponse("invalid_payload", 400)
    try:
        answer(workspace, key, body)
    except SlackError as error:
        workspace.record("response_url", {"body": body}, error.error)
        return PlainTextResponse(error.error, 404 if error.error in {"used_url", "expired_url"} else 400)
    workspace.record("response_url", body)
    return JSONResponse({"ok": True})


async def _call(workspace: Workspace, method: str, request: Request) -> Response:
    payload: Json = {}
    at = workspace.clock.now()

    try:
        payload = await _arguments(request)
        if seconds := workspace.delays.get(method):
            await asyncio.sleep(seconds)
        fault = workspace.fault(method)
        if fault and fault.status != 200:
            workspace.record(method, payload, f"status_{fault.status}", at)
            return _failed(fault.status, fault.retry_after)
        told = _perform(workspace, method, payload, _token(request, payload), fault)
    except RateLimited as late:
        workspace.record(method, payload, "ratelimited", at)
        return _failed(429, late.retry_after)
    except SlackError as error:
        workspace.record(method, payload, error.error, at)
        refusal: Json = {"ok": False, "error": error.error, **error.extra}
        if error.messages:
            refusal["response_metadata"] = {"messages": [*error.messages]}
        return _told(workspace, method, refusal)
    workspace.record(method, payload, at=at)
    return _told(workspace, method, {"ok": True, **told})


def _perform(workspace: Workspace, method: str, args: Json, bearer: str, fault: Fault | None) -> Json:
    if fault:
        raise SlackError(fault.error)
    if method not in METHODS:
        raise SlackError("unknown_method", req_method=method)
    if not bearer:
        raise SlackError("not_authed")
    if refusal := workspace.grants.refusal(bearer, workspace.clock.now()):
        raise SlackError(refusal)
    perform, scope = METHODS[method]
    if method.startswith("conversations.") and str(args.get("channel", "")).startswith("D"):
        scope = {"conversations.open": "im:write", "conversations.history": "im:history"}.get(method, "im:read")
    elif method == "conversations.history":
        scope = "channels:history"
    if scope and scope not in workspace.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))
    return perform(workspace, args)


def _told(workspace: Workspace, method: str, body: Json) -> Response:
    scope = METHODS[method][1] if method in METHODS else ""
    headers = {
        "x-oauth-scopes": ",".join(sorted(workspace.scopes)),
        "x-accepted-oauth-scopes": scope,
        "x-slack-req-id": workspace.draw(""),
    }
    return JSONResponse(body, headers=headers)


def _failed(status: int, retry_after: int | None) -> Response:
    if status == 429:
        headers = {"Retry-After": str(1 if retry_after is None else retry_after)}
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)
    return PlainTextResponse("", status)


def _bearer(request: Request) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer if scheme.lower() == "bearer" else ""


def _token(request: Request, payload: Json) -> str:
    return _bearer(request) or str(payload.get("token", ""))


async def _arguments(request: Request) -> Json:
    args: Json = {**request.query_params}
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind == "application/json":
        try:
            sent = json.loads(body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(sent, dict):
            raise SlackError("json_not_object")
        args |= sent
    elif body and kind != "application/x-www-form-urlencoded":
        raise SlackError("invalid_post_type")
    else:
        args |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    for name in STRUCTURED & args.keys():
        try:
            # also inside a JSON body, Slack reads these from text: its own SDK sends View models so
            args[name] = json.loads(args[name]) if isinstance(args[name], str) else args[name]
        except ValueError:
            refusal = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            raise SlackError(refusal, (f"[ERROR] could not read as JSON [json-pointer:/{name}]",)) from None
    for name in FLAGS & args.keys():
        args[name] = BOOLEANS.get(str(args[name]).lower(), True)
    return args
