"""Checks a content folder before it goes live: what must be put right, and what is worth a look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from content.lint import lint
from content.loader import read_all
from content.problems import Problem
from flows.core.words import Words


@dataclass(frozen=True)
class Report:
    """The outcome of a check. `files` counts the files that were read."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    files: int

    def good(self, strict: bool = False) -> bool:
        """Tell whether the content may go live; `strict` lets no warning pass either."""
        return not self.errors and not (strict and self.warnings)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.errors]
        lines += [f"{problem} (warning)" for problem in self.warnings]
        if self.good(strict=True):
            lines.append(f"{self.files} files, all good")
        else:
            lines.append(f"{self.files} files, {len(self.errors)} to put right, {len(self.warnings)} to look at")
        return "\n".join(lines)


def check(root: Path, words: Mapping[str, type[Words]], today: date) -> Report:
    """Read and lint a content folder; nothing is raised for what HR may have done."""
    reading = read_all(root, words, today)
    found = lint(reading.sources)
    return Report(
        errors=tuple(sorted({*reading.problems, *reading.held, *found.errors})),
        warnings=tuple(sorted({*reading.warnings, *found.warnings})),
        files=reading.files,
    )
