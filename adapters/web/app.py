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

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from adapters.platform import Address, Arrival, Busy, Drawn, Forged, Profile, Public, Receive, Shown, Unreachable
from adapters.web import pages
from adapters.web.answers import PATH, Answers
from adapters.web.entry import Entry
from adapters.web.guard import form, guarded
from adapters.web.language import Speak
from adapters.web.links import Guest, Links
from adapters.web.log import event
from adapters.web.read import kept, read
from adapters.web.secret import Secret
from adapters.web.sessions import NEAR, Sent, Session, Sessions
from flows.core.events import Answered
from flows.core.screen import Screen

NEUTRAL: Final = "https://www.wikipedia.org/"
"""Where "Leave now" leads: a page that anybody may have open."""
FILE: Final = "busy.ics"
"""What a file is called where it is saved: anybody may see that."""
File = Callable[[Address], Awaitable[bytes | None]]
HOLD: Final = 3.0  # seconds that a step waits for the errand it started, before it shows "One moment"


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
        self._answers = Answers(self._origin, self._secret, speak)
        self._entry = Entry(self._links, self._sessions, self._secret, speak, self._answers)
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
            ("/open/{token}", "GET", self._entry.look),
            ("/open/{token}", "POST", self._entry.enter),
        ):
            router.add_api_route(path, self._whatever(answer), methods=[method])
        router.add_api_route("/room.css", self._style, methods=["GET"])
        router.add_api_route("/room.js", self._script, methods=["GET"])
        router.add_api_route("/{nowhere:path}", self._nowhere, methods=["GET", "POST"])
        return router

    async def _look(self, request: Request) -> Response:
        """Show where the conversation stands."""
        session = self._session(request)
        if session is None:
            return self._answers.state(request, "closed")
        session.away = False
        try:
            sent = session.take() or await self._current(session)
        except Busy:
            return self._answers.state(request, "busy", session.locale, again=PATH)
        session.turn = sent.shown.turn
        session.locale = sent.shown.locale or session.locale
        language = self._speak(session.locale)
        page = pages.room(session.filled(sent), language, form=session.form, page=self._secret.draw(9))
        if sent.shown.turn:
            with contextlib.suppress(Exception):  # then the errands draw it once more: no harm
                await self._told(session.guest.address, sent.shown.turn)
        return self._answers.page(page)

    async def _step(self, request: Request) -> Response:
        """Take what was tapped, filled in or typed, and lead back to the page."""
        session, sent = self._session(request), await form(request)
        if session is None:
            return self._answers.state(request, "closed")
        if sent is None or not self._answers.meant(request, sent, session.form):
            event("room_refused", logging.WARNING)
            return self._answers.state(request, "refused", session.locale)
        self._sessions.step(session)
        session.changed.clear()
        session.kept = kept(sent) if sent.keys() & {"kept", "send"} else session.kept
        arrival = read(session, sent, self._secret)
        try:
            shown = await self._asked(arrival)
        except Busy:
            return self._answers.state(request, "busy", session.locale, again=PATH)
        except Forged:
            event("room_refused", logging.WARNING)
            return self._answers.state(request, "refused", session.locale)
        if shown:
            await self._take(session, arrival, shown)
        return self._answers.onwards()

    async def _take(self, session: Session, arrival: Arrival, shown: Shown) -> None:
        """Keep what is to be drawn next; what only waits for an errand may be overtaken by it. Nothing else is: an
        errand from before may bring its screen while what somebody wrote is answered with help."""
        again = isinstance(arrival.event, Answered) and shown.form == arrival.token
        values = arrival.event.values if isinstance(arrival.event, Answered) and again else {}
        if not (shown.screen.waits and session.changed.is_set()):
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
            return self._answers.state(request, "closed")
        try:
            content = await self._file(session.guest.address)
        except Busy:
            return self._answers.state(request, "busy", session.locale, again=PATH)
        if content is None:
            return self._answers.onwards()
        answer = Response(content, media_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
        return guarded(answer)

    async def _leave(self, request: Request) -> Response:
        """Close the page for good and lead somewhere else, at once."""
        self._sessions.end(request.cookies.get(self._answers.cookie, ""))
        answer = RedirectResponse(NEUTRAL, 303)
        self._answers.drop(answer, self._answers.cookie)
        self._answers.drop(answer, self._answers.visit)
        return guarded(answer)

    async def _help(self, request: Request) -> Response:
        """Show crisis help to anybody."""
        language = self._answers.visitor(request)
        return self._answers.page(pages.crisis(language, self._help_for(language.tag)))

    async def _nowhere(self, request: Request) -> Response:
        """Say that an address leads nowhere, on a page that has help on it."""
        return self._answers.state(request, "unknown")

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
                return self._answers.state(request, "busy", again=PATH)

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
        return self._sessions.find(request.cookies.get(self._answers.cookie, ""))
