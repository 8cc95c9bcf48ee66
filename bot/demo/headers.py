"""Strict headers on every answer, and a door that only this machine's own pages come through."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRICT: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Strict:
    """Refuses what was not meant for this machine, or what another site's page sends; adds the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(STRICT)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = _refusal(Headers(scope=scope), scope["method"])
        await (refusal or self._app)(scope, receive, strictly)


def _refusal(headers: Headers, method: str) -> ASGIApp | None:
    host = headers.get("host", "")
    # a name that somebody else made point to this machine must not open the demo to their page
    if host.rpartition(":")[0] not in _NAMES and host not in _NAMES:
        return PlainTextResponse("The demo answers to 127.0.0.1 and localhost only.\n", 421)
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    if method != "GET" and (origin not in {None, f"http://{host}"} or site not in {"same-origin", "none"}):
        return PlainTextResponse("Another site's page tried to do something here. Nothing happened.\n", 403)
    return None
