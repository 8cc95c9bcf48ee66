"""Ask a person to contact me: what is sent, shown before it is; the promised time; the truth when it is not kept.

All of it is private. Whoever asks sees the very items that go out, can leave each of them out, and says yes to them.
"""

from flows.callback.screens import view
from flows.callback.states import CallbackWords, State
from flows.callback.steps import begin, update
from flows.core.flow import Flow

__all__ = ["FLOW"]

FLOW: Flow[State, CallbackWords] = Flow("callback", CallbackWords, State, begin, update, view, interrupts=True)
