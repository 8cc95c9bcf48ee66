"""Makes the learned layers out of the examples: the same examples give the same bytes on the same machine.

By words: multinomial logistic regression by full gradients, without any chance. By meaning: `bot.safety.tuning`.
Needs the extra `training`, unlike reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from scipy.sparse import csr_array

from bot.safety.corpus import Sentence
from bot.safety.meaning import WORDS, Meaning, readings
from flows.safety.model import BITS, CLASSES, Limits, Model, buckets, windows

_STEPS: Final = 400
_LEAST: Final = 2  # sentences in which a bucket must have been seen
_DECAY: Final = 1e-6
_NONE: Final = Limits(soft=9.0, strong=9.0)

Array = Any  # numpy's own types say nothing more here


class Shares(NamedTuple):
    """Which share of the safe examples may raise any alarm and which a strong one, and to how many digits the limits
    are told."""

    some: float
    strong: float
    digits: int


# Of strangers' sentences more raise one, most of all by words.
BY_WORDS: Final = Shares(0.05, 0.002, digits=4)  # chances
BY_MEANING: Final = Shares(0.063, 0.0015, digits=1)  # odds, of which further digits mean nothing


class Read(Protocol):
    """What has learnt meaning and reads many texts at once."""

    def odds(self, texts: Sequence[str]) -> Array:
        """Return both odds of danger of each text, as `bot.safety.meaning.odds` does."""

    def meaning(self, limits: Limits) -> Meaning:
        """Return what is kept of it."""


Tell = Callable[[int, int], None]  # hears how many steps of how many are done
Learn = Callable[[Sequence[Sentence], Tell], Read]


def trained(
    examples: Sequence[Sentence], left_out: Sequence[Sentence], learn: Learn, tell: Tell
) -> tuple[Model, Meaning]:
    """Return both layers, which have learnt from the examples, with limits found on those that were left out. `learn`
    learns meaning."""
    words, meaning = learn_words(examples, _NONE), learn(examples, tell)
    by_words, by_meaning = danger(left_out, words, meaning)
    return (
        replace(words, limits=limits(left_out, np.stack([1 / (1 + np.exp(-by_words))] * 2, 1), BY_WORDS)),
        meaning.meaning(limits(left_out, by_meaning, BY_MEANING)),
    )


def danger(examples: Sequence[Sentence], words: Model, meaning: Read) -> tuple[Array, Array]:
    """Return how much danger each example is found in when it is read in parts, as at work: the greatest odds of a part
    by words, and the greatest of both kinds by meaning and words: shapes (n,) and (n, 2)."""
    parts = [readings(each.text, words.odds) or [(each.text, 0.0)] for each in examples]
    found = iter(meaning.odds([part for each in parts for part, _ in each]))
    by_words = [max(words.odds(part) for part in windows(each.text) or [each.text]) for each in examples]
    by_meaning = [
        np.max([next(found) + WORDS * words.odds(part) - more for part, more in each], axis=0) for each in parts
    ]
    return np.array(by_words), np.array(by_meaning)


def limits(examples: Sequence[Sentence], found: Array, shares: Shares) -> Limits:
    """Return the lowest limits by which no more than the shares of what is safe raise an alarm; `found` is how much
    danger each example was found in, for a strong alarm and for any: shape (n, 2)."""
    safe = found[[not each.risk for each in examples]]
    strong, soft = (float(np.quantile(safe[:, at], 1 - share)) for at, share in enumerate((shares.strong, shares.some)))
    return Limits(soft=round(soft, shares.digits), strong=round(strong, shares.digits))


def learn_words(examples: Sequence[Sentence], given: Limits) -> Model:
    """Return the layer that goes by words."""
    truth = _truth(examples)
    weights, bias = _words(examples, truth, _shares(truth))
    top = float(np.abs(weights).max()) / 127 or 1.0
    kept = np.rint(weights / top).astype(np.int8)
    return Model(memoryview(kept.tobytes()).cast("b"), top, tuple(round(float(each), 4) for each in bias), given)


def _truth(examples: Sequence[Sentence]) -> Array:
    return np.array([each.number for each in examples])


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
