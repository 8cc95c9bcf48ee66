"""What the doctor says about the machine: each thing that is wrong is named, with its remedy."""

from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.doctor import examine
from bot.doctor.finding import Finding


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
    assert found.keys() == {"settings", "database and keys", "content", "provider", "private room"}


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
