"""What is wrong with a content file, said so that whoever wrote the file can put it right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it is (file relative to the content folder, line from 1), what, and the way out.

    `key` is the dotted path to the value, with list positions counted from 1; empty for a whole file.
    """

    file: str
    line: int
    key: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.file}:{self.line}: {key}{self.message}{remedy}"


class ContentError(Exception):
    """The content cannot be used; `problems` lists every mistake found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def suggest(given: str, allowed: Iterable[str], what: str) -> str:
    """Return a remedy for an unknown name: the closest allowed one if there is one, and the whole list."""
    known = sorted(allowed)
    if not known:
        return f"there are no {what} to choose from here"
    close = closest(given, known)
    return (f"did you mean {close}? " if close else "") + f"allowed {what}: {', '.join(known)}"


def closest(given: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name that looks most like the given one, regardless of case; None if none does."""
    by_folded = {name.casefold(): name for name in allowed}
    found = get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
