"""A manager reminds a whole team that support exists, in approved words, and learns nothing about anyone.

What is answered depends on the team's size and on earlier reminders, never on what a member did or chose.
"""

from flows.core.flow import Flow
from flows.team.screens import letter, view
from flows.team.states import State
from flows.team.steps import AHEAD, AT_ONCE, COOL_DOWN, FLOOR, begin, next_slot, update
from flows.team.words import TeamWords

__all__ = ["AHEAD", "AT_ONCE", "COOL_DOWN", "FLOOR", "FLOW", "TeamWords", "letter", "next_slot"]

FLOW: Flow[State, TeamWords] = Flow(
    "team",
    TeamWords,
    State,
    begin,
    update,
    view,
    version=3,
    # 2 knows a history, guidance and more reasons, which 1 did not; 3 knows what goes to each member
    upgrades={1: dict, 2: dict},
)
