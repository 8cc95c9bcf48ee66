"""Choose a time, say who to be to the provider, and hear only what is true: held, booked, moved, taken, unsure."""

from flows.booking.extras import filed
from flows.booking.kept import reminder
from flows.booking.screens import view
from flows.booking.states import State, offered
from flows.booking.steps import begin, leave, update
from flows.booking.words import BookingWords
from flows.core.flow import Flow

FLOW: Flow[State, BookingWords] = Flow(
    "booking",
    BookingWords,
    State,
    begin,
    update,
    view,
    version=3,
    upgrades={1: dict, 2: offered},  # 2 keeps the consent of a form that comes back; 3 has offers in place of slots
    leave=leave,
)

__all__ = ["FLOW", "BookingWords", "filed", "reminder"]
