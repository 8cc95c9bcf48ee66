"""What an appointment looks like, and what can be done with it. Everything here is private, but the reminder."""

from datetime import timedelta
from typing import Final

from flows.booking import extras
from flows.booking.drawing import about, again, screen
from flows.booking.states import (
    Checking,
    Coming,
    Confirmed,
    Ending,
    Extras,
    Filed,
    Filing,
    Leaving,
    Mine,
    Moving,
    Placing,
    Released,
    Releasing,
    Shifting,
    State,
    Timing,
    Trouble,
)
from flows.booking.words import BookingWords
from flows.core import care, forms
from flows.core.care import Appointment, Slot, Wishes
from flows.core.catalog import Catalog
from flows.core.flow import Moment
from flows.core.screen import Button, Screen

NEAR: Final = timedelta(hours=1)  # how long before it a link is shown


def view(state: State, words: BookingWords, at: Moment) -> Screen:
    """Draw an appointment, or what is being done with it."""
    done, find = Button(key="done", label=words.done), Button(key="find", label=words.find)
    cancel, move = Button(key="cancel", label=words.cancel), Button(key="move", label=words.move)
    phone = at.catalog.phone
    match state:
        case Confirmed(appointment=appointment, moved=moved):
            said = (words.moved if moved else words.booked).fill(**_who(appointment.slot, at))
            lines = (said, *link(appointment, words, at), *_reminded(appointment, words, at))
            ways = (done, move, cancel, extras.button(words))
            drawn = screen(words, *lines, words.booked_next, buttons=ways)
            return extras.replaced(drawn, words.calendar_moved, words, at) if extras.filed(state) else drawn
        case Trouble(what=what):
            told = {
                "unsure": words.unsure,
                "down": words.down,
                "cancel": words.cancel_failed,
                "move": words.move_failed,
            }
            mine = Button(key="mine", label=words.mine)
            keep = (Button(key="keep", label=words.keep),) if what == "down" and state.wishes != Wishes() else ()
            return screen(words, told[what].fill(phone=phone), buttons=(*keep, mine, done))
        case Coming(appointment=appointment):
            return _coming(appointment, words, at)
        case Placing(appointment=appointment):
            return _placing(appointment, words, at)
        case Checking(unlicensed=True, appointment=appointment):
            line = words.unlicensed_then.fill(when=at.catalog.when(appointment.slot.start, at.person.zone), phone=phone)
            mine = Button(key="mine", label=words.mine)
            return screen(words, line, buttons=(move, cancel, mine))
        case Releasing(appointment=appointment):
            yes = Button(key="yes", label=words.cancel_yes, style="danger")
            no = Button(key="no", label=words.cancel_no)
            asked = words.cancel_confirm.fill(**_who(appointment.slot, at))
            return screen(words, *_policy(appointment, at), asked, buttons=(yes, move, no))
        case Moving(appointment=appointment, slot=slot):
            yes = Button(key="yes", label=words.move_yes, style="primary")
            no, other = Button(key="no", label=words.cancel_no), Button(key="find", label=words.other_times)
            old = at.catalog.when(appointment.slot.start, at.person.zone)
            asked = words.move_confirm.fill(old=old, **_who(slot, at))
            return screen(words, *_policy(appointment, at), asked, buttons=(yes, no, other))
        case Shifting() | Checking():
            return screen(words, words.moving, buttons=(again(words),))
        case Released():
            drawn = screen(words, words.cancelled, buttons=(find, done))
            return extras.replaced(drawn, words.calendar_cancelled, words, at) if extras.filed(state) else drawn
        case Extras() | Timing() | Filing() | Filed() | Leaving():
            return extras.view(state, words, at)
        case Mine():
            return _mine(state, words, at)
        case Ending():
            return screen(words, words.cancelling, buttons=(again(words),))
    raise LookupError(f"nothing draws {state.at}")


def reminder(appointment: Appointment, words: BookingWords, catalog: Catalog, zone: str) -> Screen:
    """Draw a reminder as the neutral chat message it arrives as: when, and not what. Its buttons go on working."""
    line = words.reminder.fill(when=catalog.when(appointment.slot.start, zone))
    buttons = (
        Button(key="coming", label=words.reminder_open, style="primary", standing=True),
        Button(key="cant", label=words.reminder_cant, standing=True),
    )
    return Screen(lines=(line,), buttons=buttons)


def link(appointment: Appointment, words: BookingWords, at: Moment) -> tuple[str, ...]:
    """Say the link for the talk, around its time only; before that, that there is one."""
    if not appointment.link or at.now > appointment.slot.end:
        return ()
    if at.now < appointment.slot.start - NEAR:
        return (words.booked_link_later,)
    return (words.booked_link.fill(link=appointment.link),)


def _who(slot: Slot, at: Moment) -> dict[str, str]:
    told = about(slot, at)
    return {"when": told["when"], "who": told["who"]}


def _policy(appointment: Appointment, at: Moment) -> tuple[str, ...]:
    """Say what cancelling means so late, before anything is asked."""
    rule = at.catalog.cancelling
    late = rule is not None and appointment.slot.start - at.now < timedelta(hours=rule.hours)
    return (rule.text,) if rule and late else ()


def _reminded(appointment: Appointment, words: BookingWords, at: Moment) -> tuple[str, ...]:
    """Promise what was chosen; where it is too soon for some of it, say what comes still."""
    if appointment.remind == "none":
        return ()
    comes = extras.coming(appointment, at.now)
    if comes == appointment.remind:
        return (words.booked_remind,)
    return (words.remind_soon, words.reminds.fill(which=getattr(words, f"remind_{comes}")))


def _coming(appointment: Appointment, words: BookingWords, at: Moment) -> Screen:
    place = at.catalog.places.get(appointment.place, appointment.place)
    lines = (
        words.confirm.fill(**about(appointment.slot, at)),
        *link(appointment, words, at),
        words.coming_checklist,
        *((words.coming_place.fill(place=place),) if place else ()),
    )
    asks = (
        (Button(key="still", label=words.coming_yes, style="primary"), Button(key="elsewhere", label=words.coming_no))
        if place
        else (Button(key="elsewhere", label=words.coming_no),)
    )
    cancel, move = Button(key="cancel", label=words.cancel), Button(key="move", label=words.move)
    more, done = extras.button(words), Button(key="done", label=words.done)
    return screen(words, *lines, buttons=(*asks, move, cancel, more, done))


def _placing(appointment: Appointment, words: BookingWords, at: Moment) -> Screen:
    field = forms.place("", words.place, words.elsewhere, at)
    return Screen(
        lines=(words.placing,),
        fields=(field,),
        buttons=(Button(key="mine", label=words.mine),),
        private=True,
        title=words.title,
        submit=words.placing_submit,
    )


def _mine(state: Mine, words: BookingWords, at: Moment) -> Screen:
    held = at.person.appointments
    lines = [
        " ".join((f"{at.catalog.when(each.slot.start, at.person.zone)}, {each.slot.who}.", *link(each, words, at)))
        for each in held
    ]
    several, of = len(held) > 1, at.catalog.locale.of
    ways = tuple(
        Button(
            key=key,
            arg=each.key,
            label=of.fill(what=label, which=at.catalog.when(each.slot.start, at.person.zone)) if several else label,
        )
        for each in held
        for key, label in (("move", words.move), ("cancel", words.cancel), ("extras", words.extras))
    )
    find = () if state.full else (Button(key="find", label=words.find),)
    lines += [_trouble(words, each, at) for each in at.person.troubles]
    waiting = at.person.waiting
    if waiting:
        lines.append(words.mine_offered if waiting.offered(at.now) else words.mine_waiting)
    wait = (Button(key="waiting", label=words.waiting),) if waiting else ()
    top = words.mine_full if state.full else words.mine_about if held else words.mine_none
    placed = (str(words.placed),) if state.placed else ()
    return screen(words, *placed, top, *lines, buttons=(*ways, *wait, *find, Button(key="done", label=words.done)))


def _trouble(words: BookingWords, trouble: care.Trouble, at: Moment) -> str:
    line = {
        "unsure": words.mine_unsure,
        "failed": words.mine_failed,
        "cancel": words.mine_uncancelled,
        "move": words.mine_unmoved,
        "withdrawn": words.mine_withdrawn,
        "missed": words.mine_missed,
        "unlisted": words.mine_unlisted,
        "unshared": words.mine_unshared,
    }[trouble.what]
    return line.fill(when=at.catalog.when(trouble.start, at.person.zone), phone=at.catalog.phone)
