"""The providers of HR's file, with the secrets of whoever runs the service."""

from pathlib import Path

import pytest
import yaml

from bot.clock import SystemClock
from bot.providers.base import Provider
from bot.providing import elsewhere
from bot.settings import Settings, SettingsTrouble, load_settings
from bot.settings_check import check_settings
from content.booking import Providers
from tests.content.test_providers import ELSEWHERE

FILE = Providers.model_validate({"providers": yaml.safe_load(ELSEWHERE)["providers"]})
CAL = {"HAVEN_PROVIDERS__RIVERSIDE__TOKEN": "cal_live_x"}
PREFIX = "HAVEN_PROVIDERS__HARBOUR__"


def opened(monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, Provider]:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings: Settings = load_settings(_env_file=None)
    check_settings(settings)
    return dict(elsewhere(FILE, settings, SystemClock()))


async def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    providers = opened(monkeypatch, **CAL, **{f"{PREFIX}TOKEN": "s3cret"})
    assert list(providers) == ["harbour", "riverside"]
    (person,) = await providers["riverside"].find_services()
    assert (person.name, person.price, person.provider) == ("Jon Reed", "40 pounds", "riverside")
    for one in providers.values():
        await one.aclose()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"HAVEN_PROVIDERS__HABROUR__TOKEN": "x"}, "there is no provider habrour in org/providers.yaml"),
        ({f"{PREFIX}CLIENT_ID": "haven"}, "CLIENT_ID and HAVEN_PROVIDERS__HARBOUR__KEY_FILE belong together"),
        (
            {f"{PREFIX}CLIENT_ID": "haven", f"{PREFIX}KEY_FILE": "/nowhere.pem", f"{PREFIX}TOKEN": "x"},
            "the provider takes one of them",
        ),
        ({f"{PREFIX}CLIENT_ID": "haven", f"{PREFIX}KEY_FILE": "/nowhere.pem"}, "/nowhere.pem: cannot be read"),
        ({}, "HAVEN_PROVIDERS__RIVERSIDE__TOKEN: the API key of Riverside Practice at Cal.com"),
        ({f"{PREFIX}TOKNE": "x"}, "HAVEN_PROVIDERS__HARBOUR__TOKNE"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    given: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsTrouble, match=says):
        opened(monkeypatch, **given)
