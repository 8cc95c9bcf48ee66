"""The room as a Platform: pages on one side, the desk's door on the other.

What a person sees: a link from the chat, with a code beside it; a page that shows where their conversation stands,
and goes on from there. Each answer is a redirect to the page itself, so "back" and "reload" never send anything twice.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from adapters.platform import Address, Arrival, Busy, Drawn, Forged, Profile, Public, Receive, Shown, Unreachable
from adapters.web import pages
from adapters.web.guard import form, guarded, ours
from adapters.web.language import Language, Speak, preferred
from adapters.web.links import LIFE, Guest, Links, Wrong, digits
from adapters.web.log import event
from adapters.web.read import read
from adapters.web.secret import Secret
from adapters.web.sessions import NEAR, Sent, Session, Sessions
from flows.core.events import Answered
from flows.core.screen import Screen

PATH: Final = "/room"
NEUTRAL: Final = "https://www.wikipedia.org/"
"""Where "Leave now" leads: a page that anybody may have open."""
FILE: Final = "busy.ics"
"""What a file is called where it is saved: anybody may see that."""
File = Callable[[Address], Awaitable[bytes | None]]
HOLD: Final = 3.0  # seconds that a step waits for the errand it started, before it shows "One moment"
_STATUS: Final = {
    "used": 410,
    "expired": 410,
    "locked": 410,
    "unknown": 404,
    "closed": 403,
    "refused": 403,
    "busy": 503,
}


class Room:
    """Pages of ours. Include `router` in the application.

    `url` is where people's browsers reach this service (scheme and host). `file` returns what a calendar takes, where
    the screen on somebody's page goes with such a file. `speak` returns a language's words,
    `help_for` what somebody in a crisis reads before anybody knows who they are; `chance(n)` draws n random bytes.
    """

    name = "room"

    def __init__(
        self,
        *,
        url: str,
        receive: Receive,
        file: File,
        drawn: Drawn,
        speak: Speak,
        help_for: Callable[[str], Screen],
        clock_now: Callable[[], datetime],
        chance: Callable[[int], bytes],
    ) -> None:
        self._origin = url.rstrip("/")
        self._receive, self._told, self._speak, self._help_for = receive, drawn, speak, help_for
        self._file = file
        self._secret, self._now = Secret(chance), clock_now
        self._links, self._sessions = Links(self._secret, clock_now), Sessions(self._secret, clock_now)
        self._secure = urlsplit(url).scheme == "https"
        prefix = "__Host-" if self._secure else ""
        self._cookie, self._visit = f"{prefix}haven", f"{prefix}haven-visit"
        self.router = self._routes()

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close: what is in memory goes with it."""

    # --- for the gate in the chat

    def link(self, address: Address, profile: Profile, locale: str) -> tuple[str, str]:
        """Return an address that opens a page for this person once, and the code that it asks for."""
        token, code = self._links.make(Guest(address, profile, locale))
        return f"{self._origin}{PATH}/open/{token}", code

    def elsewhere(self, address: Address) -> None:
        """Note that somebody has done something in the chat."""
        self._sessions.elsewhere(address)

    def is_before(self, address: Address) -> bool:
        """Tell whether somebody sits before their page right now."""
        session = self._sessions.of(address)
        return session is not None and session.seen + NEAR > self._now()

    def is_open(self, address: Address) -> bool:
        """Tell whether somebody has a page open, and has done nothing in the chat since they were last there."""
        return self._sessions.of(address) is not None

    def sweep(self) -> None:
        """Forget the links and pages that have had their time."""
        self._links.sweep()
        self._sessions.sweep()

    def is_linked(self, address: Address) -> bool:
        """Tell whether a link of this person's opens a page still."""
        return self._links.has(address)

    # --- the socket

    async def show(self, address: Address, shown: Shown) -> None:
        """Draw the screen on the page that this person has open. Raises Unreachable if there is none."""
        session = self._sessions.of(address)
        if session is None:
            raise Unreachable("no page is open")
        session.next, session.turn = Sent(shown), shown.turn
        session.changed.set()

    async def post(self, address: Address, message: Public) -> str:
        """Refuse: a page is no chat. Raises Unreachable."""
        raise Unreachable("a page takes no messages")

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        """Refuse: a page is no channel. Raises Unreachable."""
        raise Unreachable("a page is no channel")

    # --- what browsers ask for

    def _routes(self) -> APIRouter:
        router = APIRouter(prefix=PATH, include_in_schema=False)
        for path, method, answer in (
            ("", "GET", self._look),
            ("", "POST", self._step),
            ("/turn", "GET", self._turn),
            ("/file", "GET", self._take_file),
            ("/leave", "GET", self._leave),
            ("/help", "GET", self._help),
            ("/open/{token}", "GET", self._door),
            ("/open/{token}", "POST", self._enter),
        ):
            router.add_api_route(path, self._whatever(answer), methods=[method])
        router.add_api_route("/room.css", self._style, methods=["GET"])
        router.add_api_route("/room.js", self._script, methods=["GET"])
        router.add_api_route("/{nowhere:path}", self._nowhere, methods=["GET", "POST"])
        return router

    async def _door(self, request: Request, token: str) -> Response:
        """Show a link's page. Looking uses nothing up: previews and scanners look, too."""
        fate, locale = self._links.look(token)
        if fate != "open":
            return self._state(request, fate, locale)
        visit = self._secret.draw(16)
        answer = HTMLResponse(self._door_page(self._speak(locale), token, visit))
        self._keep(answer, self._visit, visit)
        return guarded(answer)

    def _door_page(self, language: Language, token: str, visit: str, wrong: str = "") -> str:
        action = f"{PATH}/open/{token}"
        return pages.door(language, action=action, form=self._secret.of("visit", visit, token).hex(), wrong=wrong)

    async def _enter(self, request: Request, token: str) -> Response:
        """Take a link's code: open the page, or say how many tries are left."""
        sent, visit = await form(request), request.cookies.get(self._visit, "")
        fate, locale = self._links.look(token)
        if fate != "open":
            return self._state(request, fate, locale)
        if not sent or not visit or not self._meant(request, sent, self._secret.of("visit", visit, token).hex()):
            return self._state(request, "refused", locale)
        language = self._speak(locale)
        code = digits(sent.get("code", ""))
        if not code:
            page = self._door_page(language, token, visit, str(language.words.code_missing))
            return guarded(HTMLResponse(page, 422))
        opened = self._links.open(token, code)
        if isinstance(opened, Wrong):
            event("room_wrong_code", logging.WARNING)
            page = self._door_page(language, token, visit, language.words.code_wrong.fill(left=str(opened.left)))
            return guarded(HTMLResponse(page, 403))
        if not isinstance(opened, Guest):
            event("room_link_closed", logging.WARNING)
            return self._state(request, opened, locale)
        answer = self._onwards()
        self._keep(answer, self._cookie, self._sessions.begin(opened))
        self._drop(answer, self._visit)
        return guarded(answer)

    async def _look(self, request: Request) -> Response:
        """Show where the conversation stands."""
        session = self._session(request)
        if session is None:
            return self._state(request, "closed")
        session.away = False
        try:
            sent = session.take() or await self._current(session)
        except Busy:
            return self._state(request, "busy", session.locale, again=PATH)
        session.turn = sent.shown.turn
        session.locale = sent.shown.locale or session.locale
        language = self._speak(session.locale)
        page = pages.room(sent, language, form=session.form, page=self._secret.draw(9))
        if sent.shown.turn:
            with contextlib.suppress(Exception):  # then the errands draw it once more: no harm
                await self._told(session.guest.address, sent.shown.turn)
        return guarded(HTMLResponse(page))

    async def _step(self, request: Request) -> Response:
        """Take what was tapped, filled in or typed, and lead back to the page."""
        session, sent = self._session(request), await form(request)
        if session is None:
            return self._state(request, "closed")
        if sent is None or not self._meant(request, sent, session.form):
            event("room_refused", logging.WARNING)
            return self._state(request, "refused", session.locale)
        self._sessions.step(session)
        session.changed.clear()
        arrival = read(session, sent, self._secret)
        try:
            shown = await self._asked(arrival)
        except Busy:
            return self._state(request, "busy", session.locale, again=PATH)
        except Forged:
            event("room_refused", logging.WARNING)
            return self._state(request, "refused", session.locale)
        if shown:
            await self._take(session, arrival, shown)
        return guarded(self._onwards())

    async def _take(self, session: Session, arrival: Arrival, shown: Shown) -> None:
        """Keep what is to be drawn next; what only waits for an errand may be overtaken by it."""
        again = isinstance(arrival.event, Answered) and shown.form == arrival.token
        values = arrival.event.values if isinstance(arrival.event, Answered) and again else {}
        if not session.changed.is_set():
            session.next, session.turn = Sent(shown, values, again), shown.turn
        if shown.screen.waits:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(session.changed.wait(), HOLD)

    async def _turn(self, request: Request) -> Response:
        """Say whether the page is still the one to look at: asked by its script, while it waits."""
        session = self._session(request)
        return guarded(PlainTextResponse(session.turn if session else "closed"))

    async def _take_file(self, request: Request) -> Response:
        """Hand out the file that goes with the page. Taking it changes nothing, so it may be taken again."""
        session = self._session(request)
        if session is None:
            return self._state(request, "closed")
        try:
            content = await self._file(session.guest.address)
        except Busy:
            return self._state(request, "busy", session.locale, again=PATH)
        if content is None:
            return guarded(self._onwards())
        answer = Response(content, media_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
        return guarded(answer)

    async def _leave(self, request: Request) -> Response:
        """Close the page for good and lead somewhere else, at once."""
        self._sessions.end(request.cookies.get(self._cookie, ""))
        answer = RedirectResponse(NEUTRAL, 303)
        self._drop(answer, self._cookie)
        self._drop(answer, self._visit)
        return guarded(answer)

    async def _help(self, request: Request) -> Response:
        """Show crisis help to anybody."""
        language = self._visitor(request)
        return guarded(HTMLResponse(pages.crisis(language, self._help_for(language.tag))))

    async def _nowhere(self, request: Request) -> Response:
        """Say that an address leads nowhere, on a page that has help on it."""
        return self._state(request, "unknown")

    async def _style(self) -> Response:
        return guarded(Response(pages.STYLE, media_type="text/css"))

    async def _script(self) -> Response:
        return guarded(Response(pages.SCRIPT, media_type="text/javascript"))

    # --- inside

    def _whatever(self, answer: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        """Answer with a page that has help on it, whatever goes wrong: also while another page is drawn."""

        @wraps(answer)
        async def safe(request: Request, **path: str) -> Response:
            try:
                return await answer(request, **path)
            except Exception as error:
                event("room_failed", logging.ERROR, error=type(error).__name__)
                return self._state(request, "busy", again=PATH)

        return safe

    async def _current(self, session: Session) -> Sent:
        """Ask the desk where the conversation stands. Raises Busy."""
        guest = session.guest
        arrival = Arrival(
            id=f"room:{self._secret.draw(16)}",
            address=guest.address,
            profile=guest.profile,
            secluded=True,
            place="page",
        )
        shown = await self._asked(arrival)
        if shown is None:
            raise Busy
        return Sent(shown)

    async def _asked(self, arrival: Arrival) -> Shown | None:
        """Ask the desk. Raises Forged, and Busy for whatever went wrong: somebody sits before a page, and a page says
        what is the matter, and has help on it."""
        try:
            return await self._receive(arrival)
        except (Busy, Forged):
            raise
        except Exception as error:
            event("room_failed", logging.ERROR, error=type(error).__name__)
            raise Busy from None

    def _session(self, request: Request) -> Session | None:
        return self._sessions.find(request.cookies.get(self._cookie, ""))

    def _meant(self, request: Request, sent: dict[str, str], token: str) -> bool:
        """Tell whether a form comes from a page of ours, and from the one that was sent to this browser."""
        return ours(request, self._origin) and self._secret.same(sent.get("form", ""), token)

    def _visitor(self, request: Request) -> Language:
        return self._speak(preferred(request.headers.get("accept-language", "")))

    def _state(self, request: Request, name: str, locale: str = "", again: str = "") -> Response:
        language = self._speak(locale) if locale else self._visitor(request)
        minutes = int(LIFE.total_seconds() // 60)
        return guarded(HTMLResponse(pages.state(language, name, minutes, again), _STATUS[name]))

    def _onwards(self) -> Response:
        return RedirectResponse(PATH, 303)

    def _keep(self, answer: Response, name: str, value: str) -> None:
        answer.set_cookie(name, value, path="/", secure=self._secure, httponly=True, samesite="strict")

    def _drop(self, answer: Response, name: str) -> None:
        answer.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="strict")
