"""A manager reminds a whole team that support exists, in approved words, and learns nothing about anyone.

What is answered depends on the team's size and on earlier reminders, never on what a member did or chose.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from flows.core.base import Value
from flows.core.catalog import Catalog
from flows.core.effects import Remind
from flows.core.events import Changed, Chose, Event, Failed
from flows.core.flow import Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Words

FLOOR = 5  # members; code, not a setting: below it a reminder points at somebody
COOL_DOWN = timedelta(days=7)


class TeamWords(Words):
    """From picking a team to "goes out Tuesday, 10:00"."""

    pick: Line
    nothing: Line
    template: Line
    preview: Annotated[Line, Blanks("team", "size", "when")]
    asked_by_you: Line
    send: Label
    another: Label
    done: Label
    open: Label
    accepted: Annotated[Line, Blanks("team", "when")]
    nothing_told: Line
    dropped: Annotated[Line, Blanks("team")]
    too_small: Annotated[Line, Blanks("team", "floor")]
    cool_down: Annotated[Line, Blanks("team", "until")]
    no_channel: Annotated[Line, Blanks("team")]
    not_yours: Line


class Picking(Value):
    """Which of my teams?"""

    at: Literal["picking"] = "picking"


class Wording(Value):
    """Which approved text?"""

    at: Literal["wording"] = "wording"
    team: str


class Preview(Value):
    """Exactly what arrives, and when."""

    at: Literal["preview"] = "preview"
    team: str
    template: str


class Accepted(Value):
    """It goes out at `when`."""

    at: Literal["accepted"] = "accepted"
    team: str
    when: datetime


class Declined(Value):
    """It does not go out, and this is why."""

    at: Literal["declined"] = "declined"
    team: str
    why: Literal["too_small", "no_channel", "cool_down", "not_yours"]
    until: datetime | None = None


State = Annotated[Picking | Wording | Preview | Accepted | Declined, Field(discriminator="at")]


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
            return Turn(Wording(team=key))
        case Wording(), Chose(key="template", arg=key):
            return Turn(Preview(team=state.team, template=key))
        case Preview(), Chose(key="send"):
            return Turn(state, (Remind(team=state.team, template=state.template),))
        case Preview(), Changed(what="reminder", when=datetime() as when):
            return Turn(Accepted(team=state.team, when=when))
        case Preview(), Failed(why="too_small" | "no_channel" | "cool_down" | "not_yours" as why, until=until):
            return Turn(Declined(team=state.team, why=why, until=until))
        case ((Wording() | Preview() | Accepted() | Declined()), Chose(key="another")):
            return Turn(Picking())
        case _, Chose(key="done"):
            return Goto("home")
        case _:
            return None


def next_slot(catalog: Catalog, now: datetime) -> datetime:
    """Return the next fixed time (UTC) at which reminders go out: the organisation's days and hour.

    A fixed time keeps a reminder from following, and so pointing at, what happened a minute ago.
    """
    zone = ZoneInfo(catalog.zone)
    today = now.astimezone(zone).date()
    for ahead in range(15):
        day = today + timedelta(days=ahead)
        slot = datetime.combine(day, catalog.reminder_time, zone).astimezone(UTC)
        if day.weekday() in catalog.reminder_days and slot > now:
            return slot
    raise ValueError("organisation.yaml names no day for reminders")


def reminder(text: str, asked: str, words: TeamWords) -> Screen:
    """Draw the reminder as the team sees it: the approved text, who asked, and a private way in."""
    return Screen(lines=(text, asked), buttons=(Button(key="open", label=words.open, standing=True),))


def view(state: State, words: TeamWords, at: Moment) -> Screen:
    """Draw the state. Nothing here is private: it is the manager's own doing."""
    catalog, done = at.catalog, Button(key="done", label=words.done)
    another = Button(key="another", label=words.another)
    match state:
        case Picking():
            teams = tuple(
                Button(key="team", arg=key, label=catalog.teams[key].name)
                for key in at.person.manages
                if key in catalog.teams
            )
            return Screen(lines=(words.pick if teams else words.nothing,), buttons=(*teams, done))
        case Wording():
            texts = tuple(Button(key="template", arg=each.key, label=each.name) for each in catalog.templates)
            return Screen(lines=(words.template,), buttons=(*texts, another, done))
        case Preview():
            team, text = _team(catalog, state.team), _text(catalog, state.template)
            when = catalog.when(next_slot(catalog, at.now), at.person.zone)
            line = words.preview.fill(team=team, size=str(_size(catalog, state.team)), when=when)
            send = Button(key="send", label=words.send, style="primary")
            return Screen(lines=(line, text, words.asked_by_you), buttons=(send, another, done))
        case Accepted(when=when):
            said = words.accepted.fill(team=_team(catalog, state.team), when=catalog.when(when, at.person.zone))
            return Screen(lines=(said, words.nothing_told), buttons=(another, done))
        case Declined(why=why, until=until):
            team = _team(catalog, state.team)
            if why == "too_small":
                said = words.too_small.fill(team=team, floor=str(FLOOR))
            elif why == "no_channel":
                said = words.no_channel.fill(team=team)
            elif why == "cool_down" and until:
                said = words.cool_down.fill(team=team, until=catalog.when(until, at.person.zone))
            else:
                said = str(words.not_yours)
            return Screen(lines=(said,), buttons=(another, done))


# HR may take a team or a text out of the files while somebody looks at it: then its key stands in for it.
def _team(catalog: Catalog, key: str) -> str:
    return catalog.teams[key].name if key in catalog.teams else key


def _size(catalog: Catalog, key: str) -> int:
    return catalog.teams[key].size if key in catalog.teams else 0


def _text(catalog: Catalog, key: str) -> str:
    return next((each.text for each in catalog.templates if each.key == key), key)


FLOW: Flow[State, TeamWords] = Flow("team", TeamWords, State, begin, update, view)
