"""Crisis help, before anything else: the reader of every typed text, and the conversation it opens."""

from flows.safety.alarm import Alarm, gravest
from flows.safety.conversation import FLOW, SafetyWords, elsewhere
from flows.safety.lexicon import Lexicon
from flows.safety.model import Model
from flows.safety.normal import normalise, undisguised
from flows.safety.reader import Layer, Reader

__all__ = [
    "FLOW",
    "Alarm",
    "Layer",
    "Lexicon",
    "Model",
    "Reader",
    "SafetyWords",
    "elsewhere",
    "gravest",
    "normalise",
    "undisguised",
]
