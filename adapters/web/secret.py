"""One key, drawn at the start and never written anywhere: what it has made dies with the process."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import blake2b

_KEY = 32


class Secret:
    """Draws what cannot be guessed, and hashes what should not be kept as it is."""

    def __init__(self, chance: Callable[[int], bytes]) -> None:
        self._chance, self._key = chance, chance(_KEY)

    def draw(self, size: int) -> str:
        """Return `size` random bytes as text that fits an address, a cookie or a form."""
        return urlsafe_b64encode(self._chance(size)).rstrip(b"=").decode()

    def digits(self, count: int) -> str:
        """Return so many decimal digits, each code as likely as any other: 16 random bytes leave no bias to see."""
        return str(int.from_bytes(self._chance(16), "big") % 10**count).zfill(count)

    def of(self, purpose: str, *parts: str) -> bytes:
        """Return the keyed hash of some texts for one purpose, 32 bytes."""
        raws = [each.encode() for each in (purpose, *parts)]
        told = b"".join([len(raw).to_bytes(4, "big") + raw for raw in raws])
        return blake2b(told, key=self._key, digest_size=32).digest()

    def same(self, given: str, expected: str) -> bool:
        """Tell whether two texts are the same, in the same time wherever they differ."""
        return hmac.compare_digest(given.encode(), expected.encode())
