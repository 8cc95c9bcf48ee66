"""Reads the files of a content folder, one by one, and keeps what is wrong with them instead of raising it."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from content.approvals import approvals, shipped, unapproved
from content.explain import explain
from content.problems import ContentError, Problem, suggest
from content.source import Source, fetch, parse
from content.typography import typeset
from flows.core.words import Words, blanks_of

_SAID: Final = {
    "org/organisation.yaml": ("benefit", "cancelling")
}  # what people read of it: the rest is names and days
M = TypeVar("M", bound=BaseModel)
W = TypeVar("W", bound=Words)


class Files:
    """A content folder. Files are named by their path in it, as `org/teams.yaml`.

    `sources` are those that hold sentences, `held` is what nobody approved: in its place stands what ships; `count` is
    how many files were asked for. `today` is the day on which approvals and checks have to hold."""

    def __init__(self, root: Path, today: date) -> None:
        self.root, self.today = root, today
        self._approvals = approvals(root, today)
        self.problems: list[Problem] = [*self._approvals.problems]
        self.warnings: list[Problem] = [*self._approvals.warnings]
        self.sources: list[Source] = []
        self.held: list[Problem] = []
        self.count = 0

    def has(self, file: str) -> bool:
        """Tell whether there is such a file."""
        return (self.root / file).exists()

    def entries(self, folder: str = "") -> list[Path]:
        """Return what lies in a folder, by name; nothing if it is not there."""
        path, skipped = self.root / folder, ("__pycache__", "README.md")
        paths = sorted(path.iterdir()) if path.is_dir() else []
        return [each for each in paths if not each.name.startswith(".") and each.name not in skipped]

    def expect(self, folder: str, names: Iterable[str]) -> None:
        """Refuse every file of a folder but these."""
        known = set(names)
        for path in self.entries(folder):
            # An editor's backup is nobody's mistake.
            if path.name not in known and not path.name.endswith("~"):
                remedy = suggest(path.name, known, "files")
                self.refuse(f"{folder}/{path.name}", "no file of this name is read", remedy)

    def refuse(self, file: str, message: str, remedy: str) -> None:
        """Note what is wrong with a file as a whole."""
        self.problems.append(Problem(file, 1, "", message, remedy))

    def source(self, file: str, sentences: bool = False) -> Source | None:
        """Read a file, in its approved form. `sentences`: people read what stands in it."""
        self.count += 1
        try:
            raw = fetch(self.root / file, file)
            source = parse(raw, file)
        except ContentError as error:
            self.problems += error.problems
            return None
        if sentences:
            self.sources.append(source.part(_SAID[file]) if file in _SAID else source)
        if not self._approvals.covers(file, raw):
            if before := shipped(file):
                self.held.append(unapproved(source, raw, before))
                source = parse(before, file)
            else:
                remedy = "put back the file that ships with Haven, or ask for a release that changes it"
                self.refuse(file, "this is the promise, or what somebody in a crisis reads: it was changed", remedy)
        return typeset(source)

    def model(self, file: str, model: type[M], sentences: bool = False) -> M | None:
        """Read a file as its model says."""
        source = self.source(file, sentences)
        return self.validate(source, model) if source else None

    def words(self, file: str, model: type[W]) -> W | None:
        """Read a file of words, every wrong blank of which is told."""
        if (source := self.source(file, sentences=True)) is None:
            return None
        self.problems += _braces(source, model)
        return self.validate(source, model)

    def validate(self, source: Source, model: type[M]) -> M | None:
        """Return what a file holds as its model says."""
        try:
            return model.model_validate(source.data)
        except ValidationError as error:
            self.problems += explain(error, source, model)
            return None


def _braces(source: Source, model: type[Words]) -> Iterable[Problem]:
    """Report every wrong blank of a words file; the model itself stops at the first."""
    data = source.data if isinstance(source.data, dict) else {}
    for name, allowed in blanks_of(model).items():
        text = data.get(name, "")
        if not isinstance(text, str):
            continue
        may = ", ".join(f"{{{each}}}" for each in allowed) or "no blanks"
        for blank in re.findall(r"\{([^{}]*)\}", text):
            if blank not in allowed:
                yield source.problem((name,), f"unknown blank {{{blank}}}", f"this line may use {may}")
        if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text)):
            yield source.problem(
                (name,), "a { or } has no partner", f"write blanks as {{name}}; this line may use {may}"
            )
