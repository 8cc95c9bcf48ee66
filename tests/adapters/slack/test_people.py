from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.platform import Address, Arrival, Busy, Profile, Shown
from adapters.slack.people import judged, says_away
from bot.sandbox.slack import shapes
from bot.sandbox.slack.look import text_of
from tests.adapters.slack.conftest import BUSY, LAUNCHER, World, private

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


def for_the_known(arrival: Arrival) -> Shown | None:
    if arrival.admitted is None:
        raise Busy
    return private("Hello")


async def test_if_slack_does_not_say_who_it_is_it_delivers_again(world: World) -> None:
    world.desk.answer = for_the_known
    world.workspace.fail_next("users.info", "internal_error")
    first = await world.hands.say("U0SAM", "hello")
    await world.hands.again(first)
    await world.settle()
    assert first.status == 503
    assert [arrival.admitted for arrival in world.desk.arrivals] == [None, True]
    assert world.seen() == [LAUNCHER.screen.lines[0]]


async def test_if_slack_does_not_say_who_tapped_they_read_that_it_is_busy(world: World) -> None:
    ts = await world.post_buttons("Start")
    world.desk.answer = for_the_known
    world.workspace.fail_next("users.info", "internal_error")
    await world.tap(ts, "Start")
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert BUSY in text_of(modal)
    assert [arrival.admitted for arrival in world.desk.arrivals] == [None]


async def test_if_slack_takes_long_to_say_who_it_is_nobody_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.people._PATIENCE", 0.05)
    world.workspace.delay("users.info", 0.5)
    delivery = await world.hands.say("U0SAM", "hello")
    assert delivery.status == 200
    assert [arrival.admitted for arrival in world.desk.arrivals] == [None]


async def test_people_are_looked_up_once_an_hour(world: World) -> None:
    async def say() -> int:
        await world.hands.say("U0SAM", "hello")
        return [call.method for call in world.workspace.recorded].count("users.info")

    assert [await say(), await say()] == [1, 1]
    world.workspace.members["U0SAM"].is_restricted = True
    world.clock.later(timedelta(hours=1))
    assert await say() == 2
    assert [arrival.admitted for arrival in world.desk.arrivals] == [True, True, False]


async def test_a_changed_profile_is_looked_up_again(world: World) -> None:
    async def profile() -> tuple[str, str, bool | None]:
        await world.hands.say("U0SAM", "hello")
        arrival = world.desk.arrivals[-1]
        return arrival.profile.locale, arrival.profile.zone, arrival.admitted

    assert await profile() == ("en-GB", "Europe/London", True)
    member = world.workspace.members["U0SAM"]
    member.locale, member.tz, member.is_restricted = "de-DE", "Europe/Berlin", True
    assert await profile() == ("en-GB", "Europe/London", True)  # for an hour, unless Slack says
    event = {"type": "user_change", "user": shapes.user(world.workspace, member), "event_ts": "1"}
    assert (await world.hands.event(event)).status == 200
    assert await profile() == ("de-DE", "Europe/Berlin", False)


@pytest.mark.parametrize("user", [{}, {"id": 7}, {"id": "U0NOBODY"}])
async def test_a_change_of_nobody_is_acknowledged(world: World, user: object) -> None:
    assert (await world.hands.event({"type": "user_change", "user": user})).status == 200


async def test_a_status_is_asked_anew_each_time_and_not_too_often(world: World) -> None:
    sam = Address(platform="slack", tenant=world.workspace.team_id, user="U0SAM")
    assert not await world.platform.away(sam)
    world.workspace.members["U0SAM"].status_emoji = ":palm_tree:"
    assert await world.platform.away(sam)
    asked = [call.method for call in world.workspace.recorded].count("users.info")
    told = [await world.platform.away(sam) for _ in range(80)]
    assert told[0]
    assert not told[-1]  # who comes late in a minute full of check-ins is not asked about
    assert [call.method for call in world.workspace.recorded].count("users.info") - asked < 70
    assert not await world.platform.away(sam.model_copy(update={"tenant": "T0ELSEWHERE"}))


AWAY = {
    ("", ""): False,
    (":palm_tree:", "Vacationing"): True,
    (":face_with_thermometer:", ""): True,
    (":spiral_calendar_pad:", "In a meeting"): False,
    (":bus:", "Commuting"): False,
    (":house_with_garden:", "Working remotely"): False,
    ("", "OOO until Monday"): True,
    ("", "Out of office"): True,
    ("", "Im Urlaub bis 3.1."): True,
    ("", "En congé"): True,
    ("", "De vacaciones"): True,
    ("", "Férias!"): True,
    ("", "Holiday planning team"): True,  # left in peace once too often rather than disturbed on a holiday
    ("", "room 300"): False,
}


def test_a_status_means_away_or_it_does_not() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    told = {
        status: says_away({"status_emoji": status[0], "status_text": status[1], "status_expiration": 0}, now)
        for status in AWAY
    }
    assert told == AWAY
    over = {"status_emoji": ":palm_tree:", "status_expiration": int(now.timestamp()) - 60}
    assert not says_away(over, now)
    assert says_away(over | {"status_expiration": int(now.timestamp()) + 60}, now)
    assert not says_away({}, now)
