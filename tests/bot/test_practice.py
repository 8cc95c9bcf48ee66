"""What the built-in clinic is told of HR's files."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from bot.practice import closed, hours, profile
from content.booking import Practitioner, Profile

SAID = {"key": "a", "name": "A", "modality": "phone", "zone": "Europe/London", "minutes": 50}
CHRISTMAS, SAINT_ANDREW, WORKDAY = date(2026, 12, 25), date(2026, 11, 30), date(2026, 11, 25)


def said(**more: Any) -> Practitioner:
    return Practitioner.model_validate(SAID | {"weekly": {"Mon": ["09:00-12:00"]}} | more)


def test_where_no_licence_is_named_it_is_for_the_organisations_country() -> None:
    licences = [
        profile(Profile(licensed=licensed), region).licensed for licensed in ((), ("US-CA",)) for region in ("GB", None)
    ]
    assert licences == [("GB",), (), ("US-CA",), ("US-CA",)]


@pytest.mark.parametrize(
    ("place", "off"), [({}, [True, False]), ({"holidays": "GB-SCT"}, [True, True]), ({"holidays": "none"}, [False] * 2)]
)
def test_public_holidays_are_those_of_a_place_or_of_the_zones_country(place: dict[str, str], off: list[bool]) -> None:
    is_off = closed(said(**place))
    assert [is_off(day) for day in (CHRISTMAS, SAINT_ANDREW, WORKDAY)] == [*off, False]


def test_exceptions_are_days_with_hours_of_their_own() -> None:
    exceptions = said(exceptions={"2026-12-24": ["09:00-10:00"], "2026-12-28": []}).exceptions
    spans = {day.isoformat(): [f"{a:%H:%M} {b:%H:%M}" for a, b in hours(given)] for day, given in exceptions.items()}
    assert spans == {"2026-12-24": ["09:00 10:00"], "2026-12-28": []}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"holidays": "GB-XYZ"}, r"GB-XYZ are not known"),
        ({"holidays": "England"}, r"England are not known"),
        ({"exceptions": {"2026-12-24": ["09:00-09:20"]}}, r"these 20 minutes are shorter than one appointment"),
        ({"exceptions": {"2026-02-30": []}}, r"2026-02-30 is not in the calendar"),
    ],
)
def test_a_mistake_is_said_in_plain_words(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        said(**wrong)
