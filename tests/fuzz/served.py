"""The real service in a thread of its own, real deliveries to spoil, and an ear at everything that is logged."""

import asyncio
import contextlib
import logging
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from adapters.web.app import Room
from bot.sandbox.slack.demo import demo_workspace as slack_workspace
from bot.sandbox.teams.demo import demo_workspace as teams_workspace
from tests.golden.on_slack import OnSlack
from tests.golden.on_teams import OnTeams
from tests.golden.places import PLACES
from tests.golden.player import Player
from tests.golden.stage import Backstage, Ground, at_eight, backstage, shell

CANARY: Final = "canary-7f3a"
MOVES: Final = (
    f"hello {CANARY}",
    "hello",
    "[I agree, let's start]",
    "[Private check]",
    "q1=1; q2=1; q3=1; q4=1",
    "[Mon 23 Nov, 09:00, Dr Ada Okafor]",
    f"name={CANARY}; contact={CANARY}; consent=yes",
    f"name={CANARY}; contact={CANARY}@home.example; consent=yes",
    "[Back to start]",
    "check-ins",
    "[Yes, check in]",
    "day=0; time=10:00; zone=Europe/London",
)


class Ear(logging.Handler):
    """Listens to every logger at every level, and keeps which of them said something of ours."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if CANARY in repr(vars(record)):
            self.heard.append(f"{record.name}: {record.msg}")


@dataclass
class Served:
    """The service at a real address, for tests that wait for nothing; `place` where a dialogue was played."""

    base: str
    place: OnSlack | OnTeams | None = None
    room: Room | None = None
    deliveries: list[Any] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    ear: Ear = field(default_factory=Ear)

    def judge(self, status: int, text: str, headers: str, *, busy: bool = False) -> None:
        """Count an answer. A 5xx is wrong (503 where `busy` is documented is not), and so is an echo."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        assert status < 500 or (busy and status == 503), (status, text)
        assert CANARY not in without_own_entries(text), text
        assert CANARY not in headers, headers
        assert not self.ear.heard, self.ear.heard


def without_own_entries(text: str) -> str:
    """Return an answer without what stands in the fields of a form that comes back: that is the person's own."""
    return re.sub(r'"(initial_value|value)": ?"[^"]*"|\bvalue="[^"]*"', "", text)


@contextlib.contextmanager
def served(platform: str, folder: Path, ground: Ground) -> Iterator[Served]:
    """Play a dialogue on a platform, and leave the service running with what was delivered in it."""

    @contextlib.asynccontextmanager
    async def played() -> AsyncIterator[tuple[Served, Backstage]]:
        async with PLACES[platform](folder / platform, ground, "sam") as place:
            assert isinstance(place, OnSlack | OnTeams)
            one = Served(place.behind.base, place)

            async def keep(delivery: Any) -> None:
                one.deliveries.append(delivery)

            place.after = keep
            await Player(place).play([*MOVES])
            yield one, place.behind

    with _in_a_thread(played) as one:
        yield one


@contextlib.contextmanager
def routes(folder: Path, ground: Ground) -> Iterator[Served]:
    """Serve everything that there is: both platforms, installation by OAuth, the room's pages and the clinic."""

    @contextlib.asynccontextmanager
    async def all_of_it() -> AsyncIterator[tuple[Served, Backstage]]:
        clock = at_eight()
        slack, teams = slack_workspace(clock), teams_workspace(clock)
        async with shell() as (app, base):
            settings: dict[str, Any] = {
                "public_url": base,
                "surface": "room",
                "slack": {
                    "signing_secret": slack.signing_secret,
                    "client_id": "123.456",
                    "client_secret": "0" * 32,
                    "allowed": slack.team_id,
                    "api_url": f"{base}/nobody/api/",
                },
                "teams": {
                    "app_id": teams.app_id,
                    "app_password": teams.app_password,
                    "tenant_id": teams.tenant_id,
                    "openid_url": f"{base}/nobody",
                    "login_url": f"{base}/nobody",
                    "service_hosts": base,
                },
            }
            async with backstage(folder / "routes", ground, settings, app, base, clock) as behind:
                yield Served(base, room=next(each for each in behind.service.doors if isinstance(each, Room))), behind

    with _in_a_thread(all_of_it) as one:
        yield one


@contextlib.contextmanager
def _in_a_thread(
    begin: Callable[[], contextlib.AbstractAsyncContextManager[tuple[Served, Backstage]]],
) -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    stop, ready = asyncio.Event(), threading.Event()
    made: list[Served] = []

    async def live() -> None:
        async with begin() as (one, behind):
            working = asyncio.create_task(behind.service.errands.run())
            made.append(one)
            ready.set()
            await stop.wait()
            working.cancel()
            await behind.settle()

    living = asyncio.run_coroutine_threadsafe(live(), loop)
    try:
        while not ready.wait(0.05):
            if living.done():
                living.result()
        root, level = logging.getLogger(), logging.getLogger().level
        root.addHandler(made[0].ear)
        root.setLevel(logging.DEBUG)
        try:
            yield made[0]
        finally:
            root.removeHandler(made[0].ear)
            root.setLevel(level)
    finally:
        loop.call_soon_threadsafe(stop.set)
        living.result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
