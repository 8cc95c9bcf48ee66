"""Logging by allow-list: an event's name and enumerated fields; everything else is dropped.

A scrubber forgets; a list of what may be said does not. Messages and tracebacks of third-party libraries
can hold what people wrote, so of those only the logger's name, the level and the exception's type are kept.
"""

import logging
import sys
import time
from typing import Final, TextIO

FIELDS: Final = frozenset(
    {"where", "error", "request", "status", "kind", "attempt", "count", "file", "line", "platform", "setting"}
)
_LOGGER: Final = "haven"


def event(name: str, level: int = logging.INFO, **fields: str | int) -> None:
    """Log that something happened. `name` is a constant; fields outside `FIELDS` are refused in code review
    and dropped at run time."""
    logging.getLogger(_LOGGER).log(level, name, extra={"haven": {k: v for k, v in fields.items() if k in FIELDS}})


def failure(name: str, error: BaseException, **fields: str | int) -> None:
    """Log that something failed: by the type of the exception, never by its text."""
    event(name, logging.ERROR, error=type(error).__name__, **fields)


class AllowList(logging.Formatter):
    """Writes one line of key=value pairs; knows nothing but the allow-list."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record; a foreign record keeps its logger's name and level only."""
        if record.name == _LOGGER:
            pairs: dict[str, str | int] = {"event": str(record.msg), **getattr(record, "haven", {})}
        else:
            pairs = {"event": "library", "logger": record.name}
            if record.exc_info and record.exc_info[0]:
                pairs["error"] = record.exc_info[0].__name__
        stamp = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        return f"{stamp} {record.levelname} " + " ".join(f"{key}={value}" for key, value in pairs.items())


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send everything that any library logs through the allow-list, and switch access logs off."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(AllowList())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_LOGGER).setLevel(level)
    for name in (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "slack_bolt",
        "slack_sdk",
        "httpx",
        "apscheduler",
    ):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True
    logging.getLogger("uvicorn.access").disabled = True
