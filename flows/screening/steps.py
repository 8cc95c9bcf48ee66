"""What each event leads to: score, look for times, hand over to booking."""

from flows.core.effects import FindSlots
from flows.core.events import Answered, Chose, Event, Failed, SlotsFound
from flows.core.flow import Carry, Goto, Moment, Step, Turn
from flows.screening.scoring import raised
from flows.screening.states import Asking, Looking, Result, State, Unavailable

FIRST = "phq4"  # the instrument that everybody starts with
DAYS = 7  # a result shows times within a week: later than that is not "now"


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open the form; nothing is asked of anybody who did not open it."""
    return Turn(Asking(instrument=FIRST) if FIRST in at.catalog.instruments else Unavailable())


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Score, look for times, hand over to booking."""
    match state, event:
        case Asking(), Answered(values=given):
            high = raised(at.catalog.instruments[state.instrument], given)
            return None if high is None else Turn(Looking(raised=high), (FindSlots(days=DAYS),))
        case Looking(), SlotsFound(slots=slots):
            return Turn(Result(raised=state.raised, slots=slots[:3]))
        case Looking(), Failed():
            return Turn(Result(raised=state.raised, down=True))
        case Result(), Chose(key="slot", arg=index):
            return Goto("booking", Carry(slot=state.slots[int(index)]))
        case ((Asking() | Result() | Unavailable()), Chose(key="other")):
            return Goto("options")
        case _, Chose(key="leave" | "done"):
            return Goto("home")
        case _:
            return None
