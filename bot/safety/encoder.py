"""Reads a text by its tokens: the lower layers of multilingual-e5-small, its upper ones as they have learnt for Haven.

A transformer as by Vaswani et al., "Attention Is All You Need", 2017, and Devlin et al., "BERT", 2019. What the upper
layers have learnt is added to their weights as products of narrow matrices: Hu et al., "LoRA", 2022. Needs numpy.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from bot.safety.e5 import E5File, spread

MATRICES: Final = ("q", "k", "v", "ao", "fi", "fo")  # of a layer, by their names in the file
NORMS: Final = ("aln.w", "aln.b", "oln.w", "oln.b")
_GELU: Final = (2 / np.pi) ** 0.5  # Hendrycks, Gimpel, "Gaussian Error Linear Units", 2016: by the tangent
_CUBE: Final = 0.044715

Array = Any  # numpy's own types say nothing more here
Shifts = Mapping[str, Array]  # what was learnt is added to a weight: its name in the file, its shape there


class _Layer(NamedTuple):
    """Weights on their side, as a row of numbers times a matrix is the quicker product; each with its bias."""

    three: Array  # query, key and value side by side
    three_bias: Array
    out: Array
    out_bias: Array
    norm: Array
    norm_bias: Array
    inner: Array
    inner_bias: Array
    outer: Array
    outer_bias: Array
    last: Array
    last_bias: Array


class Encoder:
    """Turns a text's tokens into the mean of their vectors in the last layer."""

    def __init__(self, file: E5File, shifts: Shifts) -> None:
        """Unpack the weights (85 MB) and add what was learnt."""
        self._shape, self._words = file.shape, file.words()
        width = self._shape.width
        self._places = file.tensor("emb.pos").reshape(-1, width) + file.tensor("emb.type")[:width]  # of the first type
        self._norm = file.tensor("emb.ln.w"), file.tensor("emb.ln.b")
        self._layers = [_layer(file, number, shifts) for number in range(self._shape.layers)]

    def means(self, texts: Sequence[Sequence[int]]) -> Array:
        """Return the mean vector of each text's tokens, a row each. Together they take less than one by one: at twenty
        tokens most of the time goes by until all weights have come by."""
        shape, ends = self._shape, np.cumsum([len(each) for each in texts])
        parts = [slice(end - len(each), end) for each, end in zip(texts, ends.tolist(), strict=True)]
        words = np.concatenate(texts)
        places = np.concatenate([self._places[: len(each)] for each in texts])
        state = self._normed(spread(self._words[words]).reshape(len(words), shape.width) + places, *self._norm)
        for each in self._layers:
            three = (state @ each.three + each.three_bias).reshape(len(words), 3, shape.heads, -1)
            seen = np.concatenate([_attention(three[part]) for part in parts])
            state = self._normed(state + seen @ each.out + each.out_bias, each.norm, each.norm_bias)
            inner = state @ each.inner + each.inner_bias
            inner *= 0.5 + 0.5 * np.tanh(_GELU * inner * (1 + _CUBE * inner * inner))
            state = self._normed(state + inner @ each.outer + each.outer_bias, each.last, each.last_bias)
        return np.array([state[part].mean(axis=0) for part in parts])

    def _normed(self, rows: Array, by: Array, bias: Array) -> Array:
        rows = rows - rows.mean(axis=1, keepdims=True)
        return rows / np.sqrt(np.square(rows).mean(axis=1, keepdims=True) + self._shape.epsilon) * by + bias


def _attention(three: Array) -> Array:
    """Return what each token of one text takes from the others: rows of query, key and value, by heads."""
    query, key, value = three.transpose(1, 2, 0, 3)
    near = query @ key.transpose(0, 2, 1)
    near = np.exp(near - near.max(axis=-1, keepdims=True))
    seen = (near / near.sum(axis=-1, keepdims=True)) @ value
    return seen.transpose(1, 0, 2).reshape(len(three), -1)


def weight(file: E5File, layer: int, name: str) -> Array:
    """Return a matrix of a layer as it stands in the file: a row for each number that comes out."""
    rows = file.shape.inner if name == "fi" else file.shape.width
    return file.tensor(f"l{layer}.{name}.w").reshape(rows, -1)


def _layer(file: E5File, number: int, shifts: Shifts) -> _Layer:
    matrices = {name: weight(file, number, name) + shifts.get(f"l{number}.{name}", 0.0) for name in MATRICES}
    bias = {name: file.tensor(f"l{number}.{name}.b") for name in MATRICES}
    scale = (file.shape.width // file.shape.heads) ** -0.5  # of attention, in the weights once
    matrices["q"], bias["q"] = matrices["q"] * scale, bias["q"] * scale
    norm, norm_bias, last, last_bias = (file.tensor(f"l{number}.{name}") for name in NORMS)
    return _Layer(
        np.ascontiguousarray(np.concatenate([matrices[name] for name in "qkv"]).T, dtype=np.float32),
        np.concatenate([bias[name] for name in "qkv"]),
        np.ascontiguousarray(matrices["ao"].T, dtype=np.float32),
        bias["ao"],
        norm,
        norm_bias,
        np.ascontiguousarray(matrices["fi"].T, dtype=np.float32),
        bias["fi"],
        np.ascontiguousarray(matrices["fo"].T, dtype=np.float32),
        bias["fo"],
        last,
        last_bias,
    )
