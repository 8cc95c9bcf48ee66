"""The rules inside flows: scoring, times, rotation, and what every screen must keep to."""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from flows import notice, team
from flows.checkin.steps import QUIETS, span
from flows.core.catalog import Team
from flows.core.flow import Carry, Goto, Turn
from flows.core.timing import NOTICE, OPEN_HOURS, QUIET, is_quiet
from flows.registry import FLOWS
from tests import world

STATES = Path(__file__).parent.parent / "states"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
def test_reminders_leave_at_a_fixed_time_only(now: datetime) -> None:
    slot = team.next_slot(world.catalog(), now.replace(tzinfo=UTC))
    local = slot.astimezone(ZoneInfo("Europe/London"))
    assert slot > now.replace(tzinfo=UTC)
    assert (local.weekday() in {1, 3}, local.time()) == (True, time(10))
    catalog = world.catalog(teams={"far": Team(key="far", name="Far", size=9, zone="Asia/Tokyo")})
    each = team.next_slot(catalog, now.replace(tzinfo=UTC), "far", each=True)
    assert each > now.replace(tzinfo=UTC) + NOTICE  # so that check-ins can make room
    assert each.astimezone(ZoneInfo("Asia/Tokyo")).time() == time(10)


def test_nobodys_quiet_hours_reach_into_open_hours() -> None:
    """Whatever somebody chose: between these hours what goes to all is quiet for nobody."""
    day = datetime(2026, 11, 23)
    minutes = [(day + timedelta(minutes=each)).time() for each in range(24 * 60)]
    open_ = [each for each in minutes if OPEN_HOURS[0] <= each < OPEN_HOURS[1]]
    choices = [span(each) for each in QUIETS] + [QUIET]
    assert not [(at, quiet) for at in open_ for quiet in choices if is_quiet(at, *quiet)]


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
    assert isinstance(opened, Turn | Goto)
    assert opened == flow.begin(Carry(ask="asked"), at)


def _ats(schema: dict[str, Any]) -> list[str]:
    models = [*schema.get("$defs", {}).values(), schema]
    return [model["properties"]["at"]["const"] for model in models if "at" in model.get("properties", {})]
