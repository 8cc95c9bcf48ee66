"""Killed while many messages wait for their answer, over real HTTP: what was on the wire has arrived."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.workspace import Workspace as Slack
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.workspace import Workspace as Teams
from bot.wiring import build
from tests.paced import METHOD, FastClock, Slowly, arrived, join, loop, place_all, settings_of, work

EVERY = os.environ.get("HAVEN_PROOF_KILLS") == "1"
PEOPLE = 60
KILLS = range(3, 58, 5) if EVERY else (12, 30)  # after so many requests


@pytest.mark.parametrize("platform", ["slack", "teams"] if EVERY else ["slack"])
def test_killed_with_many_in_flight_one_a_kill_is_lost_at_most_and_none_comes_twice(
    tmp_path: Path, platform: str
) -> None:
    clock = FastClock(10.0 if platform == "slack" else 1.0)
    workspace = Slack(clock) if platform == "slack" else Teams(clock, pace=None)
    for number in range(PEOPLE + 1):
        join(workspace, number)
    with loop(1.0) as runner:
        wave = runner.run(_lives(workspace, tmp_path, clock, platform, KILLS))
    got = arrived(workspace, PEOPLE)
    print(platform, wave, "in flight at the kills:", wave["in flight"])
    assert max(got) == 1
    assert got.count(0) <= len(KILLS)
    assert wave["sent"] + wave["unknown"] == wave["audience"] == PEOPLE
    assert got.count(0) <= wave["unknown"]
    assert sum(wave["in flight"]) > len(KILLS)  # more than one was, or this shows nothing
    if platform == "slack":  # asked, it tells which ones arrived
        assert wave["unknown"] <= len(KILLS)


async def _lives(
    workspace: Slack | Teams, folder: Path, clock: FastClock, platform: str, kills: Iterable[int]
) -> dict[str, Any]:
    app = create_slack(workspace) if isinstance(workspace, Slack) else create_connector(workspace)
    app.add_middleware(Slowly)
    in_flight = list[int]()
    async with serve(app) as url:
        workspace.url = url
        for number, posts in enumerate(kills):
            life = _begin(workspace, folder, clock, number == 0)
            await _until(lambda posts=posts: _asked(workspace, platform) >= posts)  # type: ignore[misc]
            assert life.pid
            os.kill(life.pid, signal.SIGKILL)
            await asyncio.to_thread(life.join)
            in_flight.append(await _marked(workspace, folder, clock))
            await asyncio.sleep(0.5)  # until what was on the wire is carried out
        last = _begin(workspace, folder, clock, False)
        await asyncio.to_thread(last.join)
        assert last.exitcode == 0
        service = build(settings_of(workspace, folder), clock, base_url="http://127.0.0.1:9", layers_of=tuple)
        wave = (await service.store.transact(service.desk.deliveries.waves))["checkin"]
        await service.close()
    return {**wave.model_dump(), "in flight": in_flight}


def _asked(workspace: Slack | Teams, platform: str) -> int:
    return sum(each.method == METHOD[platform] for each in workspace.recorded)


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(30_000):
        if true():
            return
        await asyncio.sleep(0.002)
    raise TimeoutError


def _begin(workspace: Slack | Teams, folder: Path, clock: FastClock, first: bool) -> Any:
    life = multiprocessing.get_context("fork").Process(target=_life, args=(workspace, folder, clock, first))
    life.start()
    return life


def _life(workspace: Slack | Teams, folder: Path, clock: FastClock, first: bool) -> None:
    with loop(10.0 if isinstance(workspace, Slack) else 1.0) as runner:
        runner.run(_live(workspace, folder, clock, first))


async def _live(workspace: Slack | Teams, folder: Path, clock: FastClock, first: bool) -> None:
    service = build(settings_of(workspace, folder), clock, base_url="http://127.0.0.1:9", layers_of=tuple)
    for door in service.doors:
        await door.start()
    if first:
        await place_all(service, workspace, PEOPLE, clock.now())
        await service.schedule.tick()
    await service.errands.recover()
    await work(service)
    for door in service.doors:
        await door.stop()
    await service.close()


async def _marked(workspace: Slack | Teams, folder: Path, clock: FastClock) -> int:
    """Return how many messages a dead process has left marked as on their way."""
    service = build(settings_of(workspace, folder), clock, base_url="http://127.0.0.1:9", layers_of=tuple)
    try:
        query = "SELECT count(*) FROM effect WHERE state = 'sending'"
        return await service.store.transact(lambda conn: int(conn.exec_driver_sql(query).scalar() or 0))
    finally:
        await service.close()
