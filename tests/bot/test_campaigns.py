"""Campaigns and managers' messages to each member, against the whole service: everybody alike, once, in their hours."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.platform import Public
from content import default_root
from tests.rig import Rig, rig

LONDON, DAY, WEEK = ZoneInfo("Europe/London"), timedelta(days=1), timedelta(days=7)
SUPPORT = ("sam", "alex", "priya", "jonas", "lena", "mateo")
START = datetime(2026, 11, 20, 8, tzinfo=UTC)  # a Friday


@asynccontextmanager
async def planned(
    folder: Path, campaigns: str, teams: Mapping[str, str] = {}, at: datetime = START
) -> AsyncIterator[Rig]:
    """Run the service on the shipped content with these campaigns; `teams` replaces texts of teams.yaml."""
    content = folder / "content"
    if not content.exists():
        shutil.copytree(default_root(), content, ignore=shutil.ignore_patterns("*.py", "__pycache__", "lint_*", "*.md"))
    (content / "org" / "campaigns.yaml").write_text("campaigns:\n" + campaigns)
    path = content / "org" / "teams.yaml"
    text = path.read_text()
    for old, new in teams.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    async with rig(folder, at, content_dir=content, profile="demo") as haven:
        yield haven


async def plans(haven: Rig, user: str, **form: str) -> None:
    await haven.agree(user)
    await haven.tap(user, "checkin")
    await haven.tap(user, "start")
    await haven.fill(user, **({"day": "1", "time": "10:00", "zone": "Europe/London"} | form))


def texts(messages: list[Public]) -> list[str]:
    return [each.screen.lines[0] for each in messages]


LAUNCH = '  - {key: launch, to: everyone, template: gentle, on: 2026-12-01, at: "10:00"}\n'


async def test_everyone_gets_it_alike_whatever_they_chose_and_check_ins_make_room(tmp_path: Path) -> None:
    """Sam has check-ins twice a week, Alex pauses, Priya stopped, Jonas was forgotten; Lena never came."""
    async with planned(tmp_path, LAUNCH) as haven:
        await haven.jump(timedelta())
        for user in ("sam", "alex", "priya", "jonas"):
            await plans(haven, user, other="4")
        await haven.say("alex", "pause")
        await haven.say("priya", "stop")
        await haven.say("jonas", "forget me")
        await haven.tap("jonas", "yes")
        await haven.later(timedelta(days=11, hours=3))  # Tuesday, the first of December, 11:00
        text = next(each.text for each in haven.service.library.current.templates if each.key == "gentle")
        got = {
            user: [each for each in haven.platform.messages[user] if each.screen.lines[0] == text] for user in SUPPORT
        }
        assert {user: len(each) for user, each in got.items()} == dict.fromkeys(SUPPORT, 1)
        assert len({each[0].model_dump_json() for each in got.values()}) == 1  # byte for byte, tokens and all
        assert haven.words("team").alike in got["sam"][0].screen.lines
        wave = (await haven.service.store.transact(haven.service.desk.deliveries.waves))["campaign"]
        everybody = sum(text in texts(each) for each in haven.platform.messages.values())
        assert (wave.audience, wave.sent, wave.queued) == (everybody, everybody, 0)
        # check-ins on the 20th and 24th; on the 27th one would be the second of three in seven days, on the 1st of two
        assert len(haven.platform.messages["sam"]) == 3
        await haven.restart()
        await haven.jump(timedelta(minutes=1))  # the same day, in open hours: planned once
        await haven.later(2 * DAY)
        assert len(haven.platform.messages["lena"]) == 1
        shown = await haven.press("lena", haven.platform.messages["lena"][0], "open")
        assert shown.screen.lines  # whoever presses it comes to their own start


async def test_everyone_needs_notice_and_teams_and_channels_do_not(tmp_path: Path) -> None:
    near = (
        '  - {key: launch, to: everyone, template: gentle, on: 2026-11-24, at: "10:00"}\n'
        '  - {key: posts, to: teams, template: gentle, on: 2026-11-24, at: "10:00"}\n'
        '  - {key: general, to: channels, channels: {console: ["#general"]}, template: busy-time, languages: [en],'
        ' on: 2026-11-24, at: "11:00"}\n'
    )
    async with planned(tmp_path, near, {"key: finance\n": "key: finance\n    zone: America/New_York\n"}) as haven:
        await haven.jump(timedelta())
        await haven.later(timedelta(days=4, hours=2, minutes=30))  # 10:30 in London, 05:30 in New York
        assert [where for where, _ in haven.platform.posts] == ["#customer-support"]
        await haven.later(timedelta(hours=6))
        assert [where for where, _ in haven.platform.posts] == ["#customer-support", "#general", "#finance"]
        assert haven.platform.messages == {}


async def test_a_holiday_moves_it_and_an_outage_does_not_bring_it_at_night(tmp_path: Path) -> None:
    general = 'to: channels, channels: {console: ["#general"]}, template: gentle, at: "10:00"'
    both = f"  - {{key: xmas, {general}, on: 2026-12-25}}\n  - {{key: late, {general}, on: 2027-01-12}}\n"
    async with planned(tmp_path, both, at=datetime(2026, 12, 20, 8, tzinfo=UTC)) as haven:
        await haven.later(9 * DAY)  # to Tuesday the 29th, eight in the morning: the 28th is a bank holiday
        assert haven.platform.posts == []
        await haven.later(timedelta(hours=3))
        assert len(haven.platform.posts) == 1
        await haven.jump(datetime(2027, 1, 12, 18, 1, tzinfo=UTC) - haven.clock.now())
        await haven.later(DAY)
        assert len(haven.platform.posts) == 1


async def test_check_ins_say_it_once_in_place_of_their_next_line(tmp_path: Path) -> None:
    spring = "  - {key: winter, to: check-ins, template: busy-time, on: 2026-11-30}\n"
    async with planned(tmp_path, spring) as haven:
        await plans(haven, "sam", day="0")  # Mondays: the 23rd, the 30th
        await plans(haven, "kim", day="3")  # Thursdays: the 26th, the 3rd
        await haven.later(5 * WEEK)
        text = next(each.text for each in haven.service.library.current.templates if each.key == "busy-time")
        said = {user: texts(haven.platform.messages[user]) for user in ("sam", "kim")}
        assert {user: each.index(text) for user, each in said.items()} == {"sam": 1, "kim": 1}
        assert {user: each.count(text) for user, each in said.items()} == {"sam": 1, "kim": 1}
        assert [len(each) for each in said.values()] == [4, 4]  # as many as without it


async def test_a_managers_message_to_each_member_is_one_for_all_and_cannot_go_to_fewer(tmp_path: Path) -> None:
    """Sam pauses, Alex was forgotten, Priya chose Spanish; HR's file says that the team reads German and English. Then
    a member leaves the file, and then so many that it does not go out."""
    reads = {"key: support\n": "key: support\n    languages: [de, en]\n"}
    async with planned(tmp_path, "  []\n", reads) as haven:
        for user in ("sam", "alex"):
            await plans(haven, user, other="4")
        await haven.say("sam", "pause")
        await haven.say("alex", "forget me")
        await haven.tap("alex", "yes")
        assert await haven.record("alex") is None
        await haven.agree("priya")
        await haven.say("priya", "language")
        await haven.tap("priya", "Español")
        priya = await haven.record("priya")
        assert priya is not None
        assert priya.ops.locale == "es"
        await _reminds(haven)
        assert "Tue 1 Dec, 10:00" in haven.text("morgan")
        await haven.later(timedelta(days=11, hours=3))
        got = {user: haven.platform.messages[user][-1] for user in SUPPORT}
        assert len({each.model_dump_json() for each in got.values()}) == 1
        words, content = haven.words("team"), haven.service.library.current
        text = next(each for each in content.templates if each.key == "gentle")
        assert got["priya"].screen.lines == tuple(
            line
            for language in ("de", "en")
            for line in (
                text.said(language),
                content.catalog("").alike[language],
                haven.service.desk.drawing.common(language).asked_by.fill(who="Morgan"),
            )
        )
        assert len(set(got["priya"].screen.lines)) == 6
        assert haven.platform.posts == []
        refused = await _reminds(haven, each=False)  # a message to each counts for the cool-down of posts, too
        assert refused == words.cool_down.fill(team="Customer Support", until="Tue 8 Dec, 10:00")
        await _reminds(haven)
        await haven.say("morgan", "language")
        await haven.tap("morgan", "Français")
        teams = haven.service.settings.content_dir / "org" / "teams.yaml"  # type: ignore[operator]
        teams.write_text(teams.read_text().replace("console: [sam, alex, priya, jonas, lena, mateo]", "console: [sam]"))
        await haven.later(2 * WEEK)
        assert [_alike(haven, user) for user in SUPPORT] == [1] * len(SUPPORT)
        told = haven.platform.messages["morgan"][-1].screen
        assert told.lines[0].startswith("Le rappel à Customer Support n'a pas pu être publié.")
        assert [each.label for each in told.buttons] == ["Aide maintenant"]


async def test_a_managers_reminder_waits_for_a_day_that_is_no_holiday_where_the_team_works(tmp_path: Path) -> None:
    german = {"key: support\n": "key: support\n    zone: Europe/Berlin\n    languages: [de]\n"}
    async with planned(tmp_path, "  []\n", german, at=datetime(2027, 5, 4, 11, tzinfo=UTC)) as haven:  # a Tuesday
        said = await _reminds(haven, each=False)
        assert "Tue 11 May, 09:00" in said  # ten in Berlin; Thursday the 6th is Ascension Day there
        await haven.later(timedelta(days=3))
        assert haven.platform.posts == []
        await haven.later(WEEK)
        ((_, post),) = haven.platform.posts
        assert post.screen.lines[-1] == "Morgan hat mich gebeten, dies an das ganze Team zu schicken."
        assert [each.label for each in post.screen.buttons] == ["Haven privat öffnen", "Hilfe jetzt"]


def _alike(haven: Rig, user: str) -> int:
    """Count the messages that everybody gets alike."""
    return sum(haven.words("team").alike in each.screen.lines for each in haven.platform.messages[user])


async def _reminds(haven: Rig, *, each: bool = True) -> str:
    if not haven.platform.screens["morgan"]:
        await haven.agree("morgan")
    await haven.say("morgan", "home")
    for step in ("team", "Customer Support", "template", *(["each"] if each else []), "send"):
        await haven.tap("morgan", step)
    return haven.text("morgan")
