"""The token of the moment: one that rotates is renewed before it expires, whoever needs it and whenever.

Slack's own library renews a token only while it handles a delivery; a check-in that goes out in the morning has
none, so every call asks here first.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr

from adapters.platform import Unreachable
from adapters.slack.installation import Installation, Installations
from adapters.slack.log import event, failure

RENEW: Final = timedelta(hours=2)  # before the end of 12 hours

Exchange = Callable[[str], Awaitable[dict[str, Any]]]
"""Gives Slack a refresh token and returns what oauth.v2.access answers. Raises Spent if it is no longer good."""


class Spent(Exception):
    """Slack does not take this refresh token (any more)."""


class Token:
    """One tenant's token. However many ask at the same moment, it is renewed once."""

    def __init__(
        self,
        installation: Installation,
        installations: Installations,
        exchange: Exchange,
        clock_now: Callable[[], datetime],
    ) -> None:
        self._held = installation
        self._installations = installations
        self._exchange = exchange
        self._now = clock_now
        self._renewing = asyncio.Lock()

    async def current(self, refused: str | None = None) -> str:
        """Return a token that Slack should take; `refused` is one of which it said that it has expired.

        Raises Unreachable if it cannot be renewed for good: the app must be installed again. Raises what the exchange
        raises if Slack did not answer and the old token is over.
        """
        if self._due(refused):
            async with self._renewing:
                if self._due(refused):
                    await self._renew(refused)
        return self._held.token.get_secret_value()

    def _due(self, refused: str | None) -> bool:
        if self._held.refresh is None or self._held.expires is None:
            return False
        return self._held.token.get_secret_value() == refused or self._now() >= self._held.expires - RENEW

    async def _renew(self, refused: str | None) -> None:
        kept = await self._installations.get(self._held.tenant)
        if kept is None:
            raise Unreachable("the app is not installed in this workspace any more")
        if kept != self._held:  # another process has renewed it
            self._held = kept
            if not self._due(refused):
                return
        assert self._held.refresh is not None
        try:
            told = await self._exchange(self._held.refresh.get_secret_value())
        except Spent:
            event("slack_token_lost")
            raise Unreachable("Slack does not renew this workspace's token: install the app again") from None
        except Exception as error:
            failure("slack_renewal_failed", error)
            if refused is None and self._held.expires is not None and self._now() < self._held.expires:
                return  # the old one is good for a while
            raise
        renewed = renewal(told, self._held, self._now())
        await self._installations.put(renewed)
        self._held = renewed


def renewal(told: dict[str, Any], before: Installation, now: datetime) -> Installation:
    """Return the installation after a renewal. Raises ValidationError, KeyError or TypeError for another answer."""
    return Installation(
        tenant=before.tenant,
        token=SecretStr(told["access_token"]),
        refresh=SecretStr(told["refresh_token"]),
        expires=now + timedelta(seconds=int(told["expires_in"])),
    )
