"""Crisis words may be changed by two named people, never by one; until then the words that ship are used."""

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from content import default_root
from content.check import check
from content.library import Library
from content.loader import read_all
from content.pins import RELEASED
from flows.core.words import Words
from flows.registry import FLOWS
from tests.content.conftest import TODAY, WORDS
from tests.content.conftest import Edit as _Edit

FILE = "en/safety.yaml"
OLD, NEW = "question: Are you thinking about suicide?", "question: Are you having thoughts of suicide?"
MODELS: dict[str, type[Words]] = {**WORDS, "safety": FLOWS["safety"].words}


@pytest.fixture
def changed(root: Path, edit: _Edit) -> Path:
    """Return a content folder in which one line of the crisis words was changed."""
    (root / FILE).write_bytes((default_root() / FILE).read_bytes())
    edit(FILE, OLD, NEW)
    return root


def approve(root: Path, **changes: str) -> None:
    given = {
        "file": FILE,
        "sha256": sha256((root / FILE).read_bytes()).hexdigest(),
        "author": "Ana Ruiz",
        "approver": "Dr Jo Field",
        "approved_on": "2026-06-30",
    } | changes
    lines = [f"{name}: {value}" for name, value in given.items()]
    (root / "approvals.yaml").write_text("approvals:\n  - " + "\n    ".join(lines) + "\n", encoding="utf-8")


def asked(library: Library) -> str:
    return str(library.current.words["en"]["safety"].model_dump()["question"])


def test_a_changed_text_is_told_and_the_last_approved_one_is_kept(changed: Path) -> None:
    """At a first start, and while Haven runs; what was changed is named with its line, and how to approve it."""
    report = check(changed, MODELS, TODAY)
    (error,) = report.errors
    assert error.file == FILE
    assert (changed / FILE).read_text(encoding="utf-8").splitlines()[error.line - 1] == NEW
    assert "was changed (question), and nobody has approved it; the words that ship are used" in error.message
    assert f"{{file: {FILE}, sha256: {sha256((changed / FILE).read_bytes()).hexdigest()}, author: " in error.remedy

    library = Library(changed, MODELS, lambda: TODAY)
    assert asked(library) == OLD.partition(": ")[2]
    assert library.problems == (error,)
    approve(changed)
    assert library.refresh() == ()
    assert asked(library) == NEW.partition(": ")[2]

    path = changed / FILE
    path.write_text(path.read_text(encoding="utf-8").replace("thoughts", "any thoughts"), encoding="utf-8")
    assert library.refresh() != ()
    assert asked(library) == NEW.partition(": ")[2], "the last that was approved"


def test_a_good_edit_waits_until_the_crisis_words_are_approved(changed: Path, edit: _Edit) -> None:
    approve(changed)
    library = Library(changed, MODELS, lambda: TODAY)
    before = library.current
    edit("en/booking.yaml", "Good to see you.", "Welcome back.")
    edit(FILE, "having thoughts", "having some thoughts")
    assert library.refresh()
    assert library.current is before


def test_nobody_approves_their_own_words(changed: Path) -> None:
    for name in ("Ana Ruiz", "  ana   RUIZ "):
        approve(changed, approver=f'"{name}"')
        (one, two) = check(changed, MODELS, TODAY).errors
        assert {one.file, two.file} == {FILE, "approvals.yaml"}
        assert "nobody approves their own words" in f"{one} {two}"
        assert "name a second person as approver" in f"{one} {two}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "0" * 64}, "nobody has approved it"),
        ({"file": "es/safety.yaml"}, "nobody has approved it"),
        ({"approved_on": "2026-07-02"}, "yet to come"),
        ({"until": "2026-06-30"}, "nobody has approved it"),
        ({"file": "en/notice.yaml"}, "approvals.yaml"),
        ({"signed": "yes"}, "unknown key"),
    ],
)
def test_an_approval_is_of_one_text_by_somebody_for_a_time(changed: Path, changes: dict[str, str], said: str) -> None:
    approve(changed, **changes)
    report = check(changed, MODELS, TODAY)
    assert not report.good()
    assert said in str(report)


def test_an_approval_that_runs_out_warns_and_then_the_words_that_ship_are_used(changed: Path) -> None:
    approve(changed, until="2026-07-31")
    report = check(changed, MODELS, TODAY)
    assert report.good()
    assert "runs out in 30 days" in str(report)
    assert check(changed, MODELS, TODAY - timedelta(days=1)).good(strict=True)
    day = date(2026, 8, 1)
    assert "has run out" in str(check(changed, MODELS, day))
    assert asked(Library(changed, MODELS, lambda: day)) == OLD.partition(": ")[2]


def test_what_is_to_be_approved_is_read_by_the_rules_too(changed: Path, edit: _Edit) -> None:
    edit(FILE, NEW, "question: Don't worry. Are you thinking about suicide?")
    for _ in range(2):
        assert "makes light of it" in str(check(changed, MODELS, TODAY))
        approve(changed)


@pytest.mark.parametrize("file", ["notice.yaml", "lexicon"])
def test_the_promise_and_what_is_recognised_are_not_for_approval(root: Path, file: str) -> None:
    name = {"notice.yaml": "en/notice.yaml", "lexicon": "crisis/lexicon.en.yaml"}[file]
    (root / name).write_bytes((default_root() / name).read_bytes() + b"\n")
    approve_any = root / "approvals.yaml"
    approve_any.write_text(
        f"approvals:\n  - {{file: {name}, sha256: {'0' * 64}, author: A, approver: B, approved_on: 2026-06-30}}\n"
    )
    models: dict[str, type[Words]] = {**WORDS, "notice": FLOWS["notice"].words}
    reading = read_all(root, models, TODAY)
    assert reading.loaded is None
    assert {"approvals.yaml", name} <= {each.file for each in reading.problems}


def test_everything_that_ships_in_a_crisis_can_be_approved() -> None:
    """The pattern of names and the manifest fit each other: each language's crisis words are there."""
    crisis = [file for file in RELEASED if file.endswith(("/safety.yaml", "/calm.yaml"))]
    assert {file[:2] for file in crisis} >= {"en", "es", "fr", "de", "pt"}
