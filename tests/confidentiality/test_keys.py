"""The key file: made once, for nobody else to read, and never over data that another one sealed."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bot.store import queries
from bot.store.engine import connect, upgrade
from bot.vault import Keys, KeyTrouble, load_keys
from tests.fakes import FakeClock
from tests.rig import rig


def _load(path: Path, empty: bool = False) -> Keys:
    return load_keys(path, database_is_empty=empty, clock=FakeClock())


def test_the_first_start_makes_the_keys_for_nobody_else_to_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    keys = _load(path, empty=True)
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0
    assert _load(path) == keys
    assert keys.root != keys.epochs[1]


def test_no_keys_are_made_over_data(tmp_path: Path) -> None:
    with pytest.raises(KeyTrouble, match="missing"):
        _load(tmp_path / "keys.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o420, 0o660, 0o644, 0o777])
def test_keys_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    _load(path, empty=True)
    path.chmod(mode)
    with pytest.raises(KeyTrouble, match="chmod 400"):
        _load(path)


KEY, SHORT = (base64.b64encode(each).decode() for each in (b"k" * 32, b"k" * 31))
MALFORMED: list[Any] = [
    {},
    [],
    "text",
    7,
    {"root": KEY},
    {"root": KEY, "epochs": {}},
    {"root": KEY, "epochs": [KEY]},
    {"root": SHORT, "epochs": {"1": KEY}},
    {"root": KEY, "epochs": {"1": SHORT}},
    {"root": KEY, "epochs": {"one": KEY}},
    {"root": KEY[:-1], "epochs": {"1": KEY}},
    {"root": None, "epochs": {"1": KEY}},
    {"root": KEY, "epochs": {"1": 7}},
]


@pytest.mark.parametrize("content", [*map(json.dumps, MALFORMED), "", "{", "\udcff", None])
def test_a_malformed_key_file_is_named_and_never_quoted(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "keys.json"
    if content is None:
        path.mkdir(mode=0o700)
    else:
        path.write_text(content, errors="surrogateescape")
        path.chmod(0o400)
    with pytest.raises(KeyTrouble) as trouble:
        _load(path)
    assert str(path) in str(trouble.value)
    assert KEY not in str(trouble.value)


async def test_a_service_does_not_start_without_the_keys_of_its_data(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        keys = haven.service.settings.keys
    kept = keys.read_bytes()
    keys.chmod(0o600)
    keys.unlink()
    with pytest.raises(KeyTrouble, match="missing"):
        async with rig(tmp_path):
            pass
    keys.write_bytes(kept)
    keys.chmod(0o400)
    async with rig(tmp_path) as haven:
        assert await haven.record("sam")


def test_an_empty_database_is_told_from_one_with_data(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'haven.db'}")
    upgrade(engine)
    with engine.begin() as conn:
        assert queries.is_empty(conn)
        queries.put_effect(conn, b"i" * 16, b"body", 0)
        assert not queries.is_empty(conn)
    engine.dispose()
