"""What an adapter keeps in memory, and never more than so much of it."""

from typing import Any


def remember(known: dict[str, Any], key: str, value: object, most: int) -> None:
    """Keep a value; beyond `most` of them the oldest are forgotten."""
    known.pop(key, None)
    known[key] = value
    while len(known) > most:
        del known[next(iter(known))]
