"""Teaches the layer by meaning (`bot.safety.meaning`) from the examples. Needs the extra `training`, and torch.

The lower layers stay as they are and are run once for all examples; the upper ones learn what is added to their weights
(Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2022). Chance is seeded: the same examples give the
same bytes on the same machine.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from zlib import crc32

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from bot.safety.corpus import Sentence
from bot.safety.e5 import E5File, spread
from bot.safety.encoder import MATRICES, NORMS, weight
from bot.safety.meaning import LEARNT, Meaning, odds
from flows.safety import normalise
from flows.safety.model import CLASSES, Limits

RANK: Final = 32  # of what is added to a weight
ROUNDS: Final = 4  # through all examples
_WORK: Final = 3  # to learn from a text once takes as long as to prepare so many
_PACE: Final = 1.2e-3  # of what is added
_HEAD_PACE: Final = 3e-3
_WARM: Final = 100  # steps
_LAST_PACE: Final = 0.01  # of the first
_WORTH: Final = 2.0  # of what is added: its size in the beginning
_DROP: Final = 0.1  # of the mean vector's numbers, so that none is relied on alone
_SMOOTH: Final = 0.02  # of a label: some are disputable
_RARER: Final = 0.25  # rare classes count for more, by this power of their rarity
_BATCH: Final = 1_024  # tokens
_TOKENS: Final = 160  # of a text, at most
_MIXED: Final = 0.1  # of the examples also stand among others that are safe, by the same writer
_TWO: Final = 1 / 3  # of these among two
_BARE: Final = 0.1  # of the examples also stand as typed in a hurry: no accents, no marks
_LOOK: Final = 3_000  # examples from which the mean vector's spread is known
_SEED: Final = 7
_HIDDEN: Final = -1e4
_FAST: Final = torch.bfloat16

Array = Any  # numpy's own types say nothing more here


class Tuner:
    """Has the model, and keeps of every text that it was given what the lower layers make of it."""

    def __init__(self, file: E5File) -> None:
        torch.set_num_threads(1)  # on more, the last bits would depend on how many there are
        self._file = file
        self._kept: dict[str, Tensor] = {}
        self._below = _Below(file)

    def states(self, texts: Sequence[str], tell: Callable[[int], None] = lambda done: None) -> list[Tensor]:
        """Return what the lower layers make of each text: a row a token. One by one: in a batch with others the last
        bits would depend on them, and so would what is learnt."""
        with torch.no_grad():
            for done, each in enumerate(texts):
                if each not in self._kept:
                    tokens = torch.tensor([self._file.tokens(each)[:_TOKENS]])
                    self._kept[each] = self._below(tokens, torch.tensor([tokens.shape[1]]))[0]
                tell(done + 1)
        return [self._kept[each] for each in texts]

    def learn(self, examples: Sequence[Sentence], tell: Callable[[int, int], None] = lambda step, of: None) -> "Learnt":
        """Learn from the examples; `tell` hears how much of how much is done: first the texts are prepared."""
        chance = torch.Generator().manual_seed(_SEED)
        torch.manual_seed(_SEED)
        texts, kinds = [each.text for each in examples], [each.number for each in examples]
        for text, kind in varied(examples):
            texts.append(text)
            kinds.append(kind)
        truth, many = torch.tensor(kinds), len(texts)
        work = many * (1 + _WORK * ROUNDS)
        states = self.states(texts, lambda done: tell(done, work))
        above = _Above(self._file)
        above.look(states, chance)
        rarity = torch.bincount(truth, minlength=len(CLASSES)).clamp(min=1).float().reciprocal().pow(_RARER)
        rounds = [_batches([len(each) for each in states], chance) for _ in range(ROUNDS)]
        learning = torch.optim.AdamW(
            [
                {"params": [*above.layers.parameters()], "pace": _PACE},
                {"params": [*above.head.parameters()], "pace": _HEAD_PACE},
            ],
            weight_decay=0.01,
            betas=(0.9, 0.98),
        )
        steps = [batch for each in rounds for batch in each]
        done = many
        for step, batch in enumerate(steps):
            slow = min(1.0, step / _WARM) * max(1 - step / len(steps), _LAST_PACE)
            for group in learning.param_groups:
                group["lr"] = group["pace"] * slow
            found = above(*_padded(states, batch))
            loss = functional.cross_entropy(found, truth[batch], weight=rarity / rarity.min(), label_smoothing=_SMOOTH)
            learning.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(above.parameters(), 1.0)
            learning.step()
            done += _WORK * len(batch)
            tell(done, work)
        above.eval()
        return Learnt(self, above)


class Learnt:
    """A model that has learnt: reads many texts at once, and can be kept as `Meaning`."""

    def __init__(self, tuner: Tuner, above: "_Above") -> None:
        self._tuner, self._above = tuner, above

    def odds(self, texts: Sequence[str]) -> Array:
        """Return both odds of danger of each text, as `bot.safety.meaning.odds` does."""
        states, found = self._tuner.states(texts), np.zeros((len(texts), 2))
        with torch.no_grad():
            for batch in _batches([len(each) for each in states]):
                found[batch] = odds(self._above(*_padded(states, batch)).numpy())
        return found

    def meaning(self, limits: Limits) -> Meaning:
        """Return what is kept of it."""
        return self._above.meaning(limits)


class _Layer(nn.Module):
    """A layer of the model; with `learns`, one that learns what is added to its weights."""

    def __init__(self, file: E5File, number: int, learns: bool) -> None:
        super().__init__()
        self._heads, self._width, self._epsilon = file.shape.heads, file.shape.width, file.shape.epsilon
        self._weights = {name: torch.from_numpy(weight(file, number, name)).to(_FAST) for name in MATRICES}
        self._bias = {name: torch.tensor(file.tensor(f"l{number}.{name}.b")).to(_FAST) for name in MATRICES}
        self._norms = [torch.tensor(file.tensor(f"l{number}.{name}")) for name in NORMS]
        self.narrow, self.wide = nn.ParameterDict(), nn.ParameterDict()
        for name, each in self._weights.items() if learns else ():
            rows, columns = each.shape
            self.narrow[name] = nn.Parameter(torch.randn(RANK, columns) * columns**-0.5)
            self.wide[name] = nn.Parameter(torch.zeros(rows, RANK))

    def forward(self, rows: Tensor, hidden: Tensor) -> Tensor:
        many, length, _ = rows.shape
        query, key, value = (
            self._times(name, rows).view(many, length, self._heads, -1).transpose(1, 2) for name in "qkv"
        )
        near = query @ key.transpose(-1, -2) * (self._width // self._heads) ** -0.5 + hidden
        seen = near.float().softmax(-1).to(_FAST) @ value  # scaled_dot_product_attention learns at a fifth of this pace
        rows = self._normed(rows + self._times("ao", seen.transpose(1, 2).reshape(many, length, -1)), *self._norms[:2])
        inner = functional.gelu(self._times("fi", rows), approximate="tanh")
        return self._normed(rows + self._times("fo", inner), *self._norms[2:])

    def _times(self, name: str, rows: Tensor) -> Tensor:
        found = functional.linear(rows, self._weights[name], self._bias[name])
        if name in self.wide:
            narrow = functional.linear(rows, self.narrow[name].to(_FAST))
            found = found + functional.linear(narrow, self.wide[name].to(_FAST)) * _WORTH
        return found

    def _normed(self, rows: Tensor, by: Tensor, bias: Tensor) -> Tensor:
        return functional.layer_norm(rows.float(), (self._width,), by, bias, self._epsilon).to(_FAST)


class _Below(nn.Module):
    """From tokens through the layers that stay as they are."""

    def __init__(self, file: E5File) -> None:
        super().__init__()
        width = self._width = file.shape.width
        self._words, self._epsilon = np.array(file.words()), file.shape.epsilon
        self._places = torch.tensor(file.tensor("emb.pos").reshape(-1, width) + file.tensor("emb.type")[:width])
        self._norms = [torch.tensor(file.tensor(name)) for name in ("emb.ln.w", "emb.ln.b")]
        self.layers = nn.ModuleList(_Layer(file, number, learns=False) for number in range(LEARNT[0]))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        rows = torch.from_numpy(spread(self._words[tokens.numpy()]).reshape(*tokens.shape, self._width))
        rows = functional.layer_norm(
            rows + self._places[: tokens.shape[1]], (self._width,), *self._norms, eps=self._epsilon
        ).to(_FAST)
        hidden = _hidden(rows, lengths)
        for each in self.layers:
            rows = each(rows, hidden)
        return rows


class _Above(nn.Module):
    """The layers that learn, and a head that tells each class from the mean vector."""

    def __init__(self, file: E5File) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(file, number, learns=True) for number in range(*LEARNT))
        self.head = nn.Linear(file.shape.width, len(CLASSES))
        nn.init.zeros_(self.head.weight)
        self._drop = nn.Dropout(_DROP)
        self._middle, self._spread = torch.zeros(file.shape.width), torch.ones(file.shape.width)

    def look(self, states: Sequence[Tensor], chance: torch.Generator) -> None:
        """Find how the numbers of the mean vector spread before anything is learnt."""
        pick = [states[at] for at in torch.randperm(len(states), generator=chance)[:_LOOK].tolist()]
        with torch.no_grad():
            batches = _batches([len(each) for each in pick])
            means = torch.cat([self._mean(*_padded(pick, each)) for each in batches])
        self._middle, self._spread = means.mean(0), means.std(0).clamp(min=1e-6)

    def forward(self, rows: Tensor, lengths: Tensor) -> Tensor:
        found: Tensor = self.head(self._drop((self._mean(rows, lengths) - self._middle) / self._spread))
        return found

    def _mean(self, rows: Tensor, lengths: Tensor) -> Tensor:
        hidden = _hidden(rows, lengths)
        for each in self.layers:
            rows = each(rows, hidden)
        return (rows.float() * _real(rows, lengths)[..., None]).sum(1) / lengths[:, None]

    def meaning(self, limits: Limits) -> Meaning:
        pairs = {
            f"l{number}.{name}": (layer.narrow[name].detach().numpy(), layer.wide[name].detach().numpy() * _WORTH)
            for number, layer in enumerate(self.layers, start=LEARNT[0])
            for name in MATRICES
        }
        head = (self.head.weight / self._spread).detach()
        bias = (self.head.bias - head @ self._middle).detach()
        return Meaning(pairs, head.numpy(), bias.numpy(), limits)


def _real(rows: Tensor, lengths: Tensor) -> Tensor:
    return torch.arange(rows.shape[1])[None] < lengths[:, None]


def _hidden(rows: Tensor, lengths: Tensor) -> Tensor:
    """Return what keeps attention off the tokens that only fill a row up."""
    return torch.zeros(len(rows), 1, 1, rows.shape[1], dtype=_FAST).masked_fill(
        ~_real(rows, lengths)[:, None, None], _HIDDEN
    )


def _padded(states: Sequence[Tensor], batch: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Return a batch filled up to the longest, and how long each is."""
    picked = [states[at] for at in batch]
    return pad_sequence(picked, batch_first=True), torch.tensor([len(each) for each in picked])


def varied(examples: Sequence[Sentence]) -> Iterator[tuple[str, int]]:
    """Yield some examples once more: among one or two others that are safe, by the same writer, as one sentence of
    several matters; or bare."""
    safe: dict[str, list[str]] = {}
    for each in examples:
        if not each.risk:
            safe.setdefault(each.writer, []).append(each.text)
    for each in examples:
        chance = torch.Generator().manual_seed(crc32(each.text.encode()))  # the same, whoever else is read
        drawn = float(torch.rand((), generator=chance))
        if drawn < _MIXED and each.writer in safe:
            parts = [each.text]
            for _ in range(1 + int(torch.rand((), generator=chance) < _TWO)):
                others = safe[each.writer]
                parts.insert(_drawn(len(parts) + 1, chance), others[_drawn(len(others), chance)])
            yield " ".join(parts), each.number
        elif drawn > 1 - _BARE:
            yield normalise(each.text), each.number


def _drawn(most: int, chance: torch.Generator) -> int:
    return int(torch.randint(most, (), generator=chance))


def _batches(lengths: Sequence[int], chance: torch.Generator | None = None) -> list[list[int]]:
    """Return batches of texts of like lengths; with chance, in any order, and other ones each time."""
    order = torch.tensor(lengths, dtype=torch.float32)
    if chance is not None:
        order = order + torch.rand(len(lengths), generator=chance) * 4
    batches, batch = list[list[int]](), list[int]()
    for at in order.argsort(stable=True).tolist():
        if batch and (len(batch) + 1) * lengths[at] > _BATCH:
            batches.append(batch)
            batch = []
        batch.append(at)
    batches += [batch] if batch else []
    if chance is None:
        return batches
    return [batches[at] for at in torch.randperm(len(batches), generator=chance).tolist()]
