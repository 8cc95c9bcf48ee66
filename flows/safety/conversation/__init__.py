"""The crisis conversation: help at once, one direct question asked once, nobody locked in or out.

Shown in place, in the chat itself: at this moment being helped comes before the archive; the safety plan alone is
private. It never names a method, never asks twice, and one tap leads back to where the person was.
"""

from typing import Any

from flows.core.flow import Flow
from flows.safety.conversation.said import agrees
from flows.safety.conversation.screens import elsewhere, view
from flows.safety.conversation.states import DIRECT, PLAN, State
from flows.safety.conversation.steps import MORE_HELP, begin, update
from flows.safety.conversation.words import SafetyWords

__all__ = ["FLOW", "MORE_HELP", "PLAN", "SafetyWords", "agrees", "elsewhere"]


def _second(old: dict[str, Any]) -> dict[str, Any]:
    """Tell of a state of version 1 what had been asked in it: version 2 keeps that, wherever it goes."""
    kind = old.get("kind", "self")
    match old["at"]:
        case "helping":
            asked = kind in DIRECT
            return {"at": "helping", "kind": kind, "asks": asked, "question": "suicide" if asked else ""}
        case "checking":
            return {"at": "checking", "kind": kind}
        case "listening":
            reply = "listen" if old["wrote"] else "no"
            return {"at": "listening", "kind": kind, "reply": reply, "question": "answered"}
        case _:
            return {"at": "staying", "kind": kind, "question": "answered"}


FLOW: Flow[State, SafetyWords] = Flow(
    "safety",
    SafetyWords,
    State,
    begin,
    update,
    view,
    version=4,
    # 3 asks before it deletes a plan; 4 knows where in the plan help came up
    upgrades={1: _second, 2: dict, 3: dict},
    interrupts=True,
)
