"""Reads a typed text for signs of crisis, before anything else is done with it: in layers that only raise.

A floor, not a judge: what it does not catch is never presented as no risk ("Help now" is on every screen).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flows.safety.alarm import Alarm, gravest
from flows.safety.lexicon import Lexicon, matched
from flows.safety.normal import REPEATED, normalise

Layer = Callable[[str], Alarm | None]


@dataclass(frozen=True)
class Reader:
    """A lexicon a language, and further layers: the model that has learnt from examples and, where the extra
    `semantics` is there, one that goes by meaning. None may lower what another has raised."""

    lexicons: Mapping[str, Lexicon]
    layers: Sequence[Layer] = ()

    def read(self, text: str) -> Alarm | None:
        """Return the gravest alarm that any layer raises for the text, or None."""
        words = normalise(text)
        texts = (text, REPEATED.sub(r"\1", words)) if REPEATED.search(words) else (text,)  # "kiiill" is "kill", too
        return gravest([*matched(text, self.lexicons), *(layer(each) for layer in self.layers for each in texts)])
