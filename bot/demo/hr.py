"""HR's view: the state of the content files, what is wrong in which line, and the files to read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.demo.stage import Stage
from bot.wiring import WORDS
from content.check import Report, check

PURPOSE: Final = {
    "org/organisation.yaml": "who you are, who runs the server, when reminders go out",
    "org/teams.yaml": "the teams that can get a reminder, and their managers",
    "org/templates.yaml": "the approved texts of reminders",
    "en/nudges.yaml": "what check-ins say",
    "org/services.yaml": "the ways to get help besides a booking",
    "org/crisis.yaml": "who calls people back, and when they are there",
    "org/providers.yaml": "the clinic's people and hours",
    "en/commands.yaml": "the words that people can type",
    "en/common.yaml": "words that every conversation shares",
    "crisis/regions.yaml": "crisis lines by country; they come with a release",
}


@dataclass(frozen=True)
class File:
    """One content file. `changed` is when it was saved last; `lines` are empty unless it is open."""

    name: str
    purpose: str
    size: int
    changed: datetime
    wrong: int


@dataclass(frozen=True)
class Line:
    """A line of the open file, with what is wrong in it."""

    number: int
    text: str
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class State:
    """What HR sees. `in_use` says whether the files as they are now are what people see."""

    folder: Path
    report: Report
    in_use: bool
    good_since: datetime | None
    files: tuple[File, ...]
    open: str
    lines: tuple[Line, ...]


def state_of(stage: Stage, wanted: str) -> State:
    """Look at the files as they are now; `wanted` is the file to open, if it is one of them."""
    root = stage.content
    report = check(root, WORDS, stage.clock.now().date())
    problems = [*report.errors, *report.warnings]
    paths = sorted(path for path in root.rglob("*") if path.suffix in {".yaml", ".yml", ".txt"})
    names = [path.relative_to(root).as_posix() for path in paths]
    files = tuple(
        File(
            name,
            PURPOSE.get(name, _purpose(name)),
            path.stat().st_size,
            datetime.fromtimestamp(path.stat().st_mtime, UTC),
            sum(problem.file == name for problem in report.errors),
        )
        for name, path in zip(names, paths, strict=True)
    )
    lines: tuple[Line, ...] = ()
    if wanted in names:
        text = (root / wanted).read_text(encoding="utf-8", errors="replace").splitlines()
        lines = tuple(
            Line(number, line, tuple(str(each) for each in problems if (each.file, each.line) == (wanted, number)))
            for number, line in enumerate(text, start=1)
        )
    in_use = not stage.service.library.problems and report.good()
    order = sorted(files, key=lambda file: (-file.wrong, not file.name.startswith("org/"), file.name))
    return State(root, report, in_use, stage.good_since, tuple(order), wanted if lines else "", lines)


def _purpose(name: str) -> str:
    folder, _, file = name.partition("/")
    if folder == "instruments":
        return "the private check, as its authors wrote it; not for editing"
    if folder == "crisis":
        return "what crisis help listens for; it comes with a release"
    return f"the words of “{file.removesuffix('.yaml')}”"
