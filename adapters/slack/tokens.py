"""The token of the moment: one that rotates is renewed before it expires, whoever needs it and whenever.

Slack's own library renews a token only while it handles a delivery; a check-in that goes out in the morning has
none, so every call asks here first. A refresh token is good once: whoever has offered it must keep what comes back.
So a renewal is a task of its own, that nobody's impatience cancels, and another process that has been quicker is
believed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr

from adapters.platform import Unreachable
from adapters.slack.installation import Installation, Installations
from adapters.slack.log import event, failure

RENEW: Final = timedelta(hours=2)  # before the end of 12 hours
AGAIN: Final = timedelta(minutes=1)  # after a renewal that failed, while the old token is good
_PAUSES: Final = (0.2, 0.8)  # seconds before the second and the third try of what takes another process a moment

Exchange = Callable[[str], Awaitable[dict[str, Any]]]
"""Gives Slack a refresh token and returns what oauth.v2.access answers. Raises Spent if it is no longer good."""


class Spent(Exception):
    """Slack does not take this refresh token (any more)."""


class Token:
    """One tenant's token. However many ask at the same moment, it is renewed once. `stop` it at the end."""

    def __init__(
        self,
        installation: Installation,
        installations: Installations,
        exchange: Exchange,
        clock_now: Callable[[], datetime],
    ) -> None:
        self._held = installation  # what we speak with
        self._kept = installation  # what is stored, as far as we know
        self._installations = installations
        self._exchange = exchange
        self._now = clock_now
        self._refused: str | None = None
        self._failed: datetime | None = None
        self._renewal: asyncio.Task[None] | None = None

    async def current(self, refused: str | None = None) -> str:
        """Return a token that Slack should take; `refused` is one of which it said that it has expired.

        Raises Unreachable if the app is not installed any more, or if the old token is over and cannot be renewed for
        good: the app must be installed again. Raises what the exchange raises if Slack did not answer and the old token
        is over.
        """
        self._refused = refused or self._refused
        if self._due():
            try:
                await asyncio.shield(self._renewing())
            except Unreachable:
                raise
            except Exception as error:
                self._failed = self._now()
                if not self._lasts():
                    raise _lost(error) from None
        return self._held.token.get_secret_value()

    async def stop(self) -> None:
        """Wait for a renewal that has begun: what it brings must be kept."""
        if self._renewal is not None:
            await asyncio.wait({self._renewal})
        if self._held != self._kept:
            with suppress(Exception):  # it has been logged
                await self._keep()

    def _due(self) -> bool:
        if self._held.refresh is None or self._held.expires is None:
            return False
        if self._lasts() and self._failed is not None and self._now() < self._failed + AGAIN:
            return False
        return not self._fresh() or self._held != self._kept

    def _fresh(self) -> bool:
        return self._lasts() and (self._held.expires is None or self._now() < self._held.expires - RENEW)

    def _lasts(self) -> bool:
        """Tell whether Slack should still take the token that we have."""
        expires = self._held.expires
        return self._held.token.get_secret_value() != self._refused and (expires is None or self._now() < expires)

    def _renewing(self) -> asyncio.Task[None]:
        """Return the renewal under way, or begin one."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(_looked_at)
        return self._renewal

    async def _renew(self) -> None:
        if self._held != self._kept:  # renewed, but it could not be kept
            await self._keep()
        await self._look()
        if not self._fresh():
            await self._swap()

    async def _look(self) -> None:
        """Take what is stored: another process may have renewed it, somebody may have installed the app again."""
        kept = await self._installations.get(self._held.tenant)
        if kept is None:
            raise Unreachable("the app is not installed in this workspace any more")
        self._held = self._kept = kept

    async def _swap(self) -> None:
        """Exchange the refresh token for a new pair, and keep that."""
        assert self._held.refresh is not None
        try:
            told = await self._exchange(self._held.refresh.get_secret_value())
        except Spent:
            if not await self._outrun():
                raise
            return
        except Exception as error:
            failure("slack_renewal_failed", error)
            raise
        self._held = renewal(told, self._held, self._now())
        await self._keep()

    async def _outrun(self) -> bool:
        """Tell whether another process has renewed it; it may take that one a moment to store what it got."""
        before = self._held
        for pause in (*_PAUSES, None):
            await self._look()
            if self._held != before:
                return True
            if pause is None or self._lasts():
                break
            await asyncio.sleep(pause)
        event("slack_token_lost")
        return False

    async def _keep(self) -> None:
        """Store what we have in place of what it was made from. Raises what the storage raises, after three tries; what
        is not stored then is tried again a minute later."""
        for pause in (*_PAUSES, None):
            try:
                current = await self._installations.replace(self._kept, self._held)
                break
            except Exception as error:
                failure("slack_token_not_kept", error)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        self._kept = self._held
        if not current:
            await self._look()


def renewal(told: dict[str, Any], before: Installation, now: datetime) -> Installation:
    """Return the installation after a renewal. Raises ValidationError, KeyError or TypeError for another answer."""
    return Installation(
        tenant=before.tenant,
        token=SecretStr(told["access_token"]),
        refresh=SecretStr(told["refresh_token"]),
        expires=now + timedelta(seconds=int(told["expires_in"])),
        organisation=before.organisation,
    )


def _lost(error: Exception) -> Exception:
    if isinstance(error, Spent):
        return Unreachable("Slack does not renew this workspace's token: install the app again")
    return error


def _looked_at(task: asyncio.Task[None]) -> None:
    """Have looked at what a renewal raised, if nobody waited for it to its end: it has been logged."""
    if not task.cancelled():
        task.exception()
