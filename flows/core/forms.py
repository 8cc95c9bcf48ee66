"""What forms have in common that ask how to reach somebody: what does as an answer, and where they will be."""

import re
from typing import Final

from flows.core.flow import Moment
from flows.core.screen import Field, Option

REACH: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s()/.-]{6,30}")
"""An e-mail address, or a phone number."""
ELSEWHERE: Final = "elsewhere"
"""The option that stands for a place that is not listed."""


def plain(text: str) -> str:
    """Return a typed line without what cannot be seen: it would only take up room in what is sealed."""
    return "".join(char for char in text if char.isprintable()).strip()


def place(chosen: str, label: str, elsewhere: str, at: Moment) -> Field:
    """Ask where somebody will be at the time. May be left out."""
    options = tuple(Option(key=key, label=name) for key, name in at.catalog.places.items())
    value = chosen if chosen in at.catalog.places else ""
    options = (*options, Option(key=ELSEWHERE, label=elsewhere))
    return Field(key="place", label=label, options=options, value=value, optional=True)
