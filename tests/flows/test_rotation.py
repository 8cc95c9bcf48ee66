"""Which line a check-in says."""

from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.record import NUDGES
from flows.checkin import FLOW, line_of, pick, season_of
from flows.checkin.rotation import SEASONS
from flows.checkin.states import Overview
from flows.core.catalog import Feature, NudgeLine, Theme
from flows.core.effects import Nudge
from flows.core.events import Woke
from flows.core.flow import Turn
from flows.core.timing import FEATURED
from tests import world
from tests.content.test_screens import CONTENT

THEMES = get_args(Theme)


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


@pytest.mark.parametrize("locale", ["en", "es", "fr", "de", "pt"])
def test_the_lines_that_ship_do_not_repeat_in_sixty_days(locale: str) -> None:
    """At two a week, in every season; no theme comes twice in a row, and every line for the whole year comes."""
    nudges, last, theme = CONTENT.catalog(locale).nudges, dict[str, date](), ""
    assert len(nudges) >= 40
    sent: tuple[str, ...] = ()
    for number in range(208):
        day = date(2026, 1, 5) + timedelta(days=3 * number + number // 2)
        picked = pick(nudges, sent, season_of(day, "GB"))
        assert day - last.get(picked.key, date(2020, 1, 1)) > timedelta(days=60)
        assert picked.theme != theme or number > 40, picked  # once all were sent, who came first counts
        last[picked.key], theme = day, picked.theme
        sent = (*[each for each in sent if each != picked.key], picked.key)[-NUDGES:]
    assert {each.key for each in nudges if not each.season} <= set(last)


def test_seasons_are_turned_round_south_of_the_equator() -> None:
    months = [season_of(date(2026, month, 1), region) for region in ("GB", "NZ", None) for month in (1, 4, 7, 10, 12)]
    north = ["winter", "spring", "summer", "autumn", "winter"]
    assert months == [*north, "summer", "autumn", "winter", "spring", "summer", *north]


@given(st.sets(st.integers(0, 40)), st.lists(st.integers(0, 60), min_size=1, max_size=20, unique=True))
def test_a_campaign_is_said_once_within_a_week_of_each_of_its_days(days: set[int], checks: list[int]) -> None:
    """In place of a line, never beside one; and by the calendar and by what was sent before, nothing else."""
    begin = world.NOW
    calendar = sorted((begin + timedelta(days=7 * day)).date() for day in days)
    catalog = world.catalog(features=(Feature(key="spring", text="spring text", days=tuple(calendar)),))
    sent, said = tuple[str, ...](), list[date]()
    for check in sorted(checks):
        now = begin + timedelta(days=check * 5)
        at = world.moment(world.person(plan=world.plan(), nudged=sent), catalog, now)
        step = FLOW.update(Overview(), Woke(why="checkin"), at)
        assert isinstance(step, Turn)
        (nudge,) = step.effects
        assert isinstance(nudge, Nudge)
        sent = (*sent, nudge.key)
        due = [day for day in calendar if timedelta() <= now.date() - day <= FEATURED]
        if nudge.key.startswith("spring:"):
            assert line_of(catalog, nudge.key) == "spring text"
            assert due
            said.append(due[-1])
        else:
            assert not due or due[-1] in said
    assert len(set(said)) == len(said)
    assert line_of(world.catalog(), "spring:261123") is None  # taken out of the file: nothing is said
