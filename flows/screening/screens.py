"""Draws the forms, the wait and the result. Everything here is private."""

from typing import Literal

from flows.core.care import Slot
from flows.core.catalog import Catalog
from flows.core.flow import Moment
from flows.core.retention import CHECK
from flows.core.screen import Button, Field, Option, Screen
from flows.screening import forms, wellbeing
from flows.screening.scoring import SCALES, band
from flows.screening.states import Asking, Looking, Outcome, Result, Score, State, TooSoon, Unavailable
from flows.screening.steps import SKIP
from flows.screening.words import ScreeningWords


def view(state: State, words: ScreeningWords, at: Moment) -> Screen:
    """Draw the state. A form in a language that has no such instrument (any more) says so."""
    match state:
        case Asking() if forms.items(form := forms.current(state.form, at.catalog), at.catalog):
            return _form(state.model_copy(update={"form": form}), words, at.catalog)
        case Asking() | Unavailable():
            return _screen(words, words.unavailable, buttons=_ways(words))
        case TooSoon():
            last = at.person.checked or at.now.date()
            days = {"last": at.catalog.date(last), "next": at.catalog.date(last + CHECK)}
            return _screen(words, words.too_soon.fill(**days), buttons=_ways(words))
        case Looking():
            return _screen(words, words.looking, buttons=(Button(key="look_again", label=words.look_again),))
        case Result():
            numbers = tuple(_number(score, words) for score in state.outcome.scores if state.numbers)
            lines = (*_means(state.outcome, words), *numbers, *_offer(state, words, at.catalog))
            return _screen(words, *lines, buttons=(*_times(state, words, at), *_numbers(state, words), *_ways(words)))


def _screen(words: ScreeningWords, *lines: str, buttons: tuple[Button, ...]) -> Screen:
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


def _ways(words: ScreeningWords) -> tuple[Button, ...]:
    keys = ("exercise", "other", "done")
    return tuple(Button(key=key, label=getattr(words, key)) for key in keys)


def _form(state: Asking, words: ScreeningWords, catalog: Catalog) -> Screen:
    """Draw a form: each question with its instrument's own answers, and a way to leave it out."""
    instrument, asked = forms.instrument(state.form, catalog), forms.planned(state.given, catalog)
    last = state.form not in {"wellbeing", "first"} and state.form == asked[-1]
    opens = state.form == asked[0]
    lines = (words.intro if opens else words.more, instrument.stem)
    if state.form not in {"wellbeing", "first"}:
        part = words.part.fill(step=str(asked.index(state.form) + 1), steps=str(len(asked)))
        lines = (f"{part} {getattr(words, state.form)}", *(() if state.form == "difficulty" else (instrument.stem,)))
    return Screen(
        lines=lines,
        fields=tuple(_field(item, words, catalog) for item in forms.items(state.form, catalog)),
        buttons=(Button(key="leave", label=words.leave),),
        private=True,
        title=words.title,
        submit=words.finish if last else words.submit,
    )


def _field(item: str, words: ScreeningWords, catalog: Catalog) -> Field:
    text, options = forms.question(item, catalog)
    answers = tuple(Option(key=str(points), label=label) for points, label in enumerate(options))
    if item in wellbeing.ITEMS:
        answers = answers[::-1]  # as its sheet has them: "all of the time" first
    skip = Option(key=SKIP, label=words.skip)
    return Field(key=forms.field(item), label=text, options=(*answers, skip), optional=True)


def _means(outcome: Outcome, words: ScreeningWords) -> tuple[str, ...]:
    """Say in plain words what the answers may mean, and what that rests on. No diagnosis, and no label."""
    about: tuple[str, ...] = ()
    if outcome.hard:
        about = (words.hard,)
    elif outcome.left_out and outcome.finding != "open":
        about = (words.left_out,)
    return (getattr(words, outcome.finding), *about, words.not_a_diagnosis)


def _number(score: Score, words: ScreeningWords) -> str:
    if score.scale == wellbeing.KEY:
        total, most, cut, low = map(str, (score.total, wellbeing.HIGHEST, wellbeing.CUT, wellbeing.LOW))
        return words.index.fill(scale=wellbeing.TITLE, total=total, most=most, cut=cut, low=low)
    scale = SCALES[score.scale]
    name = getattr(words, band(scale, score.total))
    return words.number.fill(scale=scale.title, total=str(score.total), most=str(scale.most), band=name)


def _numbers(state: Result, words: ScreeningWords) -> tuple[Button, ...]:
    if not state.outcome.scores:
        return ()
    return (Button(key="numbers", label=words.hide_numbers if state.numbers else words.show_numbers),)


def _offer(state: Result, words: ScreeningWords, catalog: Catalog) -> tuple[str, ...]:
    if not state.slots:
        return ((words.down if state.down else words.none_free).fill(phone=catalog.phone),)
    return (words.free, words.away_about) if any(each.link for each in state.slots) else (words.free,)


def _times(state: Result, words: ScreeningWords, at: Moment) -> tuple[Button, ...]:
    """Offer times; where there are none, a person who calls back (if there is one), and another look."""
    if not state.slots:
        callback = (Button(key="callback", label=words.callback, style="primary"),) if at.contact else ()
        return (*callback, Button(key="again", label=words.look_again))
    first: Literal["primary", "plain"] = "primary" if state.outcome.finding == "raised" else "plain"
    return tuple(_time(index, slot, words, at, "plain" if index else first) for index, slot in enumerate(state.slots))


def _time(index: int, slot: Slot, words: ScreeningWords, at: Moment, style: Literal["primary", "plain"]) -> Button:
    """Return the button of a time: it books here, or opens their own page and tells us nothing."""
    label = f"{at.catalog.when(slot.start, at.person.zone)}, {slot.who}"
    if slot.link:
        return Button(key=f"away_{index}", label=f"{label}, {words.away}", link=slot.link, style=style)
    return Button(key="slot", arg=str(index), label=label, style=style)
