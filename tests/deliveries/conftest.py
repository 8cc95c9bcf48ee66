"""Content and a service that was started before, as the golden dialogues have them; somebody on each platform."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.served import Ear
from tests.golden.conftest import Contents, contents
from tests.golden.on_slack import OnSlack
from tests.golden.on_teams import OnTeams
from tests.golden.places import PLACES
from tests.golden.player import Player

__all__ = ["contents"]


@pytest.fixture
async def slack(tmp_path: Path, contents: Contents) -> AsyncIterator[OnSlack]:
    async with PLACES["slack"](tmp_path / "slack", contents["usual"], "sam") as here:
        assert isinstance(here, OnSlack)
        await Player(here).play(["hello", "[I agree, let's start]"])
        yield here


@pytest.fixture
async def teams(tmp_path: Path, contents: Contents) -> AsyncIterator[OnTeams]:
    async with PLACES["teams"](tmp_path / "teams", contents["usual"], "sam") as here:
        assert isinstance(here, OnTeams)
        await Player(here).play(["hello", "[I agree, let's start]"])
        yield here


@pytest.fixture
def ear() -> Any:
    """Listen at every logger; yields the ear, and what our own said."""
    heard, root = Ear(), logging.getLogger()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    yield heard
    root.removeHandler(heard)
    root.setLevel(level)
