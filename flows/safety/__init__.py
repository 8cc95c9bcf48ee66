"""Crisis help, before anything else: the reader of every typed text, and the conversation it opens."""

from flows.safety.alarm import Alarm, Reading, gravest
from flows.safety.conversation import FLOW, MORE_HELP, PLAN, SafetyWords, agrees, elsewhere
from flows.safety.lexicon import Lexicon
from flows.safety.model import Model
from flows.safety.normal import normalise, undisguised
from flows.safety.reader import Layer, Reader

__all__ = [
    "FLOW",
    "MORE_HELP",
    "PLAN",
    "Alarm",
    "Layer",
    "Lexicon",
    "Model",
    "Reader",
    "Reading",
    "SafetyWords",
    "agrees",
    "elsewhere",
    "gravest",
    "normalise",
    "undisguised",
]
