"""Everybody's check-in at once, through the whole service and over real HTTP, to a stand-in that enforces its limits.

    python -m tests.paced slack|teams PEOPLE [SPEED]      prints a line of JSON

Time may run faster (`SPEED` times): for sleeps, timeouts, the service's clock and the stand-in's. What the machine
itself takes then weighs that much more, so it makes the proof harder, not easier.
"""

import asyncio
import gc
import json
import multiprocessing
import selectors
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.platform import Address, Public
from adapters.teams.reference import Reference
from bot.clock import SystemClock
from bot.progress import Progress, look
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.pace import Pace as SlackPace
from bot.sandbox.slack.workspace import Member
from bot.sandbox.slack.workspace import Workspace as Slack
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.pace import Pace as TeamsPace
from bot.sandbox.teams.workspace import Person
from bot.sandbox.teams.workspace import Workspace as Teams
from bot.settings import Settings, SlackSettings, TeamsSettings
from bot.settle import settle
from bot.store import queries
from bot.wiring import Service, build
from flows.core.care import Plan
from flows.core.screen import Screen

START = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday, no holiday
LIMIT = {"slack": 300 / 60, "teams": 50.0}  # messages a second
METHOD = {"slack": "chat.postMessage", "teams": "send_to_conversation"}
ANSWER = 0.2  # seconds until the stand-in answers
REPLY = 2.0  # seconds between replies to somebody who talks to Haven meanwhile


class Slowly:
    """Lets answers take a while."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(ANSWER)
            await send(message)

        await self._app(scope, receive, answer)


class _Faster(selectors.DefaultSelector):
    speed = 1.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / self.speed if timeout else timeout)


class Loop(asyncio.SelectorEventLoop):
    """A loop whose seconds are shorter."""

    def __init__(self, speed: float) -> None:
        selector = _Faster()
        selector.speed, self._speed = speed, speed
        super().__init__(selector)

    def time(self) -> float:
        return super().time() * self._speed


class FastClock(SystemClock):
    """The machine's time since START, so many times faster."""

    def __init__(self, speed: float) -> None:
        self._speed, self._began = speed, monotonic()

    def now(self) -> datetime:
        return START + timedelta(seconds=(monotonic() - self._began) * self._speed)


def run(platform: str, people: int, speed: float) -> dict[str, Any]:
    """Send to so many people and return the figures. The stand-in is a process of its own, as a platform is."""
    clock = FastClock(speed)
    workspace = Slack(clock, pace=SlackPace()) if platform == "slack" else Teams(clock, pace=TeamsPace())
    for number in range(people + 1):
        join(workspace, number)
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    stand_in = multiprocessing.get_context("fork").Process(target=_stand_in, args=(workspace, people, speed, theirs))
    stand_in.start()
    try:
        workspace.url = ours.recv()
        with loop(speed) as runner, tempfile.TemporaryDirectory() as folder:
            sent = runner.run(_send(workspace, people, clock, Path(folder)))
        ours.send("done")
        return {"platform": platform, "people": people, **ours.recv(), **sent}
    finally:
        stand_in.terminate()
        stand_in.join()


def loop(speed: float) -> asyncio.Runner:
    """Return what runs a loop whose seconds are shorter."""
    return asyncio.Runner(loop_factory=lambda: Loop(speed))


def _stand_in(workspace: Slack | Teams, people: int, speed: float, wire: Connection) -> None:
    """Serve until we are told that all is done, and tell what came."""

    gc.disable()  # a platform does not pause for a tenth of a second to tidy up

    async def serving() -> None:
        app = create_slack(workspace) if isinstance(workspace, Slack) else create_connector(workspace)
        app.add_middleware(Slowly)
        async with serve(app) as url:
            workspace.url = url
            wire.send(url)
            await asyncio.to_thread(wire.recv)
            wire.send(_told(workspace, people))

    with loop(speed) as runner:
        runner.run(serving())


async def _send(workspace: Slack | Teams, people: int, clock: FastClock, folder: Path) -> dict[str, Any]:
    settings = settings_of(workspace, folder)
    service = build(settings, clock, base_url="http://127.0.0.1:9", layers_of=tuple)
    for door in service.doors:
        await door.start()
    await place_all(service, workspace, people, clock.now())
    assert await service.schedule.tick() == people
    before = gc.get_threshold()
    settle()  # as `haven serve` does
    working = asyncio.create_task(work(service))
    looks, replies = await _watch(service, working, placed(workspace, people)[0])
    await working
    wave = (await service.store.transact(service.desk.deliveries.waves))["checkin"]
    for door in service.doors:
        await door.stop()
    await service.close()
    gc.unfreeze()
    gc.set_threshold(*before)
    end, errors = looks[-1][0], list[float]()
    for at, left in looks:
        if left and end - at > 30:  # what is told in the last half minute is of no use to anybody
            errors.append(abs(left - (end - at)) / (end - at))
    late = (
        {"eta off by": round(statistics.median(errors), 3), "eta off at most": round(max(errors), 3)} if errors else {}
    )
    return {**late, "sent": wave.sent, "unknown": wave.unknown, **replies}


def settings_of(workspace: Slack | Teams, folder: Path) -> Settings:
    """Return the settings of a service that keeps its data in a folder and knows this workspace only."""
    url = workspace.url
    database = f"sqlite:///{folder}/haven.db"
    if isinstance(workspace, Slack):
        secrets = {"bot_token": SecretStr(workspace.bot_token), "signing_secret": SecretStr(workspace.signing_secret)}
        slack = SlackSettings(team_id=workspace.team_id, api_url=f"{url}/api/", **secrets)
        return Settings(database_url=database, slack=slack)
    teams = TeamsSettings(
        app_id=workspace.app_id,
        app_password=SecretStr(workspace.app_password),
        tenant_id=workspace.tenant_id,
        openid_url=f"{url}/v1/.well-known/openidconfiguration",
        login_url=url,
        service_hosts=workspace.url,
    )
    return Settings(database_url=database, teams=teams)


async def place_all(service: Service, workspace: Slack | Teams, people: int, now: datetime) -> None:
    """Plan everybody a check-in for this minute; one more is known, and has none: they talk to Haven meanwhile."""

    def save(conn: Any) -> None:
        for number in range(people + 1):
            address, reference = placed(workspace, number)
            record, talks = service.people.stranger(service.vault.sid(address), address), number == people
            plan = Plan(days=(now.weekday(),), at=time(now.hour, now.minute), zone="Etc/UTC")
            record.set_ops(notice="n", zone="Etc/UTC", reference=reference)
            if not talks:
                record.set_ops(plan=plan, due=now)
            service.people.save(conn, record)

    await service.store.transact(save)


def join(workspace: Slack | Teams, number: int) -> None:
    """Let somebody be a member, with the app installed."""
    if isinstance(workspace, Slack):
        workspace.join(Member(f"U{number}", f"p{number}", f"Person {number}"))
        return
    person = workspace.join(Person(f"29:1p{number}", f"5d000000-0000-4000-8000-{number:012}", f"Person {number}"))
    workspace.personal(person.id).installed = True


def placed(workspace: Slack | Teams, number: int) -> tuple[Address, str]:
    """Return where somebody is, and the reference of their chat."""
    if isinstance(workspace, Slack):
        return Address(platform="slack", tenant=workspace.team_id, user=f"U{number}"), ""
    person = workspace.person(f"29:1p{number}")
    reference = Reference(
        service=workspace.service_url,
        conversation=workspace.personal(person.id).id,
        bot=workspace.bot_id,
        user=person.id,
        tenant=workspace.tenant_id,
    )
    address = Address(platform="teams", tenant=workspace.tenant_id, user=person.aad_object_id)
    return address, reference.model_dump_json()


async def work(service: Service) -> None:
    """Carry out all there is, as a service does that runs on."""
    while await service.store.transact(queries.effects):
        await service.errands.drain()
        await asyncio.sleep(0.2)


async def _watch(
    service: Service, working: asyncio.Task[None], talks: Address
) -> tuple[Sequence[tuple[float, float | None]], dict[str, Any]]:
    """Look every second what is left and when all is out; answer somebody now and then, and see how long that takes."""
    here, progress, looks, took = asyncio.get_running_loop(), Progress(), [], list[float]()
    answer, platform = Public(screen=Screen(lines=("An answer",))), service.platforms[talks.platform]
    next_reply = here.time() + REPLY
    while not working.done():
        seen = await service.store.transact(lambda conn: look(conn, service.desk.deliveries, here.time()))
        progress.add(seen)
        looks.append((seen.at, progress.left))
        if here.time() >= next_reply:
            began, next_reply = here.time(), here.time() + REPLY
            await platform.post(talks, answer)
            took.append(here.time() - began)
        await asyncio.wait({working}, timeout=1)
    looks.append((here.time(), None))
    if not took:
        return looks, {}
    return looks, {
        "replies": len(took),
        "a reply takes": round(statistics.median(took), 2),
        "a reply at most": round(max(took), 2),
    }


def arrived(workspace: Slack | Teams, people: int) -> list[int]:
    """Return how many messages stand in each person's chat."""
    if isinstance(workspace, Slack):
        chats = (workspace.dm(f"U{number}").id for number in range(people))
        return [len(workspace.messages.get(chat, ())) for chat in chats]
    return [len(workspace.personal(f"29:1p{number}").activities) for number in range(people)]


def _told(workspace: Slack | Teams, people: int) -> dict[str, Any]:
    platform = "slack" if isinstance(workspace, Slack) else "teams"
    posts = [each for each in workspace.recorded if each.method == METHOD[platform]]
    good = [each for each in posts if not each.error]
    got = arrived(workspace, people)
    seconds = (good[-1].at - good[0].at).total_seconds()
    return {
        "dropped": sum(count == 0 for count in got),
        "doubled": sum(count > 1 for count in got),
        "refused": sum(bool(each.error) for each in posts),
        "seconds": round(seconds, 1),
        "of the limit": round((len(good) - 1) / seconds / LIMIT[platform], 4),
    }


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)))
