"""Runs a simulation: people do what they do, the clock moves to whatever is due next, and all is written down."""

import asyncio
import csv
import io
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import event

from adapters.platform import Public, Shown
from bot.clock import SystemClock
from bot.settings import Settings, SlackSettings, TeamsSettings
from bot.simulation.people import TENANTS, Deed, Someone, Town, resumes, settle
from bot.simulation.world import ZONES, AtOnce, SimulatedClock, StandIn, StoreAtOnce
from bot.store import queries
from bot.wiring import Service, build
from content import default_root
from content.loaded import DEFAULT_LOCALE
from flows.core.events import Answered, Said

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
CAMPAIGNS: Final = """campaigns:
  - {key: to-all, to: everyone, template: gentle, cron: "0 10 1-7 feb,may,aug,nov tue"}
  - {key: in-place, to: check-ins, template: busy-time, cron: "* * 8-14 jan,jun,sep mon"}
"""
COLUMNS: Final = ("person", "zone", "local", "utc", "kind", "source", "detail")


@dataclass(frozen=True)
class Result:
    """What came of it: `table` as CSV, and how often what happened."""

    table: str
    counts: Counter[str]


class Simulation:
    """A service with stand-ins around it. Rows: settings and deeds of people, and messages that nobody asked for."""

    def __init__(self, service: Service, clock: SimulatedClock, town: Town) -> None:
        self._service, self._clock, self._town = service, clock, town
        self._rows: list[tuple[str, ...]] = []
        content = service.library.current
        self._keys = {each.text: each.key for each in content.catalog(DEFAULT_LOCALE).nudges}
        self._closing = str(getattr(content.words[DEFAULT_LOCALE]["checkin"], "closing"))  # noqa: B009  of the flow's
        words = content.words[DEFAULT_LOCALE]
        self._alike = str(getattr(words["team"], "alike"))  # noqa: B009
        self._texts = {each.text: each.key for each in content.templates}
        self._homes = {who.index: zone for zone, team in town.teams().items() for who in team}
        self._commands = {name: content.commands[DEFAULT_LOCALE][name][0] for name in ("checkins", "remind", "home")}
        self._campaigns = service.campaigns.following()  # when to see to what HR planned
        self._later: datetime | None = None  # when an effect that was planned ahead is due
        for name in ("slack", "teams"):
            service.platforms[name] = StandIn(name, self._arrived, service.desk.drawn)

    async def run(self, days: int) -> Result:
        """Let days pass."""
        end = self._clock.now() + timedelta(days=days)
        while (moment := self._next()) is not None and moment < end:
            self._clock.move(max(moment, self._clock.now()))
            for who, deed in self._town.due(self._clock.now()):
                await self._do(who, deed)
            if (due := self._service.people.hints.first_due()) and due <= self._clock.now():
                await self._service.schedule.see_to_people()
            if self._campaigns and self._campaigns <= self._clock.now():
                await self._service.schedule.see_to_campaigns()
                self._campaigns = self._service.campaigns.following()
            if self._service.desk.wake.is_set() or (self._later and self._later <= self._clock.now()):
                self._service.desk.wake.clear()
                await self._service.errands.drain()
                later = await self._service.store.transact(queries.next_due)
                self._later = None if later is None else datetime.fromtimestamp(later, UTC)
        written = io.StringIO()
        table = csv.writer(written, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(self._rows)
        return Result(written.getvalue(), Counter(row[4] for row in self._rows))

    def _next(self) -> datetime | None:
        dues = (self._service.people.hints.first_due(), self._town.following(), self._campaigns, self._later)
        return min((each for each in dues if each), default=None)

    def _arrived(self, user: str, message: Public) -> None:
        """Write down a message that nobody asked for, and let them react or not."""
        who, lines = self._town.who(user), message.screen.lines
        said, text = lines[0], self._texts.get(lines[0], "")
        if self._alike in lines:  # the last line names the manager who asked, if one did
            manager = lines[-1] != self._alike
            self._row(who, "alike", "manager" if manager else "hr", text, self._homes[who.index])
            return
        who.latest = message
        kind = "closing" if said == self._closing else "checkin"
        self._row(who, kind, "hr" if text else "clock", self._keys.get(said) or text)
        if who.dice.below(10) < who.reacts:
            self._town.plan(self._clock.now() + who.dice.minutes(600), who, "react")

    async def _do(self, who: Someone, deed: Deed) -> None:
        match deed:
            case "join":
                await self._receive(who)
                if "agree" in _keys(who):
                    await self._tap(who, "agree")
                await self._form(who)
            case "move":
                who.zone = who.form["zone"] = ZONES[who.dice.below(len(ZONES))]
                await self._form(who)
            case "react" if who.latest:
                offered = {button.key for button in who.latest.screen.buttons}
                key = "not_now" if "not_now" in offered else "checkins"
                await self._press(who, who.latest, key)
                if "again" in _keys(who):
                    await self._tap(who, "again")
                self._row(who, "reaction", "person", key)
            case "pause" if who.latest:
                await self._press(who, who.latest, "pause")
                if "until" in _keys(who):
                    await self._tap(who, "until")
                    until = resumes(self._clock.now().astimezone(ZoneInfo(who.form["zone"])).date())
                    await self._receive(who, Answered(values={"until": until}))
                    self._row(who, "pause", "person", until)
            case "resume":
                await self._open(who)
                if "resume" in _keys(who):
                    await self._tap(who, "resume")
                    self._row(who, "resume", "person", "")
            case "remind":
                await self._receive(who, Said(text=self._commands["remind"]))
                for key in ("team", "template", "each", "send"):
                    if key in _keys(who):
                        await self._tap(who, key)
                self._row(who, "remind", "person", "")
            case "stop":
                await self._receive(who, Said(text="stop"))
                self._row(who, "stop", "person", "")
            case _:
                return  # nothing has come yet that they could press

    async def _form(self, who: Someone) -> None:
        await self._open(who)
        key = next((each for each in ("start", "change") if each in _keys(who)), None)
        if key is None:
            return
        await self._tap(who, key)
        await self._receive(who, Answered(values=who.form))
        chosen = " ".join(f"{name}={value}" for name, value in who.form.items() if name != "zone")
        self._row(who, "plan", "person", chosen)

    async def _open(self, who: Someone) -> None:
        await self._receive(who, Said(text=self._commands["checkins"]))

    async def _tap(self, who: Someone, key: str) -> None:
        assert who.shown
        await self._press(who, who.shown, key)

    async def _press(self, who: Someone, place: Shown | Public, key: str) -> None:
        for button, token in zip(place.screen.buttons, place.tokens, strict=True):
            if button.key == key:
                await self._receive(who, token=token)
                return

    async def _receive(self, who: Someone, event: Said | Answered | None = None, token: str = "") -> None:
        if isinstance(event, Answered) and who.shown:
            token = who.shown.form
        arrival = who.arrival(event, token)
        shown = await self._service.desk.receive(arrival)
        if shown:
            who.shown = shown
            await self._service.platforms[who.platform].show(who.address, shown)

    def _row(self, who: Someone, kind: str, source: str, detail: str, zone: str = "") -> None:
        now, zone = self._clock.now(), zone or who.form["zone"]
        local = now.astimezone(ZoneInfo(zone))
        self._rows.append((str(who.index), zone, local.isoformat(), f"{now:%Y-%m-%dT%H:%M:%SZ}", kind, source, detail))


def _planned(content: Path, town: Town) -> Path:
    """Return the content that ships, with the town's teams and some campaigns, if there is a team."""
    shutil.copytree(default_root(), content, ignore=shutil.ignore_patterns("*.py", "__pycache__", "lint_*", "*.md"))
    teams = ""
    for zone, team in town.teams().items():
        platform, users = team[0].platform, [f'"{who.address.user}"' for who in team]
        teams += f"  - key: {zone.lower().replace('/', '-').replace('_', '-')}\n    name: {zone}\n    zone: {zone}\n"
        teams += f"    managers: {{{platform}: [{users[0]}]}}\n    members: {{{platform}: [{', '.join(users)}]}}\n"
        teams += "    channel: {}\n"
    if teams:
        (content / "org" / "teams.yaml").write_text(f"teams:\n{teams}")
        (content / "org" / "campaigns.yaml").write_text(CAMPAIGNS)
    return content


def _keys(who: Someone) -> list[str]:
    return [button.key for button in who.shown.screen.buttons] if who.shown else []


async def simulate(people: int, days: int, seed: int) -> Result:
    """Run `people` through `days` from the first of January 2026 on. The same arguments give the same bytes."""
    with tempfile.TemporaryDirectory(prefix="haven-simulation-") as folder:
        clock = SimulatedClock(SystemClock().now(), seed)  # the content's dates are of today
        town = settle(people, seed, START, days)
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'haven.db'}",
            profile="demo",
            content_dir=_planned(Path(folder) / "content", town),
            slack=SlackSettings(team_id=TENANTS["slack"], bot_token=SecretStr("xoxb-0"), signing_secret=SecretStr("0")),
            teams=TeamsSettings(
                tenant_id=TENANTS["teams"], app_id="5d000000-0000-4000-8000-000000000000", app_password=SecretStr("0")
            ),
        )
        # nobody listens there, and nobody asks; what is typed is of our own making, so reading it closely is left out
        service = build(settings, clock, base_url="http://127.0.0.1:9", store_of=StoreAtOnce, layers_of=tuple)
        # nobody minds if a power cut takes a simulation along: what is under test does not depend on it
        event.listen(service.store.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        service.store.engine.dispose()
        clock.begin(START)
        service.library.reckon(START.date())
        asyncio.get_running_loop().set_default_executor(AtOnce())
        try:
            return await Simulation(service, clock, town).run(days)
        finally:
            await service.close()
