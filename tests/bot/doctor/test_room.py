"""The doctor says whether there is a private room, and what goes through it."""

import pytest

from bot.doctor.room import look
from bot.settings import Settings
from bot.settings_check import check_settings


@pytest.mark.parametrize(
    ("surface", "url", "good", "says"),
    [
        ("in_app", None, None, "not offered"),
        (
            "in_app",
            "https://haven.example.org",
            None,
            "offered on every private screen, at https://haven.example.org/room",
        ),
        ("room", "https://haven.example.org", True, "the only place for private screens"),
    ],
)
def test_the_room_is_named(surface: str, url: str | None, good: bool | None, says: str) -> None:
    settings = Settings.model_validate({"surface": surface, "public_url": url})
    check_settings(settings)
    (finding,) = look(settings)
    assert finding.good is good
    assert finding.finding.startswith(says)
    assert finding.remedy
