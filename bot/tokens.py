"""What makes a button live: tokens that we alone can make, bound to the person they were made for.

A *step* token is an opaque name of one button (or form) at one turn, found again by drawing the current screen. A
*standing* token works from old messages; what it does is found again by trying what such tokens can do. Neither
carries anything that a reader of the chat's archive could read, and both prove that we made them for this person,
so a stale tap is told from a forged one.
"""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from bot.vault import Vault, decode, encode

STANDING = timedelta(days=90)
ANYBODY = b""  # the owner of a button in a team's channel, and of every "Help now"
KEYS = (
    *("help", "open", "asked", "not_now", "pause", "stop", "mine", "room", "callback"),  # of messages
    *("end_caring", "coming", "cant", "offer", "again"),
    *("check", "options", "exercise", "checkins", "remind", "my_data", "language", "country"),  # of the front page
)
"""What a standing button can do."""
_STEP, _STANDING = b"\x01", b"\x02"


@dataclass(frozen=True)
class Step:
    """A token of one button at one turn, by its opaque name."""

    name: bytes


@dataclass(frozen=True)
class Standing:
    """A token that works at any turn."""

    key: str


Made = Step | Standing  # what a token of ours may be


class Tokens:
    """Makes and reads tokens. `more` names what else standing buttons can do: it comes from the content."""

    def __init__(self, vault: Vault, more: Callable[[], Iterable[str]] = tuple) -> None:
        self._vault, self._more = vault, more

    def step(self, sid: bytes, turn: str, key: str, arg: str = "") -> str:
        """Return the token of a button at a turn; of the form, if the key is "form"."""
        name = self._name(sid, turn, key, arg)
        return encode(_STEP + name + self._vault.sign("made", sid, name))

    def standing(self, owner: bytes, key: str, now: datetime) -> str:
        """Return a token that does `key`, one of KEYS or `more`, for its owner, for the next 90 days."""
        until = int((now + STANDING).timestamp()).to_bytes(8, "big")
        return encode(_STANDING + until + self._mark(owner, until, key))

    def read(self, sid: bytes, token: str, now: datetime) -> Made | None:
        """Return what the token says; None if we did not make it for this person. An expired standing token
        is a Step that fits no screen: it does nothing."""
        raw = decode(token) or b""
        if raw[:1] == _STEP and len(raw) == 25:
            name = raw[1:13]
            return Step(name) if hmac.compare_digest(raw[13:], self._vault.sign("made", sid, name)) else None
        if raw[:1] == _STANDING and len(raw) == 21:
            until, mark = raw[1:9], raw[9:]
            for owner, key in product((sid, ANYBODY), (*KEYS, *self._more())):
                if hmac.compare_digest(mark, self._mark(owner, until, key)):
                    return Standing(key) if int.from_bytes(until, "big") >= now.timestamp() else Step(b"")
        return None

    def names(self, token: Step, sid: bytes, turn: str, key: str, arg: str = "") -> bool:
        """Tell whether a step token names this button at this turn."""
        return hmac.compare_digest(token.name, self._name(sid, turn, key, arg))

    def _mark(self, owner: bytes, until: bytes, key: str) -> bytes:
        return self._vault.sign("standing", owner, until, key)

    def _name(self, sid: bytes, turn: str, key: str, arg: str) -> bytes:
        return self._vault.sign("step", sid, turn, key, arg)
