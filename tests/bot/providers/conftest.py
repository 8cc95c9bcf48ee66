"""A clinic to book at, over real HTTP, and a clock that stands still until it is moved."""

import threading
import time as wall
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from bot.clock import SystemClock
from bot.providers import fhir_changes
from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.hours import Practitioner

TOKEN = "t0ken"
KEY = bytes(range(32))
NOW = datetime(2025, 3, 3, 7, 0, tzinfo=UTC)  # a Monday
ROOM = "https://rooms.clinic.example/ana"
MORNINGS = dict.fromkeys(range(5), ((time(9), time(12)),))
ANA = Practitioner("ana", "Ana Ruiz", "video", "Europe/Madrid", 50, MORNINGS, ROOM)
BO = Practitioner("bo", "Bo Lind", "phone", "Europe/Stockholm", 30, {0: ((time(9), time(10)),)})


class StillClock(SystemClock):
    """Shows the same instant until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def later(self, by: timedelta) -> None:
        self.at += by


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application on an ephemeral port of 127.0.0.1; give its URL."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        wall.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that stamp milliseconds need no second of waiting."""
    if "coarse" not in request.node.name and "forgetfully" not in request.node.name:
        monkeypatch.setattr(fhir_changes, "SETTLE", 0.02)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def clinic(tmp_path: Path, clock: StillClock) -> Iterator[FastAPI]:
    """The built-in clinic with two practitioners, asking for its token."""
    app = create_clinic(
        f"sqlite:///{tmp_path}/clinic.db", KEY, clock, name="Clinic", practitioners=[ANA, BO], bearer=TOKEN
    )
    yield app
    app.state.practice.dispose()
