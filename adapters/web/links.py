"""Links into the room: each opens one page, once, within ten minutes, for who also has the code beside it.

They live in memory only, by keyed hash: nothing about them touches a disk, and a restart ends them all.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from adapters.platform import Address, Profile
from adapters.web.secret import Secret

LIFE: Final = timedelta(minutes=10)
SIZE: Final = 16  # random bytes of a link: 128 bits
DIGITS: Final = 4
TRIES: Final = 3  # wrong codes, after which a link opens nothing any more
MOST: Final = 3  # open links of one person; a newer one ends the oldest
_REMEMBERED: Final = timedelta(hours=1)  # that a link was used, so that its page can say so

Fate = Literal["open", "used", "expired", "locked", "unknown"]


@dataclass(frozen=True)
class Guest:
    """Who a link or a page belongs to, and the language they read."""

    address: Address
    profile: Profile
    locale: str


@dataclass
class _Link:
    """`guest` is forgotten as soon as the link opens nothing any more."""

    guest: Guest | None
    locale: str
    code: bytes  # its keyed hash
    until: datetime
    fate: Fate = "open"
    wrong: int = 0


@dataclass(frozen=True)
class Wrong:
    """The code does not fit; `left` says how many more may be tried."""

    left: int


class Links:
    """Makes links and opens them. `clock_now` tells the instant, aware; `chance(n)` draws n random bytes."""

    def __init__(self, secret: Secret, clock_now: Callable[[], datetime]) -> None:
        self._secret, self._now = secret, clock_now
        self._links: dict[bytes, _Link] = {}  # oldest first
        self._open: dict[Address, list[_Link]] = {}  # of each person, oldest first

    def make(self, guest: Guest) -> tuple[str, str]:
        """Return a new link's opaque part and the code that opens it; neither says anything about the person."""
        self.sweep()
        mine = self._open.setdefault(guest.address, [])
        while len(mine) >= MOST:
            self._end(mine[0], "expired")
        token, code = self._secret.draw(SIZE), self._secret.digits(DIGITS)
        link = _Link(guest, guest.locale, self._secret.of("code", token, code), self._now() + LIFE)
        self._links[self._secret.of("link", token)] = link
        self._open.setdefault(guest.address, []).append(link)
        return token, code

    def look(self, token: str) -> tuple[Fate, str]:
        """Return what has become of a link, and the language of whom it was made for. Changes nothing."""
        link = self._find(token)
        return (link.fate, link.locale) if link else ("unknown", "")

    def open(self, token: str, code: str) -> Guest | Wrong | Fate:
        """Use a link up. A code that is none (`digits` returns "") must not be brought here: it is no try."""
        link = self._find(token)
        if link is None or link.guest is None:
            return link.fate if link else "unknown"
        if not hmac.compare_digest(link.code, self._secret.of("code", token, code)):
            link.wrong += 1
            if link.wrong < TRIES:
                return Wrong(TRIES - link.wrong)
            self._end(link, "locked")
            return "locked"
        guest = link.guest
        self._end(link, "used")
        return guest

    def has(self, address: Address) -> bool:
        """Tell whether a link of this person's is open."""
        return any(each.until > self._now() for each in self._open.get(address, ()))

    def _find(self, token: str) -> _Link | None:
        link = self._links.get(self._secret.of("link", token))
        if link and link.fate == "open" and link.until <= self._now():
            self._end(link, "expired")
        return link

    def _end(self, link: _Link, fate: Fate) -> None:
        if link.guest:
            mine = self._open[link.guest.address]
            mine[:] = [each for each in mine if each is not link]
            if not mine:
                del self._open[link.guest.address]
        link.fate, link.guest = fate, None

    def sweep(self) -> None:
        """Forget whose the links were that have had their time, and an hour later that there were any."""
        now = self._now()
        for link in self._links.values():
            if link.guest and link.until <= now:
                self._end(link, "expired")
        before = self._now() - _REMEMBERED
        while self._links and (oldest := next(iter(self._links.items())))[1].until <= before:
            del self._links[oldest[0]]


def digits(typed: str) -> str:
    """Return a typed code in plain digits, whatever script's it was typed in; empty if it is none."""
    plain = "".join(
        str(unicodedata.decimal(char)) if unicodedata.decimal(char, None) is not None else char
        for char in typed
        if not char.isspace() and char != "-" and unicodedata.category(char) != "Cf"  # what a copy may bring along
    )
    return plain if re.fullmatch(rf"[0-9]{{{DIGITS}}}", plain) else ""
