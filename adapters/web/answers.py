"""What the room answers with: its pages, its two cookies, the way back to the page itself; and whose form it is."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from adapters.web import pages
from adapters.web.guard import guarded, ours
from adapters.web.language import Language, Speak, preferred
from adapters.web.links import LIFE
from adapters.web.secret import Secret

PATH: Final = "/room"
_STATUS: Final = {
    "used": 410,
    "expired": 410,
    "locked": 410,
    "unknown": 404,
    "closed": 403,
    "refused": 403,
    "busy": 503,
}


class Answers:
    """Answers to browsers that reach this service at `origin`. `cookie` names the open page's cookie, `visit` that of
    somebody who looks at a link's page."""

    def __init__(self, origin: str, secret: Secret, speak: Speak) -> None:
        self._origin, self._secret, self._speak = origin, secret, speak
        self._secure = urlsplit(origin).scheme == "https"
        prefix = "__Host-" if self._secure else ""
        self.cookie, self.visit = f"{prefix}haven", f"{prefix}haven-visit"

    def page(self, html: str, status: int = 200) -> Response:
        """Return a page."""
        return guarded(HTMLResponse(html, status))

    def state(self, request: Request, name: str, locale: str = "", again: str = "") -> Response:
        """Return the page that says why there is no other, with help on it."""
        language = self._speak(locale) if locale else self.visitor(request)
        minutes = int(LIFE.total_seconds() // 60)
        return self.page(pages.state(language, name, minutes, again), _STATUS[name])

    def onwards(self) -> Response:
        """Lead to the page itself."""
        return guarded(RedirectResponse(PATH, 303))

    def keep(self, answer: Response, name: str, value: str) -> None:
        """Give the browser a cookie."""
        answer.set_cookie(name, value, path="/", secure=self._secure, httponly=True, samesite="strict")

    def drop(self, answer: Response, name: str) -> None:
        """Take a cookie away from the browser."""
        answer.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="strict")

    def meant(self, request: Request, sent: dict[str, str], token: str) -> bool:
        """Tell whether a form comes from a page of ours, and from the one that was sent to this browser."""
        return ours(request, self._origin) and self._secret.same(sent.get("form", ""), token)

    def visitor(self, request: Request) -> Language:
        """Return the language of somebody of whom nothing is known."""
        return self._speak(preferred(request.headers.get("accept-language", "")))
