"""Keeps the content that is in use: takes over HR's edits when they are good, keeps the last good ones else."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from content.lint import lint
from content.loaded import Loaded
from content.loader import read_all
from content.problems import ContentError, Problem
from flows.core.catalog import Screening, Surface
from flows.core.words import Words

Stamp = Mapping[str, tuple[int, int, int]]  # file -> inode, size in bytes, time of change in ns


class Library:
    """The content in use. `current` is always whole and good; `refresh` looks for edits.

    A first start refuses content that cannot be read (ContentError), but not what the linter finds: a
    stricter linter after an upgrade must not keep crisis help from starting. An edit has to pass both. Crisis words
    that nobody approved are not taken over either; a first start uses those that ship in their place.
    """

    def __init__(
        self,
        root: Path,
        words: Mapping[str, type[Words]],
        today: Callable[[], date],
        surface: Surface = "in_app",
        staffed: bool = False,
        screening: Screening = Screening(),  # noqa: B008  frozen
    ) -> None:
        self._root = root
        self._words = words
        self._today = today
        self._set: dict[str, Any] = {"surface": surface, "staffed": staffed, "screening": screening}
        self._lock = Lock()
        self._stamp = _stamp(root)
        reading = read_all(root, words, today())
        if reading.loaded is None:
            raise ContentError(reading.problems)
        self._current = replace(reading.loaded, **self._set)
        self._problems = (*reading.held, *lint(self._current.sources).errors)

    @property
    def current(self) -> Loaded:
        """Return the content in use; keep the reference for as long as one turn lasts."""
        return self._current

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the files as they are now; empty if `current` is what they say."""
        return self._problems

    def reckon(self, first: date) -> None:
        """Let campaigns by cron begin on another day than that on which the files were read: for a simulation."""
        campaigns = tuple(each.reckoned(first) for each in self._current.campaigns)
        self._current = replace(self._current, campaigns=campaigns)

    def refresh(self) -> tuple[Problem, ...]:
        """Read again if any file changed; swap at once if all is good. Return what is wrong, if anything."""
        with self._lock:
            # Taken before reading: a file saved meanwhile differs from it, and is read next time.
            stamp = _stamp(self._root)
            if stamp != self._stamp:
                reading = read_all(self._root, self._words, self._today())
                self._problems = (*reading.problems, *reading.held, *lint(reading.sources).errors)
                if reading.loaded and not self._problems:
                    self._current = replace(reading.loaded, **self._set)
                self._stamp = stamp
            return self._problems


def _stamp(root: Path) -> Stamp:
    stamp = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in (".yaml", ".yml", ".txt"):
            try:
                found = path.stat()
            except OSError:  # gone since it was listed
                continue
            stamp[str(path)] = (found.st_ino, found.st_size, found.st_mtime_ns)
    return stamp
