"""The login, by hand and through msal, and the bearers that it gives."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from msal import ConfidentialClientApplication

from bot.clock import ShiftedClock
from bot.sandbox.slack.courier import NO_TLS
from bot.sandbox.teams.connector import running
from bot.sandbox.teams.login import AUTHORITY, SCOPE
from bot.sandbox.teams.workspace import Workspace
from tests.bot.sandbox.teams.kit import Client, message


async def test_the_right_secret_gets_a_bearer(client: Client, chat: str) -> None:
    told = await client.log_in()
    assert told.status_code == 200
    assert told.json().keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    await client.post(chat, message(text="Hello"))


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"client_id": "11111111-2222-4333-8444-555555555555"}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_scope"),
        ({"tenant": "b3f1c7ce-2f1c-4d5e-9b7e-1f6ac0f0a0e1"}, 400, "invalid_request"),
    ],
)
async def test_anything_else_does_not(
    client: Client, workspace: Workspace, changes: dict[str, str], status: int, error: str
) -> None:
    told = await client.log_in(**changes)
    assert (told.status_code, told.json()["error"]) == (status, error)
    assert told.json()["error_description"].startswith("AADSTS")
    assert workspace.recorded[-1].error == error


async def test_a_field_that_comes_twice_counts_as_missing(client: Client, workspace: Workspace) -> None:
    form = {"grant_type": "client_credentials", "client_id": workspace.app_id, "scope": SCOPE}
    url = f"{workspace.url}/{workspace.tenant_id}/oauth2/v2.0/token"
    told = await client.http.post(url, data={**form, "client_secret": [workspace.app_password, "guess"]})
    assert (told.status_code, told.json()["error"]) == (401, "invalid_client")


async def test_the_secret_is_not_recorded(client: Client, workspace: Workspace) -> None:
    await client.log_in(client_secret="guess")
    assert all("client_secret" not in call.payload for call in workspace.recorded)


async def test_the_connector_wants_the_bearer(client: Client, workspace: Workspace, chat: str) -> None:
    for bearer in ("", "made-up", workspace.app_password):
        client.bearer = bearer
        told = await client.call("POST", f"/{chat}/activities", message(text="Hello"))
        assert told.status_code == 401
        assert workspace.recorded[-1].error == "Unauthorized"
    await client.log_in()
    url = f"{workspace.service_url}v3/conversations/{chat}/members"
    for headers in ({}, {"Authorization": f"Basic {client.bearer}"}, {"Authorization": client.bearer}):
        assert (await client.http.get(url, headers=headers)).status_code == 401
    assert (await client.http.get(url, headers={"Authorization": f"Bearer {client.bearer}"})).status_code == 200
    assert workspace.conversation(chat).activities == []


async def test_a_bearer_lasts_an_hour(client: Client, clock: ShiftedClock, chat: str) -> None:
    clock.later(timedelta(seconds=3590))
    await client.post(chat, message(text="Hello"))
    clock.later(timedelta(seconds=10))
    assert (await client.call("POST", f"/{chat}/activities", message(text="Hello"))).status_code == 401


async def test_the_login_can_fail_and_be_slow(client: Client, workspace: Workspace) -> None:
    workspace.fail_next("token", 503, "temporarily_unavailable", retry_after=7)
    workspace.delay("token", 0.1)
    begun = asyncio.get_running_loop().time()
    told = await client.log_in()
    assert (told.status_code, told.headers["retry-after"]) == (503, "7")
    assert asyncio.get_running_loop().time() - begun >= 0.1


class Redirecting:
    """The http_client for msal: what is meant for Microsoft's login goes to the stand-in."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(verify=NO_TLS, trust_env=False)
        self.asked: list[str] = []

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self._send("GET", url, **more)

    def post(self, url: str, **more: Any) -> httpx.Response:
        return self._send("POST", url, **more)

    def close(self) -> None:
        self._http.close()

    def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> httpx.Response:
        assert url.startswith(AUTHORITY)
        self.asked.append(url.removeprefix(AUTHORITY))
        return self._http.request(method, url.replace(AUTHORITY, self._url), params=params, data=data, headers=headers)


async def test_msal_logs_in(workspace: Workspace) -> None:
    tenant = workspace.tenant_id
    async with running(workspace) as url:
        http = Redirecting(url)

        def acquire(secret: str) -> dict[str, Any]:
            app = ConfidentialClientApplication(
                workspace.app_id, client_credential=secret, authority=f"{AUTHORITY}/{tenant}", http_client=http
            )
            told: dict[str, Any] = app.acquire_token_for_client([SCOPE])
            return told

        assert workspace.knows((await asyncio.to_thread(acquire, workspace.app_password))["access_token"])
        assert (await asyncio.to_thread(acquire, "guess"))["error"] == "invalid_client"
        http.close()
    assert http.asked[:2] == [f"/{tenant}/v2.0/.well-known/openid-configuration", f"/{tenant}/oauth2/v2.0/token"]


async def test_discovery(client: Client, workspace: Workspace) -> None:
    told = (await client.http.get(f"{workspace.url}/common/discovery/instance")).json()
    path = told["tenant_discovery_endpoint"].removeprefix(AUTHORITY)
    assert (await client.http.get(workspace.url + path)).json()["issuer"] == f"{AUTHORITY}/{workspace.tenant_id}/v2.0"
    nowhere = await client.http.get(f"{workspace.url}/nowhere/v2.0/.well-known/openid-configuration")
    assert nowhere.status_code == 400
