"""What the doctor says about the machine: each thing that is wrong is named, with its remedy."""

from pathlib import Path

import pytest

from adapters.platform import Address, Arrival
from bot.clock import SystemClock
from bot.doctor import examine
from bot.doctor.finding import Finding
from bot.settings import Settings
from bot.store.engine import connect, upgrade
from bot.wiring import build
from flows.core.events import Said


def names(folder: Path) -> set[str]:
    """Return the names of what lies in a folder."""
    return {each.name for each in folder.iterdir()}


async def looked(monkeypatch: pytest.MonkeyPatch, folder: Path, **env: str) -> dict[str, Finding]:
    """Return the findings by what was looked at, with these settings and nothing else set."""
    monkeypatch.chdir(folder)
    given = {"HAVEN_DATABASE_URL": f"sqlite:///{folder / 'haven.db'}", **env}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return {each.what: each for each in await examine(SystemClock())}


async def test_a_demo_is_good(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = await looked(monkeypatch, tmp_path)
    assert all(each.good is not False for each in found.values())
    assert found.keys() == {
        "settings",
        "database and keys",
        "time zones",
        "content",
        "crisis lines",
        "provider",
        "private room",
        "staffed contact",
    }


@pytest.mark.parametrize(
    ("env", "what", "remedy"),
    [
        ({"HAVEN_DATABASE_URL": "postgresql://db/haven"}, "database and keys", "sqlite:///"),
        ({"HAVEN_CONTENT_DIR": "empty"}, "content", "org"),
        ({"HAVEN_PROVIDER__KIND": "fhir"}, "settings", "HAVEN_PROVIDER__BASE_URL"),
        (
            {"HAVEN_PROVIDER__KIND": "fhir", "HAVEN_PROVIDER__BASE_URL": "http://127.0.0.1:9/fhir"},
            "provider",
            "/metadata",
        ),
        ({"HAVEN_PORT": "many"}, "settings", "HAVEN_PORT"),
        ({"HAVEN_PROFILE": "production"}, "settings", "HAVEN_KEY_FILE"),
    ],
)
async def test_what_is_wrong_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: dict[str, str], what: str, remedy: str
) -> None:
    (tmp_path / "empty").mkdir()
    found = (await looked(monkeypatch, tmp_path, **env))[what]
    assert found.good is False
    assert remedy in found.remedy


async def test_before_the_first_start_the_doctor_makes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env = {"HAVEN_DATABASE_URL": f"sqlite:///{tmp_path / 'data' / 'haven.db'}"}
    found = (await looked(monkeypatch, tmp_path, **env))["database and keys"]
    assert (found.good, found.finding) == (None, "not there yet")
    assert names(tmp_path) == set()


async def test_an_empty_database_gets_no_keys_from_the_doctor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'haven.db'}")
    upgrade(engine)
    engine.dispose()
    found = (await looked(monkeypatch, tmp_path))["database and keys"]
    assert (found.good, found.finding) == (None, "not there yet")
    assert "haven.keys.json" not in names(tmp_path)


async def test_what_a_start_has_made_is_ready_and_keys_that_are_gone_are_missed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = build(
        Settings(database_url=f"sqlite:///{tmp_path / 'haven.db'}"), SystemClock(), base_url="http://127.0.0.1:1"
    )
    sam = Arrival(id="1", address=Address(platform="console", tenant="t", user="sam"), event=Said(text="hello"))
    await service.desk.receive(sam)
    await service.close()
    assert (await looked(monkeypatch, tmp_path))["database and keys"].good
    (tmp_path / "haven.keys.json").unlink()
    found = (await looked(monkeypatch, tmp_path))["database and keys"]
    assert found.good is False
    assert "Restore the key file" in found.remedy
    assert "haven.keys.json" not in names(tmp_path)
