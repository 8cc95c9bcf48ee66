"""A campaign in the platforms' own wire formats, over HTTP: each member and the channel get it, alike and once."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace as slack_workspace
from bot.sandbox.slack.look import text_of as slack_text
from bot.sandbox.slack.workspace import Workspace as Slack
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import SUPPORT
from bot.sandbox.teams.demo import demo_workspace as teams_workspace
from bot.sandbox.teams.look import text_of as teams_text
from bot.sandbox.teams.workspace import Workspace as Teams
from bot.wiring import Service, build
from content import default_root
from tests.fakes import FakeClock
from tests.paced import join, placed, settings_of
from tests.world import plan

START = datetime(2026, 11, 20, 8, tzinfo=UTC)  # a Friday
PEOPLE = range(1000, 1012)
CHANNEL = {"slack": "C0SUPPORT", "teams": SUPPORT}


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_a_campaign_reaches_everybody_and_the_channel_once(tmp_path: Path, platform: str) -> None:
    """Every second pauses check-ins; in Slack some have never come at all. Then Haven starts anew, on the same day."""
    clock = FakeClock(START)
    workspace = slack_workspace(clock) if platform == "slack" else teams_workspace(clock)
    for number in PEOPLE:
        join(workspace, number)
    app = create_slack(workspace) if isinstance(workspace, Slack) else create_connector(workspace)
    async with serve(app) as workspace.url:
        service = await _built(workspace, tmp_path, clock)
        clock.later(timedelta(days=11, hours=2, minutes=1))  # Tuesday, the first of December, a minute past ten
        await _a_minute(service)
        wave = (await service.store.transact(service.desk.deliveries.waves))["campaign"]
        assert (wave.audience, wave.sent) == (len(PEOPLE) + 1, len(PEOPLE) + 1)
        await _end(service)
        clock.later(timedelta(minutes=1))
        service = await _built(workspace, tmp_path, clock, first=False)
        await _a_minute(service)
        text = next(each.text for each in service.library.current.templates if each.key == "gentle")
        alike = str(getattr(service.library.current.words["en"]["team"], "alike"))  # noqa: B009  of the flow's
        await _end(service)
    each, channel = _said(workspace)
    assert [len(said) for said in each] == [1] * len(PEOPLE)
    assert {text in said and alike in said for (said,) in each} == {True}
    assert len({said for (said,) in each}) == 1
    (post,) = channel
    assert text in post
    assert alike not in post


async def _built(workspace: Slack | Teams, folder: Path, clock: FakeClock, *, first: bool = True) -> Service:
    """Put a service together on the folder; at first with HR's files, and a plan for most people."""
    platform, content = ("slack" if isinstance(workspace, Slack) else "teams"), folder / "content"
    if first:
        shutil.copytree(default_root(), content, ignore=shutil.ignore_patterns("*.py", "__pycache__", "lint_*", "*.md"))
        members = [placed(workspace, number)[0].user for number in PEOPLE]
        team = (
            f"managers: {{{platform}: [{members[0]}]}}, members: {{{platform}: [{', '.join(members)}]}}, channel: {{}}"
        )
        (content / "org" / "teams.yaml").write_text(f"teams: [{{key: all, name: All, {team}}}]\n")
        day = 'template: gentle, languages: [en], on: 2026-12-01, at: "10:00"'
        launch, post = (
            f"  - {{key: launch, to: everyone, {day}}}\n",
            f'  - {{key: post, to: channels, channels: {{{platform}: ["{CHANNEL[platform]}"]}}, {day}}}\n',
        )
        (content / "org" / "campaigns.yaml").write_text(f"campaigns:\n{launch}{post}")
    settings = settings_of(workspace, folder).model_copy(update={"content_dir": content})
    service = build(settings, clock, base_url="http://127.0.0.1:9", layers_of=tuple)
    for door in service.doors:
        await door.start()
    for number in PEOPLE if first else ():
        if platform == "teams" or number % 3:
            address, reference = placed(workspace, number)
            record = service.people.stranger(service.vault.sid(address), address)
            paused = datetime(2027, 1, 4).date() if number % 2 else None
            record.set_ops(notice="n", zone="Europe/London", reference=reference, plan=plan(paused_until=paused))
            await service.store.transact(lambda conn, record=record: service.people.save(conn, record))  # type: ignore[misc]
    await service.errands.recover()
    await _a_minute(service)
    return service


async def _a_minute(service: Service) -> None:
    await service.schedule.tick()
    await service.errands.drain()


async def _end(service: Service) -> None:
    for door in service.doors:
        await door.stop()
    await service.close()


def _said(workspace: Slack | Teams) -> tuple[list[list[str]], list[str]]:
    """Return what stands in each person's chat, and in the channel."""
    if isinstance(workspace, Slack):
        chats = [workspace.dm(f"U{number}").id for number in PEOPLE]
        said = [[slack_text({"blocks": each.blocks}) for each in workspace.messages.get(chat, ())] for chat in chats]
        return said, [slack_text({"blocks": each.blocks}) for each in workspace.messages["C0SUPPORT"]]
    places = [workspace.personal(f"29:1p{number}") for number in PEOPLE]
    posts = workspace.conversation(SUPPORT).activities
    return (
        [[teams_text(each.activity) for each in place.activities] for place in places],
        [teams_text(each.activity) for each in posts],
    )
