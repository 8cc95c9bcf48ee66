"""How simulated people behave: when they opt in, whether they react, when they pause, move or stop."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal

from adapters.platform import Address, Arrival, Profile, Public, Shown
from bot.simulation.world import ZONES, Dice
from flows.core.events import Answered, Said
from flows.team import FLOOR

Deed = Literal["join", "react", "pause", "resume", "move", "stop", "remind"]
TENANTS: Final = {"slack": "T0SIMULATION", "teams": "5c000000-0000-4000-8000-000000000000"}
REMINDS: Final = timedelta(days=90)  # so often, roughly, a manager reminds their team
_HOURS = ("07:00", "08:00", "09:00", "10:00", "12:00", "13:00", "15:00", "17:00", "18:00", "19:00", "20:00", "21:00")
_QUIET = {"07:00": "19:00-07:00", "08:00": "19:00-07:00", "20:00": "21:00-07:00", "21:00": "22:00-06:00"}


@dataclass
class Someone:
    """One simulated person: what they chose, and what they have at hand."""

    index: int
    dice: Dice
    zone: str
    platform: str
    form: dict[str, str]
    reacts: int  # of ten check-ins, roughly
    manages: bool = False
    latest: Public | None = None
    shown: Shown | None = None
    _count: int = 0

    @property
    def address(self) -> Address:
        """Return where they are."""
        user = f"U0{self.index:06}" if self.platform == "slack" else f"5c000000-0000-4000-8000-{self.index:012}"
        return Address(platform=self.platform, tenant=TENANTS[self.platform], user=user)

    def arrival(self, event: Said | Answered | None = None, token: str = "") -> Arrival:
        """Return something that they do."""
        self._count += 1
        profile = Profile(locale="en", zone=self.zone)
        id_ = f"{self.index}-{self._count}"
        return Arrival(id=id_, address=self.address, event=event, token=token, profile=profile, secluded=True)


@dataclass
class Town:
    """Everybody, and what they are about to do."""

    people: list[Someone]
    _plans: list[tuple[datetime, int, int, Deed]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self._known = {who.address.user: who for who in self.people}

    def who(self, user: str) -> Someone:
        """Return who has this id on their platform."""
        return self._known[user]

    def teams(self) -> dict[str, list[Someone]]:
        """Return the teams: everybody who lives in a zone, where they are enough to be written to alike."""
        homes: dict[str, list[Someone]] = {}
        for who in self.people:
            homes.setdefault(ZONES[who.index % len(ZONES)], []).append(who)
        return {zone: team for zone, team in homes.items() if len(team) >= FLOOR}

    def plan(self, at: datetime, who: Someone, deed: Deed) -> None:
        """Let somebody do something later."""
        self._count += 1
        heapq.heappush(self._plans, (at.replace(second=0, microsecond=0), self._count, who.index, deed))

    def following(self) -> datetime | None:
        """Return when somebody does something next."""
        return self._plans[0][0] if self._plans else None

    def due(self, now: datetime) -> Iterator[tuple[Someone, Deed]]:
        """Yield who does what by now, in order."""
        while self._plans and self._plans[0][0] <= now:
            _, _, index, deed = heapq.heappop(self._plans)
            yield self.people[index], deed


def settle(count: int, seed: int, start: datetime, days: int) -> Town:
    """Make people: half of them react to a check-in now and then; some pause, some move, some stop."""
    town = Town([_someone(index, seed) for index in range(count)])
    for who in town.people:
        dice = who.dice
        joins = start + timedelta(days=dice.below(max(1, min(14, days)))) + dice.minutes(1440)
        town.plan(joins, who, "join")
        for deed, of_ten in (("pause", 4), ("move", 2), ("stop", 1)):
            if dice.below(10) < of_ten:
                at = joins + timedelta(days=1 + dice.below(max(1, days)))
                town.plan(at, who, deed)  # type: ignore[arg-type]
                if deed == "pause" and dice.below(2):
                    town.plan(at + timedelta(days=dice.below(20)), who, "resume")
                if deed == "stop":
                    town.plan(at + timedelta(days=dice.below(60)), who, "join")
    for first, *_ in town.teams().values():
        first.manages, asks = True, start + timedelta(days=15)
        while asks < start + timedelta(days=days):
            town.plan(asks + first.dice.minutes(1440), first, "remind")
            asks += REMINDS
    return town


def _someone(index: int, seed: int) -> Someone:
    dice = Dice(seed, index)
    day, hour = dice.below(7), _HOURS[dice.below(len(_HOURS))]
    other = str((day + 1 + dice.below(6)) % 7) if dice.below(5) == 0 else "-"
    zone = ZONES[index % len(ZONES)]
    form = {
        "day": str(day),
        "other": other,
        "time": hour,
        "zone": zone,
        "quiet": _QUIET.get(hour, "20:00-08:00"),
        "holidays": "yes" if dice.below(3) == 0 else "no",
    }
    reacts = (0, 0, 0, 0, 0, 2, 2, 3, 3, 4)[dice.below(10)]
    return Someone(index, dice, zone, ("slack", "teams")[index % 2], form, reacts)


def resumes(today: date) -> str:
    """Return the Monday that a person who pauses chooses: the second from today."""
    return str(today + timedelta(days=14 - today.weekday()))
