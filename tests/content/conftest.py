"""A frozen sample of the content, and a way to break it."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import pytest

from content import default_root
from content.loader import Reading, read_all
from flows.core.words import Blanks, Label, Line, Title, Words

SAMPLE: Final = Path(__file__).parent / "sample"
TODAY: Final = date(2026, 7, 1)


class BookingWords(Words):
    title: Title
    hello: Line
    slot: Annotated[Line, Blanks("when", "who")]
    note: Line
    take: Label


WORDS: Final = {"booking": BookingWords}
Edit = Callable[[str, str, str], Path]


def sample_at(folder: Path) -> Path:
    shutil.copytree(SAMPLE, folder)
    shutil.copytree(default_root() / "instruments", folder / "instruments")
    shutil.copy(default_root() / "en" / "calm.yaml", folder / "en")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sample_at(tmp_path / "content")


@pytest.fixture
def edit(root: Path) -> Edit:
    def replace(file: str, old: str, new: str) -> Path:
        path = root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return replace


def reading(root: Path) -> Reading:
    return read_all(root, WORDS, TODAY)
