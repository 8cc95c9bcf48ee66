"""The examples that the model learns from and is judged with: a file a writer, a line a sentence."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.safety.model import CLASSES, SAFE


class CorpusTrouble(Exception):
    """A file of sentences cannot be used; the message says which, where, and what to do."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, what it is an example of, its language, who wrote it, and on which line of their file."""

    text: str
    risk: bool
    kind: str
    lang: str
    writer: str
    line: int = 0

    @property
    def number(self) -> int:
        """Return which of CLASSES it is an example of."""
        return CLASSES.index(self.kind if self.risk else SAFE)


def sentences(paths: Iterable[Path]) -> list[Sentence]:
    """Read files of sentences: columns `text`, `label` (1 is risk), `kind` or `category`, and `lang`.

    Raises CorpusTrouble."""
    return [each for path in sorted(paths) for each in _file(path)]


def texts(path: Path) -> list[dict[str, str]]:
    """Read a file with a column `text`, and whatever else it has. Raises CorpusTrouble."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusTrouble(
            f"{path} cannot be read ({type(error).__name__}). It must be a CSV file in UTF-8."
        ) from None
    if not rows or "text" not in rows[0]:
        raise CorpusTrouble(f"{path} has no column `text`, or no line. Its first line must name the columns.")
    return [{name: value or "" for name, value in row.items() if name} for row in rows]


def _file(path: Path) -> Iterable[Sentence]:
    for number, row in enumerate(texts(path), start=2):
        kind = row.get("kind") or row.get("category") or ""
        if row.get("label") not in {"0", "1"} or not kind:
            raise CorpusTrouble(f"{path}:{number}: needs `label` (0 or 1) and `kind` (or `category`) beside `text`.")
        yield Sentence(row["text"], row["label"] == "1", kind, row.get("lang", ""), path.stem, number)
