"""Choose a time, say who to be to the provider, and hear only what is true: booked, taken, unsure."""

from flows.booking.screens import view
from flows.booking.states import BookingWords, State
from flows.booking.steps import begin, update
from flows.core.flow import Flow

FLOW: Flow[State, BookingWords] = Flow(
    "booking",
    BookingWords,
    State,
    begin,
    update,
    view,
    version=2,
    upgrades={1: dict},  # 2 keeps the consent of a form that comes back, which 1 did not
)
