"""The steps of check-ins: opting in and out, pausing, answering."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.checkin.rotation import pick, season_of
from flows.checkin.states import Asked, Choosing, Heard, Later, Overview, Pausing, State, Trend
from flows.core.care import Mood, Plan
from flows.core.catalog import Catalog
from flows.core.effects import CLOSING_NOTE, ForgetMoods, KeepMood, Nudge, Reacted, SetCaring, SetPlan
from flows.core.events import Answered, Chose, Event, Woke
from flows.core.flow import Back, Carry, Goto, Moment, Step, Turn
from flows.core.timing import CLOSING, FEATURED, is_quiet, is_zone

PAUSE: Final = timedelta(weeks=4)
PAUSES: Final = 26  # Mondays to choose from, if it shall be another day
HOURS: Final = tuple(f"{hour:02}:00" for hour in range(7, 22))
QUIETS: Final = ("20:00-08:00", "18:00-09:00", "19:00-07:00", "21:00-07:00", "22:00-06:00")
ZONE_BYTES: Final = 32  # of a zone that there is not, which stands in the form to be put right; a row has one size
ONCE: Final = "-"  # the choice of no second day


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open the overview, or carry out one of a check-in's buttons, which work from old messages too.

    Whoever comes here reacts to check-ins, so they come as often as they were asked for."""
    plan = at.person.plan
    if at.person.caring and carry.ask in {"stop", "pause"}:
        return _all_of_it(carry.ask, at)
    match carry.ask:
        case "asked":
            return Turn(Asked(), (Reacted(),))
        case "not_now":
            return Turn(Later(), (Reacted(),))
        case "stop":
            return Turn(Overview(said="stopped" if plan else "stopped_none"), (SetPlan(plan=None),))
        case "pause" if plan:
            return Turn(Overview(), (SetPlan(plan=_paused(plan, at)),))
        case "pause":
            return Turn(Overview(said="paused_none"))
        case _:
            return Turn(Overview())


def _all_of_it(ask: str, at: Moment) -> Turn[State]:
    """Stop or pause, with the messages that they asked for in a hard hour, too: those have no later day to wait for."""
    step = begin(Carry(ask=ask), at.model_copy(update={"person": at.person.model_copy(update={"caring": ()})}))
    said = Overview(said="stopped" if ask == "stop" and at.person.plan else "caring_ended")
    return Turn(said, (*step.effects, SetCaring(at=())))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Change the plan, or answer."""
    plan = at.person.plan
    match state, event:
        case _, Woke():
            return Turn(state, (Nudge(key=_line(at)),))
        case Overview(), Chose(key="start" | "change"):
            return Turn(Choosing())
        case Overview(), Chose(key="pause" | "stop_plan" as way) if at.person.caring:
            return _all_of_it("stop" if way == "stop_plan" else "pause", at)
        case Overview(), Chose(key="pause") if plan:
            return Turn(Overview(), (SetPlan(plan=_paused(plan, at)),))
        case Overview(), Chose(key="until") if plan:
            return Turn(Pausing())
        case Overview(), Chose(key="resume") if plan:
            return Turn(Overview(), (SetPlan(plan=plan.model_copy(update={"paused_until": None})),))
        case Overview(), Chose(key="again"):
            return Turn(Overview(), (Reacted(),))
        case Overview(), Chose(key="stop_plan"):
            return Turn(Overview(said="stopped"), (SetPlan(plan=None),))
        case ((Overview() | Heard()), Chose(key="trend")):
            return Turn(Trend())
        case Choosing(), Answered(values=given):
            return _choose(given, at)
        case Pausing(), Answered(values=given) if plan and given.get("until") in {str(day) for day in mondays(at)}:
            until = date.fromisoformat(given["until"])
            return Turn(Overview(), (SetPlan(plan=plan.model_copy(update={"paused_until": until})),))
        case Asked(), Chose(key="fine" | "so_so" | "rough" as mood):
            said = Heard(mood=mood)
            return Turn(said, (_mood(said, at),) if at.person.moods else ())
        case Heard(), Chose(key="keep"):
            return Turn(Trend(), (_mood(state, at),))
        case Heard(), Chose(key="check"):
            return Goto("screening")
        case Heard(), Chose(key="options"):
            return Goto("options")
        case Trend(), Chose(key="trend_forget"):
            return Turn(Trend(said="trend_forgotten"), (ForgetMoods(),))
        case ((Choosing() | Pausing() | Trend()), Chose(key="done")):
            return Turn(Overview())
        case _, Chose(key="done"):
            return Back()
        case _:
            return None


def mondays(at: Moment) -> list[date]:
    """Return the days until which one can pause: the next Mondays, where the person is."""
    plan = at.person.plan
    today = at.now.astimezone(ZoneInfo(plan.zone if plan else at.person.zone)).date()
    first = today + timedelta(days=7 - today.weekday())
    return [first + timedelta(weeks=week) for week in range(PAUSES)]


def span(quiet: str) -> tuple[time, time]:
    """Return from when until when it is quiet, of one of the choices."""
    start, end = quiet.split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _line(at: Moment) -> str:
    """Return what a check-in says: once nobody has reacted for long, that there will be no more of them."""
    if at.person.ignored >= CLOSING:
        return CLOSING_NOTE
    return featured(at) or pick(at.catalog.nudges, at.person.nudged, season_of(at.now.date(), at.person.region)).key


def featured(at: Moment) -> str:
    """Return what a campaign says in place of this check-in, as its key and day; empty if none does, or this person
    had it. It goes by the calendar and by what was sent before, like every line."""
    plan = at.person.plan
    today = at.now.astimezone(ZoneInfo(plan.zone if plan else at.person.zone)).date()
    for each in at.catalog.features:
        day = next((day for day in reversed(each.days) if day <= today), None)
        if day and today - day <= FEATURED and (key := f"{each.key}:{day:%y%m%d}") not in at.person.nudged:
            return key
    return ""


def line_of(catalog: Catalog, key: str) -> str | None:
    """Return the text of a line or of a campaign; None if HR's files hold neither any more."""
    campaign, colon, _ = key.partition(":")  # no line's key has a colon
    features = (each.text for each in catalog.features if colon and each.key == campaign)
    return next(features, None) or next((each.text for each in catalog.nudges if each.key == key), None)


def _choose(given: Mapping[str, str], moment: Moment) -> Step[State]:
    plan, parts = moment.person.plan, moment.person.parts
    day, other, hour = given.get("day", ""), given.get("other", ONCE), given.get("time", "")
    zone, quiet = given.get("zone", "").strip(), given.get("quiet", QUIETS[0])
    if day not in set("0123456") or other not in {*"0123456", ONCE} or hour not in HOURS or quiet not in QUIETS:
        return None
    start, end = span(quiet)
    at, holidays = time.fromisoformat(hour), given.get("holidays", "no")
    if not is_zone(zone) or is_quiet(at, start, end):
        entered = {"day": day, "other": other, "time": hour, "quiet": quiet, "holidays": holidays}
        wrong = zone.encode()[:ZONE_BYTES].decode(errors="ignore")
        return Turn(Choosing(zone=wrong or "?", **entered))
    days = sorted({int(each) for each in (day, other) if each != ONCE})
    paused = plan.paused_until if plan else None
    chosen = Plan(
        days=tuple(days),
        at=at,
        zone=zone,
        quiet_from=start,
        quiet_until=end,
        on_holidays=holidays == "yes",
        part=holidays if holidays in parts else "",
        paused_until=paused,
    )
    return Turn(Overview(), (SetPlan(plan=chosen),))


def _paused(plan: Plan, at: Moment) -> Plan:
    until = (at.now.astimezone(ZoneInfo(plan.zone)) + PAUSE).date()
    return plan.model_copy(update={"paused_until": until})


def _mood(said: Heard, at: Moment) -> KeepMood:
    today: datetime = at.now.astimezone(ZoneInfo(at.person.zone))
    return KeepMood(mood=Mood(day=today.date(), mood=said.mood))
