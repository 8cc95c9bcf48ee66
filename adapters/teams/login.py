"""The access token for the Bot Connector: fetched without blocking, kept until shortly before it runs out.

Not through msal, which is synchronous, asks for discovery documents first and insists on HTTPS for a stand-in
as well: the client credentials grant is one request. Source: RFC 6749, section 4.4; Microsoft, "Authentication with
the Bot Connector API", single-tenant app.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from adapters.teams.wire import Unusable, Wire

SCOPE: Final = "https://api.botframework.com/.default"
EARLY: Final = timedelta(minutes=5)  # before it runs out, a new one is fetched


class Login:
    """Logs the app in. `login_url` is the authority without a final slash."""

    def __init__(
        self,
        wire: Wire,
        *,
        app_id: str,
        app_password: str,
        tenant_id: str,
        login_url: str,
        clock_now: Callable[[], datetime],
    ) -> None:
        self._wire = wire
        self._url = f"{login_url}/{tenant_id}/oauth2/v2.0/token"
        self._form = {
            "grant_type": "client_credentials",
            "client_id": app_id,
            "client_secret": app_password,
            "scope": SCOPE,
        }
        self._now = clock_now
        self._token = ""
        self._until: datetime | None = None
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        """Return a token. Raises Unusable if the app is not let in, aiohttp.ClientError or TimeoutError if nobody
        answers."""
        async with self._lock:
            if self._until is None or self._now() >= self._until:
                await self._fetch()
            return self._token

    def forget(self, token: str) -> None:
        """Drop a token that was refused, if it is still the current one."""
        if token == self._token:
            self._until = None

    async def _fetch(self) -> None:
        asked = self._now()
        told = await self._wire.ask_json("POST", self._url, self._form)
        token, seconds = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not token or isinstance(seconds, bool) or not isinstance(seconds, int):
            raise Unusable("the login answered without a token")
        self._token, self._until = token, asked + timedelta(seconds=seconds) - EARLY
