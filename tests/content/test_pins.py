"""Questionnaires are standards: verbatim, with their licence, and refused if a byte changed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import default_root
from content.loader import load
from content.pins import PINS, RELEASED, is_pinned, is_released
from flows.notice import EDITION
from tests.content.conftest import TODAY, WORDS, Edit, reading

FOLDER = default_root() / "instruments"


def test_everything_that_ships_is_pinned() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PINS)
    for name in PINS:
        assert is_pinned(name, (FOLDER / name).read_bytes())


@given(st.sampled_from(sorted(PINS)), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_one_changed_byte_is_seen(name: str, at: float, change: int) -> None:
    raw = bytearray((FOLDER / name).read_bytes())
    raw[int(at * len(raw))] ^= change

    assert not is_pinned(name, bytes(raw))


def test_a_questionnaire_of_another_name_is_not_known() -> None:
    assert not is_pinned("phq9.yaml", (FOLDER / "phq4.yaml").read_bytes())


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("phq4.yaml", "Feeling down", "Feeling low"),
        ("phq4.yaml", "cut:\n  anxiety: 3", "cut:\n  anxiety: 2"),
        ("phq4.LICENSE.txt", "No permission required", "Permission required"),
    ],
)
def test_a_changed_standard_is_refused_with_its_name(root: Path, edit: Edit, file: str, old: str, new: str) -> None:
    edit(f"instruments/{file}", old, new)

    (problem,) = reading(root).problems

    assert problem.file == f"instruments/{file}"
    assert problem.message == "a standard text was changed, so it is not offered"
    assert "put back" in problem.remedy


def test_a_questionnaire_without_its_licence_is_refused(root: Path) -> None:
    (root / "instruments" / "phq4.LICENSE.txt").unlink()

    assert [each.file for each in reading(root).problems] == ["instruments/phq4.LICENSE.txt"]


def test_phq4_is_the_published_one(root: Path) -> None:
    """Kroenke et al. 2009: GAD-2, then PHQ-2; 0 to 3 each; positive from 3 of 6 in either part."""
    phq4 = load(root, WORDS, TODAY).instruments["en"]["phq4"]

    assert phq4.stem == "Over the last 2 weeks, how often have you been bothered by the following problems?"
    assert [(item.key, item.text, item.part) for item in phq4.items] == [
        ("q1", "Feeling nervous, anxious or on edge", "anxiety"),
        ("q2", "Not being able to stop or control worrying", "anxiety"),
        ("q3", "Little interest or pleasure in doing things", "depression"),
        ("q4", "Feeling down, depressed, or hopeless", "depression"),
    ]
    assert phq4.options == ("Not at all", "Several days", "More than half the days", "Nearly every day")
    assert phq4.cut == {"anxiety": 3, "depression": 3}


@pytest.mark.parametrize("file", sorted(RELEASED))
def test_the_promise_and_crisis_words_change_with_a_release_only(file: str) -> None:
    raw = (default_root() / file).read_bytes()
    assert is_released(file, raw)
    assert not is_released(file, raw + b"\n")


def test_a_translation_of_the_promise_needs_a_release_too() -> None:
    assert not is_released("xx/notice.yaml", b"hello: hi")
    assert is_released("xx/home.yaml", b"question: what")


def test_a_new_wording_of_the_notice_asks_everybody_again() -> None:
    """Whoever changes the pin below has changed the promise: raise EDITION, then write both here."""
    assert (EDITION, RELEASED["en/notice.yaml"][:12]) == (5, "8a2029986465")
