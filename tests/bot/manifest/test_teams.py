import copy
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.manifest import icon, teams
from bot.settings import Settings, SettingsTrouble, TeamsSettings
from bot.wiring import WORDS
from content import default_root
from content.library import Library
from tests.bot.manifest.schema import faults
from tests.fakes import NOW

APP = "c9e8c047-2a74-40a2-b28a-b162d5f5327c"
SET = Settings(public_url="https://haven.example.org", teams=TeamsSettings(app_id=APP))


@pytest.fixture(scope="module")
def commands() -> Any:
    return Library(default_root(), WORDS, NOW.date).current.commands["en"]


@pytest.fixture
def told(commands: Any) -> dict[str, Any]:
    return teams.manifest(SET, "Harbour Wellbeing", commands)


def test_teams_would_take_it(told: dict[str, Any]) -> None:
    assert faults(told) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda it: it.pop("developer"), "missing developer"),
        (lambda it: it.update(id="haven"), "id"),
        (lambda it: it.update(version="1.0"), "version"),
        (lambda it: it.update(more=1), "unknown more"),
        (lambda it: it.update(accentColor="teal"), "accentColor"),
        (lambda it: it["name"].update(short="H" * 31), "length name.short"),
        (lambda it: it["description"].update(short="d" * 81), "length description.short"),
        (lambda it: it["developer"].update(privacyUrl="http://haven.example.org"), "https developer.privacyUrl"),
        (lambda it: it["icons"].update(color="/color.png"), "relative icons.color"),
        (lambda it: it["bots"].append(it["bots"][0]), "bots"),
        (lambda it: it["bots"][0].update(botId="{{BOT}}"), "botId"),
        (lambda it: it["bots"][0].update(scopes=["personal", "copilot"]), "bots.scopes"),
        (lambda it: _menu(it).append({"title": "more", "description": "More"}), "commands"),
        (lambda it: _menu(it)[0].update(title="t" * 33), "command " + "t" * 32),
        (lambda it: it.update(validDomains=["https://haven.example.org"]), "domain https://haven.example.org"),
    ],
)
def test_the_rules_see_what_is_wrong(told: dict[str, Any], spoil: Callable[[Any], Any], fault: str) -> None:
    spoilt = copy.deepcopy(told)
    spoil(spoilt)
    assert fault in faults(spoilt)


def _menu(told: dict[str, Any]) -> list[dict[str, str]]:
    menu: list[dict[str, str]] = told["bots"][0]["commandLists"][0]["commands"]
    return menu


def test_it_asks_for_no_more_than_a_personal_chat_and_posts_in_teams(told: dict[str, Any]) -> None:
    (bot,) = told["bots"]
    assert (bot["botId"], bot["scopes"], bot["supportsFiles"]) == (APP, ["personal", "team"], False)
    assert told["defaultInstallScope"] == "personal"
    assert told["validDomains"] == []
    assert not told.keys() & {"permissions", "webApplicationInfo", "devicePermissions", "authorization"}


def test_everything_in_the_menu_is_a_phrase_that_is_understood(told: dict[str, Any], commands: Any) -> None:
    phrases = {phrase: name for name, listed in commands.items() for phrase in listed}
    meant = [phrases[each["title"]] for each in _menu(told)]
    assert meant == ["help", "home", "check", "book", "checkins", "human", "my_data", "pause", "stop", "forget"]


def test_a_phrase_that_hr_took_away_or_made_too_long_is_not_offered(commands: Any) -> None:
    edited = {**commands, "check": ("a" * 33, "look inside"), "book": ("b" * 33,)}
    titles = [each["title"] for each in _menu(teams.manifest(SET, "Harbour Wellbeing", edited))]
    assert "look inside" in titles
    assert len(titles) == 9


def test_a_long_name_of_who_runs_it_fits(commands: Any) -> None:
    assert faults(teams.manifest(SET, "An Employee Assistance Company of a Long Name, Ltd", commands)) == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (Settings(), ["HAVEN_TEAMS__APP_ID", "HAVEN_PUBLIC_URL"]),
        (Settings(public_url="https://haven.example.org"), ["HAVEN_TEAMS__APP_ID"]),
        (Settings(teams=TeamsSettings(app_id=APP)), ["HAVEN_PUBLIC_URL"]),
        (Settings(public_url="http://127.0.0.1:8080", teams=TeamsSettings(app_id=APP)), ["HAVEN_PUBLIC_URL"]),
    ],
)
def test_what_is_missing_is_named(given: Settings, missing: list[str], commands: Any) -> None:
    with pytest.raises(SettingsTrouble) as refused:
        teams.manifest(given, "Harbour Wellbeing", commands)
    assert [line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]] == missing


def test_every_change_of_the_package_is_a_new_version() -> None:
    """If this fails, raise `teams.VERSION`, or Teams keeps the package that it has; then write the new digest here."""
    digests = {"1.0.0": "7d690709b7a5ced23e0256ffae066091d8714c62b397b5a7a50b834932596870"}
    phrases = {name: (phrase,) for name, (phrase, _) in teams._COMMANDS.items()}
    made = teams.package(teams.manifest(SET, "Harbour Wellbeing", phrases))
    assert hashlib.sha256(made).hexdigest() == digests[teams.VERSION]


def test_the_package_is_the_same_every_time(told: dict[str, Any]) -> None:
    assert teams.package(told) == teams.package(copy.deepcopy(told))


def test_the_package_holds_the_manifest_and_its_icons_and_nothing_else(told: dict[str, Any]) -> None:
    with zipfile.ZipFile(io.BytesIO(teams.package(told))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", *sorted(told["icons"].values())]
        assert json.loads(archive.read("manifest.json")) == told


def pixels(png: bytes) -> tuple[int, list[tuple[int, ...]]]:
    """Return the side and the pixels of a PNG as we write them, checking every checksum on the way."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + data)
        chunks[kind] = data
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (width, depth, colour, rest) == (height, 8, 6, [0, 0, 0])
    raw = zlib.decompress(chunks[b"IDAT"])
    lines = [raw[row * (4 * width + 1) : (row + 1) * (4 * width + 1)] for row in range(height)]
    assert len(raw) == height * (4 * width + 1)
    assert {line[0] for line in lines} == {0}
    return width, [tuple(line[1 + 4 * x : 5 + 4 * x]) for line in lines for x in range(width)]


def test_the_outline_icon_is_white_on_nothing() -> None:
    side, drawn = pixels(icon.outline())
    assert side == 32
    assert {each[:3] for each in drawn} == {(255, 255, 255)}
    seen = [each[3] for each in drawn]
    assert 0.2 < sum(alpha > 127 for alpha in seen) / len(seen) < 0.6
    assert seen.count(0) > len(seen) / 4


def test_the_colour_icon_is_opaque_and_its_mark_stands_clear_of_the_edge() -> None:
    side, drawn = pixels(icon.colour())
    assert side == 192
    assert {each[3] for each in drawn} == {255}
    assert {(255, 255, 255, 255), (*icon.COLOUR, 255)} <= set(drawn)
    marked = [(at % side, at // side) for at, each in enumerate(drawn) if each[:3] != icon.COLOUR]
    assert min(min(x, y) for x, y in marked) >= 24
    assert max(max(x, y) for x, y in marked) < 192 - 24
    assert drawn == [drawn[at - at % side + side - 1 - at % side] for at in range(len(drawn))]  # left as right


def haven(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HAVEN_")}
    command = [sys.executable, "-c", "from bot.cli import main; main()", "manifest", "teams", "--out", "teams.zip"]
    return subprocess.run(
        command, cwd=folder, env={**clean, **environment}, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_command_writes_the_package(tmp_path: Path, told: dict[str, Any]) -> None:
    made = haven(tmp_path, HAVEN_TEAMS__APP_ID=APP, HAVEN_PUBLIC_URL="https://haven.example.org")
    assert (made.returncode, made.stderr) == (0, "")
    assert "version 1.0.0" in made.stdout
    assert (tmp_path / "teams.zip").read_bytes() == teams.package(told)


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    made = haven(tmp_path)
    assert made.returncode == 2
    assert "HAVEN_TEAMS__APP_ID: " in made.stderr
    assert not (tmp_path / "teams.zip").exists()
