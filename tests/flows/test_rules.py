"""The rules inside flows: scoring, times, rotation, and what every screen must keep to."""

import itertools
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.people import NUDGES
from flows import notice, team
from flows.checkin import SEASONS, next_due, pick, season_of
from flows.core.care import Plan
from flows.core.catalog import NudgeLine, Theme
from flows.core.flow import Carry, Turn
from flows.registry import FLOWS
from flows.screening.scoring import raised
from tests import world
from tests.content.test_screens import CONTENT

STATES = Path(__file__).parent.parent / "states"
ZONES = sorted(available_timezones())
THEMES = get_args(Theme)


@pytest.mark.parametrize(
    "answers", list(itertools.product(range(4), repeat=4)), ids=lambda each: "".join(map(str, each))
)
def test_phq4_every_answer_set(answers: tuple[int, ...]) -> None:
    """Kroenke et al. 2009: each subscale is the sum of its two items, positive from 3."""
    values = {f"q{number}": str(points) for number, points in enumerate(answers, start=1)}
    expected = answers[0] + answers[1] >= 3 or answers[2] + answers[3] >= 3
    assert raised(world.catalog().instruments["phq4"], values) is expected


@given(st.dictionaries(st.sampled_from(["q1", "q2", "q3", "q4", "q5"]), st.text(max_size=2)))
def test_phq4_scores_nothing_but_whole_forms(values: dict[str, str]) -> None:
    whole = all(values.get(f"q{number}") in {"0", "1", "2", "3"} for number in range(1, 5))
    assert (raised(world.catalog().instruments["phq4"], values) is not None) is whole


@given(
    st.sampled_from(ZONES),
    st.integers(0, 6),
    st.times().map(lambda each: each.replace(second=0, microsecond=0, tzinfo=None)),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
)
@settings(max_examples=400)
def test_next_due_is_the_next_such_minute_on_the_wall(zone: str, day: int, at: time, after: datetime) -> None:
    now = after.replace(tzinfo=UTC)
    due = next_due(Plan(day=day, at=at, zone=zone), now)
    local = due.astimezone(ZoneInfo(zone))
    assert now < due <= now + timedelta(days=8, hours=26)
    shown = local.replace(tzinfo=None)
    gap = datetime.combine(local.date(), at) != shown
    if gap:  # the wall skipped that minute: the next one that exists, within the gap's length
        assert shown > datetime.combine(shown.date(), at) or shown.time() < at
        assert abs(shown - datetime.combine(shown.date(), at)) <= timedelta(hours=24)
    else:
        assert (local.weekday(), local.time()) == (day, at)
        assert local.fold == 0


def test_gap_and_fold_in_london() -> None:
    plan = Plan(day=6, at=time(1, 30), zone="Europe/London")
    spring = next_due(plan, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 02:00 on the wall: 01:30 never was
    autumn = next_due(plan, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first 01:30
    assert next_due(plan, autumn) == datetime(2026, 11, 1, 1, 30, tzinfo=UTC)  # not the second one


def test_a_pause_holds_until_its_day() -> None:
    paused = world.plan(paused_until=datetime(2026, 12, 21).date())
    assert next_due(paused, world.NOW) == datetime(2026, 12, 21, 10, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.sampled_from(THEMES), st.sampled_from(["", *SEASONS])), min_size=1, max_size=30), st.data()
)
@settings(max_examples=60)
def test_rotation_repeats_nothing_while_the_pool_allows(pool: list[tuple[Theme, Any]], data: st.DataObject) -> None:
    nudges = [NudgeLine(key=str(n), theme=theme, season=season, text="t") for n, (theme, season) in enumerate(pool)]
    sent: tuple[str, ...] = ()
    for _ in range(60):
        season = data.draw(st.sampled_from(SEASONS))
        picked = pick(nudges, sent, season)
        fitting = [each for each in nudges if each.season in {"", season}] or nudges
        fresh = [each for each in fitting if each.key not in sent]
        assert picked in (fresh or fitting)
        assert fresh or sent.index(picked.key) == min(sent.index(each.key) for each in fitting)
        before = next((each.theme for each in nudges if sent and each.key == sent[-1]), None)
        assert picked.theme != before or not fresh or all(each.theme == before for each in fresh)
        sent = (*[each for each in sent if each != picked.key], picked.key)[-18:]


def test_the_lines_that_ship_do_not_repeat_in_sixty_days() -> None:
    """At two a week, in every season; and no theme comes twice in a row."""
    nudges, last, theme = CONTENT.catalog("en").nudges, dict[str, date](), ""
    assert len(nudges) >= 40
    sent: tuple[str, ...] = ()
    for number in range(208):
        day = date(2026, 1, 5) + timedelta(days=3 * number + number // 2)
        picked = pick(nudges, sent, season_of(day, "GB"))
        assert day - last.get(picked.key, date(2020, 1, 1)) > timedelta(days=60)
        assert picked.theme != theme or number > 40, picked  # once all were sent, who came first counts
        last[picked.key], theme = day, picked.theme
        sent = (*[each for each in sent if each != picked.key], picked.key)[-NUDGES:]


def test_seasons_are_turned_round_south_of_the_equator() -> None:
    months = [season_of(date(2026, month, 1), region) for region in ("GB", "NZ", None) for month in (1, 4, 7, 10, 12)]
    north = ["winter", "spring", "summer", "autumn", "winter"]
    assert months == [*north, "summer", "autumn", "winter", "spring", "summer", *north]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
def test_reminders_leave_at_a_fixed_time_only(now: datetime) -> None:
    slot = team.next_slot(world.catalog(), now.replace(tzinfo=UTC))
    local = slot.astimezone(ZoneInfo("Europe/London"))
    assert slot > now.replace(tzinfo=UTC)
    assert (local.weekday() in {1, 3}, local.time()) == (True, time(10))


def test_the_notice_changes_with_who_runs_it() -> None:
    versions = {
        notice.version(world.catalog(**change))
        for change in ({}, {"tier": "employer"}, {"organisation": "Other"}, {"custodian": "Other"})
    }
    assert len(versions) == 4


@pytest.mark.parametrize("path", sorted(STATES.glob("*.json")), ids=lambda path: path.stem)
def test_old_states_load_for_ever(path: Path) -> None:
    """Frozen examples of every version of every state: what a person left open is there after a deploy."""
    name, version = path.stem.split(".v")
    for frozen in json.loads(path.read_text()):
        assert FLOWS[name].thaw(int(version), frozen) is not None


@pytest.mark.parametrize("name", list(FLOWS))
def test_every_state_of_today_is_frozen(name: str) -> None:
    path = STATES / f"{name}.v{FLOWS[name].version}.json"
    frozen = {each["at"] for each in json.loads(path.read_text())}
    schema = TypeAdapter(FLOWS[name].state).json_schema()
    assert frozen == set(_ats(schema)), "freeze an example of each new state; raise the version if an old one changed"


def test_a_state_of_an_unknown_version_says_so() -> None:
    with pytest.raises(LookupError, match="no upgrade from version 7"):
        FLOWS["home"].thaw(7, {"at": "open"})


@pytest.mark.parametrize("name", list(FLOWS))
def test_flows_are_pure(name: str) -> None:
    """The same event in the same world gives the same step, and changes nothing that was there."""
    flow, at = FLOWS[name], world.moment()
    for frozen in json.loads((STATES / f"{name}.v{flow.version}.json").read_text()):
        state = flow.thaw(flow.version, frozen)
        before = state.model_dump_json()
        first = flow.view(state, world.words(flow.words), at)
        assert first == flow.view(state, world.words(flow.words), at)
        assert state.model_dump_json() == before
    opened = flow.begin(Carry(ask="asked"), at)
    assert isinstance(opened, Turn)
    assert opened == flow.begin(Carry(ask="asked"), at)


def _ats(schema: dict[str, Any]) -> list[str]:
    models = [*schema.get("$defs", {}).values(), schema]
    return [model["properties"]["at"]["const"] for model in models if "at" in model.get("properties", {})]
