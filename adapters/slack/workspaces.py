"""The workspaces that the app is installed in: each with a token, people and drawings of its own."""

import asyncio
import base64
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from adapters.platform import Drawn, Look, Unreachable
from adapters.slack.draw import Easel
from adapters.slack.front import Fronts
from adapters.slack.installation import Installation, Installations
from adapters.slack.log import event, failure
from adapters.slack.people import People
from adapters.slack.tokens import Spent, Token
from adapters.slack.web import Client, Web, error_code, session

_DEAD: Final = frozenset(
    {"account_inactive", "invalid_auth", "token_expired", "token_revoked", "team_access_not_granted"}
)
_SPENT: Final = frozenset({"account_inactive", "invalid_refresh_token", "token_expired", "token_revoked"})


@dataclass(frozen=True)
class Credentials:
    """By which Slack knows the app itself: needed to install it and to renew tokens."""

    client_id: str
    client_secret: str

    @property
    def basic(self) -> str:
        """The header's value by which Slack prefers to be given them (HTTP Basic)."""
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()

    def __repr__(self) -> str:
        """Show nothing."""
        return "Credentials(...)"


@dataclass(frozen=True)
class Workspace:
    """One installation at work."""

    tenant: str
    token: Token
    web: Web
    people: People
    fronts: Fronts
    easel: Easel

    async def stop(self) -> None:
        """Finish what is being drawn, and a renewal of the token that has begun."""
        await self.easel.queues.stop()
        await self.token.stop()


class Workspaces:
    """Opens a Workspace for each installation that is `allowed` (None: all). `start` it in the loop, `stop` it at the
    end."""

    def __init__(
        self,
        installations: Installations,
        *,
        api_url: str,
        credentials: Credentials | None,
        allowed: Collection[str] | None,
        drawn: Drawn,
        look: Look,
        clock_now: Callable[[], datetime],
    ) -> None:
        self._look = look
        self._installations = installations
        self._api_url = api_url
        self._credentials = credentials
        self._allowed = allowed
        self._drawn = drawn
        self._now = clock_now
        self._open: dict[str, Workspace] = {}
        self._changing = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the session to Slack, and every workspace that the app is installed in and that is allowed."""
        self._session = session()
        for installation in await self._installations.all():
            if self._allowed is not None and not installation.among(self._allowed):
                event("slack_not_allowed", logging.WARNING)
                continue
            self._open[installation.tenant] = self._workspace(installation)

    async def stop(self) -> None:
        """Finish what is being drawn, then close the session."""
        for workspace in self._open.values():
            await workspace.stop()
        if self._session is not None:
            await self._session.close()

    def client(self) -> Client:
        """Return a client without a token, for what the app does in its own name. Only after `start`."""
        assert self._session is not None, "start() opens the session"
        return Client(self._api_url, self._session)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one session. Only after `start`."""
        assert self._session is not None, "start() opens the session"
        return self._session

    def knows(self, tenant: str) -> bool:
        """Tell whether the app is installed there."""
        return tenant in self._open

    def of(self, tenant: str) -> Workspace:
        """Return a tenant's workspace. Raises Unreachable if the app is not installed there."""
        if tenant not in self._open:
            raise Unreachable("the app is not installed in this workspace")
        return self._open[tenant]

    async def install(self, installation: Installation) -> None:
        """Take an installation over, in place of an earlier one."""
        async with self._changing:
            await self._installations.put(installation)
            before = self._open.get(installation.tenant)
            self._open[installation.tenant] = self._workspace(installation)
        if before is not None:
            await before.stop()

    async def left(self, tenant: str) -> None:
        """Drop a tenant's tokens if Slack takes them no more: its people cannot be reached from now on.

        Slack is asked, because its notices can come late: after somebody has installed the app again. Raises what the
        call raises if Slack does not answer: let the notice be delivered again.
        """
        workspace = self._open.get(tenant)
        if workspace is None or await self._alive(workspace):
            return
        async with self._changing:
            if self._open.get(tenant) is not workspace:  # installed again while Slack was asked
                return
            event("slack_uninstalled")
            await self._installations.drop(tenant)
            del self._open[tenant]
        await workspace.stop()

    async def _alive(self, workspace: Workspace) -> bool:
        try:
            await workspace.web.client.api_call("auth.test")
        except Unreachable:
            return False
        except SlackApiError as error:
            if error_code(error) in _DEAD:
                return False
            raise
        return True

    async def exchange(self, **given: str) -> dict[str, Any]:
        """Ask oauth.v2.access in the app's name and return its answer. Raises Spent if a refresh token is no longer
        good, SlackApiError for another refusal."""
        assert self._credentials is not None, "only with credentials are there tokens to exchange"
        headers = {"Authorization": self._credentials.basic}
        try:
            answer = await self.client().api_call("oauth.v2.access", data=given, headers=headers)
        except SlackApiError as error:
            if error_code(error) in _SPENT:
                raise Spent from None
            raise
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    async def give_back(self, token: SecretStr) -> None:
        """Revoke a token that we were given and do not want; if Slack does not answer, it is forgotten all the same."""
        client = self.client()
        client.token = token.get_secret_value()
        try:
            await client.api_call("auth.revoke")
        except Exception as error:
            failure("slack_install_failed", error)

    def _workspace(self, installation: Installation) -> Workspace:
        async def renewed(refresh: str) -> dict[str, Any]:
            return await self.exchange(grant_type="refresh_token", refresh_token=refresh)

        token = Token(installation, self._installations, renewed, self._now)
        web = Web(Client(self._api_url, self.session, token))
        people = People(web, installation.tenant, self._now)
        fronts = Fronts(web, people, self._look)
        return Workspace(installation.tenant, token, web, people, fronts, Easel(web, self._drawn, fronts))
