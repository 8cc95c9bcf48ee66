"""Makes the learned layers out of the examples: the same examples give the same bytes on the same machine.

No chance is involved: multinomial logistic regression by full gradients, and kernel ridge regression in closed form.
Needs the extra `training` (numpy, scipy), unlike reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from scipy.sparse import csr_array

from bot.safety.corpus import Sentence
from bot.safety.meaning import WORDS, Embed, Meaning, directions, kernel, readings
from flows.safety import Alarm
from flows.safety.model import BITS, CLASSES, LABELS, SAFE, Limits, Model, buckets, windows

# So many of the safe examples may raise an alarm; of strangers' sentences more do, most of all by words.
BY_WORDS: Final = 0.05
BY_MEANING: Final = 0.05
STRONG_ALARMS: Final = 0.002  # of safe sentences may raise a strong one
_STEPS: Final = 400
_LEAST: Final = 2  # sentences in which a bucket must have been seen
_DECAY: Final = 1e-6
_RIDGE: Final = 0.1
_NEAR_ENOUGH: Final = 1e-3  # what may be left, as a share of what was wanted
_TINY: Final = 1e-30
_ROWS: Final = 1_000
_NONE: Final = Limits(soft=9.0, strong=9.0)

Array = Any  # numpy's own types say nothing more here


def trained(examples: Sequence[Sentence], embed: Embed) -> tuple[Model, Meaning]:
    """Return both layers, with limits found on writers that they had not read."""
    unread = Unread.of(examples, embed)
    words = learn_words(examples, limits(examples, unread.chances, BY_WORDS))
    vectors = np.array([embed(each.text) for each in examples])
    return words, learn_meaning(examples, vectors, limits(examples, unread.danger, BY_MEANING))


@dataclass(frozen=True)
class Unread:
    """How much danger each example is found in by layers that have learnt from everybody but its writer, and that read
    in parts, as they do at work: the greatest odds of a part by words, the greatest danger of one by meaning and words.
    """

    examples: Sequence[Sentence]
    words: Array
    danger: Array

    @classmethod
    def of(cls, examples: Sequence[Sentence], embed: Embed) -> Self:
        """Learn once for each writer who is left out."""
        writers = sorted({each.writer for each in examples})
        vectors = np.array([embed(each.text) for each in examples])
        middle = vectors.mean(axis=0)
        points = directions(vectors, middle)
        read = np.array([[each.writer != writer for writer in writers] for each in examples])
        wanted = np.array([1.0 if each.risk else -1.0 for each in examples])
        adds = _solved(_near(points), wanted[:, None], read).astype(np.float32)
        words, danger = np.zeros(len(examples)), np.zeros(len(examples))
        for number, writer in enumerate(writers):
            model = learn_words([each for each in examples if each.writer != writer], _NONE)
            for at in np.flatnonzero(~read[:, number]).tolist():
                text = examples[at].text
                words[at] = max(model.odds(each) for each in windows(text) or [text])
                parts = readings(text, model.odds) or [(text, 0.0)]
                meaning = (
                    kernel(directions(np.array([embed(each) for each, _ in parts]), middle), points) @ adds[:, number]
                )
                danger[at] = max(
                    float(each) + WORDS * model.odds(part) - more
                    for each, (part, more) in zip(meaning, parts, strict=True)
                )
        return cls(examples, words, danger)

    @property
    def chances(self) -> Array:
        """Return the chance of danger by words."""
        return 1 / (1 + np.exp(-self.words))

    def by_words(self) -> list[Alarm | None]:
        """Return the alarm that each example raises by words."""
        return self._alarms(self.chances, BY_WORDS)

    def by_meaning(self) -> list[Alarm | None]:
        """Return the alarm that each example raises by meaning and words."""
        return self._alarms(self.danger, BY_MEANING)

    def _alarms(self, danger: Array, share: float) -> list[Alarm | None]:
        kinds = [0.0] * len(LABELS)  # of which kind it is counts for help, not for these figures
        found = limits(self.examples, danger, share)
        return [found.alarm(each, kinds) for each in danger.tolist()]


def limits(examples: Sequence[Sentence], danger: Sequence[float] | Array, share: float) -> Limits:
    """Return the lowest limits by which this share of what is safe raises an alarm, and STRONG_ALARMS a strong one."""
    safe = np.asarray(danger)[[not each.risk for each in examples]]
    soft, strong = (round(float(np.quantile(safe, 1 - each)), 4) for each in (share, STRONG_ALARMS))
    return Limits(soft=soft, strong=strong)


def learn_words(examples: Sequence[Sentence], given: Limits) -> Model:
    """Return the layer that goes by words."""
    truth = _truth(examples)
    weights, bias = _words(examples, truth, _shares(truth))
    top = float(np.abs(weights).max()) / 127 or 1.0
    kept = np.rint(weights / top).astype(np.int8)
    return Model(memoryview(kept.tobytes()).cast("b"), top, tuple(round(float(each), 4) for each in bias), given)


def learn_meaning(examples: Sequence[Sentence], vectors: Array, given: Limits) -> Meaning:
    """Return the layer that goes by meaning."""
    truth = _truth(examples)
    middle = vectors.mean(axis=0).astype(np.float32)
    points = directions(vectors, middle)
    wanted = np.column_stack([truth != len(LABELS), *(truth == each for each in range(len(LABELS)))]) * 2.0 - 1.0
    adds = _solved(_near(points), wanted, np.ones((len(examples), 1), dtype=bool))
    return Meaning(middle, points, adds.astype(np.float16).astype(np.float32), given)


def _near(points: Array) -> Array:
    """Return how near the points lie to each other, a row of them at a time: thousands of them fill the memory."""
    near = np.empty((len(points), len(points)), dtype=np.float32)
    for at in range(0, len(points), _ROWS):
        near[at : at + _ROWS] = kernel(points[at : at + _ROWS], points)
    return near


def _solved(near: Array, wanted: Array, read: Array) -> Array:
    """Return what each example adds, so that those read come out as wanted: kernel ridge regression, a column for each
    column of `wanted` or of `read`, which tells the examples that a column may learn from; the others add nothing.

    By conjugate gradients, which need no second matrix (Hestenes, Stiefel, 1952)."""
    rest = np.where(read, wanted, 0.0)
    adds, way, size = np.zeros_like(rest), rest, (rest**2).sum(axis=0)
    enough = size * _NEAR_ENOUGH**2
    while (size > enough).any():
        ahead = np.where(read, near @ way.astype(np.float32) + _RIDGE * way, 0.0)
        step = size / np.maximum((way * ahead).sum(axis=0), _TINY)
        adds, rest = adds + step * way, rest - step * ahead
        size, before = (rest**2).sum(axis=0), size
        way = rest + size / np.maximum(before, _TINY) * way
    return adds


def _truth(examples: Sequence[Sentence]) -> Array:
    return np.array([CLASSES.index(each.kind if each.risk else SAFE) for each in examples])


def _shares(truth: Array) -> Array:
    """Return the weight of each example: rare classes count for more, by the root of their rarity."""
    counts = np.bincount(truth, minlength=len(CLASSES)).astype(float)
    rarity = np.sqrt(counts.max() / np.maximum(counts, 1))
    share = rarity[truth]
    return share / share.sum()


def _words(examples: Sequence[Sentence], truth: Array, share: Array) -> tuple[Array, Array]:
    """Learn the weights of the buckets, each sentence a row of length 1."""
    found = [buckets(each.text) for each in examples]
    lengths = np.array([len(each) for each in found])
    row = np.repeat(np.arange(len(found)), lengths)
    value = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    column = np.array([bucket for each in found for bucket in each])
    rows = csr_array((value, (row, column)), shape=(len(found), 1 << BITS)).tocsc()
    kept = np.flatnonzero(np.diff(rows.indptr) >= _LEAST)
    known = rows[:, kept].tocsr()
    across = known.T.tocsr()
    w, bias = _descend(known, across, truth, share, _DECAY)
    weights = np.zeros((1 << BITS, len(CLASSES)))
    weights[kept] = w
    return weights, bias


def _descend(rows: Array, across: Array, truth: Array, share: Array, decay: float) -> tuple[Array, Array]:
    """Minimise the weighted cross-entropy by Nesterov's accelerated gradient; its curvature is at most 1 for rows of
    length 1 (1/2 for the weights, 1/2 for the bias). `across` is `rows` on its side."""
    wanted = np.eye(len(CLASSES))[truth]
    w, bias = np.zeros((rows.shape[1], len(CLASSES))), np.zeros(len(CLASSES))
    ahead, ahead_bias, speed, pace = w, bias, 1.0, 1.0 / (1.0 + decay)
    for _ in range(_STEPS):
        error = (_softmax(rows @ ahead + ahead_bias) - wanted) * share[:, None]
        next_w = ahead - pace * (across @ error + decay * ahead)
        next_bias = ahead_bias - pace * error.sum(axis=0)
        next_speed = (1 + np.sqrt(1 + 4 * speed * speed)) / 2
        push = (speed - 1) / next_speed
        ahead, ahead_bias = next_w + push * (next_w - w), next_bias + push * (next_bias - bias)
        w, bias, speed = next_w, next_bias, next_speed
    return w, bias


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
