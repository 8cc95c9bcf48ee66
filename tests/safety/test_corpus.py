"""The examples that the reader learns from: enough of them, of every kind, in every language, by several writers."""

from collections import Counter
from pathlib import Path

import pytest

from bot.safety.corpus import CorpusTrouble, sentences, texts
from flows.safety.model import LABELS

FOLDER = Path(__file__).parent / "corpus"
CORPUS, LEFT_OUT = sorted(FOLDER.glob("*.csv")), sorted((FOLDER / "left_out").glob("*.csv"))
ALL = [*sentences(CORPUS), *sentences(LEFT_OUT)]
LANGUAGES = ("en", "es", "fr", "de", "pt")
SAFE = {
    "alarming_safe", "assistant", "conflict_safe", "distress", "medical_safe", "past_or_negated", "work",
}  # fmt: skip


def test_there_are_enough() -> None:
    assert len(ALL) >= 6000
    assert sum(each.risk for each in ALL) >= 2500
    assert len({each.writer for each in ALL}) >= 4


def test_every_kind_is_there_in_every_language_by_many_writers() -> None:
    """The first forty-six wrote of all of it; who came later of what people say in ordinary life, one sort each."""
    writers = {(kind, lang): set[str]() for kind in {*LABELS, *SAFE} for lang in LANGUAGES}
    for each in ALL:
        writers[each.kind, each.lang].add(each.writer)
    assert min(map(len, writers.values())) >= 46


def test_a_kind_is_either_danger_or_safe() -> None:
    assert {(each.kind, each.risk) for each in ALL} == {
        *((kind, True) for kind in LABELS),
        *((kind, False) for kind in SAFE),
    }


@pytest.mark.parametrize("path", [*CORPUS, *LEFT_OUT], ids=lambda path: path.stem)
def test_no_writer_says_the_same_twice(path: Path) -> None:
    said = Counter(each.text.casefold() for each in sentences([path]))
    assert [text for text, times in said.items() if times > 1] == []
    assert all(1 <= len(text.split()) <= 70 for text in said)  # a word in a bad night, or the whole day


def test_no_sentence_is_called_danger_by_one_and_safe_by_another() -> None:
    risky = {each.text.casefold().strip(" .!?") for each in ALL if each.risk}
    safe = {each.text.casefold().strip(" .!?") for each in ALL if not each.risk}
    assert risky & safe == set()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no column `text`"),
        (b"words\nhello", "no column `text`"),
        (b"text,label,kind\nhello,maybe,work", ":2: needs `label`"),
        (b"text,label,kind\nhello,0,", ":2: needs `label`"),
        (b"text\n\xff", "cannot be read"),
    ],
)
def test_what_is_no_file_of_sentences_is_refused(tmp_path: Path, raw: bytes, says: str) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(raw)
    with pytest.raises(CorpusTrouble, match=says):
        sentences([path])


def test_a_file_to_read_needs_texts_only(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("\ufefftext\nhello\n", encoding="utf-8")
    assert texts(path) == [{"text": "hello"}]
