"""Tells whether the service is for somebody: the activity does not say who is a guest, the roster does."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.memory import remember
from adapters.teams.log import failure
from adapters.teams.reference import Reference
from adapters.teams.web import Web

KEPT: Final = timedelta(hours=1)
_PATIENCE: Final = 1.5  # seconds: a dialog waits for it
_KNOWN: Final = 10_000
_EXTERNAL: Final = re.compile(r"#ext#", re.IGNORECASE)  # in the principal name of whoever was invited


class People:
    """Looks people up and remembers them for an hour. Fails closed: who is not known is not admitted."""

    def __init__(self, web: Web, tenant_id: str, clock_now: Callable[[], datetime]) -> None:
        self._web = web
        self._tenant_id = tenant_id
        self._now = clock_now
        self._known: dict[str, tuple[bool, datetime]] = {}

    async def admitted(self, user: str, reference: Reference) -> bool:
        """Tell whether somebody is of the house. Never raises: if Teams does not say, they are not."""
        now = self._now()
        if user in self._known and now < self._known[user][1]:
            return self._known[user][0]
        try:
            async with asyncio.timeout(_PATIENCE):
                told = await self._web.member(reference)
        except Exception as error:
            failure("teams_profile_failed", error)
            return False
        admitted = judged(told, user, self._tenant_id)
        remember(self._known, user, (admitted, now + KEPT), _KNOWN)
        return admitted


def judged(told: Mapping[str, Any], user: str, tenant_id: str) -> bool:
    """Tell what the roster says of somebody. Source: Microsoft, "Get Teams specific context", TeamsChannelAccount.

    Where a roster leaves the role out, the principal name must speak for them: guests' hold "#EXT#".
    """
    role, principal = told.get("userRole"), str(told.get("userPrincipalName") or "")
    return (
        told.get("aadObjectId") in {user, None}
        and told.get("tenantId") in {tenant_id, None}
        and (role == "user" or (role is None and principal != ""))
        and not _EXTERNAL.search(principal)
    )
