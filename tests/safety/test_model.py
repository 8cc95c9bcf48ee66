"""The layer that goes by words: what it reads, that it keeps, and that it learns the same thing twice."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.corpus import Sentence
from bot.safety.meaning import ENOUGH, LONGEST, PART, WHOLE, WORDS, readings
from bot.safety.shipped import layers, words
from bot.safety.training import BY_MEANING, BY_WORDS, Shares, learn_words, limits, trained
from flows.safety import Layer
from flows.safety.model import CLASSES, LABELS, WINDOW, Limits, Model, buckets, pieces, windows

SOME = Limits(soft=0.5, strong=0.8)
EXAMPLES = [
    Sentence(text, kind in LABELS, kind, "en", writer)
    for writer in ("a", "b")
    for kind, texts in {
        "explicit": ["I want to be dead", "i want this life to be over", "want to end my life"],
        "abuse": ["he hits me at home", "my husband hits the kids and me"],
        "work": ["the meeting is at ten", "please send me the file", "where is the meeting room"],
    }.items()
    for text in texts
]


LEARNT = learn_words(EXAMPLES, SOME)


@pytest.fixture
def model() -> Model:
    return LEARNT


def test_it_has_learnt(model: Model) -> None:
    alarm, calm = model.read("I want my life to end")
    assert not calm
    assert alarm is not None
    assert alarm.kind == "self"
    abuse = model.read("my husband hits me").alarm
    assert abuse is not None
    assert abuse.kind == "abuse"
    assert model.read("the file for the meeting, please") == (None, True)
    assert not model.read("the file for the meeting, please " * 60).calm  # not all of it is read


def test_the_same_examples_give_the_same_bytes(model: Model) -> None:
    assert learn_words(EXAMPLES, SOME).to_bytes() == model.to_bytes()


def test_it_keeps(model: Model) -> None:
    again = Model.from_bytes(model.to_bytes())
    assert again.to_bytes() == model.to_bytes()
    assert again.chances("I want to be dead") == model.chances("I want to be dead")


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-9], lambda raw: b"x" + raw, lambda raw: b"", lambda raw: raw[:40]])
def test_what_is_no_model_is_refused(model: Model, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(ValueError, match="no model of this release"):
        Model.from_bytes(spoil(model.to_bytes()))


@given(st.text(max_size=200))
def test_the_chances_of_any_text_add_up(text: str) -> None:
    found = LEARNT.chances(text)
    assert len(found) == len(CLASSES)
    assert sum(found) == pytest.approx(1)


def test_without_words_there_is_nothing_to_fear(model: Model) -> None:
    assert buckets("…") == buckets("")
    assert model.odds("…") == 0  # and nothing to trust
    assert model.read("🙂 …") == (None, False)


def test_one_sentence_that_matters_is_read_on_its_own() -> None:
    text = "The build is red. I can't go on. See you at ten."
    assert "I can't go on." in windows(text)
    assert windows(text)[0] == text
    assert "I can't go on. See you at ten." in windows(text)


@given(st.lists(st.sampled_from(["one", "two", "three."]), max_size=400))
def test_no_word_of_a_long_text_is_left_out(words: list[str]) -> None:
    found = pieces(" ".join(words))
    assert all(len(each.split()) <= WINDOW for each in found)
    numbered = pieces(" ".join(str(number) for number in range(len(words))))
    assert {each for piece in numbered for each in piece.split()} == {str(number) for number in range(len(words))}


def test_limits_keep_to_their_shares_of_false_alarms() -> None:
    examples = [Sentence(f"s{number}", False, "work", "en", "a") for number in range(1000)]
    measured = np.arange(1000) / 1000
    found = limits(examples, np.stack([measured / 2, measured], 1), Shares(0.05, 0.002, 3))
    assert found.soft == pytest.approx(1 - 0.05, abs=0.01)
    assert found.strong == pytest.approx((1 - 0.002) / 2, abs=0.002)


def test_limits_are_found_on_whom_nothing_was_learnt_from() -> None:
    examples, theirs = (
        [replace(each, text=f"{each.text} {writer}", writer=writer) for each in EXAMPLES[:8]] for writer in "ab"
    )

    class Learnt:
        def odds(self, texts: Sequence[str]) -> Any:
            assert list(texts) == [each.text for each in theirs]
            return np.arange(2.0 * len(texts)).reshape(-1, 2)

        def meaning(self, limits: Limits) -> Any:
            return limits  # as if it were what is kept

    def learn(known: Sequence[Sentence], tell: Callable[[int, int], None]) -> Learnt:
        assert list(known) == examples
        tell(1, 1)
        return Learnt()

    told = list[tuple[int, int]]()
    kept: Any
    words, kept = trained(examples, theirs, learn, lambda step, of: told.append((step, of)))
    assert told == [(1, 1)]
    alone = learn_words(examples, SOME)
    assert replace(words, limits=SOME).to_bytes() == alone.to_bytes()
    odds = np.array([alone.odds(each.text) for each in theirs])
    assert words.limits == limits(theirs, np.stack([1 / (1 + np.exp(-odds))] * 2, 1), BY_WORDS)
    assert kept == limits(theirs, np.arange(16.0).reshape(-1, 2) + WORDS * odds[:, None], BY_MEANING)


def test_a_text_is_read_whole_and_sentence_by_sentence_the_worst_first_until_it_is_enough() -> None:
    def odds(text: str) -> float:
        return float("can't go on" in text)

    assert readings("I can't go on", odds) == [("I can't go on", 0.0)]
    assert readings("The build is red. I can't go on. See you.", odds) == [
        ("The build is red. I can't go on. See you.", 0.0),
        ("I can't go on.", PART),
        ("The build is red.", PART),
        ("See you.", PART),
    ]
    long = " ".join(f"Line {number} says a thing or two about the plan." for number in range(50)) + " I can't go on!"
    assert readings(long, odds)[0] == ("I can't go on!", PART)
    assert ENOUGH - WHOLE < sum(len(each.split()) for each, _ in readings(long, odds)) <= ENOUGH
    assert all(len(each.split()) <= LONGEST for each, _ in readings("word " * 1_000, odds))
    assert (
        max(len(each) for each, _ in readings("a." * 20_000 + " and. so on.", odds)) < 60
    )  # nobody waits for an endless word
    assert readings(" \n ", odds) == []


@pytest.mark.parametrize("layer", [words().read, *layers()])
def test_a_danger_between_a_delay_and_a_table_is_seen(layer: Layer) -> None:
    """One sentence among others, in five languages; without it there is nothing to see."""
    around = (
        "Sorry for the late answer, the trains were late again and I had two calls. The report is almost done, only "
        "the table is missing. {}Can you send me the slides for Thursday? Thanks for your patience with all this."
    )
    dangers = (
        "I see no point in being alive any more.",
        "My boyfriend locks me in and hits me when I come home late.",
        "Ich will nicht mehr leben.",
        "Je veux mourir ce soir.",
        "No quiero seguir viviendo.",
        "Eu queria não acordar amanhã.",
    )
    assert layer(around.format("")).alarm is None
    assert [each for each in dangers if not layer(around.format(f"{each} ")).alarm] == []
