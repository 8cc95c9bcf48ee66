"""A running service takes over good edits at once, and never a bad one."""

import threading
from pathlib import Path
from typing import Any

import pytest

from content.library import Library
from content.loaded import Loaded
from content.loader import Reading, read_all
from content.problems import ContentError
from tests.content.conftest import TODAY, WORDS, Edit


@pytest.fixture
def library(root: Path) -> Library:
    return Library(root, WORDS, lambda: TODAY)


def _hello(loaded: Loaded) -> str:
    return str(loaded.words["en"]["booking"].model_dump()["hello"])


def test_without_an_edit_nothing_is_read_again(library: Library) -> None:
    before = library.current

    assert library.refresh() == ()
    assert library.current is before


def test_a_good_edit_is_taken_over(library: Library, edit: Edit) -> None:
    edit("en/booking.yaml", "Good to see you.", "Welcome back.")

    assert library.refresh() == ()
    assert _hello(library.current) == "Welcome back."


def test_a_bad_edit_keeps_the_last_good_until_it_is_put_right(library: Library, edit: Edit) -> None:
    before = library.current
    edit("org/organisation.yaml", "zone:", "zoen:")
    edit("en/booking.yaml", "Good to see you.", "Welcome back.")

    (problem,) = library.refresh()
    assert problem.line == 6
    assert library.current is before
    assert library.refresh() == library.problems == (problem,), "it is still wrong, read again or not"

    edit("org/organisation.yaml", "zoen:", "zone:")
    assert library.refresh() == ()
    assert _hello(library.current) == "Welcome back."


def test_an_edit_has_to_pass_the_wording_check_too(library: Library, edit: Edit) -> None:
    before = library.current
    edit("en/nudges.yaml", "A small pause", "This is completely anonymous. A small pause")

    (problem,) = library.refresh()

    assert "promises more privacy than there is" in problem.message
    assert library.current is before


def test_the_wording_check_never_keeps_a_service_from_starting(root: Path, edit: Edit) -> None:
    edit("en/nudges.yaml", "A small pause", "This is completely anonymous. A small pause")

    library = Library(root, WORDS, lambda: TODAY)

    assert "completely anonymous" in library.current.nudges["en"][1].text
    assert len(library.problems) == 1


def test_content_that_cannot_be_read_keeps_a_service_from_starting(root: Path) -> None:
    (root / "org" / "teams.yaml").unlink()

    with pytest.raises(ContentError, match=r"org/teams.yaml:1: the file is missing"):
        Library(root, WORDS, lambda: TODAY)


def test_a_file_that_goes_and_comes_back(library: Library, root: Path) -> None:
    path = root / "org" / "services.yaml"
    raw = path.read_bytes()
    path.unlink()
    assert [each.file for each in library.refresh()] == ["org/services.yaml"]

    path.write_bytes(raw)
    assert library.refresh() == ()


def test_whoever_reads_during_a_swap_sees_one_whole_state(library: Library, root: Path) -> None:
    """Two files are edited together, over and over: no reader ever sees one edit without the other."""
    words, nudges = root / "en" / "booking.yaml", root / "en" / "nudges.yaml"
    first, second = words.read_text(encoding="utf-8"), nudges.read_text(encoding="utf-8")
    torn: list[tuple[str, str]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            loaded = library.current
            seen = _hello(loaded), loaded.nudges["en"][0].text
            if seen[0][-3:] != seen[1][-3:]:
                torn.append(seen)

    watcher = threading.Thread(target=watch)
    words.write_text(first.replace("Good to see you.", "Hello 000"), encoding="utf-8")
    nudges.write_text(second.replace("The door is open.", "000"), encoding="utf-8")
    assert library.refresh() == ()
    watcher.start()
    try:
        for round_ in range(1, 16):
            words.write_text(first.replace("Good to see you.", f"Hello {round_:03}"), encoding="utf-8")
            nudges.write_text(second.replace("The door is open.", f"{round_:03}"), encoding="utf-8")
            assert library.refresh() == ()
    finally:
        done.set()
        watcher.join()

    assert _hello(library.current) == "Hello 015"
    assert torn == []


def test_an_edit_saved_while_reading_is_not_lost(root: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is stamped before it is read, so a file saved in between is read at the next look."""
    library = Library(root, WORDS, lambda: TODAY)
    edit("en/booking.yaml", "Good to see you.", "Once")

    def read_then_save(*args: Any) -> Reading:
        read = read_all(*args)
        if read.loaded and _hello(read.loaded) == "Once":
            edit("en/booking.yaml", "Once", "Twice")
        return read

    monkeypatch.setattr("content.library.read_all", read_then_save)
    library.refresh()
    library.refresh()

    assert _hello(library.current) == "Twice"
