"""A private check: one validated form, a result in plain words, and free times in the same breath.

Answers are scored in the turn that brings them and not kept: the state after it knows only whether a part
was at or above its cut. PHQ-4: Kroenke et al. 2009, each part of two items 0-6, positive from 3.
"""

from flows.core.flow import Flow
from flows.screening.screens import view
from flows.screening.states import State
from flows.screening.steps import begin, update
from flows.screening.words import ScreeningWords

__all__ = ["FLOW", "ScreeningWords"]

FLOW: Flow[State, ScreeningWords] = Flow("screening", ScreeningWords, State, begin, update, view)
