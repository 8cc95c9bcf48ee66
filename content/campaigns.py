"""What HR plans ahead: campaigns.yaml. A text, to whom, on which days.

The days of a cron line are APScheduler's: it is there already, it is well kept, and it knows the calendar.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from content.schema import TeamEntry
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
from flows.core.timing import OPEN_HOURS

AHEAD: Final = timedelta(days=5 * 366)  # of which the days are known; reading the files again moves it on
_UTC: Final = ZoneInfo("UTC")
_ONE: Final = "keep one of them"
FIELDS: Final = 'write five parts, minute hour day month weekday, as "0 10 1 mar,sep *"'


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
        raise refuse(f"this has {len(parts)} parts, not five", FIELDS)
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
        raise refuse(f"this is no cron line: {error}", FIELDS) from None
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
