"""What the clinic is told of HR's files."""

from bot.wiring import profile
from content.booking import Profile


def test_where_no_licence_is_named_it_is_for_the_organisations_country() -> None:
    said = [
        profile(Profile(licensed=licensed), region).licensed for licensed in ((), ("US-CA",)) for region in ("GB", None)
    ]
    assert said == [("GB",), (), ("US-CA",), ("US-CA",)]
