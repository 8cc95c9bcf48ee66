"""The steps of a reminder: pick, word, preview, send; look back, call off; read the guidance."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.core.care import Reminder
from flows.core.catalog import Catalog
from flows.core.effects import CancelReminder, Remind
from flows.core.events import Changed, Chose, Event, Failed
from flows.core.flow import Carry, Goto, Moment, Step, Turn
from flows.core.timing import NOTICE, instant
from flows.team.states import Accepted, Declined, Guide, History, Picking, Preview, State, Wording, Worried

FLOOR = 5  # members; code, not a setting: below it a reminder points at somebody
COOL_DOWN = timedelta(days=7)
AT_ONCE = 10  # teams that get a reminder at one fixed time: an organisation is not flooded
AHEAD: Final = 36  # days searched for the next fixed time: holidays may close some weeks
PAGES: Final = ("notice", "listen", "avoid", "adjust", "yourself")
"""The guidance, a short page each: how to notice, how to listen, what not to ask, what can be changed at work, and
looking after oneself."""


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Show the teams that the organisation's files give to this person."""
    return Turn(Picking())


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Pick, word, preview, send."""
    match state, event:
        case Picking(), Chose(key="team", arg=key) if key in at.person.manages:
            team = at.catalog.teams[key]
            if team.size < FLOOR:
                return Turn(Declined(team=key, why="too_small"))
            if team.external:
                return Turn(Declined(team=key, why="external"))
            return Turn(Wording(team=key))
        case Picking(), Chose(key="history"):
            return Turn(History())
        case ((Picking() | Guide()), Chose(key="worried")):
            return Turn(Worried())
        case ((Picking() | Worried()), Chose(key="guide")):
            return Turn(Guide())
        case Guide(page=page), Chose(key="next"):
            return Turn(Guide(page=PAGES[(PAGES.index(page) + 1) % len(PAGES)]))
        case History(), Chose(key="cancel", arg=arg):
            asked = next((each for each in at.person.reminders if button_of(each) == arg), None)
            return Turn(state, (CancelReminder(team=asked.team, when=asked.when),)) if asked else Turn(History())
        case History(), Changed(what="reminder_cancelled", team=team_key):
            return Turn(History(cancelled=team_key))
        case History(), Failed(why="too_late", team=team_key):
            return Turn(Declined(team=team_key, why="too_late"))
        case Declined(why="external" | "no_channel", team=key), Chose(key="each"):
            return Turn(Wording(team=key, each=True))
        case Wording(), Chose(key="template", arg=key):
            return Turn(Preview(team=state.team, template=key, each=state.each))
        case Preview(), Chose(key="each" | "in_channel" as way):
            return Turn(state.model_copy(update={"each": way == "each"}))
        case Preview(), Chose(key="send"):
            return Turn(state, (Remind(team=state.team, template=state.template, each=state.each),))
        case Preview(), Changed(what="reminder", when=datetime() as when):
            return Turn(Accepted(team=state.team, when=when))
        case Preview(), Failed(
            why="too_small" | "no_channel" | "cool_down" | "not_yours" | "full" | "external" as why, until=until
        ):
            return Turn(Declined(team=state.team, why=why, until=until))
        case (
            (Wording() | Preview() | Accepted() | Declined() | History() | Guide() | Worried()),
            Chose(key="another"),
        ):
            return Turn(Picking())
        case _, Chose(key="done"):
            return Goto("home")
        case _:
            return None


def next_slot(catalog: Catalog, now: datetime, team: str = "", *, each: bool = False) -> datetime:
    """Return the next fixed time (UTC) at which reminders go out: the organisation's days and hour, where the team is,
    and no public holiday there.

    A fixed time keeps a reminder from following, and so pointing at, what happened a minute ago. What goes to `each`
    member has notice, so that check-ins make room for it: nobody hears more often, and everybody gets the same.
    """
    entry = catalog.teams.get(team)
    zone, first = ZoneInfo((entry and entry.zone) or catalog.zone), now + NOTICE if each else now
    today, closed = first.astimezone(zone).date(), entry.closed if entry else ()
    for ahead in range(AHEAD):
        day = today + timedelta(days=ahead)
        slot = instant(day, catalog.reminder_time, zone)
        if day.weekday() in catalog.reminder_days and day not in closed and slot > first:
            return slot
    raise ValueError("organisation.yaml names no day for reminders")


def button_of(reminder_: Reminder) -> str:
    """Name a reminder, for the button that calls it off."""
    return f"{reminder_.team} {reminder_.when:%Y-%m-%dT%H:%M}"
