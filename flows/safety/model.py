"""The learned layer of the reader: a linear model over hashed pieces of words. Pure, and quick without any library.

A lexicon knows the sentences that its author knew. This model has learnt from examples (`tests/safety/corpus/`) which
pieces of words, words, and words side by side speak of danger, and of which kind.

Sources of the method: Joulin et al., "Bag of Tricks for Efficient Text Classification", 2016 (pieces of words, a linear
model); Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009.
"""

import json
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

from flows.safety.alarm import Alarm, Kind, Reading, gravest
from flows.safety.normal import normalise

BITS: Final = 18  # 2 ** BITS buckets
PIECES: Final = (3, 4, 5)  # letters
WINDOW: Final = 40  # words read at once: what it has learnt from is seldom longer
_MOST: Final = 24  # windows of one text; a text that long is a pasted document
_WHOLE: Final = _MOST // 2 * WINDOW // 2  # words of a text of which no window is left out
_LETTERS: Final = 40  # of a word
_SENTENCE: Final = re.compile(r"(?<=[.!?…\uff0e\uff01\uff1f])\s+|\n+")  # and the same marks in full width: a disguise
MAGIC: Final = b"haven-reader-1\n"
CALM: Final = -2.0  # odds of danger below which a layer is calm: one to seven
SAFE: Final = "safe"
_LEAST: Final = 1e-6
LABELS: Final[Mapping[str, Kind]] = {
    "explicit": "self",
    "oblique": "self",
    "third_party": "other",
    "abuse": "abuse",
    "medical": "medical",
    "harm_others": "harm",
    "psychosis": "psychosis",
    "eating": "eating",
}
"""What the examples are labelled with, and the kind of help that each leads to."""
CLASSES: Final = (*LABELS, SAFE)


def buckets(text: str) -> list[int]:
    """Return, sorted, the buckets of a text: pieces of 3 to 5 letters of each word (its edges included), words, and two
    or three words in a row, of three also without the middle one."""
    words = normalise(text).split()
    if not words:
        return []
    found = {f"w{word}" for word in words}
    for word in words:
        edged = f" {word} "
        for size in PIECES:
            found.update(f"c{edged[start : start + size]}" for start in range(len(edged) - size + 1))
    row = ["<", *words, ">"]
    found.update(f"b{first} {second}" for first, second in pairwise(row))
    for first, second, third in zip(row, row[1:], row[2:], strict=False):
        found.update((f"t{first} {second} {third}", f"s{first} {third}"))
    return sorted({zlib.crc32(each.encode()) & ((1 << BITS) - 1) for each in found})


def windows(text: str) -> list[str]:
    """Return what is read one by one: each sentence, each two in a row, and the whole; long ones in pieces.

    In "the build is red. I can't do this any more. see you at ten" one sentence matters."""
    found = sentences(text)
    pairs = [f"{first} {second}" for first, second in pairwise(found)]
    return ends(list(dict.fromkeys(piece for part in (text, *found, *pairs) for piece in pieces(part))), _MOST)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, as well as marks and lines tell them."""
    return [each for each in _SENTENCE.split(text) if each.strip()]


def pieces(text: str, most: int = WINDOW) -> list[str]:
    """Return a text in pieces of so many words that overlap by half; a shorter one whole. No word is endless."""
    words, step = [word[:_LETTERS] for word in text.split()], most // 2
    starts = range(0, max(len(words) - step, 1), step) if len(words) > most else (0,)
    return [" ".join(words[start : start + most]) for start in starts]


def whole(text: str, most: int) -> bool:
    """Tell whether nothing of a text is left out by whoever reads `pieces` of it, so many words in all."""
    words = text.split()
    return len(words) <= most and all(len(word) <= _LETTERS for word in words)


def ends(parts: list[str], most: int) -> list[str]:
    """Return so many parts at most: of many the first and the last ones, where people say what matters."""
    return parts if len(parts) <= most else [*parts[: most // 2], *parts[-(most // 2) :]]


@dataclass(frozen=True)
class Limits:
    """From which measure of danger an alarm is raised, and from which it is a strong one."""

    soft: float
    strong: float

    def alarm(self, danger: float, kinds: Sequence[float], any_danger: float | None = None) -> Alarm | None:
        """Return the alarm that so much danger raises; `kinds` says how likely each of LABELS is, in their order, and
        `any_danger` is what counts for a soft one if it is measured otherwise."""
        if (danger if any_danger is None else any_danger) < self.soft:
            return None
        likeliest = max(zip(kinds, LABELS.values(), strict=True), key=lambda pair: pair[0])[1]
        return Alarm(kind=likeliest, level="strong" if danger >= self.strong else "soft")


@dataclass(frozen=True)
class Model:
    """What was learnt. `weights` holds, for each bucket, a small whole number a class, each worth `worth`."""

    weights: memoryview
    worth: float
    bias: tuple[float, ...]
    limits: Limits

    def read(self, text: str) -> Reading:
        """Return the gravest alarm that a part of the text raises, by the chance of any danger."""
        parts = [self.chances(part) for part in windows(text)]
        alarm = gravest(self.limits.alarm(1.0 - each[-1], each[:-1]) for each in parts)
        return Reading(alarm, whole(text, _WHOLE) and all(_odds(each) < CALM for each in parts))

    def odds(self, text: str) -> float:
        """Return the logarithm of the odds of danger in the text as a whole, within -14 and 14; 0 for a text without a
        word, which says nothing either way."""
        return _odds(self.chances(text))

    def chances(self, text: str) -> list[float]:
        """Return the chance of each of CLASSES; they add up to 1."""
        found, width = buckets(text), len(CLASSES)
        if not found:
            return [0.0] * len(LABELS) + [1.0]
        rows = [self.weights[each * width : (each + 1) * width] for each in found]
        worth = self.worth / math.sqrt(len(found))
        return _softmax([sum(row) * worth + bias for row, bias in zip(zip(*rows, strict=True), self.bias, strict=True)])

    def to_bytes(self) -> bytes:
        """Return the model as a file: a line that names the format, a line of JSON, the weights, compressed."""
        head = {"classes": CLASSES, "worth": self.worth, "bias": self.bias, "limits": vars(self.limits)}
        return MAGIC + json.dumps(head).encode() + b"\n" + zlib.compress(bytes(self.weights), 9)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Load a model. Raises ValueError if it is none, or one of another release."""
        try:
            magic, head, body = raw.split(b"\n", 2)
            told = json.loads(head)
            weights = memoryview(zlib.decompress(body)).cast("b")
            good = magic + b"\n" == MAGIC and tuple(told["classes"]) == CLASSES
            model = cls(weights, told["worth"], tuple(told["bias"]), Limits(**told["limits"]))
        except (ValueError, KeyError, TypeError, zlib.error):
            good = False
        if not good or len(weights) != len(CLASSES) << BITS:
            raise ValueError("this is no model of this release")
        return model


def _odds(chances: Sequence[float]) -> float:
    *kinds, safe = chances
    return math.log(max(1.0 - safe, _LEAST) / max(safe, _LEAST)) if any(kinds) else 0.0


def _softmax(logits: Sequence[float]) -> list[float]:
    most = max(logits)
    powers = [math.exp(each - most) for each in logits]
    total = sum(powers)
    return [each / total for each in powers]
