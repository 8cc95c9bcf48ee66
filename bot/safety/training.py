"""Makes the learned layers out of the examples: the same examples give the same bytes on the same machine.

No chance is involved: multinomial logistic regression by full gradients, and kernel ridge regression in closed form.
Needs the extra `training` (numpy, scipy), unlike reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from scipy.linalg import inv, solve
from scipy.sparse import csr_array

from bot.safety.corpus import Sentence
from bot.safety.meaning import WORDS, Meaning, directions, kernel
from flows.safety import Alarm
from flows.safety.model import BITS, CLASSES, LABELS, SAFE, Limits, Model, buckets

ALARMS: Final = 0.03  # of safe sentences may raise an alarm; of strangers' sentences about other things, more do
STRONG_ALARMS: Final = 0.002  # of safe sentences may raise a strong one
_STEPS: Final = 400
_LEAST: Final = 2  # sentences in which a bucket must have been seen
_DECAY: Final = 1e-6
_RIDGE: Final = 0.1
_NONE: Final = Limits(soft=9.0, strong=9.0)

Array = Any  # numpy's own types say nothing more here


def trained(examples: Sequence[Sentence], vectors: Array) -> tuple[Model, Meaning]:
    """Return both layers, with limits found on writers that they had not read. `vectors` has a row an example."""
    unread = Unread.of(examples, vectors)
    words = learn_words(examples, limits(examples, unread.chances))
    return words, learn_meaning(examples, vectors, limits(examples, unread.danger))


@dataclass(frozen=True)
class Unread:
    """How much danger each example is found in by layers that have learnt from everybody but its writer: as odds by
    words, and by meaning."""

    examples: Sequence[Sentence]
    words: Array
    meaning: Array

    @classmethod
    def of(cls, examples: Sequence[Sentence], vectors: Array) -> Self:
        """Learn words once for each writer who is left out; meaning once, and take each writer's part out again: for
        kernel ridge regression that is exact (An, Liu, Venkatesh, "Fast cross-validation algorithms for least squares
        support vector machine and kernel ridge regression", 2007)."""
        words, meaning = np.zeros(len(examples)), np.zeros(len(examples))
        writers = np.array([each.writer for each in examples])
        danger = np.array([1.0 if each.risk else -1.0 for each in examples])
        inverse = inv(_ridged(directions(vectors, vectors.mean(axis=0))), overwrite_a=True, check_finite=False)
        adds = inverse @ danger
        for writer in sorted(set(writers)):
            theirs = np.flatnonzero(writers == writer).tolist()
            meaning[theirs] = danger[theirs] - np.linalg.solve(inverse[np.ix_(theirs, theirs)], adds[theirs])
            model = learn_words([each for each in examples if each.writer != writer], _NONE)
            words[theirs] = [model.odds(examples[at].text) for at in theirs]
        return cls(examples, words, meaning)

    @property
    def chances(self) -> Array:
        """Return the chance of danger by words."""
        return 1 / (1 + np.exp(-self.words))

    @property
    def danger(self) -> Array:
        """Return the danger by meaning and words."""
        return self.meaning + WORDS * self.words

    def by_words(self) -> list[Alarm | None]:
        """Return the alarm that each example raises by words."""
        return self._alarms(self.chances)

    def by_meaning(self) -> list[Alarm | None]:
        """Return the alarm that each example raises by meaning and words."""
        return self._alarms(self.danger)

    def _alarms(self, danger: Array) -> list[Alarm | None]:
        kinds = [0.0] * len(LABELS)  # of which kind it is counts for help, not for these figures
        found = limits(self.examples, danger)
        return [found.alarm(each, kinds) for each in danger.tolist()]


def limits(examples: Sequence[Sentence], danger: Sequence[float] | Array) -> Limits:
    """Return the lowest limits that keep to the shares of false alarms named above."""
    safe = np.asarray(danger)[[not each.risk for each in examples]]
    soft, strong = (round(float(np.quantile(safe, 1 - share)), 4) for share in (ALARMS, STRONG_ALARMS))
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
    adds = solve(_ridged(points), wanted, assume_a="pos", overwrite_a=True)
    return Meaning(middle, points, adds.astype(np.float16).astype(np.float32), given)


def _ridged(points: Array) -> Array:
    """Return how near the points lie to each other, with the ridge."""
    near = kernel(points, points).astype(np.float64)
    near[np.diag_indices_from(near)] += _RIDGE
    return near


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
