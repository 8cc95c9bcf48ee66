"""What becomes of an appointment: moved, cancelled, reminded of; and where somebody will be at the time."""

from typing import Any

from flows.booking import extras
from flows.booking.states import (
    Checking,
    Choosing,
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
    Searching,
    Shifting,
    State,
    Timing,
    Trouble,
)
from flows.core.asks import Cancel, FindSlots, Placed, Reschedule
from flows.core.care import Appointment, Wishes
from flows.core.events import Answered, Booked, Changed, Chose, Event, Failed
from flows.core.flow import Carry, Goto, Moment, Step, Turn

DAYS = 28  # searched for another time: of one person there are fewer


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open at "my appointments", or at the one that a button or a reminder is about."""
    held = {each.key: each for each in at.person.appointments}
    coming = following(at)
    match carry:
        case Carry(ask="cancel", appointment=key) if key in held:
            return Turn(Releasing(appointment=held[key]))
        case Carry(ask="booked", appointment=key) if key in held:
            return Turn(Confirmed(appointment=held[key]))
        case Carry(ask="cant") if coming:
            return Turn(Releasing(appointment=coming))
        case Carry(ask="coming") if coming:
            return Turn(Coming(appointment=coming))
        case _:
            return Turn(Mine())


def following(at: Moment) -> Appointment | None:
    """Return the next appointment that is not over."""
    coming = [each for each in at.person.appointments if each.slot.end > at.now]
    return min(coming, key=lambda each: each.slot.start, default=None)


def recorded(appointment: Appointment, at: Moment) -> Appointment:
    """Return an appointment as the person's record has it: with what we alone know of it."""
    return next((each for each in at.person.appointments if each.key == appointment.key), appointment)


def update(state: Any, event: Event, at: Moment) -> Step[State]:
    """Take one step with an appointment that there is."""
    held = {each.key: each for each in at.person.appointments}
    match state, event:
        case Mine(), Chose(key="cancel", arg=key):
            return begin(Carry(ask="cancel", appointment=key), at)
        case Mine(), Chose(key="waiting"):
            return Goto("waiting")
        case Mine(), Chose(key="move", arg=key) if key in held:
            return _another(held[key], at)
        case Mine(), Chose(key="move"):
            return Turn(Mine())
        case ((Confirmed() | Coming() | Checking()), Chose(key="cancel")):
            return Turn(Releasing(appointment=state.appointment))
        case ((Confirmed() | Coming() | Checking() | Releasing()), Chose(key="move")):
            return _another(state.appointment, at)
        case Mine(), Chose(key="extras", arg=key) if key in held:
            return Turn(Extras(appointment=held[key]))
        case ((Confirmed() | Coming()), Chose(key="extras")):
            return Turn(Extras(appointment=recorded(state.appointment, at)))
        case Extras(appointment=one), Chose(key="share"):
            return Goto("sharing", Carry(appointment=one.key))
        case ((Extras() | Timing() | Filing() | Filed() | Leaving()), Chose()):
            return extras.update(state, event) or _leave(event)
        case Releasing(), Chose(key="yes"):
            return Turn(Ending(appointment=state.appointment), (Cancel(appointment=state.appointment),))
        case ((Releasing() | Moving()), Chose(key="no")):
            return Turn(Mine())
        case Ending(), Changed(what="cancelled"):
            return Turn(Released(appointment=state.appointment))
        case Ending(), Failed():
            return Turn(Trouble(what="cancel"))
        case ((Choosing() | Moving() | Shifting()), _):
            return _move(state, event, at)
        case ((Coming() | Placing() | Checking()), _):
            return _place(state, event, at)
        case _:
            return _leave(event)


def _leave(event: Event) -> Step[State]:
    match event:
        case Chose(key="mine"):
            return Turn(Mine())
        case Chose(key="done"):
            return Goto("home")
        case _:
            return None


def _another(appointment: Appointment, at: Moment, *, taken: bool = False) -> Turn[State]:
    """Look for another time with the same person. What is booked stands until there is one."""
    wishes = Wishes(place=appointment.place or at.wishes.place, only=appointment.slot.practitioner)
    find = FindSlots(days=DAYS, wishes=wishes, zone=at.person.zone)
    return Turn(Searching(taken=taken, wishes=wishes, moving=appointment.key), (find,))


def _move(state: Choosing | Moving | Shifting, event: Event, at: Moment) -> Step[State]:
    match state, event:
        case Choosing(), Chose(key="slot", arg=index):
            held = {each.key: each for each in at.person.appointments}
            if state.moving not in held:  # cancelled since, elsewhere
                return Turn(Mine())
            return Turn(Moving(appointment=held[state.moving], slot=state.offers[int(index)].slot))
        case Moving(), Chose(key="yes"):
            move = Reschedule(appointment=state.appointment, slot=state.slot)
            return Turn(Shifting(appointment=state.appointment), (move,))
        case Moving(), Chose(key="find"):
            return _another(state.appointment, at)
        case Shifting(), Booked(appointment=appointment):
            return Turn(Confirmed(appointment=recorded(appointment, at), moved=True))
        case Shifting(), Failed(why="slot_taken"):
            return _another(state.appointment, at, taken=True)
        case Shifting(), Failed(why="uncertain"):
            return Turn(Trouble(what="unsure"))
        case Shifting(), Failed():
            return Turn(Trouble(what="move"))
        case _:
            return _leave(event)


def _place(state: Coming | Placing | Checking, event: Event, at: Moment) -> Step[State]:
    match state, event:
        case Coming(), Chose(key="still"):
            return Turn(Mine(placed=True))
        case Coming(), Chose(key="elsewhere"):
            return Turn(Placing(appointment=state.appointment))
        case Placing(), Answered(values=given):
            place = given.get("place", "")
            place = "" if place == "elsewhere" else place
            asked = Placed(appointment=state.appointment, place=place)
            return Turn(Checking(appointment=state.appointment, place=place), (asked,))
        case Checking(), Changed(what="placed"):
            return Turn(Mine(placed=True))
        case Checking(), Failed(why="unlicensed"):
            return Turn(state.model_copy(update={"unlicensed": True}))
        case Checking(), Failed():
            return Turn(Trouble(what="down"))
        case _:
            return _leave(event)
