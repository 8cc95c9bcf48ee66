"""The log says what it may say, and drops everything else."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot import log

CANARY = "canary-7f3a"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    stream = io.StringIO()
    log.configure(stream)
    yield stream
    root.handlers[:], root.level = before


def test_an_event_keeps_its_name_and_listed_fields(written: io.StringIO) -> None:
    log.event("turn_failed", logging.ERROR, where="desk", count=3, text=CANARY, user=CANARY)
    assert "event=turn_failed where=desk count=3" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_a_failure_is_told_by_its_type(written: io.StringIO) -> None:
    log.failure("turn_failed", ValueError(CANARY), where="desk")
    assert "error=ValueError" in written.getvalue()
    assert CANARY not in written.getvalue()


@pytest.mark.parametrize("name", ["slack_bolt", "slack_sdk.web", "uvicorn.error", "httpx", "sqlalchemy.engine", "any"])
def test_libraries_keep_their_name_only(written: io.StringIO, name: str) -> None:
    error = RuntimeError(CANARY)
    logging.getLogger(name).error("body %s", CANARY, exc_info=error, extra={"haven": {"where": CANARY}})
    assert f"event=library logger={name} error=RuntimeError" in written.getvalue()
    assert CANARY not in written.getvalue()
