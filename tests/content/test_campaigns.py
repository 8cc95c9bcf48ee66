"""campaigns.yaml: the days it comes to, and every mistake by file, line and remedy."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from content.campaigns import Campaign, CampaignEntry, Cron, _cron
from content.loader import Reading
from content.source import parse
from flows.core.catalog import Template
from tests.content.conftest import TODAY, reading

TEAMS = """
  - {key: big, name: Big, managers: {}, members: {console: [a, b, c, d, e, f], slack: [U01, U02, U03, U04, U05, U06]},
     channel: {console: "#big", slack: C01}, zone: Asia/Tokyo}
  - {key: other, name: Other, managers: {}, members: {console: [f, g, h, i, j]}, channel: {console: "#other"}}
  - {key: outside, name: Outside, managers: {}, members: {console: [k, l, m, n, o]}, channel: {console: "#x"},
     external: true}
  - {key: mute, name: Mute, managers: {}, members: {console: [p, q, r, s, t]}, channel: {}}
"""
DAY = 'on: 2026-10-12, at: "10:00"'
WRONG = {  # an entry, the text on the line that is named (empty: the entry's own), what is said
    f"key: a, to: everyone, template: gentel, {DAY}": "did you mean gentle?",
    "key: a, to: everyone, template: gentle": "this does not say when",
    f'key: a, to: everyone, template: gentle, {DAY}, cron: "0 10 1 * *"': "on and cron say two things",
    "key: a, to: everyone, template: gentle, on: 2026-10-12": 'add at: "10:00"',
    'key: a, to: everyone, template: gentle, on: 2026-13-12, at: "10:00"': "not in the calendar",
    'key: a, to: everyone, template: gentle, cron: "0 10 1 *"': "this has 4 parts, not five",
    'key: a, to: everyone, template: gentle, cron: "*/5 10 1 * *"': "is not one time of the day",
    'key: a, to: everyone, template: gentle, cron: "0 10 * * 1"': "write its name: mon, tue",
    'key: a, to: everyone, template: gentle, cron: "0 10 32 * *"': "this is no cron line",
    'key: a, to: everyone, template: gentle, cron: "0 10 30 feb *"': "no such day in the coming five years",
    'key: a, to: everyone, template: gentle, cron: "0 10 1 * *", at: "10:00"': "the time is in the cron line",
    'key: a, to: everyone, template: gentle, cron: "0 8 1 * *"': "choose a time from 09:00 to before 18:00",
    'key: a, to: everyone, template: gentle, on: 2026-10-12, at: "18:00"': "may lie in somebody's quiet hours",
    'key: a, to: teams, template: gentle, cron: "0 10 * * mon,thu"': "leave 7 days between two",
    f"key: a, to: all, template: gentle, {DAY}": "choose 'everyone', 'teams', 'channels' or 'check-ins'",
    f"key: a, to: channels, template: gentle, {DAY}": "this names no channel",
    f"key: a, to: everyone, channels: {{slack: [C01]}}, template: gentle, {DAY}": "takes no channels",
    f"key: a, to: channels, channels: {{slack: [general]}}, template: gentle, {DAY}": "not a Slack channel ID",
    f"key: a, to: teams, teams: [bgi], template: gentle, {DAY}": "did you mean big?",
    f"key: a, to: teams, teams: [design], template: gentle, {DAY}": "fewer than 5 would be pointed at",
    f"key: a, to: everyone, teams: [design], template: gentle, {DAY}": "fewer than 5 would be pointed at",
    f"key: a, to: teams, teams: [outside], template: gentle, {DAY}": "people from outside",
    f"key: a, to: teams, teams: [mute], template: gentle, {DAY}": "mute has no channel",
    f"key: a, to: check-ins, template: gentle, {DAY}": "the time that each person chose",
    'key: a, to: check-ins, template: gentle, cron: "0 10 1 mar *"': 'write stars for it, as "* * 1 mar *"',
    "key: a, to: check-ins, teams: [big], template: gentle, on: 2026-10-12": "takes no teams",
    "key: a, to: check-ins, languages: [en], template: gentle, on: 2026-10-12": "leave languages out",
    f"key: a, to: everyone, template: gentle, languages: [en, de], {DAY}": "gentle has no text in de",
    f"key: a-key-that-is-too-long, to: everyone, template: gentle, {DAY}": "at most 16",
    f"key: a, to: everyone, tempalte: gentle, {DAY}": "did you mean template?",
}
APART = [  # two entries; whether the second is refused
    (f"key: a, to: everyone, template: gentle, {DAY}", "key: b, to: everyone, teams: [big], template: gentle, "
     'on: 2026-10-18, at: "09:00"', True),
    (f"key: a, to: everyone, template: gentle, {DAY}", 'key: b, to: everyone, template: gentle, on: 2026-10-19, '
     'at: "09:00"', False),
    (f"key: a, to: teams, template: gentle, {DAY}", 'key: b, to: channels, channels: {slack: [C01]}, template: gentle, '
     'on: 2026-10-08, at: "09:00"', True),
    (f"key: a, to: teams, template: gentle, {DAY}", f"key: b, to: everyone, template: gentle, {DAY}", False),
    (f"key: a, to: everyone, teams: [other], template: gentle, {DAY}", f"key: b, to: everyone, teams: [mute], "
     f"template: gentle, {DAY}", False),
    ("key: a, to: check-ins, template: gentle, on: 2026-10-12", "key: b, to: check-ins, template: gentle, "
     "on: 2026-10-15", True),
]  # fmt: skip


def _read(root: Path, entries: Sequence[str]) -> Reading:
    teams = root / "org" / "teams.yaml"
    if "key: big" not in (text := teams.read_text()):
        teams.write_text(text.rstrip() + TEAMS)
    (root / "org" / "campaigns.yaml").write_text("campaigns:\n" + "".join(f"  - {{{each}}}\n" for each in entries))
    return reading(root)


def test_every_mistake_is_named_with_line_and_remedy(root: Path) -> None:
    """A good entry stands on the line before, so that the line is the entry's own."""
    good, missed = f"key: good, to: channels, channels: {{console: [here]}}, template: gentle, {DAY}", []
    for wrong, says in WRONG.items():
        read = _read(root, (good, wrong))
        found = [each for each in read.problems if says in str(each)]
        if not (read.loaded is None and found and (found[0].file, found[0].line) == ("org/campaigns.yaml", 3)):
            missed.append((wrong, says, [str(each) for each in read.problems]))
    assert missed == []


def test_a_week_lies_between_two_messages_to_the_same_people(root: Path) -> None:
    for first, second, refused in APART:
        read = _read(root, (first, second))
        assert ["of the same people" in str(each) or "same people" in str(each) for each in read.problems] == (
            [True] if refused else []
        ), (first, second, read.problems)
    read = _read(root, APART[0][:2])
    assert "(line 2)" in read.problems[0].message
    assert read.problems[0].line == 3


def test_a_file_that_is_not_there_plans_nothing_and_a_day_that_is_over_is_told(root: Path) -> None:
    loaded = reading(root).loaded
    assert loaded
    assert loaded.campaigns == ()
    over = _read(root, ('key: a, to: everyone, template: gentle, on: 2026-06-01, at: "10:00"',))
    assert [each.message for each in over.warnings] == ["this day is over"]
    near = _read(root, (f'key: a, to: everyone, template: gentle, on: {TODAY + timedelta(days=3)}, at: "10:00"',))
    assert "8 days' notice" in near.warnings[0].message


def test_whom_it_reaches_and_in_which_zone(root: Path) -> None:
    """Somebody in two teams is written to once, where the first of them works; small teams are in for everyone only."""
    read = _read(
        root, (f"key: a, to: everyone, template: gentle, {DAY}", f"key: b, to: teams, template: gentle, {DAY}")
    )
    assert read.loaded
    everyone, teams = read.loaded.campaigns
    assert everyone.people["console", "f"] == "Asia/Tokyo"
    assert everyone.people["console", "g"] == "Europe/London"
    assert ("slack", "U0HUGO") in everyone.people
    assert sorted(teams.places) == [("console", "#big"), ("console", "#other"), ("slack", "C01")]
    assert everyone.places == teams.people == {}


@settings(max_examples=20)
@given(st.sets(st.sampled_from(["mon", "tue", "sat"])), st.integers(1, 31), st.integers(1, 12), st.booleans())
def test_a_cron_line_names_the_days_that_the_calendar_has(
    weekdays: set[str], day: int, month: int, every: bool
) -> None:
    """Against a walk through every day of five years. Day and weekday both count."""
    numbers = {("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(each) for each in weekdays}
    line = f"0 10 {'*' if every else day} {month} {','.join(sorted(weekdays)) or '*'}"
    cron, first, last = Cron.model_validate(_cron(line)), date(2026, 1, 1), date(2030, 12, 31)
    walked = (first + timedelta(days=number) for number in range((last - first).days + 1))
    fits = [
        each
        for each in walked
        if each.month == month and (every or each.day == day) and (not numbers or each.weekday() in numbers)
    ]
    assert list(cron.days(first, last)) == fits


def test_a_text_in_several_languages_stands_one_below_the_other(root: Path) -> None:
    template = Template(key="t", name="T", text="one", translations={"de": "eins", "fr": "un"})
    days = DAY.replace(", ", "\n")
    source = parse(f"key: a\nto: everyone\ntemplate: t\nlanguages: [de, en]\n{days}".encode(), "f")
    entry = CampaignEntry.model_validate(source.data)
    campaign = Campaign(entry, template, (), "Europe/London", "", ())
    assert campaign.texts == ("eins", "one")
    assert [campaign.feature(each).text for each in ("fr-CA", "pt")] == ["un", "one"]
