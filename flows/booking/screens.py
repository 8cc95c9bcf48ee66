"""What a booking looks like. Everything here is private."""

from flows.booking.states import (
    BookingWords,
    Choosing,
    Confirmed,
    Confirming,
    Ending,
    Mine,
    Released,
    Releasing,
    Searching,
    State,
    Trouble,
    Working,
)
from flows.core import care
from flows.core.care import Slot
from flows.core.flow import Moment
from flows.core.screen import Button, Option, Screen
from flows.core.screen import Field as FormField


def view(state: State, words: BookingWords, at: Moment) -> Screen:
    """Draw the state. Everything here is private."""
    phone = at.catalog.phone
    done = Button(key="done", label=words.done)
    find = Button(key="find", label=words.find)
    match state:
        case Searching(taken=taken):
            return _screen(words, *_taken(words, taken), words.looking, buttons=(_again(words),))
        case Choosing(slots=slots, taken=taken, down=down):
            none = words.down if down else words.none_free
            offer = str(words.choose) if slots else none.fill(phone=phone)
            times = tuple(
                Button(
                    key="slot",
                    arg=str(index),
                    label=f"{at.catalog.when(slot.start, at.person.zone)}, {slot.who}",
                )
                for index, slot in enumerate(slots)
            )
            again = Button(key="find", label=words.look_again)
            return _screen(words, *_taken(words, taken), offer, buttons=(*times, again, done))
        case Confirming():
            return _form(state, words, at)
        case Working():
            return _screen(words, words.working, buttons=(_again(words),))
        case Confirmed(appointment=appointment):
            lines = [words.booked.fill(**_about(appointment.slot, at))]
            if appointment.link:
                lines.append(words.booked_link.fill(link=appointment.link))
            cancel = Button(key="cancel", label=words.cancel)
            return _screen(words, *lines, words.booked_next, buttons=(done, cancel))
        case Trouble(what=what):
            line = {
                "unsure": words.unsure,
                "refused": words.refused,
                "down": words.down,
                "cancel": words.cancel_failed,
            }[what]
            return _screen(words, line.fill(phone=phone), buttons=(Button(key="mine", label=words.mine), done))
        case Mine(full=full):
            return _mine(words, full, at)
        case Releasing(appointment=appointment):
            yes = Button(key="yes", label=words.cancel_yes, style="danger")
            no = Button(key="no", label=words.cancel_no)
            return _screen(words, words.cancel_confirm.fill(**_about(appointment.slot, at)), buttons=(yes, no))
        case Ending():
            return _screen(words, words.cancelling, buttons=(_again(words),))
        case Released():
            return _screen(words, words.cancelled, buttons=(find, done))


def _mine(words: BookingWords, full: bool, at: Moment) -> Screen:
    held = at.person.appointments
    lines = [
        f"{at.catalog.when(each.slot.start, at.person.zone)}, {each.slot.who}. {each.link}".strip() for each in held
    ]
    cancels = tuple(
        Button(
            key="cancel",
            arg=each.key,
            label=f"{words.cancel}: {at.catalog.when(each.slot.start, at.person.zone)}"
            if len(held) > 1
            else words.cancel,
        )
        for each in held
    )
    find = () if full else (Button(key="find", label=words.find),)
    lines += [_trouble(words, each, at) for each in at.person.troubles]
    top = words.mine_full if full else words.mine_about if held else words.mine_none
    return _screen(words, top, *lines, buttons=(*cancels, *find, Button(key="done", label=words.done)))


def _trouble(words: BookingWords, trouble: care.Trouble, at: Moment) -> str:
    line = {"unsure": words.mine_unsure, "failed": words.mine_failed, "cancel": words.mine_uncancelled}[trouble.what]
    return line.fill(when=at.catalog.when(trouble.start, at.person.zone), phone=at.catalog.phone)


def _form(state: Confirming, words: BookingWords, at: Moment) -> Screen:
    lines = (words.confirm.fill(**_about(state.slot, at)), words.shared)
    faults = state.faults() if state.wrong else frozenset()
    errors = {key: str(getattr(words, f"{key}_wrong")) for key in faults}
    fields = (
        FormField(
            key="name",
            label=words.name,
            hint=words.name_hint,
            max_length=80,
            value=state.name,
            error=errors.get("name", ""),
        ),
        FormField(
            key="contact",
            label=words.contact,
            hint=words.contact_hint,
            max_length=120,
            value=state.contact,
            error=errors.get("contact", ""),
        ),
        FormField(
            key="consent",
            label=words.consent,
            options=(Option(key="yes", label=words.consent_yes),),
            value="yes" if state.consent else "",
            error=errors.get("consent", ""),
        ),
    )
    other = Button(key="find", label=words.other_times)
    return Screen(lines=lines, fields=fields, buttons=(other,), private=True, title=words.title, submit=words.submit)


def _screen(words: BookingWords, *lines: str, buttons: tuple[Button, ...]) -> Screen:
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


def _taken(words: BookingWords, taken: bool) -> tuple[str, ...]:
    return (words.taken,) if taken else ()


def _again(words: BookingWords) -> Button:
    return Button(key="look_again", label=words.look_again)


def _about(slot: Slot, at: Moment) -> dict[str, str]:
    minutes = int((slot.end - slot.start).total_seconds() // 60)
    return {"when": at.catalog.when(slot.start, at.person.zone), "minutes": str(minutes), "who": slot.who}
