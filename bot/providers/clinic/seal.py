"""Seals what the clinic holds about a patient: AES-256-GCM, padded to one size, bound to its row."""

import json
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.clock import Clock

SIZE = 4096  # bytes of every document before sealing, so that length tells nothing
_NONCE = 12
_LENGTH = 4


class TooLong(ValueError):
    """The document does not fit the fixed size."""


class Seal:
    """Seals and opens the documents of one clinic. `key` is 32 bytes."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        if len(key) != 32:
            raise ValueError("the clinic's seal key is 32 bytes")
        self._cipher = AESGCM(key)
        self._clock = clock

    def close(self, document: dict[str, Any], table: str, column: str, row: str) -> bytes:
        """Return nonce and ciphertext, always the same number of bytes. Raises TooLong."""
        text = json.dumps(document, separators=(",", ":")).encode()
        if len(text) > SIZE - _LENGTH:
            raise TooLong("the document does not fit the fixed size")
        padded = (len(text).to_bytes(_LENGTH, "big") + text).ljust(SIZE, b"\0")
        nonce = self._clock.chance(_NONCE)
        return nonce + self._cipher.encrypt(nonce, padded, _place(table, column, row))

    def open(self, sealed: bytes, table: str, column: str, row: str) -> dict[str, Any]:
        """Return the document. Raises cryptography's InvalidTag if it was changed, or moved here from
        another row, column or table."""
        padded = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(table, column, row))
        length = int.from_bytes(padded[:_LENGTH], "big")
        document: dict[str, Any] = json.loads(padded[_LENGTH : _LENGTH + length])
        return document


def _place(*parts: str) -> bytes:
    """Return the associated data: each part with its length before it, so that no two places read alike."""
    return b"".join(len(part.encode()).to_bytes(2, "big") + part.encode() for part in ("v1", *parts))
