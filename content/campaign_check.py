"""Reads campaigns.yaml, and sees that what HR plans fits the other files, and that nobody is written to too often."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from content.campaigns import AHEAD, FIELDS, Campaign, CampaignEntry, Campaigns
from content.files import Files
from content.problems import Problem, suggest
from content.schema import Organisation, TeamEntry, Teams
from content.source import Source
from flows.core.catalog import Template
from flows.core.timing import FEATURED, NOTICE_ALL
from flows.team import COOL_DOWN, FLOOR

FILE: Final = "org/campaigns.yaml"


def read_campaigns(
    files: Files, organisation: Organisation | None, teams: Teams | None, templates: Sequence[Template]
) -> tuple[Campaign, ...]:
    """Read what HR plans ahead; a folder without that file plans nothing."""
    if not files.has(FILE):
        return ()
    source = files.source(FILE)
    given = files.validate(source, Campaigns) if source else None
    if source is None or given is None or organisation is None or teams is None or not templates:
        return ()
    check = _Check(source, organisation, files.today)
    campaigns = check.all(given.campaigns, teams.teams, templates)
    files.problems += check.problems
    files.warnings += check.warnings
    return campaigns


class _Check:
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
            self._refuse(at, "there is no such day in the coming five years", FIELDS, "cron")
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
