"""When what everybody gets alike goes out: campaigns and managers' messages, by the calendar and HR's files alone.

Nothing here looks at a person's row: who gets what, and when, must not depend on anything that somebody did or chose.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from adapters.platform import Address
from bot.days_off import days_off
from bot.store import reminders
from content.campaigns import Campaign
from content.loaded import Loaded
from content.schema import TeamEntry
from flows.core.catalog import Catalog
from flows.core.timing import NOTICE, NOTICE_ALL, OPEN_HOURS, instant
from flows.team import AHEAD, COOL_DOWN

SHIFT = 14  # days by which holidays can move a message, at most


def name_of(campaign: Campaign) -> str:
    """Return how a campaign is called in the table of reminders: no team's key begins like that."""
    return f"@{campaign.key}"


def base(campaign: Campaign, day: date) -> datetime:
    """Return the instant that names a campaign's day: its time on that day where the organisation is."""
    assert campaign.entry.time is not None
    return instant(day, campaign.entry.time, ZoneInfo(campaign.zone))


def goes_out(campaign: Campaign, day: date, zone: str) -> datetime:
    """Return when what is due on a day goes out where a team works: from a holiday there it moves to a working day."""
    assert campaign.entry.time is not None
    off, moved = days_off(zone, home=campaign.part), day
    while (off(moved) or (moved != day and moved.weekday() > 4)) and moved - day < timedelta(days=SHIFT):
        moved += timedelta(days=1)
    return instant(moved, campaign.entry.time, ZoneInfo(zone))


def closes(at: datetime, zone: str) -> datetime:
    """Return until when what was due at `at` may still be sent: the end of that day's open hours."""
    here = ZoneInfo(zone)
    return instant(at.astimezone(here).date(), OPEN_HOURS[1], here)


def ahead(campaign: Campaign, after: datetime, span: timedelta) -> Iterator[date]:
    """Yield the campaign's days in a stretch of time; those of a few days before, too, as holidays may move them."""
    first = after.astimezone(ZoneInfo(campaign.zone)).date()
    return (day for day in campaign.days if first - timedelta(days=SHIFT) <= day <= first + span)


def announced(asked: int, due: int) -> bool:
    """Tell whether a message to everyone was known for long enough for check-ins to make room."""
    return due - asked >= NOTICE_ALL.total_seconds()


def to_everyone(conn: Connection, now: datetime) -> list[tuple[str, int, int]]:
    """Return (team or campaign, asked, due) of what goes, or went, to each member around now."""
    span = COOL_DOWN + timedelta(days=SHIFT)
    return reminders.to_each(conn, int((now - span).timestamp()), int((now + span).timestamp()))


def expected(rows: list[tuple[str, int, int]], content: Loaded, address: Address, now: datetime) -> list[datetime]:
    """Return what of `to_everyone` somebody gets within a week of now, and got: check-ins make room for it."""
    if not rows:
        return []
    campaigns, teams = {name_of(each): each for each in content.campaigns}, {each.key: each for each in content.teams}
    found = []
    for name, asked, due in rows:
        if campaign := campaigns.get(name):
            zone = campaign.people.get((address.platform, address.user))
            if zone and announced(asked, due):
                day = datetime.fromtimestamp(due, ZoneInfo(campaign.zone)).date()
                found.append(goes_out(campaign, day, zone))
        elif (team := teams.get(name)) and address.user in getattr(team.members, address.platform, ()):
            found.append(datetime.fromtimestamp(due, UTC))
    return [each for each in found if abs(each - now) < COOL_DOWN + timedelta(days=1)]


def crowding(content: Loaded, campaign: Campaign, day: date, zone: str) -> list[Campaign]:
    """Return the campaigns that went out in a zone within a week before this one: holidays can move two together."""
    at = goes_out(campaign, day, zone)
    return [
        other
        for other in content.campaigns
        if other.entry.to != "check-ins"
        for then in ahead(other, at - COOL_DOWN, COOL_DOWN)
        if (other.key, then) != (campaign.key, day)
        and timedelta() <= at - goes_out(other, then, zone) < COOL_DOWN
        and (goes_out(other, then, zone) < at or then < day)
    ]


def in_the_way(content: Loaded, team: TeamEntry, slot: datetime, *, each: bool) -> datetime | None:
    """Return from when a manager may write to a team, if a campaign reaches the same people, or the same channel,
    within a week of `slot`."""
    mine = {(platform, one) for platform, ids in (team.members if each else team.channel) for one in many(ids)}
    for campaign in content.campaigns:
        theirs = campaign.people if each else campaign.places
        for where in mine & theirs.keys():
            for day in ahead(campaign, slot - COOL_DOWN, 2 * COOL_DOWN):
                at = goes_out(campaign, day, theirs[where])
                if abs(at - slot) < COOL_DOWN:
                    return at + COOL_DOWN
    return None


def with_days_off(content: Loaded, locale: str, teams: Iterable[str], now: datetime) -> Catalog:
    """Return what flows may read, with the coming public holidays where these teams work: no reminder then."""
    catalog, zone, part = content.catalog(locale), content.organisation.zone, content.organisation.part
    known = dict(catalog.teams)
    for key in known.keys() & set(teams):
        place = known[key].zone or zone
        off, first = days_off(place, home=part), now.astimezone(ZoneInfo(place)).date()
        days = (first + timedelta(days=ahead) for ahead in range(AHEAD + NOTICE.days + 1))
        known[key] = known[key].model_copy(update={"closed": tuple(day for day in days if off(day))})
    return catalog.model_copy(update={"teams": known})


def many(ids: tuple[str, ...] | str | None) -> tuple[str, ...]:
    """Return members, or the one channel there may be, as ids."""
    return ids if isinstance(ids, tuple) else (ids,) if ids else ()
