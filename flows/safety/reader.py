"""Reads a typed text for signs of crisis, before anything else is done with it: in layers, each of which may raise an
alarm. What is sure nobody takes back; what the lexicon itself is not sure of, the layers that have learnt decide.

A floor, not a judge: what it does not catch is never presented as no risk ("Help now" is on every screen).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flows.safety.alarm import Alarm, Reading, gravest
from flows.safety.lexicon import Lexicon, matched
from flows.safety.normal import REPEATED, normalise

Layer = Callable[[str], Reading]


@dataclass(frozen=True)
class Reader:
    """A lexicon a language, and further layers: the model that has learnt from examples and, where the extra
    `semantics` is there, one that goes by meaning."""

    lexicons: Mapping[str, Lexicon]
    layers: Sequence[Layer] = ()

    def read(self, text: str) -> Alarm | None:
        """Return the gravest alarm that any layer raises for the text, or None.

        A list of words cannot tell "I wanted to die, years ago" from danger. So where it is not sure and every other
        layer is calm, it is not followed; without another layer it always is. And of alarms that are as grave, what has
        learnt tells better what it is about than a list that is not sure."""
        words = normalise(text)
        texts = (text, REPEATED.sub(r"\1", words)) if REPEATED.search(words) else (text,)  # "kiiill" is "kill", too
        read = [layer(each) for layer in self.layers for each in texts]
        calm = bool(read) and all(each.calm for each in read)
        heard = matched(text, self.lexicons)
        sure = [each.alarm for each in heard if each.sure]
        unsure = [each.alarm for each in heard if not each.sure and not calm]
        return gravest([*sure, *(each.alarm for each in read), *unsure])
