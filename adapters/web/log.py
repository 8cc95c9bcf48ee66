"""Tells the operator what happened, by constant names and enumerated fields only.

The twin of `bot.log.event`: an adapter does not import the rooms above it, but writes to the same logger.
"""

import logging


def event(name: str, level: int = logging.INFO, **fields: str | int) -> None:
    """Log that something happened. `name` is a constant; fields are of the allow-list of `bot/log.py`."""
    logging.getLogger("haven").log(level, name, extra={"haven": {"platform": "room", **fields}})
