"""The check before going live, and the content that ships."""

from datetime import date
from pathlib import Path

from bot.wiring import WORDS as SHIPPED
from content import default_root
from content.check import check
from content.loader import load
from content.values import countries
from tests.content.conftest import TODAY, WORDS, Edit


def test_good_content_says_so(root: Path) -> None:
    report = check(root, WORDS, TODAY)

    assert report.good(strict=True)
    assert str(report) == "25 files, all good"


def test_errors_and_warnings_are_listed_together(root: Path, edit: Edit) -> None:
    edit("org/organisation.yaml", "zone:", "zoen:")
    edit("org/services.yaml", "day or night.", "for your mental health problem, in this crazy week.")

    report = check(root, WORDS, TODAY)

    assert not report.good()
    lines = str(report).splitlines()
    assert lines[0].startswith("org/organisation.yaml:6: zoen: unknown key; did you mean zone?")
    assert lines[1].startswith('org/services.yaml:3: services.1.text: "crazy" hurts; better: ')
    assert lines[2].endswith("(warning)")
    assert lines[3:] == ["25 files, 2 to put right, 1 to look at"]


def test_a_warning_stops_only_the_strict(root: Path) -> None:
    report = check(root, WORDS, date(2027, 1, 1))

    assert report.good()
    assert not report.good(strict=True)
    assert str(report).endswith("25 files, 0 to put right, 1 to look at")


class TestWhatShips:
    """An organisation may edit what ships, so these say what holds for any good content, not which words."""

    def test_it_is_good(self) -> None:
        report = check(default_root(), SHIPPED, date(2026, 7, 1))

        assert report.good(), str(report)
        # a special line bears the day of its newest source until whoever runs Haven has called it: all else is fresh
        assert [each for each in report.warnings if ".special." not in each.key] == []
        assert all("was checked" in each.message for each in report.warnings), str(report)

    def test_flows_have_all_that_they_read(self) -> None:
        loaded = load(default_root(), SHIPPED, TODAY)
        for locale in loaded.words:
            catalog = loaded.catalog(locale)
            assert catalog.nudges
            assert catalog.templates
            assert set(loaded.words[locale]) == set(SHIPPED)
            assert set(catalog.instruments) == {"gad7", "phq9"}

    def test_everybody_gets_a_way_to_help(self) -> None:
        """A country with no lines, or none at all, gets the finder and 112: never another country's number."""
        catalog = load(default_root(), SHIPPED, TODAY).catalog("en")
        for code in (*sorted(countries()), None, "XX", "ZZ"):
            region = catalog.help_for(code)
            assert region.lines
            if code not in catalog.regions or code == "XX":
                assert region.emergency == "112"
                assert {line.how for line in region.lines} == {"visit"}
