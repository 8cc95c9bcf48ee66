"""Time zones are those of the lock, not of the machine that Haven happens to run on."""

import re
import zoneinfo
from importlib.resources import files
from pathlib import Path

import pytest

from bot.clock import TZDATA, other_zones
from bot.doctor import server

ROOT = Path(__file__).parents[2]


def test_the_rules_of_time_zones_are_those_of_the_lock() -> None:
    assert (str(files("tzdata") / "zoneinfo"),) == zoneinfo.TZPATH
    for lock in ("run", "dev"):
        text = (ROOT / "requirements" / f"{lock}.txt").read_text()
        assert re.findall(r"^tzdata==(\S+)", text, re.MULTILINE) == [TZDATA], lock
    assert other_zones() == ""
    assert server._zones().good


def test_whoever_installs_others_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clock.version", lambda name: "2019.3")
    assert other_zones() == "2019.3"
    found = server._zones()
    assert found.good is False
    assert "2019.3" in found.finding
    assert "run.txt" in found.remedy
