"""Crisis help, before anything else: the reader of every typed text, and the conversation it opens."""

from flows.safety.conversation import FLOW
from flows.safety.reader import Alarm, Lexicon, read

__all__ = ["FLOW", "Alarm", "Lexicon", "read"]
