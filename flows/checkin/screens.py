"""What check-ins look like."""

from datetime import time

from flows.checkin.states import Asked, Choosing, Heard, Later, Overview, Pausing, State, Trend
from flows.checkin.steps import HOURS, ONCE, QUIETS, mondays, span
from flows.checkin.words import CheckinWords
from flows.core.care import Plan
from flows.core.flow import Moment
from flows.core.screen import Button, Field, Option, Screen
from flows.core.timing import CLOSING, HALF, is_quiet, is_zone

DAY, HOUR = "1", "10:00"  # what the form starts with: opting in is a matter of three taps


def nudge(text: str, words: CheckinWords) -> Screen:
    """Draw a check-in as the neutral chat message it arrives as; its buttons go on working."""
    buttons = (
        Button(key="asked", label=words.open, standing=True, style="primary"),
        Button(key="not_now", label=words.not_now, standing=True),
        Button(key="pause", label=words.pause, standing=True),
        Button(key="stop", label=words.stop, standing=True),
    )
    return Screen(lines=(text,), buttons=buttons)


def closing(words: CheckinWords) -> Screen:
    """Draw the last word after many check-ins that nobody reacted to."""
    return Screen(lines=(words.closing,), buttons=(Button(key="checkins", label=words.open, standing=True),))


def view(state: State, words: CheckinWords, at: Moment) -> Screen:
    """Draw the state."""
    done = Button(key="done", label=words.done)
    match state:
        case Overview():
            return _overview(state, words, at)
        case Choosing():
            return _form(state, words, at)
        case Pausing():
            days = tuple(Option(key=str(day), label=at.catalog.date(day)) for day in mondays(at))
            until = Field(key="until", label=words.until_day, options=days)
            return _private(words, (words.until_form,), (done,), (until,))
        case Asked():
            moods = (("fine", words.fine), ("so_so", words.so_so), ("rough", words.rough))
            return _private(words, (words.how,), tuple(Button(key=key, label=label) for key, label in moods))
        case Heard():
            return _heard(state, words, at)
        case Trend():
            return _trend(state, words, at)
        case Later():
            return Screen(lines=(words.later,), buttons=(done,))


def _private(
    words: CheckinWords, lines: tuple[str, ...], buttons: tuple[Button, ...], fields: tuple[Field, ...] = ()
) -> Screen:
    submit = words.submit if fields else ""
    return Screen(lines=lines, fields=fields, buttons=buttons, private=True, title=words.title, submit=submit)


def _heard(state: Heard, words: CheckinWords, at: Moment) -> Screen:
    check = () if at.person.checked else (Button(key="check", label=words.check),)  # not again within two weeks
    ways = (*check, Button(key="options", label=words.options))
    line, offered = (words.fine_reply, ()) if state.mood == "fine" else (words.rough_reply, ways)
    kept = bool(at.person.moods)
    own = Button(key="trend", label=words.trend) if kept else Button(key="keep", label=words.keep)
    return _private(
        words, (line, words.kept if kept else words.not_kept), (*offered, own, Button(key="done", label=words.done))
    )


def _trend(state: Trend, words: CheckinWords, at: Moment) -> Screen:
    """Draw the answers as text, the latest first, so that a screen reader says them as well."""
    done, entries = Button(key="done", label=words.done), tuple(reversed(at.person.moods))
    if state.said or not entries:
        return _private(words, (words.trend_forgotten if state.said else words.trend_none,), (done,))
    lines = tuple(
        words.trend_entry.fill(day=at.catalog.date(each.day), mood=getattr(words, each.mood)) for each in entries
    )
    forget = Button(key="trend_forget", label=words.trend_forget)
    return _private(words, (words.trend_form, "\n".join(lines)), (forget, done))


def _overview(state: Overview, words: CheckinWords, at: Moment) -> Screen:
    plan, done = at.person.plan, Button(key="done", label=words.done)
    own = (Button(key="trend", label=words.trend),) if at.person.moods else ()
    if plan is None:
        start = Button(key="start", label=words.start, style="primary")
        lines = (str(getattr(words, state.said)),) if state.said else (words.none, words.promise)
        return _private(words, lines, (start, *own, done))
    rest: tuple[Button, ...]
    if at.person.ignored > CLOSING:
        rest, about = (Button(key="again", label=words.again),), (words.resting,)
    else:
        resting = plan.rests(at.now)
        pauses = (Button(key="resume", label=words.resume), Button(key="until", label=words.until))
        rest = pauses if resting else (Button(key="pause", label=words.pause),)
        about = (*_about(plan, words, at), *((words.slower,) if at.person.ignored >= HALF else ()))
    change, stop = Button(key="change", label=words.change), Button(key="stop_plan", label=words.stop)
    said = (str(getattr(words, state.said)),) if state.said else ()
    return _private(words, (*said, *about, words.promise), (change, *rest, stop, *own, done))


def _about(plan: Plan, words: CheckinWords, at: Moment) -> tuple[str, ...]:
    days, at_time = [at.catalog.locale.days[day] for day in plan.days], f"{plan.at:%H:%M}"
    if len(days) == 1:
        about = words.every.fill(day=days[0], time=at_time, zone=plan.zone)
    else:
        about = words.twice.fill(day=days[0], other=days[1], time=at_time, zone=plan.zone)
    quiet = words.quiet_hours.fill(start=f"{plan.quiet_from:%H:%M}", end=f"{plan.quiet_until:%H:%M}")
    place = at.person.parts.get(plan.part)
    off = words.days_off_in.fill(place=place) if place else str(words.days_off)
    lines = (about, quiet) if plan.on_holidays else (about, quiet, off)
    if plan.paused_until and plan.rests(at.now):
        return (*lines, words.paused.fill(until=at.catalog.date(plan.paused_until)))
    return lines


def _form(state: Choosing, words: CheckinWords, at: Moment) -> Screen:
    """Draw the form with what was entered; at first with what is planned, or with a proposal."""
    plan, names = at.person.plan, at.catalog.locale.days
    days = tuple(Option(key=str(number), label=name) for number, name in enumerate(names))
    planned: tuple[str, ...] = (DAY, ONCE, HOUR, at.person.zone, QUIETS[0], "no")
    if plan:
        other = str(plan.days[1]) if len(plan.days) > 1 else ONCE
        quiet = f"{plan.quiet_from:%H:%M}-{plan.quiet_until:%H:%M}"
        off = "yes" if plan.on_holidays else plan.part if plan.part in at.person.parts else "no"
        planned = (str(plan.days[0]), other, f"{plan.at:%H:%M}", plan.zone, quiet, off)
    entered = (state.day, state.other, state.time, state.zone, state.quiet, state.holidays)
    day, other, hour, zone, quiet, holidays = (
        new or old for new, old in zip(entered, planned if not state.zone else [""] * 6, strict=True)
    )
    clash = bool(state.time and state.quiet) and is_quiet(time.fromisoformat(state.time), *span(state.quiet))
    unknown = bool(state.zone) and not is_zone(state.zone)
    elsewhere = tuple(
        Option(key=key, label=words.holidays_in.fill(place=name)[:75]) for key, name in at.person.parts.items()
    )
    holiday_options = (
        Option(key="no", label=words.holidays_no),
        *elsewhere,
        Option(key="yes", label=words.holidays_yes),
    )
    fields = (
        Field(key="day", label=words.day, options=days, value=day),
        Field(key="other", label=words.other_day, options=(Option(key=ONCE, label=words.once), *days), value=other),
        Field(key="time", label=words.time, options=tuple(Option(key=each, label=each) for each in HOURS), value=hour),
        Field(
            key="zone",
            label=words.zone,
            hint=words.zone_hint,
            max_length=64,
            value=zone,
            error=words.zone_wrong if unknown else "",
        ),
        Field(
            key="quiet",
            label=words.quiet,
            options=tuple(Option(key=each, label=each) for each in QUIETS),
            value=quiet,
            error=words.quiet_wrong if clash else "",
        ),
        Field(key="holidays", label=words.holidays, options=holiday_options, value=holidays),
    )
    return _private(words, (words.form,), (Button(key="done", label=words.done),), fields)
