"""Whatever is delivered four times, late and out of order has one effect: the golden dialogues come out the same.

After every delivery of a dialogue the same one comes again, and then, up to an hour later and signed anew, all earlier
ones of that person, the latest first. Nothing may be drawn, changed or booked by that.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.store.tables import metadata
from bot.wiring import CLINIC
from tests.golden.conftest import Contents
from tests.golden.on_slack import OnSlack
from tests.golden.on_teams import OnTeams
from tests.golden.places import PLACES
from tests.golden.player import Player, script, transcript
from tests.golden.test_golden import SCRIPTS, own_lines
from tests.payloads.check import drawn

DIALOGUES = (
    "booking-cancel",
    "checkin-stop",
    "crisis-in-a-form",
    "notice-decline",
    "privacy-forget-booked",
    "team-send",
)
DELAYS = (timedelta(), timedelta(minutes=1), timedelta(hours=1))
Remote = OnSlack | OnTeams


class Again:
    """Delivers everything again, after every delivery."""

    def __init__(self, place: Remote) -> None:
        self.place = place
        self.kept: list[tuple[datetime, Any]] = []
        self.times: Counter[int] = Counter()

    async def __call__(self, delivery: Any) -> None:
        now = self.place.behind.clock.now()
        self.kept = [each for each in self.kept if now - each[0] <= DELAYS[-1]] + [(now, delivery)]
        before = await self.effects()
        await self.repeat(delivery)
        for delay in DELAYS:
            self.place.behind.clock.later(delay)
            for _, each in reversed(self.kept[-4:]):
                await self.repeat(each)
            self.place.behind.clock.later(-delay)
        assert await self.effects() == before

    async def repeat(self, delivery: Any) -> None:
        """Deliver once more, signed anew, as the platform does; it is acknowledged."""
        self.times[id(delivery)] += 1
        again = await self.place.behind.during(self.place.hands.again(delivery))
        assert again.status == 200

    async def effects(self) -> dict[str, Any]:
        """Return all that anybody could notice: what was given and drawn, every row, and the clinic's book."""
        place = self.place
        service, platform = place.behind.service, "slack" if isinstance(place, OnSlack) else "teams"
        tables = {name: table.select() for name, table in metadata.tables.items()}
        rows = await service.store.transact(
            lambda conn: {name: sorted(map(repr, conn.execute(query))) for name, query in tables.items()}
        )
        async with httpx.AsyncClient() as client:
            book = (await client.get(f"{place.behind.base}{CLINIC}/Appointment", params={"_count": "50"})).json()
        calls = [call for call in place.workspace.recorded if not call.error]
        shown = sum(drawn(platform, call.method, call.payload) is not None for call in calls)
        return {**rows, "given": len(place.behind.given), "drawn": shown, "book": book.get("entry", [])}


@pytest.mark.parametrize("name", DIALOGUES)
@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_everything_delivered_again_has_one_effect(
    platform: str, name: str, tmp_path: Path, contents: Contents
) -> None:
    text = next(path for path in SCRIPTS if path.stem == name).read_text()
    head, moves = script(text)

    async def play() -> tuple[str, Again]:
        async with PLACES[platform](tmp_path / platform, contents["usual"], head["person"]) as here:
            assert isinstance(here, Remote)
            again = here.after = Again(here)
            return transcript(text, await Player(here).play(moves)), again

    played, again = asyncio.run(play())
    assert own_lines(played) == text
    assert min(again.times.values()) >= 4


def test_commands_shortcuts_and_tabs_delivered_four_times(tmp_path: Path, contents: Contents) -> None:
    async def play() -> list[int]:
        async with PLACES["slack"](tmp_path / "slack", contents["usual"], "sam") as here:
            assert isinstance(here, OnSlack)
            await Player(here).play(["hello", "[I agree, let's start]"])
            hands, again, counts = here.hands, Again(here), list[int]()
            deeds: list[Callable[[], Awaitable[Any]]] = [
                lambda: hands.command(here.user, "", "/haven", "stop"),
                lambda: hands.shortcut(here.user, "haven"),
                lambda: hands.home_opened(here.user, "messages"),
                lambda: hands.home_opened(here.user, "home"),
            ]
            for deed in deeds:
                before = len(here.behind.given)
                delivery = await here.behind.during(deed())  # type: ignore[arg-type]
                counts.append(len(here.behind.given) - before)
                held = await again.effects()
                for _ in range(3):
                    await again.repeat(delivery)
                now = await again.effects()
                if (
                    "app_home_opened" in delivery.body.decode()
                ):  # drawing the front page anew is no effect: it is the same
                    held["drawn"] = now["drawn"]
                assert now == held
            return counts

    counts = asyncio.run(play())
    assert counts[:2] == [1, 1]


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_lines_that_overtake_each_other_are_each_taken_once(platform: str, tmp_path: Path, contents: Contents) -> None:
    """The first try of "stop" gets lost; what was typed after it arrives before its second try, an hour later."""

    async def play() -> list[str]:
        async with PLACES[platform](tmp_path / platform, contents["usual"], "sam") as here:
            assert isinstance(here, Remote)
            start = "hello", "[I agree, let's start]", "[Check-ins]", "[Yes, check in]"
            await Player(here).play([*start, "day=0; time=10:00; zone=Europe/London"])
            url, here.hands.courier.url = here.hands.courier.url, "http://127.0.0.1:9/lost"
            lost: Any = await here.hands.say(here.user, "stop")
            assert lost.status == 0
            here.hands.courier.url = url
            await here.say("home")
            here.behind.clock.later(timedelta(minutes=10))
            for _ in range(4):
                assert (await here.behind.during(here.hands.again(lost))).status == 200
            return [each.shown.screen.lines[0] for each in here.behind.given]

    lines = asyncio.run(play())
    assert lines[-1].startswith("Stopped.")
    assert sum(line.startswith("Stopped.") for line in lines) == 1


def test_the_proof_sees_a_second_effect(tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the memory of deliveries switched off, the first repetition is found."""
    monkeypatch.setattr("bot.store.queries.see", lambda conn, tag, day: True)

    async def play() -> None:
        async with PLACES["slack"](tmp_path / "slack", contents["usual"], "sam") as here:
            assert isinstance(here, OnSlack)
            here.after = Again(here)
            await Player(here).play(["hello"])

    with pytest.raises(AssertionError):
        asyncio.run(play())
