"""The folder as a whole: what it gives to flows, and what is missing or not its own."""

import shutil
from datetime import date, time
from pathlib import Path

import pytest

from content import default_root
from content.loader import load, read_all
from content.problems import ContentError
from tests.content.conftest import TODAY, WORDS, BookingWords, Edit, reading


def test_flows_get_the_content_typed(root: Path) -> None:
    loaded = load(root, WORDS, TODAY)
    catalog = loaded.catalog("en")

    assert (catalog.organisation, catalog.custodian, catalog.tier) == ("Sample Works", "Sample Care", "custodian")
    assert (catalog.region, catalog.zone, catalog.phone) == ("GB", "Europe/London", "0808 157 0000")
    assert (catalog.reminder_days, catalog.reminder_time) == ((1, 3), time(10))
    assert [nudge.key for nudge in catalog.nudges] == ["hello", "pause"]
    assert catalog.templates[0].name == "A gentle reminder"
    assert catalog.services[0].reach == "Call 0808 157 0000"
    assert catalog.help_for("GB").lines[0].dial == "116 123"
    assert catalog.help_for("FR") == catalog.help_for(None) == loaded.regions["XX"]
    words = loaded.words["en"]["booking"]
    assert isinstance(words, BookingWords)
    assert words.slot.fill(when="today", who="Ada") == "today with Ada"
    assert loaded.commands["en"]["help"] == ("help now", "help")
    assert loaded.warnings == ()


def test_practitioners_keep_their_hours(root: Path) -> None:
    first = load(root, WORDS, TODAY).providers.practitioners[0]

    assert [(span.start, span.end) for span in first.weekly[0]] == [(time(9), time(12)), (time(13), time(17))]
    assert sorted(first.weekly) == [0, 5]


def test_a_team_is_as_large_as_its_smallest_listing(root: Path) -> None:
    """Five on Slack and four on the console count as four: on the console, only four would be addressed."""
    teams = load(root, WORDS, TODAY).catalog("en").teams

    assert {key: team.size for key, team in teams.items()} == {"support": 4, "design": 2}


def test_an_empty_team_counts_nobody(root: Path, edit: Edit) -> None:
    edit("org/teams.yaml", "slack: [U0HUGO, U0INES]", "slack: []")

    assert load(root, WORDS, TODAY).catalog("en").teams["design"].size == 0


def test_no_region_is_no_region(root: Path, edit: Edit) -> None:
    edit("org/organisation.yaml", "region: GB", "region:")

    assert load(root, WORDS, TODAY).catalog("en").region is None


@pytest.mark.parametrize("file", ["org/teams.yaml", "crisis/regions.yaml", "en/booking.yaml", "en/commands.yaml"])
def test_a_missing_file_is_named(root: Path, file: str) -> None:
    (root / file).unlink()

    (problem,) = reading(root).problems

    assert (problem.file, problem.line) == (file, 1)
    assert "missing" in problem.message


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("en/nudge.yaml", "did you mean nudges.yaml?"),
        ("org/teams.yml", "did you mean teams.yaml?"),
        ("en/bookings.yaml", "did you mean booking.yaml?"),
        ("crisis/lexicon.eng.yaml", "did you mean lexicon.en.yaml?"),
        ("instruments/phq9.yaml", "did you mean phq9."),
        ("nudges.yaml", "move it into the folder"),
        ("orga/teams.yaml", "did you mean org?"),
    ],
)
def test_a_file_that_nothing_reads_is_not_passed_over(root: Path, file: str, says: str) -> None:
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_text("key: value\n", encoding="utf-8")

    (problem,) = reading(root).problems

    assert problem.file == (file if "orga" not in file else "orga")
    assert says in problem.remedy


@pytest.mark.parametrize("file", ["en/.nudges.yaml.swp", "en/nudges.yaml~", "README.md", "en/README.md", ".git/x"])
def test_what_editors_and_git_leave_is_passed_over(root: Path, file: str) -> None:
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_text("what you like", encoding="utf-8")

    assert reading(root).problems == ()


def test_a_folder_that_is_not_there_is_one_clear_problem(tmp_path: Path) -> None:
    problems = reading(tmp_path / "nowhere").problems

    assert "there is no content folder here" in {each.message for each in problems}


def test_english_has_to_be_there(root: Path) -> None:
    (root / "en").rename(root / "es")
    (root / "es" / "calm.yaml").write_bytes((default_root() / "es" / "calm.yaml").read_bytes())

    (problem,) = reading(root).problems

    assert (problem.file, problem.message) == ("en", "the folder is missing")


def test_a_second_language_has_its_words_and_its_own_questionnaires(root: Path, edit: Edit) -> None:
    edit("en/booking.yaml", "Good to see you.", "Good to see you.")
    (root / "es").mkdir()
    for name in ("booking.yaml", "commands.yaml", "locale.yaml", "exercises.yaml"):
        (root / "es" / name).write_bytes((root / "en" / name).read_bytes())
    (root / "es" / "calm.yaml").write_bytes((default_root() / "es" / "calm.yaml").read_bytes())
    path = root / "es" / "booking.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Good to see you.", "Qué bueno verte."), encoding="utf-8")

    loaded = load(root, WORDS, TODAY)

    assert loaded.words["es"]["booking"].model_dump()["hello"] == "Qué bueno verte."
    assert loaded.catalog("en").instruments["phq9"].options[0] == "Not at all"
    assert loaded.catalog("es").instruments["phq9"].options[0] == "Ningún día"
    assert loaded.instruments.get("it", {}) == {}
    assert [loaded.locale(each) for each in ("es", "es-MX", "ES_ar", "en-GB", "fr", "")] == ["es"] * 3 + ["en"] * 3


def test_a_half_translated_language_is_told_file_by_file(root: Path) -> None:
    (root / "pt-BR").mkdir()

    missing = [f"pt-BR/{name}.yaml" for name in ("booking", "calm", "commands", "exercises", "locale")]
    assert [each.file for each in reading(root).problems] == missing


LEXICON = "safe: [kill switch]\nrules:\n  - {kind: self, level: strong, patterns: [no way out]}\n"


def test_the_lexicon_is_read_by_language(root: Path) -> None:
    shutil.copy(default_root() / "crisis" / "lexicon.en.yaml", root / "crisis")

    lexicon = load(root, WORDS, TODAY).lexicons["en"]

    assert "kill switch" in lexicon.safe
    assert {rule.level for rule in lexicon.rules} == {"strong", "soft"}


def test_a_pattern_that_is_none_is_told_with_its_line(root: Path) -> None:
    broken = LEXICON.replace("[no way out]", "\n    [(no]")
    (root / "crisis" / "lexicon.en.yaml").write_text(broken, encoding="utf-8")

    changed, problem = reading(root).problems

    assert "it was changed" in changed.message
    assert (problem.file, problem.line) == ("crisis/lexicon.en.yaml", 4)
    assert problem.message == "not a pattern: '(no'"
    assert problem.remedy.startswith("write plain lower-case words")


def test_loading_says_everything_in_one_error(root: Path, edit: Edit) -> None:
    edit("org/organisation.yaml", "zone:", "zoen:")
    edit("en/nudges.yaml", "text:", "txet:")

    with pytest.raises(ContentError) as error:
        load(root, WORDS, TODAY)

    assert [each.file for each in error.value.problems] == ["en/nudges.yaml", "org/organisation.yaml"]
    assert str(error.value).count("did you mean") == 2


class TestCrisisLines:
    def test_a_line_checked_180_days_ago_is_fine_and_a_day_later_is_not(self, root: Path) -> None:
        assert read_all(root, WORDS, date(2026, 11, 29)).warnings == ()

        (warning,) = read_all(root, WORDS, date(2026, 11, 30)).warnings

        assert (warning.file, warning.line) == ("crisis/regions.yaml", 18)
        assert "181 days ago" in warning.message

    def test_a_number_that_nobody_checked_is_left_out(self, root: Path, edit: Edit) -> None:
        edit("crisis/regions.yaml", "        verified_on: 2026-06-02\n", "")

        loaded = load(root, WORDS, TODAY)

        assert loaded.catalog("en").help_for("GB") == loaded.regions["XX"]
        said = [str(each) for each in loaded.warnings]
        assert any("never checked, so it is left out" in each for each in said)
        assert any("org/organisation.yaml" in each and "no crisis lines" in each for each in said)

    def test_a_checked_number_stays_beside_one_that_is_not(self, root: Path, edit: Edit) -> None:
        edit(
            "crisis/regions.yaml",
            "    lines:\n      - name: Sample line",
            "    lines:\n      - {name: New, how: text, dial: HI to 1, hours: h, url: https://n.example}\n"
            "      - name: Sample line",
        )

        assert [line.name for line in load(root, WORDS, TODAY).regions["GB"].lines] == ["Sample line"]
