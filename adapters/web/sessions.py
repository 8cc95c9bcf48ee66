"""Open pages: who sits before which, known by a cookie. In memory only; a restart closes them all."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from adapters.platform import Address, Shown
from adapters.web.links import Guest
from adapters.web.secret import Secret
from flows.core.retention import CONVERSATION

LIFE: Final = CONVERSATION  # since the last step: as long as the conversation itself
LONGEST: Final = timedelta(hours=2)  # in all, whatever is done there
NEAR: Final = timedelta(seconds=20)  # since the page was last asked for: somebody sits before it
_SIZE: Final = 32


@dataclass(frozen=True)
class Sent:
    """A screen to draw once, with what was filled in; `again`: it was sent, and has to be filled in again."""

    shown: Shown
    values: Mapping[str, str] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True)
class Kept:
    """What was filled in as something else was done, by the token of its form: it is there again on the way back."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Session:
    """One open page, and the language that it was last drawn in. `form` is what each of its forms must bring back;
    `next` what to draw next, if it is known; `kept` what was filled in and not sent; `away` says that its person has
    done something in the chat since they were last there."""

    guest: Guest
    form: str
    until: datetime
    seen: datetime
    end: datetime
    locale: str
    turn: str = ""
    next: Sent | None = None
    kept: Kept = Kept()
    away: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> Sent | None:
        """Return what is to be drawn, once; a screen that leads nowhere stays, as there is nothing after it."""
        sent = self.next
        if sent and not final(sent.shown):
            self.next = None
        return sent

    def filled(self, sent: Sent) -> Sent:
        """Return a screen with what was filled in on it before, if it is that form still."""
        same = self.kept.form and self.kept.form == sent.shown.form and not sent.again
        return replace(sent, values=self.kept.values) if same else sent


class Sessions:
    """Opens, finds and closes pages. A person has one: opening another closes the one before."""

    def __init__(self, secret: Secret, clock_now: Callable[[], datetime]) -> None:
        self._secret, self._now = secret, clock_now
        self._open: dict[bytes, Session] = {}
        self._keys: dict[Address, bytes] = {}

    def begin(self, guest: Guest) -> str:
        """Open a page for somebody and return its cookie."""
        now = self._now()
        self.sweep()
        self._drop(self._keys.get(guest.address, b""))
        cookie = self._secret.draw(_SIZE)
        key = self._keys[guest.address] = self._secret.of("session", cookie)
        self._open[key] = Session(guest, self._secret.draw(16), now + LIFE, now, now + LONGEST, guest.locale)
        return cookie

    def find(self, cookie: str) -> Session | None:
        """Return the page of a cookie, if it is still open; it has been asked for."""
        session = self._open.get(self._secret.of("session", cookie)) if cookie else None
        if session is None or session.until <= self._now():
            self.end(cookie)
            return None
        session.seen = self._now()
        return session

    def step(self, session: Session) -> None:
        """Note that somebody did something there: the page stays open from now on, but not for ever."""
        session.until, session.away = min(self._now() + LIFE, session.end), False

    def sweep(self) -> None:
        """Forget the pages that have had their time."""
        for key in [key for key, each in self._open.items() if each.until <= self._now()]:
            self._drop(key)

    def end(self, cookie: str) -> None:
        """Close a page for good."""
        self._drop(self._secret.of("session", cookie))

    def of(self, address: Address) -> Session | None:
        """Return the page that this person has open; None if they have gone elsewhere from it."""
        session = self._of(address)
        return session if session and session.until > self._now() and not session.away else None

    def elsewhere(self, address: Address) -> None:
        """Note that this person has done something in the chat: what the page was about to draw is old."""
        if session := self._of(address):
            session.next, session.kept, session.away = None, Kept(), True

    def _of(self, address: Address) -> Session | None:
        return self._open.get(self._keys.get(address, b""))

    def _drop(self, key: bytes) -> None:
        if session := self._open.pop(key, None):
            self._keys.pop(session.guest.address, None)


def final(shown: Shown) -> bool:
    """Tell whether nothing can be done on a screen but get help: there is no screen after it."""
    return not shown.screen.fields and all(button.standing for button in shown.screen.buttons)
