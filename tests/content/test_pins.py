"""Questionnaires are standards: verbatim, with their licence, and refused if a byte changed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wiring import WORDS as SHIPPED
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
    assert not is_pinned("phq9.it.yaml", (FOLDER / "phq9.en.yaml").read_bytes())


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("phq9.en.yaml", "Feeling down", "Feeling low"),
        ("gad7.de.yaml", "Überhaupt nicht", "Gar nicht"),
        ("who5.en.yaml", "cheerful", "happy"),
        ("LICENSE.txt", "No permission required", "Permission required"),
    ],
)
def test_a_changed_standard_is_refused_with_its_name(root: Path, edit: Edit, file: str, old: str, new: str) -> None:
    edit(f"instruments/{file}", old, new)

    (problem,) = reading(root).problems

    assert problem.file == f"instruments/{file}"
    assert problem.message == "a standard text was changed, so it is not offered"
    assert "put back" in problem.remedy


def test_a_questionnaire_without_its_licence_is_refused(root: Path) -> None:
    (root / "instruments" / "LICENSE.txt").unlink()

    assert [each.file for each in reading(root).problems] == ["instruments/LICENSE.txt"]


def test_the_english_ones_are_the_published_ones(root: Path) -> None:
    """PHQ-9 and GAD-7 as Pfizer publishes them; the PHQ-4 (Kroenke et al. 2009) is the first two questions of each."""
    english = load(root, WORDS, TODAY).instruments["en"]
    gad7, phq9 = english["gad7"], english["phq9"]

    assert gad7.stem == "Over the last 2 weeks, how often have you been bothered by the following problems?"
    assert phq9.stem == "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
    assert [item.text for item in (*gad7.items[:2], *phq9.items[:2])] == [
        "Feeling nervous, anxious or on edge",
        "Not being able to stop or control worrying",
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
    ]
    assert phq9.items[8].text == "Thoughts that you would be better off dead or of hurting yourself in some way"
    assert gad7.options == ("Not at all", "Several days", "More than half the days", "Nearly every day")


def test_the_who5_is_the_published_one(root: Path) -> None:
    """The English version of 1998; every sentence stands alike in several public copies (docs/instruments.md)."""
    who5 = load(root, WORDS, TODAY).instruments["en"]["who5"]
    assert who5.stem == (
        "Please indicate for each of the five statements which is closest to how you have been feeling "
        "over the last two weeks."
    )
    assert [item.text for item in who5.items] == [
        "I have felt cheerful and in good spirits",
        "I have felt calm and relaxed",
        "I have felt active and vigorous",
        "I woke up feeling fresh and rested",
        "My daily life has been filled with things that interest me",
    ]
    assert who5.options == (
        "At no time",
        "Some of the time",
        "Less than half of the time",
        "More than half of the time",
        "Most of the time",
        "All of the time",
    )


def test_every_language_has_the_same_questions() -> None:
    """As many, by the same keys, with four answers; within a language both instruments answer in the same words, so
    that their first two questions can stand on one form, the PHQ-4."""
    loaded = load(default_root(), SHIPPED, TODAY).instruments
    assert sorted(loaded) == ["de", "en", "es", "fr", "pt"]
    for language, there in loaded.items():
        assert set(there) == {"gad7", "phq9"} | ({"who5"} if language == "en" else set())
        for key, count in {"gad7": 7, "phq9": 9}.items():
            assert [item.key for item in there[key].items] == [f"{key}-{number}" for number in range(1, count + 1)]
            assert len({item.text for item in there[key].items}) == count
            assert len(there[key].options) == 4
        assert there["gad7"].options == there["phq9"].options
        difficulty = there["phq9"].difficulty
        assert (difficulty is None) is (language == "fr"), "in French two wordings go about: docs/instruments.md"
        assert difficulty is None or len(difficulty.options) == 4


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
    assert (EDITION, RELEASED["en/notice.yaml"][:12]) == (8, "f9f923115dfd")
