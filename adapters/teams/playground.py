"""Microsoft's Agents Playground, for development: a Teams on one's own machine that sends no token and asks for none.

Never for people: whoever reaches the port could speak as anybody. So the settings refuse it in production, on any
address but loopback and beside a client secret; and here all that did not start on this very machine is refused.
"""

from ipaddress import ip_address
from typing import Final

from starlette.requests import Request

from adapters.teams.reference import LOOPBACK

_PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via", "origin", "referer")


class PlaygroundGuard:
    """Lets in whoever knocks from this machine itself; 403 for a proxy's callers and for pages in a browser."""

    async def service(self, request: Request) -> int | None:
        """Return None (any service URL on the list), or the status of the refusal."""
        here = request.client is not None and _is_loopback(request.client.host)
        named = request.url.hostname in LOOPBACK  # a page elsewhere may have a name that leads here
        return None if here and named and not any(name in request.headers for name in _PASSED_ON) else 403


class NoLogin:
    """Stands where the login does: the Playground takes calls without a token."""

    async def token(self) -> str:
        """Return no token."""
        return ""

    def forget(self, token: str) -> None:
        """There is nothing to forget."""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
