"""Check-ins, only for who asks for them: days, a time, a zone; not now, pause, stop, in one tap.

What is sent never depends on answers or bookings: only on the plan, on what was sent before, and on whether somebody
reacts to check-ins at all.
"""

from flows.checkin.rotation import pick, season_of
from flows.checkin.screens import closing, nudge, view
from flows.checkin.states import State
from flows.checkin.steps import begin, line_of, update
from flows.checkin.words import CheckinWords
from flows.core.flow import Flow


def _heard(frozen: dict[str, str | bool]) -> dict[str, str | bool]:
    """Read what was answered when only "rough" was told apart."""
    if frozen["at"] != "heard":
        return frozen
    return {"at": "heard", "mood": "rough" if frozen["rough"] else "fine"}


FLOW: Flow[State, CheckinWords] = Flow(
    "checkin",
    CheckinWords,
    State,
    begin,
    update,
    view,
    version=4,
    # 2 keeps the day and the time of a form that comes back, which 1 did not; 3 knows how things were;
    # 4 knows of which part of a country the holidays count
    upgrades={1: dict, 2: _heard, 3: dict},
    interrupts=True,
)

__all__ = ["FLOW", "CheckinWords", "closing", "line_of", "nudge", "pick", "season_of"]
