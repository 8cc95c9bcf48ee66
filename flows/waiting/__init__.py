"""Wait for a time to come free: a place on a provider's list, what is offered there, and the way out."""

from flows.core.flow import Flow
from flows.waiting.screens import message, view
from flows.waiting.states import State
from flows.waiting.steps import begin, update
from flows.waiting.words import WaitingWords

__all__ = ["FLOW", "WaitingWords", "message"]

FLOW: Flow[State, WaitingWords] = Flow("waiting", WaitingWords, State, begin, update, view)
