"""What else there is about an appointment: when to be reminded of it, and a file for a calendar of one's own.

Nothing goes into a calendar by itself. The file is handed out on a page of ours only: whoever has none is not offered
one, as a file in the chat would be the employer's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from flows.booking.drawing import about, screen
from flows.booking.states import Confirmed, Extras, Filed, Filing, Leaving, Mine, Released, State, Timing
from flows.booking.words import BookingWords
from flows.core.care import Appointment, Reminding
from flows.core.effects import SetFiled, SetReach, SetRemind
from flows.core.events import Chose
from flows.core.flow import Moment, Turn
from flows.core.screen import Button, Screen

NEEDS: Final[Mapping[Reminding, timedelta]] = {
    "both": timedelta(hours=24),
    "day": timedelta(hours=24),
    "hour": timedelta(hours=1),
    "none": timedelta.min,
}
"""How far away an appointment has to be for all of a choice to come still."""


def button(words: BookingWords) -> Button:
    """Return the way here."""
    return Button(key="extras", label=words.extras)


def update(state: Extras | Timing | Filing | Filed | Leaving, event: Chose) -> Turn[State] | None:
    """Take one step; None if it leads elsewhere."""
    match state, event:
        case Extras(appointment=one), Chose(key="reminding"):
            return Turn(Timing(appointment=one))
        case Extras(appointment=one), Chose(key="calendar"):
            return Turn(Filing(appointment=one))
        case Extras(appointment=one), Chose(key="leaving"):
            return Turn(Leaving(appointment=one))
        case Leaving(appointment=one), Chose(key="reach", arg=which):
            chosen = one.model_copy(update={"reach": which == "yes"})
            return Turn(Extras(appointment=chosen), (SetReach(appointment=one.key, reach=chosen.reach),))
        case Timing(appointment=one), Chose(key="remind", arg=which) if which in NEEDS:
            remind = cast(Reminding, which)
            chosen = one.model_copy(update={"remind": remind})
            return Turn(Extras(appointment=chosen), (SetRemind(appointment=one.key, remind=remind),))
        case Filing(appointment=one), Chose(key="file"):
            filed = one.model_copy(update={"filed": True})
            return Turn(Filed(appointment=filed), (SetFiled(appointment=one.key),))
        case ((Timing() | Filing() | Filed() | Leaving()), Chose(key="extras")):
            return Turn(Extras(appointment=state.appointment))
        case _, Chose(key="mine"):
            return Turn(Mine())
        case _:
            return None


def view(state: Extras | Timing | Filing | Filed | Leaving, words: BookingWords, at: Moment) -> Screen:
    """Draw it. Everything here is private."""
    back = Button(key="extras", label=words.extras_back)
    match state:
        case Extras(appointment=one):
            which = getattr(words, f"remind_{coming(one, at.now)}")
            calendar = Button(key="calendar", label=words.calendar)
            share = Button(key="share", label=words.share)
            return screen(
                words,
                words.confirm.fill(**about(one.slot, at)),
                words.reminds.fill(which=which),
                *((str(words.reach_set),) if one.reach else ()),
                buttons=(
                    Button(key="reminding", label=words.remind_change),
                    Button(key="leaving", label=words.leaving),
                    *((calendar,) if at.catalog.surface != "in_app" else ()),
                    *((share,) if one.shares and one.slot.start > at.now else ()),
                    Button(key="mine", label=words.mine),
                    Button(key="done", label=words.done),
                ),
            )
        case Timing(appointment=one):
            ways = tuple(
                Button(key="remind", arg=each, label=getattr(words, f"remind_{each}"))
                for each in choices(one, at.now)
                if each != coming(one, at.now)
            )
            return screen(words, words.remind, words.remind_hint, buttons=(*ways, back))
        case Leaving(appointment=one):
            way = Button(
                key="reach", arg="no" if one.reach else "yes", label=words.reach_no if one.reach else words.reach
            )
            return screen(words, words.leaving_about, words.leaving_learns, buttons=(way, back))
        case Filing():
            take = Button(key="file", label=words.calendar_make, style="primary")
            return screen(words, words.calendar_holds, words.calendar_seen, buttons=(take, back))
        case Filed():
            done = Button(key="done", label=words.done)
            drawn = screen(words, words.calendar_ready, words.calendar_later, buttons=(back, done))
            return drawn.model_copy(update={"file": words.calendar_take})


def choices(appointment: Appointment, now: datetime) -> tuple[Reminding, ...]:
    """Return the reminders that can come still, all of them."""
    return tuple(each for each, needs in NEEDS.items() if appointment.slot.start - now > needs)


def coming(appointment: Appointment, now: datetime) -> Reminding:
    """Return the reminders that come still: of a day's there is none with an hour to go, whatever was chosen."""
    possible = choices(appointment, now)
    if appointment.remind in possible:
        return appointment.remind
    return "hour" if appointment.remind == "both" and "hour" in possible else "none"


def replaced(drawn: Screen, line: str, words: BookingWords, at: Moment) -> Screen:
    """Return a screen that says that an entry in a calendar is old, with the file that replaces it."""
    if at.catalog.surface == "in_app":
        return drawn
    return drawn.model_copy(update={"lines": (*drawn.lines, str(line)), "file": words.calendar_take})


def filed(state: State) -> tuple[Appointment, bool] | None:
    """Return the appointment of which this screen hands out a file, and whether it stands; None if there is no file."""
    match state:
        case Filed(appointment=one):
            return one, True
        case Confirmed(appointment=one, moved=True) | Released(appointment=Appointment() as one) if one.filed:
            return one, not isinstance(state, Released)
        case _:
            return None
