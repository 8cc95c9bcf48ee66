"""What makes a button live: tokens that we alone can make, bound to the person they were made for.

A *step* token is an opaque name of one button (or form) at one turn: it carries nothing, and is found again by
drawing the current screen. A *standing* token carries its key, argument and expiry, and works from old
messages. Both prove that we made them for this person, so a stale tap is told from a forged one.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.vault import Vault, decode, encode

STANDING = timedelta(days=90)
ANYBODY = b""  # the owner of a button in a team's channel, and of every "Help now"
_STEP, _STANDING = b"\x01", b"\x02"


@dataclass(frozen=True)
class Step:
    """A token of one button at one turn, by its opaque name."""

    name: bytes


@dataclass(frozen=True)
class Standing:
    """A token that works at any turn."""

    key: str
    arg: str


Made = Step | Standing  # what a token of ours may be


class Tokens:
    """Makes and reads tokens."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def step(self, sid: bytes, turn: str, key: str, arg: str = "") -> str:
        """Return the token of a button at a turn; of the form, if the key is "form"."""
        name = self._name(sid, turn, key, arg)
        return encode(_STEP + name + self._vault.sign("made", sid, name))

    def standing(self, sid: bytes, key: str, arg: str, now: datetime) -> str:
        """Return a token that does `key` with `arg`, for this person, for the next 90 days."""
        until = int((now + STANDING).timestamp())
        payload = f"{until}:{key}:{arg}".encode()
        return encode(_STANDING + self._vault.sign("standing", sid, payload) + payload)

    def read(self, sid: bytes, token: str, now: datetime) -> Made | None:
        """Return what the token says; None if we did not make it for this person. An expired standing token
        is a Step that fits no screen: it does nothing."""
        raw = decode(token) or b""
        if raw[:1] == _STEP and len(raw) == 25:
            name = raw[1:13]
            return Step(name) if hmac.compare_digest(raw[13:], self._vault.sign("made", sid, name)) else None
        if raw[:1] == _STANDING:
            payload = raw[13:]
            mine, anybodys = (self._vault.sign("standing", owner, payload) for owner in (sid, ANYBODY))
            if not (hmac.compare_digest(raw[1:13], mine) or hmac.compare_digest(raw[1:13], anybodys)):
                return None
            until, key, arg = payload.decode().split(":", 2)
            return Standing(key, arg) if int(until) >= now.timestamp() else Step(b"")
        return None

    def names(self, token: Step, sid: bytes, turn: str, key: str, arg: str = "") -> bool:
        """Tell whether a step token names this button at this turn."""
        return hmac.compare_digest(token.name, self._name(sid, turn, key, arg))

    def _name(self, sid: bytes, turn: str, key: str, arg: str) -> bytes:
        return self._vault.sign("step", sid, turn, key, arg)
