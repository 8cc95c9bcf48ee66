"""Shows what HR's campaigns will send before they do: exactly what arrives, to how many, and when. It sends nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from adapters.console.render import render
from bot.alike import ahead, goes_out
from bot.clock import Clock
from bot.drawing import dressed
from bot.people import People
from bot.settings import Settings
from bot.store import queries
from bot.store.engine import connect
from bot.vault import KeyTrouble, Unsealable, Vault, load_keys
from content.campaigns import AHEAD, Campaign
from content.loaded import Loaded
from flows.checkin import CheckinWords, nudge
from flows.core.common import CommonWords
from flows.core.screen import Screen
from flows.core.timing import FEATURED, NOTICE_ALL
from flows.core.words import Words
from flows.team import TeamWords, letter

W = TypeVar("W", bound=Words)

DATES: Final = 3
BANDS: Final = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
"""Of people who asked for check-ins: below the first no number is told, above it only which of these they reach. Wide
apart, so that who looks every day hardly ever sees one person come or go."""
_WHOM: Final = {
    "everyone": "each member, in their own chat, alike",
    "teams": "the team's channel, one post each",
    "channels": "a channel, one post each",
    "check-ins": "whoever asked for check-ins, in place of their next one",
}


def preview(content: Loaded, key: str | None, now: datetime, opted_in: int | None) -> str:
    """Return what one campaign sends, or all of them. `opted_in` counts the people with check-ins; None if that is not
    known here. Raises LookupError with the keys there are."""
    chosen = [each for each in content.campaigns if key in {None, each.key}]
    if not content.campaigns:
        return "No campaigns are planned. org/campaigns.yaml says how to plan one."
    if not chosen:
        known = ", ".join(each.key for each in content.campaigns)
        raise LookupError(f"There is no campaign {key} in org/campaigns.yaml. There is: {known}.")
    return "\n\n\n".join("\n".join(_one(content, each, now, opted_in)) for each in chosen)


def band(count: int) -> str:
    """Say how many people use check-ins without counting anybody: HR is told no small number, and no exact one."""
    reached = [each for each in BANDS if each <= count]
    return f"{reached[-1]} people or more" if reached else f"fewer than {BANDS[0]} people"


def opted_in(settings: Settings, clock: Clock) -> int | None:
    """Count the people with check-ins, where the database and its key are; None elsewhere. It opens every row."""
    path = make_url(settings.database_url).database
    if not path or not Path(path).exists():
        return None
    engine = connect(settings.database_url)
    try:
        people = People(Vault(load_keys(settings.keys, database_is_empty=False, clock=clock), clock))
        with engine.begin() as connection:
            rows = [row.sid for row in queries.subjects(connection)]
            held = [people.load(connection, sid) for sid in rows]
        return sum(each is not None and each.ops.plan is not None for each in held)
    except (KeyTrouble, Unsealable, SQLAlchemyError):
        return None
    finally:
        engine.dispose()


def _one(content: Loaded, campaign: Campaign, now: datetime, opted_in: int | None) -> Iterator[str]:
    yield f"{campaign.key}: {_WHOM[campaign.entry.to]}"
    yield f"To:    {_whom(campaign, opted_in)}"
    dates = list(_dates(campaign, now))
    yield from [f"{'When:' if at == 0 else '     '}  {each}" for at, each in enumerate(dates)]
    if not dates:
        yield "When:  never again: the day is over"
    yield "This arrives:"
    yield ""
    yield "\n".join(f"    {line}" for screen in _screens(content, campaign) for line in render(screen).splitlines())


def _whom(campaign: Campaign, opted_in: int | None) -> str:
    if campaign.entry.to == "check-ins":
        told = "their number is known where Haven runs" if opted_in is None else band(opted_in)
        return f"{told}; whoever pauses then, or is away, is left in peace"
    by = Counter(platform for platform, _ in campaign.people or campaign.places)
    one, many = ("person", "people") if campaign.people else ("channel", "channels")
    return ", ".join(f"{count} {one if count == 1 else many} on {name.title()}" for name, count in sorted(by.items()))


def _dates(campaign: Campaign, now: datetime) -> Iterator[str]:
    """Say the next dates, by zone; where a holiday moves one, that it does."""
    if campaign.entry.to == "check-ins":
        coming = [day for day in campaign.days if day + FEATURED >= now.astimezone(ZoneInfo(campaign.zone)).date()]
        days = f"and the {FEATURED.days} days after, each person at their own day and hour"
        yield from (f"{day:%a %d %b %Y} {days}" for day in coming[:DATES])
        return
    zones = Counter((campaign.people or campaign.places).values())
    shown = 0
    for day in ahead(campaign, now, AHEAD):
        due = {zone: goes_out(campaign, day, zone) for zone in zones}
        if max(due.values()) < now:
            continue
        for zone, at in sorted(due.items()):
            local = at.astimezone(ZoneInfo(zone))
            share = f" ({zones[zone]} of them)" if len(zones) > 1 else ""
            moved = f", moved from {day:%a %d %b}: a holiday there" if local.date() != day else ""
            near = campaign.entry.to == "everyone" and at - now < NOTICE_ALL
            new = f"; if it is new here, it does not go out: that needs {NOTICE_ALL.days} days" if near else ""
            yield f"{local:%a %d %b %Y, %H:%M} {zone}{share}{moved}{new}"
        shown += 1
        if shown == DATES:
            return


def _screens(content: Loaded, campaign: Campaign) -> Iterator[Screen]:
    """Draw what arrives: once, or for check-ins in every language that people can choose."""
    if campaign.entry.to != "check-ins":
        languages = [content.locale(each) for each in campaign.entry.languages or (campaign.template.language,)]
        words = [_words(content, each, TeamWords) for each in languages]
        common = _words(content, languages[0], CommonWords)
        to_each = campaign.entry.to == "everyone"
        yield dressed(letter(campaign.texts, (), words, to_each=to_each), common)
        return
    for locale in sorted({content.locale(each) for each in campaign.template.languages}):
        words_, common = _words(content, locale, CheckinWords), _words(content, locale, CommonWords)
        yield dressed(nudge(campaign.template.said(locale), words_), common)


def _words(content: Loaded, locale: str, model: type[W]) -> W:
    return next(each for each in content.words[locale].values() if isinstance(each, model))
