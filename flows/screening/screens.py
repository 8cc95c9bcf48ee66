"""Draws the form, the wait and the result."""

from flows.core.catalog import Instrument
from flows.core.flow import Moment
from flows.core.screen import Button, Field, Option, Screen
from flows.screening.states import Asking, Looking, Result, State, Unavailable
from flows.screening.words import ScreeningWords


def view(state: State, words: ScreeningWords, at: Moment) -> Screen:
    """Draw the form, the wait, or the result."""
    catalog = at.catalog
    match state:
        case Asking(instrument=key) if key in catalog.instruments:
            return _form(catalog.instruments[key], words)
        case Asking() | Unavailable():  # an open form does not outlive a change to a language that has none
            ways = (Button(key="other", label=words.other), Button(key="done", label=words.done))
            return Screen(lines=(words.unavailable,), buttons=ways, private=True, title=words.title)
        case Looking():
            again = (Button(key="look_again", label=words.look_again),)
            return Screen(lines=(words.looking,), buttons=again, private=True, title=words.title)
        case Result():
            means = words.raised if state.raised else words.steady
            if state.slots:
                offer = str(words.free)
            else:
                offer = (words.down if state.down else words.none_free).fill(phone=catalog.phone)
            times = tuple(
                Button(
                    key="slot",
                    arg=str(index),
                    label=f"{catalog.when(slot.start, at.person.zone)}, {slot.who}",
                    style="primary" if index == 0 and state.raised else "plain",
                )
                for index, slot in enumerate(state.slots)
            )
            rest = (Button(key="other", label=words.other), Button(key="done", label=words.done))
            lines = (means, words.not_a_diagnosis, offer)
            return Screen(lines=lines, buttons=times + rest, private=True, title=words.title)


def _form(instrument: Instrument, words: ScreeningWords) -> Screen:
    options = tuple(Option(key=str(points), label=label) for points, label in enumerate(instrument.options))
    fields = tuple(Field(key=item.key, label=item.text, options=options) for item in instrument.items)
    return Screen(
        lines=(words.intro, instrument.stem),
        fields=fields,
        buttons=(Button(key="leave", label=words.leave),),
        private=True,
        title=words.title,
        submit=words.submit,
    )
