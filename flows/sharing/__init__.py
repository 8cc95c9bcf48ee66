"""Share something with whoever one is going to talk with: chosen item by item, shown as it is sent, sent on a yes."""

from flows.core.flow import Flow
from flows.sharing.screens import view
from flows.sharing.states import SharingWords, State
from flows.sharing.steps import begin, update

__all__ = ["FLOW"]

FLOW: Flow[State, SharingWords] = Flow("sharing", SharingWords, State, begin, update, view)
