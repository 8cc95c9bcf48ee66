"""Tells the operator what happened, by constant names and enumerated fields only.

The twin of `bot.log.event`: an adapter does not import the rooms above it, but writes to the same logger.
"""

import logging
from typing import Final

# What slack_bolt and slack_sdk would say holds bodies, texts and ids: they get a logger that says nothing.
SILENT: Final = logging.Logger("adapters.slack.silent", level=logging.CRITICAL + 1)
SILENT.disabled = True


def event(name: str, level: int = logging.INFO, **fields: str | int) -> None:
    """Log that something happened. `name` is a constant; fields are of the allow-list of `bot/log.py`."""
    logging.getLogger("haven").log(level, name, extra={"haven": {"platform": "slack", **fields}})


def failure(name: str, error: BaseException) -> None:
    """Log that something failed: by the type of the exception, never by its text."""
    event(name, logging.ERROR, error=type(error).__name__)
