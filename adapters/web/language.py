"""In which language a page is written, and in which direction it is read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flows.core.room import RoomWords

RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
_ACCEPTED: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Language:
    """`tag` is what the page says it is written in (BCP 47); `phrases` what can be typed for each right."""

    tag: str
    words: RoomWords
    phrases: Mapping[str, str]

    @property
    def direction(self) -> str:
        """Return which way it is read: "ltr" or "rtl"."""
        return "rtl" if self.tag.replace("_", "-").partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


Speak = Callable[[str], Language]
"""Returns the language that is closest to a wanted one; English if none is."""


def preferred(accepted: str) -> str:
    """Return the first language that a browser names in Accept-Language; empty if it names none."""
    named = _ACCEPTED.match(accepted.strip())
    return named.group() if named else ""
