"""What waiting for a time looks like. Everything here is private, but the message that something came free."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from flows.core import forms
from flows.core.care import Slot, Waiting
from flows.core.catalog import Catalog
from flows.core.flow import Moment
from flows.core.screen import LOOK_AGAIN, Button, Screen
from flows.waiting.states import Asking, Away, Leaving, Standing, State, Taking
from flows.waiting.steps import offer
from flows.waiting.words import WaitingWords

SLOW: Final = timedelta(seconds=20)  # then a provider that has not answered need not be waited for on this screen


def view(state: State, words: WaitingWords, at: Moment) -> Screen:
    """Draw the state. Who left the list elsewhere, meanwhile, is told that they are on none."""
    done, find = Button(key="done", label=words.done), Button(key="find", label=words.find)
    waiting, phone = at.person.waiting, at.catalog.phone
    match state:
        case Asking():
            return _form(state, words, at)
        case Taking():
            return _screen(words, words.taking, buttons=(Button(key=LOOK_AGAIN, label=words.look_again),))
        case Standing() if waiting:
            return _standing(state, waiting, words, at)
        case Leaving() if waiting:
            yes = Button(key="yes", label=words.leave_yes, style="danger")
            return _screen(words, words.sure, buttons=(yes, Button(key="no", label=words.leave_no)))
        case Away(why="unsure"):
            return _screen(words, words.unsure.fill(phone=phone), buttons=(Button(key="mine", label=words.mine), done))
        case Away(why="down" | "refused"):
            return _screen(words, getattr(words, state.why).fill(phone=phone), buttons=(find, done))
        case _:
            line = words.left if isinstance(state, Away) and state.why == "left" else words.nowhere
            return _screen(words, line, buttons=(find, done))


def message(until: datetime, words: WaitingWords, catalog: Catalog, zone: str) -> Screen:
    """Draw the neutral chat message that something came free: until when it is kept, and not what it is."""
    opened = Button(key="offer", label=words.message_open, style="primary", standing=True)
    return Screen(lines=(words.message.fill(until=catalog.clock(until, zone)),), buttons=(opened,))


def _standing(state: Standing, waiting: Waiting, words: WaitingWords, at: Moment) -> Screen:
    leave, done = Button(key="leave", label=words.leave), Button(key="done", label=words.done)
    slot = offer(at)
    if slot and waiting.until:
        ways = (
            Button(key="take", label=words.take, style="primary"),
            Button(key="not_this", label=words.not_this),
            leave,
            done,
        )
        until = words.offered_until.fill(until=at.catalog.clock(waiting.until, at.person.zone))
        return _screen(words, *_note(state, words, at), _offered(slot, words, at), until, buttons=ways)
    if not waiting.reference:
        if at.now < waiting.since + SLOW:
            return _screen(words, words.joining, buttons=(Button(key=LOOK_AGAIN, label=words.look_again),))
        return _screen(words, words.slow, buttons=(leave, done))
    day = at.catalog.when(waiting.since, at.person.zone)
    gone = (words.gone,) if waiting.until else ()
    lines = (*_note(state, words, at), *gone, words.waiting.fill(day=day), words.waiting_next)
    return _screen(words, *lines, buttons=(Button(key="find", label=words.find), leave, done))


def _note(state: Standing, words: WaitingWords, at: Moment) -> tuple[str, ...]:
    """Say what came of the last offer."""
    match state.note:
        case "":
            return ()
        case "down" | "refused" | "used" as what:
            return (str(getattr(words, what).fill(phone=at.catalog.phone)),)
        case what:
            return (str(getattr(words, what)),)


def _offered(slot: Slot, words: WaitingWords, at: Moment) -> str:
    minutes = str(int((slot.end - slot.start).total_seconds() // 60))
    return words.offered.fill(when=at.catalog.when(slot.start, at.person.zone), minutes=minutes, who=slot.who)


def _form(state: Asking, words: WaitingWords, at: Moment) -> Screen:
    return Screen(
        lines=(words.about, words.shared),
        fields=forms.appointment(state, state.wishes.place, words, at),
        buttons=(Button(key="find", label=words.back),),
        private=True,
        title=words.title,
        submit=words.submit,
    )


def _screen(words: WaitingWords, *lines: str, buttons: Iterable[Button]) -> Screen:
    return Screen(lines=lines, buttons=tuple(buttons), private=True, title=words.title)
