"""From a time to an appointment and away from it: the steps."""

from collections.abc import Mapping

from flows.booking.states import (
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
from flows.core.care import Slot
from flows.core.effects import Book, Cancel, FindSlots
from flows.core.events import Answered, Booked, Changed, Chose, Event, Failed, SlotsFound
from flows.core.flow import Carry, Goto, Moment, Step, Turn

MOST = 3  # appointments held at once; the sealed record has room for so many
DAYS = 14


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open at a time, at "my appointments", at one to cancel, or at the search."""
    held = {each.key: each for each in at.person.appointments}
    match carry:
        case Carry(ask="cancel", appointment=key) if key in held:
            return Turn(Releasing(appointment=held[key]))
        case Carry(ask="mine" | "cancel"):
            return Turn(Mine())
        case _ if len(held) >= MOST:
            return Turn(Mine(full=True))
        case Carry(slot=Slot() as slot):
            return Turn(Confirming(slot=slot))
        case _:
            return _search(at)


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Take one step towards an appointment, or away from one."""
    match state, event:
        case Searching(taken=taken), SlotsFound(slots=slots):
            return Turn(Choosing(slots=slots[:3], taken=taken))
        case Searching(taken=taken), Failed():
            return Turn(Choosing(taken=taken, down=True))
        case Choosing(), Chose(key="slot", arg=index):
            return Turn(Confirming(slot=state.slots[int(index)]))
        case ((Choosing() | Confirming() | Mine() | Released()), Chose(key="find")):
            return begin(Carry(), at)
        case Confirming(), Answered(values=given):
            return _book(state.slot, given, at)
        case Working(), Booked(appointment=appointment):
            return Turn(Confirmed(appointment=appointment))
        case Working(), Failed(why="slot_taken"):
            return _search(at, taken=True)
        case Working(), Failed(why="uncertain"):
            return Turn(Trouble(what="unsure"))
        case Working(), Failed(why="refused"):
            return Turn(Trouble(what="refused"))
        case Trouble(what="unsure"), Booked(appointment=appointment):
            return Turn(Confirmed(appointment=appointment))
        case Trouble(what="unsure"), Failed(why="uncertain"):
            return None
        case ((Working() | Trouble(what="unsure")), Failed()):
            return Turn(Trouble(what="down"))
        case _:
            return _cancel(state, event, at)


def _cancel(state: State, event: Event, at: Moment) -> Step[State]:
    match state, event:
        case Confirmed(), Chose(key="cancel"):
            return Turn(Releasing(appointment=state.appointment))
        case Mine(), Chose(key="cancel", arg=key):
            return begin(Carry(ask="cancel", appointment=key), at)
        case Releasing(), Chose(key="yes"):
            return Turn(Ending(), (Cancel(appointment=state.appointment),))
        case Releasing(), Chose(key="no"):
            return Turn(Mine())
        case Ending(), Changed(what="cancelled"):
            return Turn(Released())
        case Ending(), Failed():
            return Turn(Trouble(what="cancel"))
        case _, Chose(key="mine"):
            return Turn(Mine())
        case _, Chose(key="done"):
            return Goto("home")
        case _:
            return None


def _search(at: Moment, taken: bool = False) -> Turn[State]:
    return Turn(Searching(taken=taken), (FindSlots(days=DAYS, wishes=at.wishes, zone=at.person.zone),))


def _plain(text: str) -> str:
    """Return a typed line without what cannot be seen: it would only take up room in what is sealed."""
    return "".join(char for char in text if char.isprintable()).strip()


def _book(slot: Slot, given: Mapping[str, str], at: Moment) -> Step[State]:
    name, contact = _plain(given.get("name", "")), _plain(given.get("contact", ""))
    form = Confirming(
        slot=slot, name=name[:80], contact=contact[:120], consent=given.get("consent") == "yes", wrong=True
    )
    if form.faults() or (form.name, form.contact) != (name, contact):
        return Turn(form)
    book = Book(slot=slot, name=name, contact=contact, zone=at.person.zone, consented_at=at.now)
    return Turn(Working(slot=slot), (book,))
