"""What each event leads to: ask on, help at once, look for times, hand over to booking."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.core.asks import FindSlots
from flows.core.care import Slot
from flows.core.effects import Checked, Effect
from flows.core.events import Answered, Chose, Event, Failed, SlotsFound
from flows.core.flow import Carry, Goto, Moment, Step, Turn
from flows.core.retention import CHECK
from flows.screening import forms, wellbeing
from flows.screening.scoring import HARD, SCALES, SELF_HARM, Answers, Finding, Part, finding, total
from flows.screening.states import Asking, Looking, Outcome, Result, Score, State, TooSoon, Unavailable

DAYS: Final = 7  # a result shows times within a week: later than that is not "now"
SKIP: Final = "skip"


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open the first form; nothing is asked of anybody who did not open it, nor again within two weeks."""
    if not forms.items("first", at.catalog):
        return Turn(Unavailable())
    return Turn(TooSoon() if too_soon(at) else Asking(form=forms.opening(at.catalog)))


def too_soon(at: Moment) -> bool:
    """Tell whether the two weeks that the last check began are not over, by the days of the person's zone."""
    last = at.person.checked
    return last is not None and _today(at) < last + CHECK


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Score, ask on, look for times, hand over."""
    match state, event:
        case Asking(), Answered(values=values):
            asking = state.model_copy(update={"form": forms.current(state.form, at.catalog)})
            points = _points(asking, values, at)
            return None if points is None else _answered(asking, points, at)
        case Looking(), SlotsFound(slots=slots):
            return Turn(Result(outcome=state.outcome, slots=soon(slots, at.now)))
        case Looking(), Failed():
            return Turn(Result(outcome=state.outcome, down=True))
        case Result(), Chose(key="slot", arg=index):
            return Goto("booking", Carry(slot=state.slots[int(index)]))
        case Result(), Chose(key="numbers") if state.outcome.scores:
            return Turn(state.model_copy(update={"numbers": not state.numbers}))
        case Result(), Chose(key="again"):
            return Turn(Looking(outcome=state.outcome), (_search(at),))
        case Result(), Chose(key="callback"):
            return Goto("callback")
        case Result(), Chose(key="other"):
            return Goto("options", Carry(ask=_need(state.outcome.finding)))
        case ((Asking() | Unavailable() | TooSoon()), Chose(key="other")):
            return Goto("options", Carry(ask="all"))
        case _, Chose(key="exercise"):
            return Goto("selfhelp")
        case _, Chose(key="leave" | "done"):
            return Goto("home")
        case _:
            return None


def soon(slots: tuple[Slot, ...], now: datetime) -> tuple[Slot, ...]:
    """Return up to three times of the next days, the earliest first, whatever the provider sent."""
    near = (slot for slot in slots if now < slot.start <= now + timedelta(days=DAYS))
    return tuple(sorted(near, key=lambda slot: slot.start))[:3]


def _points(state: Asking, values: Mapping[str, str], at: Moment) -> dict[str, int] | None:
    """Return the points of a form by item, without what was left out; None for what is no answer to it."""
    fields = {forms.field(item): item for item in forms.items(state.form, at.catalog)}
    known = {key: {SKIP, *map(str, range(len(forms.question(item, at.catalog)[1])))} for key, item in fields.items()}
    if not fields or any(value not in known[key] for key, value in values.items() if key in fields):
        return None
    return {item: int(values[key]) for key, item in fields.items() if values.get(key, SKIP) != SKIP}


def _answered(state: Asking, points: dict[str, int], at: Moment) -> Step[State]:
    """Go on to the next form, or to the result. An answer to the question about self-harm that is not "not at all"
    goes to help before anything else, whatever the sum; who comes back finds the result, and is asked no more."""
    if state.form == "difficulty":
        hard = points.get("difficulty", 0) >= HARD
        return Turn(Looking(outcome=_outcome(state.given, at, hard=hard)), _afterwards(state.given, at))
    given = {**state.given, **points}
    if given.get(SELF_HARM):
        raised = _outcome(given, at).model_copy(update={"finding": "raised"})
        leaving = Looking(outcome=raised)
        return Goto("safety", Carry(ask="self", text="strong"), _afterwards(given, at), leaving=leaving)
    asked = forms.planned(given, at.catalog)
    following = asked[asked.index(state.form) + 1 :] if state.form in asked else ()
    if following:
        return Turn(Asking(form=following[0], given=given))
    return Turn(Looking(outcome=_outcome(given, at)), _afterwards(given, at))


def _outcome(given: Answers, at: Moment, *, hard: bool = False) -> Outcome:
    """Score, and let go of the answers."""
    catalog, asked = at.catalog, forms.planned(given, at.catalog)
    longer = {part: forms.longest(part, catalog) for part in forms.parts(catalog) if part in asked}
    questions = {item for form in asked if form != "difficulty" for item in forms.items(form, catalog)}
    return Outcome(
        finding=_finding(given, longer, at),
        left_out=not questions <= set(given),
        hard=hard,
        scores=_scores(given, longer) if catalog.screening.mode == "clinical_partner" else (),
    )


def _finding(given: Answers, longer: Mapping[Part, str], at: Moment) -> Finding:
    """Return what the answers point to. Who feels well was asked no more; where it is certain that somebody does not,
    that counts beside the parts."""
    if forms.opening(at.catalog) == "wellbeing" and wellbeing.well(given):
        return "steady"
    found = finding(given, longer, forms.parts(at.catalog))
    return "low" if found in {"open", "steady"} and wellbeing.well(given) is False else found


def _need(found: Finding) -> str:
    """Return what decides on the order of other ways to get help."""
    return "some" if found == "low" else found


def _afterwards(given: Answers, at: Moment) -> tuple[Effect, ...]:
    """Look for times, and remember the day: but where nothing was answered, no check was made."""
    search = _search(at)
    return (Checked(day=_today(at)), search) if given else (search,)


def _search(at: Moment) -> FindSlots:
    return FindSlots(days=DAYS, wishes=at.wishes, zone=at.person.zone)


def _scores(given: Answers, longer: Mapping[Part, str]) -> tuple[Score, ...]:
    """Return the totals of the longest instruments that were answered whole: the PHQ-9 without its last question is the
    PHQ-8. The WHO-5 is its own."""
    wanted = [("phq9", "phq8") if key == "phq9" else (key,) for key in longer.values()] or [("phq4",)]
    found = [[(key, total(SCALES[key], given)) for key in keys] for keys in wanted]
    whole = [next(((key, score) for key, score in each if score is not None), None) for each in found]
    well = wellbeing.index(given)
    if well is not None:
        whole.insert(0, (wellbeing.KEY, well))
    return tuple(Score(scale=each[0], total=each[1]) for each in whole if each)


def _today(at: Moment) -> date:
    return at.now.astimezone(ZoneInfo(at.person.zone)).date()
