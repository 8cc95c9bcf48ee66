"""What HR plans ahead: campaigns.yaml. A text, to whom, on which days; checked so that nobody is written to too often.

The days of a cron line are APScheduler's: it is there already, it is well kept, and it knows the calendar.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from content.problems import Problem, suggest
from content.schema import Organisation, TeamEntry
from content.source import Source
from content.values import (
    WEEKDAYS,
    CampaignKey,
    Day,
    Key,
    Language,
    Name,
    Part,
    SlackChannel,
    TeamsChannel,
    TimeOfDay,
    distinct,
    refuse,
)
from flows.core.catalog import Feature, Template
from flows.core.timing import FEATURED, NOTICE_ALL, OPEN_HOURS
from flows.team import COOL_DOWN, FLOOR

AHEAD: Final = timedelta(days=5 * 366)  # of which the days are known; reading the files again moves it on
_UTC: Final = ZoneInfo("UTC")
_ONE: Final = "keep one of them"
_FIELDS: Final = 'write five parts, minute hour day month weekday, as "0 10 1 mar,sep *"'


class Cron(Part):
    """A cron line: one minute of one hour, or any (both are None), on certain days."""

    at: time | None
    day: str
    month: str
    weekday: str

    def days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days, in order."""
        trigger = CronTrigger(day=self.day, month=self.month, day_of_week=self.weekday, hour=0, minute=0, timezone=_UTC)
        before, now = None, datetime.combine(first, time(), _UTC)
        while (found := trigger.get_next_fire_time(before, now)) is not None and found.date() <= last:
            yield found.date()
            before = now = found


def _cron(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = value.lower().split()
    if len(parts) != 5:
        raise refuse(f"this has {len(parts)} parts, not five", _FIELDS)
    minute, hour, day, month, weekday = parts
    any_time = minute == hour == "*"
    if not any_time and not (minute.isdigit() and hour.isdigit() and int(minute) < 60 and int(hour) < 24):
        raise refuse(
            f"{minute} {hour} is not one time of the day", 'write one minute and one hour, as "30 9" for 09:30'
        )
    if any(each.isdigit() for each in weekday):
        names = ", ".join(each.lower() for each in WEEKDAYS)
        raise refuse(f"{weekday}: programs do not agree on which day that is", f"write its name: {names}")
    cron = {"day": day, "month": month, "weekday": weekday}
    try:
        CronTrigger(day=day, month=month, day_of_week=weekday, timezone=_UTC)
    except ValueError as error:
        raise refuse(f"this is no cron line: {error}", _FIELDS) from None
    return {"at": None if any_time else time(int(hour), int(minute)), **cron}


class Channels(Part):
    """Channels, by platform: each gets one post."""

    slack: Annotated[tuple[SlackChannel, ...], AfterValidator(distinct("", _ONE))] = ()
    teams: Annotated[tuple[TeamsChannel, ...], AfterValidator(distinct("", _ONE))] = ()
    console: Annotated[tuple[Name, ...], AfterValidator(distinct("", _ONE))] = ()


class CampaignEntry(Part):
    """One campaign: which text, to whom, and on `on` at `at`, or by `cron`.

    `everyone`: each member of the teams, alike, in their own chat. `teams`, `channels`: one post in each. `check-ins`:
    who asked for check-ins, in place of their next one."""

    key: CampaignKey
    to: Literal["everyone", "teams", "channels", "check-ins"]
    teams: Annotated[tuple[Key, ...], AfterValidator(distinct("", _ONE))] = ()
    channels: Channels = Channels()
    template: Key
    languages: Annotated[tuple[Language, ...], AfterValidator(distinct("", _ONE))] = Field(default=(), max_length=5)
    on: Day | None = None
    at: TimeOfDay | None = None
    cron: Annotated[Cron | None, BeforeValidator(_cron)] = None

    @model_validator(mode="after")
    def _when(self) -> Self:
        if (self.on is None) == (self.cron is None):
            message = "on and cron say two things" if self.on else "this does not say when"
            raise refuse(
                message, 'write either on: 2026-10-10 and at: "10:00", or cron', *(["cron"] if self.on else [])
            )
        own = self.to == "check-ins"
        if self.cron and self.at:
            raise refuse("the time is in the cron line", "leave at out", "at")
        if own and (self.at or self.time):
            where = "at" if self.at else "cron"
            remedy = "leave at out" if self.at else 'write stars for it, as "* * 1 mar *"'
            raise refuse("check-ins come at the time that each person chose", remedy, where)
        if not own and self.time is None:
            raise refuse("this does not say at what time", 'add at: "10:00", or begin the cron line with "0 10"')
        if not own and not OPEN_HOURS[0] <= (self.time or time()) < OPEN_HOURS[1]:
            first, last = (f"{each:%H:%M}" for each in OPEN_HOURS)
            message = f"{self.time:%H:%M} may lie in somebody's quiet hours"
            raise refuse(message, f"choose a time from {first} to before {last}", "cron" if self.cron else "at")
        return self

    @model_validator(mode="after")
    def _whom(self) -> Self:
        named = bool(self.channels.slack or self.channels.teams or self.channels.console)
        if self.to == "channels" and not named:
            raise refuse("this names no channel", "add channels: {slack: [C0GENERAL]}", "to")
        if self.to != "channels" and named:
            raise refuse(f"to: {self.to} takes no channels", "leave them out, or write to: channels", "channels")
        if self.teams and self.to not in {"everyone", "teams"}:
            raise refuse(f"to: {self.to} takes no teams", "leave them out, or write to: teams", "teams")
        if self.languages and self.to == "check-ins":
            raise refuse("check-ins speak each person's own language", "leave languages out", "languages")
        return self

    @property
    def time(self) -> time | None:
        """Return the time of the day; None for check-ins, which come at each person's own."""
        return self.cron.at if self.cron else self.at


class Campaigns(Part):
    """campaigns.yaml: what HR plans ahead."""

    campaigns: Annotated[
        tuple[CampaignEntry, ...], AfterValidator(distinct("key", "give each entry a key of its own"))
    ] = ()


@dataclass(frozen=True)
class Campaign:
    """A campaign with its days. `teams` are those it goes to, in the order of the file."""

    entry: CampaignEntry
    template: Template
    teams: tuple[TeamEntry, ...]
    zone: str  # the organisation's
    part: str  # of its country: whose holidays count there
    days: tuple[date, ...]

    @property
    def key(self) -> str:
        """Return its key."""
        return self.entry.key

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what it says, in each of its languages, one below the other."""
        return tuple(self.template.said(each) for each in self.entry.languages or (self.template.language,))

    @cached_property
    def people(self) -> dict[tuple[str, str], str]:
        """Return the zone of everybody it writes to, by platform and id: that of the first team they are in."""
        people: dict[tuple[str, str], str] = {}
        if self.entry.to == "everyone":
            for each in self.teams:
                for platform, users in each.members:
                    for user in users:
                        people.setdefault((platform, user), each.zone or self.zone)
        return people

    @cached_property
    def places(self) -> dict[tuple[str, str], str]:
        """Return the zone of every channel it posts in, by platform and id."""
        if self.entry.to == "channels":
            return {(platform, each): self.zone for platform, ids in self.entry.channels for each in ids}
        if self.entry.to == "teams":
            return {
                (platform, channel): each.zone or self.zone
                for each in self.teams
                for platform, channel in each.channel
                if channel
            }
        return {}

    def reckoned(self, first: date) -> "Campaign":
        """Return it with the days of its cron line from another day on."""
        cron = self.entry.cron
        return replace(self, days=tuple(cron.days(first, first + AHEAD))) if cron else self

    def feature(self, locale: str) -> Feature:
        """Return what check-ins read of it."""
        return Feature(key=self.key, text=self.template.said(locale[:2]), days=self.days)


class Check:
    """Sees whether campaigns fit the other files, and one another."""

    def __init__(self, source: Source, organisation: Organisation, today: date) -> None:
        self._source, self._organisation, self._today = source, organisation, today
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def all(
        self, entries: Sequence[CampaignEntry], teams: Sequence[TeamEntry], templates: Sequence[Template]
    ) -> tuple[Campaign, ...]:
        """Return the campaigns; what is wrong with them stands in `problems`."""
        good = [each for at, one in enumerate(entries) if (each := self._one(at, one, teams, templates))]
        if len(good) == len(entries):
            for at, each in enumerate(good):
                self._apart(at, each, good[:at])
                self._in_time(at, each)
        return tuple(good)

    def _one(
        self, at: int, entry: CampaignEntry, teams: Sequence[TeamEntry], templates: Sequence[Template]
    ) -> Campaign | None:
        before = len(self.problems)
        text = next((each for each in templates if each.key == entry.template), None)
        if text is None:
            known = [each.key for each in templates]
            self._refuse(
                at, "no template of this key is in templates.yaml", suggest(entry.template, known, "keys"), "template"
            )
        chosen = [each for each in teams if each.key in (entry.teams or {one.key for one in teams})]
        for number, key in enumerate(entry.teams):
            if key not in {each.key for each in teams}:
                remedy = suggest(key, [each.key for each in teams], "keys")
                self._refuse(at, "no team of this key is in teams.yaml", remedy, "teams", number)
        if entry.to == "teams" and not entry.teams:
            chosen = [each for each in chosen if each.size >= FLOOR and not each.external and each.channel.any]
        for number, key in enumerate(entry.teams):
            self._fits(at, number, entry, next((each for each in chosen if each.key == key), None))
        for number, language in enumerate(entry.languages):
            if text and language not in text.languages:
                remedy = f"add translations: {{{language}: ...}} to {text.key} in templates.yaml"
                self._refuse(at, f"{text.key} has no text in {language}", remedy, "languages", number)
        days = tuple(self._days(entry))
        if not days and not (entry.on and entry.on < self._today):
            self._refuse(at, "there is no such day in the coming five years", _FIELDS, "cron")
        if text is None or len(self.problems) > before:
            return None
        campaign = Campaign(entry, text, tuple(chosen), self._organisation.zone, self._organisation.part, days)
        if entry.to == "everyone" and len(campaign.people) < FLOOR:
            remedy = f"name {FLOOR} or more in teams.yaml, or post in channels"
            self._refuse(at, f"this reaches {len(campaign.people)} people, so it would point at them", remedy, "to")
        if entry.to == "teams" and not campaign.places:
            self._refuse(at, "no team has a channel to post in", "add channel: to teams in teams.yaml", "to")
        return campaign

    def _fits(self, at: int, number: int, entry: CampaignEntry, team: TeamEntry | None) -> None:
        if team is None:
            return
        where = ("teams", number)
        if team.size < FLOOR:
            message = f"{team.key} has {team.size} members, and fewer than {FLOOR} would be pointed at"
            self._refuse(at, message, "leave it out", *where)
        elif entry.to == "teams" and team.external:
            message = f"{team.key} has people from outside in its channel"
            self._refuse(at, message, "leave it out, or write to: everyone, which writes to its members", *where)
        elif entry.to == "teams" and not team.channel.any:
            self._refuse(at, f"{team.key} has no channel", "add channel: to it in teams.yaml, or leave it out", *where)

    def _days(self, entry: CampaignEntry) -> Iterable[date]:
        first, last = self._today - FEATURED - timedelta(days=1), self._today + AHEAD
        if entry.cron:
            return entry.cron.days(first, last)
        return [entry.on] if entry.on and first <= entry.on <= last else []

    def _apart(self, at: int, campaign: Campaign, others: Sequence[Campaign]) -> None:
        """Leave a week between any two messages to the same people, or in the same channel."""
        for earlier, later in zip(campaign.days, campaign.days[1:], strict=False):
            if later - earlier < COOL_DOWN:
                message = f"this comes on {earlier} and again on {later}"
                self._refuse(at, message, f"leave {COOL_DOWN.days} days between two", "cron")
                return
        for other in others:
            same = (campaign.people.keys() & other.people.keys()) or (campaign.places.keys() & other.places.keys())
            both = campaign.entry.to == other.entry.to == "check-ins"
            pair = next(
                ((day, then) for day in campaign.days for then in other.days if abs(day - then) < COOL_DOWN), None
            )
            if pair and (same or both):
                line = self._source.line(("campaigns", next(i for i in range(at) if others[i] is other)))
                message = f"this comes on {pair[0]}, and {other.key} (line {line}) on {pair[1]}, to the same people"
                self._refuse(
                    at, message, f"leave {COOL_DOWN.days} days between the two", "cron" if campaign.entry.cron else "on"
                )

    def _in_time(self, at: int, campaign: Campaign) -> None:
        entry = campaign.entry
        if entry.on and entry.on < self._today - FEATURED:
            self._warn(at, "this day is over", "take it out, or write another day", "on")
        elif entry.to == "everyone" and entry.on and timedelta() <= entry.on - self._today < NOTICE_ALL:
            message = (
                f"to everyone needs {NOTICE_ALL.days} days' notice, as check-ins make room: if new, it does not go out"
            )
            self._warn(at, message, f"write {self._today + NOTICE_ALL + timedelta(days=1)} or later", "on")

    def _refuse(self, at: int, message: str, remedy: str, *where: str | int) -> None:
        self.problems.append(self._source.problem(("campaigns", at, *where), message, remedy))

    def _warn(self, at: int, message: str, remedy: str, *where: str | int) -> None:
        self.warnings.append(self._source.problem(("campaigns", at, *where), message, remedy))
