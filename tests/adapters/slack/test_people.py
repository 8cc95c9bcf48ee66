from typing import Any

import pytest

from adapters.platform import Profile
from adapters.slack.people import judged

TEAM = "T0HAVEN"
SAM: dict[str, Any] = {
    "id": "U0SAM",
    "team_id": TEAM,
    "tz": "Europe/London",
    "locale": "en-GB",
    "real_name": "Sam Rivera",
    "profile": {"display_name": "sam", "real_name": "Sam Rivera"},
    "is_bot": False,
    "deleted": False,
}


def test_a_member_is_admitted_with_what_slack_says_about_them() -> None:
    who = judged(SAM, TEAM)
    assert (who.admitted, who.bot) == (True, False)
    assert who.profile == Profile(locale="en-GB", zone="Europe/London", name="Sam Rivera")


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted", "is_stranger", "deleted"])
def test_any_one_mark_of_an_outsider_is_enough(flag: str) -> None:
    who = judged({**SAM, flag: True}, TEAM)
    assert (who.admitted, who.bot) == (False, False)


@pytest.mark.parametrize(
    ("where", "admitted"),
    [
        ({"team_id": "T0OTHER"}, False),
        ({"team_id": None}, False),
        ({"team_id": "T0OTHER", "enterprise_user": {"teams": ["T0OTHER"]}}, False),
        ({"team_id": "T0OTHER", "enterprise_user": {"teams": ["T0OTHER", TEAM]}}, True),
    ],
)
def test_only_our_workspace_is_admitted(where: dict[str, Any], admitted: bool) -> None:
    assert judged({**SAM, **where}, TEAM).admitted is admitted


@pytest.mark.parametrize("other", [{"is_bot": True}, {"id": "USLACKBOT"}])
def test_a_bot_is_a_bot(other: dict[str, Any]) -> None:
    who = judged({**SAM, **other}, TEAM)
    assert (who.admitted, who.bot) == (False, True)


def test_a_name_is_what_colleagues_see() -> None:
    assert judged({**SAM, "profile": None}, TEAM).profile.name == "Sam Rivera"
    named = {**SAM, "real_name": "", "profile": {"display_name": "sam", "real_name": ""}}
    assert judged(named, TEAM).profile.name == "sam"
    assert judged({"id": "U0SAM", "team_id": TEAM}, TEAM).profile == Profile()
