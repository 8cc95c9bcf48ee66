"""Check-ins, only for who asks for them: a day, a time, a zone; not now, pause, stop, in one tap.

What is sent never depends on answers or bookings: only on the plan and on what was sent before.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field

from flows.core.base import Value
from flows.core.care import Plan
from flows.core.catalog import NudgeLine, Season
from flows.core.effects import Nudge, SetCaring, SetPlan
from flows.core.events import Answered, Chose, Event, Woke
from flows.core.flow import Carry, Flow, Goto, Moment, Step, Turn
from flows.core.screen import Button, Option, Screen
from flows.core.screen import Field as FormField
from flows.core.words import Blanks, Label, Line, Title, Words

PAUSE = timedelta(weeks=4)
SEASONS: Final[tuple[Season, ...]] = ("winter", "spring", "summer", "autumn")
SOUTHERN: Final = {  # countries whose people live south of the equator
    *("AO", "AR", "AU", "BO", "BR", "BW", "CL", "FJ", "LS", "MG", "MU", "MW", "MZ", "NA", "NC", "NZ", "PE", "PF"),
    *("PG", "PY", "RE", "SZ", "TL", "TZ", "UY", "VU", "WS", "ZA", "ZM", "ZW"),
}
HOURS = ("08:00", "09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00", "18:00")


class CheckinWords(Words):
    """Opting in and out, and the answer to a check-in."""

    title: Title
    none: Line
    every: Annotated[Line, Blanks("day", "time", "zone")]
    paused: Annotated[Line, Blanks("until")]
    promise: Line
    form: Line
    day: Line
    time: Line
    zone: Line
    zone_hint: Line
    zone_wrong: Line
    submit: Title
    start: Label
    change: Label
    pause: Label
    resume: Label
    stop: Label
    done: Label
    not_now: Label
    open: Label
    later: Line
    stopped: Line
    stopped_none: Line
    paused_none: Line
    caring_ended: Line
    how: Line
    fine: Label
    so_so: Label
    rough: Label
    fine_reply: Line
    rough_reply: Line
    check: Label
    options: Label


class Overview(Value):
    """What is planned. `said`: what was just done about it."""

    at: Literal["overview"] = "overview"
    said: Literal["", "stopped", "stopped_none", "paused_none", "caring_ended"] = ""


class Choosing(Value):
    """The form. If what was typed is no zone, it comes back with all that was entered; `zone` is then not empty."""

    at: Literal["choosing"] = "choosing"
    day: str = Field(default="", max_length=1)
    time: str = Field(default="", max_length=5)
    zone: str = Field(default="", max_length=64)


class Asked(Value):
    """Somebody opened a check-in: how are things?"""

    at: Literal["asked"] = "asked"


class Heard(Value):
    """They told; nothing of it is kept."""

    at: Literal["heard"] = "heard"
    rough: bool


class Later(Value):
    """Not now."""

    at: Literal["later"] = "later"


State = Annotated[Overview | Choosing | Asked | Heard | Later, Field(discriminator="at")]


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open the overview, or carry out one of a check-in's buttons, which work from old messages too."""
    plan = at.person.plan
    if at.person.caring and carry.ask in {"stop", "pause"}:
        return _all_of_it(carry, at)
    match carry.ask:
        case "asked":
            return Turn(Asked())
        case "not_now":
            return Turn(Later())
        case "stop":
            return Turn(Overview(said="stopped" if plan else "stopped_none"), (SetPlan(plan=None),))
        case "pause" if plan:
            return Turn(Overview(), (SetPlan(plan=_paused(plan, at)),))
        case "pause":
            return Turn(Overview(said="paused_none"))
        case _:
            return Turn(Overview())


def _all_of_it(carry: Carry, at: Moment) -> Turn[State]:
    """Stop or pause, with the messages that they asked for in a hard hour, too: those have no later day to wait for."""
    step = begin(carry, at.model_copy(update={"person": at.person.model_copy(update={"caring": ()})}))
    said = Overview(said="stopped" if carry.ask == "stop" else "caring_ended")
    return Turn(said, (*step.effects, SetCaring(at=())))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Change the plan, or answer."""
    plan = at.person.plan
    match state, event:
        case _, Woke():
            season = season_of(at.now.date(), at.person.region)
            return Turn(state, (Nudge(key=pick(at.catalog.nudges, at.person.nudged, season).key),))
        case Overview(), Chose(key="start" | "change"):
            return Turn(Choosing())
        case Overview(), Chose(key="pause") if plan:
            return Turn(Overview(), (SetPlan(plan=_paused(plan, at)),))
        case Overview(), Chose(key="resume") if plan:
            return Turn(Overview(), (SetPlan(plan=plan.model_copy(update={"paused_until": None})),))
        case Overview(), Chose(key="stop_plan"):
            return Turn(Overview(said="stopped"), (SetPlan(plan=None),))
        case Choosing(), Answered(values=given):
            return _choose(given.get("day", ""), given.get("time", ""), given.get("zone", "").strip())
        case Asked(), Chose(key="fine"):
            return Turn(Heard(rough=False))
        case Asked(), Chose(key="so_so" | "rough"):
            return Turn(Heard(rough=True))
        case Heard(), Chose(key="check"):
            return Goto("screening")
        case Heard(), Chose(key="options"):
            return Goto("options")
        case _, Chose(key="done"):
            return Goto("home")
        case _:
            return None


def _choose(day: str, hour: str, zone: str) -> Step[State]:
    if day not in set("0123456") or hour not in HOURS:
        return None
    if zone not in _zones():
        return Turn(Choosing(day=day, time=hour, zone=zone[:64] or "?"))
    plan = Plan(day=int(day), at=time.fromisoformat(hour), zone=zone)
    return Turn(Overview(), (SetPlan(plan=plan),))


@cache
def _zones() -> frozenset[str]:
    """Return the names of all IANA zones. Kept: to list them takes longer than a turn."""
    return frozenset(available_timezones())


def _paused(plan: Plan, at: Moment) -> Plan:
    until = (at.now.astimezone(ZoneInfo(plan.zone)) + PAUSE).date()
    return plan.model_copy(update={"paused_until": until})


def next_due(plan: Plan, after: datetime) -> datetime:
    """Return the first instant (UTC) strictly after `after` at which the plan asks for a check-in.

    Wall-clock times in a gap of the zone move to the next minute that exists; in a fold the first one counts.
    """
    zone = ZoneInfo(plan.zone)
    day = after.astimezone(zone).date()
    if plan.paused_until and plan.paused_until > day:
        day = plan.paused_until
    day += timedelta(days=(plan.day - day.weekday()) % 7)
    due = _instant(day, plan.at, zone)
    return due if due > after else _instant(day + timedelta(days=7), plan.at, zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, at, zone)  # fold=0: the first of two
    there = local.astimezone(UTC)
    while there.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        local += timedelta(minutes=1)  # a gap: nobody's clock ever shows this minute
        there = local.astimezone(UTC)
    return there


def pick(nudges: Sequence[NudgeLine], sent: Sequence[str], season: Season) -> NudgeLine:
    """Return the next line to send: one never sent, of another theme than the last; if all were sent, the one sent
    longest ago.

    `sent` holds keys, oldest first. Depends on nothing else: two people with equal plans get equal lines.
    """
    order = {key: index for index, key in enumerate(sent)}
    last = next((each.theme for each in nudges if sent and each.key == sent[-1]), None)
    fitting = [each for each in nudges if each.season in {"", season}] or nudges
    return min(fitting, key=lambda each: (order.get(each.key, -1), each.theme == last))


def season_of(day: date, region: str | None) -> Season:
    """Return the season in which a day falls in a country: the weather's, by whole months."""
    return SEASONS[(day.month + (6 if region in SOUTHERN else 0)) % 12 // 3]


def nudge(text: str, words: CheckinWords) -> Screen:
    """Draw a check-in as the neutral chat message it arrives as; its buttons go on working."""
    buttons = (
        Button(key="asked", label=words.open, standing=True, style="primary"),
        Button(key="not_now", label=words.not_now, standing=True),
        Button(key="pause", label=words.pause, standing=True),
        Button(key="stop", label=words.stop, standing=True),
    )
    return Screen(lines=(text,), buttons=buttons)


def view(state: State, words: CheckinWords, at: Moment) -> Screen:
    """Draw the state."""
    done = Button(key="done", label=words.done)
    match state:
        case Overview():
            return _overview(state, words, at)
        case Choosing():
            return _form(state, words, at)
        case Asked():
            moods = (("fine", words.fine), ("so_so", words.so_so), ("rough", words.rough))
            buttons = tuple(Button(key=key, label=label) for key, label in moods)
            return Screen(lines=(words.how,), buttons=buttons, private=True, title=words.title)
        case Heard(rough=rough):
            ways = (Button(key="check", label=words.check), Button(key="options", label=words.options)) if rough else ()
            line = words.rough_reply if rough else words.fine_reply
            return Screen(lines=(line,), buttons=(*ways, done), private=True, title=words.title)
        case Later():
            return Screen(lines=(words.later,), buttons=(done,))


def _overview(state: Overview, words: CheckinWords, at: Moment) -> Screen:
    plan, done = at.person.plan, Button(key="done", label=words.done)
    said = (getattr(words, state.said),) if state.said else ()
    if plan is None:
        start = Button(key="start", label=words.start, style="primary")
        lines = said or (words.none, words.promise)
        return Screen(lines=lines, buttons=(start, done), private=True, title=words.title)
    day = at.catalog.locale.days[plan.day]
    about: tuple[str, ...] = (words.every.fill(day=day, time=f"{plan.at:%H:%M}", zone=plan.zone),)
    resting = plan.rests(at.now)
    if resting and plan.paused_until:
        about = (*about, words.paused.fill(until=at.catalog.date(plan.paused_until)))
    rest = Button(key="resume", label=words.resume) if resting else Button(key="pause", label=words.pause)
    change, stop = Button(key="change", label=words.change), Button(key="stop_plan", label=words.stop)
    return Screen(
        lines=(*said, *about, words.promise), buttons=(change, rest, stop, done), private=True, title=words.title
    )


def _form(state: Choosing, words: CheckinWords, at: Moment) -> Screen:
    days = tuple(Option(key=str(number), label=name) for number, name in enumerate(at.catalog.locale.days))
    hours = tuple(Option(key=hour, label=hour) for hour in HOURS)
    fields = (
        FormField(key="day", label=words.day, options=days, value=state.day),
        FormField(key="time", label=words.time, options=hours, value=state.time),
        FormField(
            key="zone",
            label=words.zone,
            hint=words.zone_hint,
            max_length=64,
            value=state.zone or at.person.zone,
            error=words.zone_wrong if state.zone else "",
        ),
    )
    return Screen(
        lines=(words.form,),
        fields=fields,
        buttons=(Button(key="done", label=words.done),),
        private=True,
        title=words.title,
        submit=words.submit,
    )


FLOW: Flow[State, CheckinWords] = Flow(
    "checkin",
    CheckinWords,
    State,
    begin,
    update,
    view,
    version=2,
    upgrades={1: dict},  # 2 keeps the day and the time of a form that comes back, which 1 did not
)
