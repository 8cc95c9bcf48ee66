"""The hazard log: every hazard has its severity, what is done about it, and tests that are there and run.

The tests it names are looked for in the source, not collected: that takes milliseconds. `pytest --rewrite` writes the
table.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import pytest
import yaml
from pydantic import Field, TypeAdapter, model_validator

from flows.core.base import Value

ROOT = Path(__file__).parents[2]
LOG, TABLE = ROOT / "docs/hazards.yaml", ROOT / "docs/hazards.md"
Severity = Literal["minor", "significant", "considerable", "major", "catastrophic"]
Likelihood = Literal["very low", "low", "medium", "high", "very high"]
Text = Annotated[str, Field(min_length=8)]
TestId = Annotated[str, Field(pattern=r"^tests/[\w/]+\.py(::\w+){1,2}$")]
MATRIX: Final[Mapping[Likelihood, Sequence[int]]] = {  # DCB0129's guidance; columns as in Severity
    "very high": (3, 4, 4, 5, 5),
    "high": (2, 3, 3, 4, 5),
    "medium": (2, 2, 3, 3, 4),
    "low": (1, 2, 2, 3, 4),
    "very low": (1, 1, 2, 2, 3),
}
SKIPS: Final = frozenset({"skip", "skipif", "xfail"})


class Mitigation(Value):
    """What is done, and either the tests that show it or why none does."""

    what: Text
    tests: tuple[TestId, ...] = ()
    open: str = ""

    @model_validator(mode="after")
    def _shown_or_open(self) -> Self:
        if bool(self.tests) == bool(self.open):
            raise ValueError(f"{self.what!r} needs either tests or `open`")
        if self.tests and all(each.startswith("tests/e2e/") for each in self.tests):
            raise ValueError(f"{self.what!r} needs a test that `make test` runs")
        return self


class Hazard(Value):
    """One hazard. `risk`, 1 to 5, follows from severity and likelihood."""

    id: Annotated[str, Field(pattern=r"^H\d\d$")]
    hazard: Text
    harm: Text
    severity: Severity
    likelihood: Likelihood
    mitigations: Annotated[tuple[Mitigation, ...], Field(min_length=1)]
    why: str = ""

    @property
    def risk(self) -> int:
        return MATRIX[self.likelihood][Severity.__args__.index(self.severity)]  # type: ignore[attr-defined]

    @property
    def open(self) -> list[Mitigation]:
        return [each for each in self.mitigations if each.open]


def hazards(text: str) -> tuple[Hazard, ...]:
    """Read a log. Raises ValidationError."""
    return TypeAdapter(tuple[Hazard, ...]).validate_python(yaml.safe_load(text)["hazards"])


@cache
def runs_in(file: str) -> Mapping[str, bool]:
    """Return the tests of a file by the end of their id, and whether each is run: not skipped, whatever for."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    whole = not any(_marks(each.value) for each in tree.body if isinstance(each, ast.Assign) and _is_pytestmark(each))
    found: dict[str, bool] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            runs = whole and not any(map(_marks, node.decorator_list))
            found |= {f"{node.name}::{name}": runs and each for name, each in _functions(node.body)}
    return found | {name: whole and each for name, each in _functions(tree.body)}


def _functions(body: Sequence[ast.stmt]) -> Iterator[tuple[str, bool]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name, not any(map(_marks, [*node.decorator_list, *node.body]))


def _is_pytestmark(node: ast.Assign) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "pytestmark" for each in node.targets)


def _marks(node: ast.AST) -> bool:
    """Tell whether something skips: `pytest.mark.skip`, `skipif`, `xfail`, or a call of `pytest.skip` or `xfail`."""
    return any(isinstance(each, ast.Attribute) and each.attr in SKIPS for each in ast.walk(node))


def missing(log: Sequence[Hazard]) -> list[str]:
    """Return what is wrong with the tests that a log names."""
    wrong = []
    for hazard in log:
        for test in (each for mitigation in hazard.mitigations for each in mitigation.tests):
            file, _, name = test.partition("::")
            if not (ROOT / file).is_file() or name not in runs_in(file):
                wrong.append(f"{hazard.id}: there is no {test}")
            elif not runs_in(file)[name]:
                wrong.append(f"{hazard.id}: {test} is skipped")
    return wrong


def table(log: Sequence[Hazard]) -> str:
    """Return docs/hazards.md."""
    rows = [
        f"| {each.id} | {each.hazard} | {each.severity} | {each.likelihood} | {each.risk} "
        f"| {sum(bool(m.tests) for m in each.mitigations)} of {len(each.mitigations)} |"
        for each in log
    ]
    left = [f"| {each.id} | {one.what} | {one.open} |" for each in log for one in each.open]
    borne = [f"| {each.id} | {each.risk} | {each.why} |" for each in log if each.why]
    counted = Counter(each.risk for each in log)
    matrix = [f"| {name} | {' | '.join(map(str, risks))} |" for name, risks in MATRIX.items()]
    return "\n".join(
        (
            "# Hazards",
            "",
            "What can go wrong for people, and how much of what is done about it tests show. Made from",
            "[hazards.yaml](hazards.yaml), which names the tests; `pytest tests/docs/test_hazards.py --rewrite`",
            "makes it anew. No clinical safety officer has signed this log.",
            "",
            f"{len(log)} hazards: " + ", ".join(f"{counted[risk]} of risk {risk}" for risk in sorted(counted)) + ".",
            "",
            "| | hazard | severity | likelihood | risk | shown by tests |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "## Open",
            "",
            "| | what is missing | why |",
            "|---|---|---|",
            *left,
            "",
            "## Why the rest is borne",
            "",
            "| | risk | why |",
            "|---|---|---|",
            *borne,
            "",
            "## How the risk follows",
            "",
            "After the guidance to DCB0129: 1 and 2 are acceptable; 3 is to be lowered as far as it can be; 4 needs a",
            "further control, and the word of whoever answers for the safety of its use; 5 is not to be put to use.",
            "",
            "| likelihood | minor | significant | considerable | major | catastrophic |",
            "|---|---|---|---|---|---|",
            *matrix,
            "",
        )
    )


def test_every_hazard_is_met_by_tests_that_are_there_and_run() -> None:
    log = hazards(LOG.read_text(encoding="utf-8"))
    wrong = missing(log)
    wrong += [f"{name} stands there twice" for name, count in Counter(each.id for each in log).items() if count > 1]
    wrong += [f"{each.id}: risk {each.risk} needs a `why`" for each in log if each.risk >= 3 and not each.why]
    assert not wrong, "docs/hazards.yaml:\n" + "\n".join(wrong)
    assert len(log) >= 30


def test_the_table_is_the_log(rewrite: bool) -> None:
    drawn = table(hazards(LOG.read_text(encoding="utf-8")))
    if rewrite:
        TABLE.write_text(drawn, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == drawn, "make it anew: pytest tests/docs/test_hazards.py --rewrite"


PLANTED = """
hazards:
  - {id: H01, hazard: something bad, harm: somebody is hurt, severity: major, likelihood: low,
     mitigations: [MITIGATION]}
"""


@pytest.mark.parametrize(
    ("mitigation", "found"),
    [
        ("{what: something is done, tests: [tests/docs/test_hazards.py::test_nothing]}", "there is no"),
        ("{what: something is done, tests: [tests/docs/test_none.py::test_nothing]}", "there is no"),
        ("{what: something is done, tests: [tests/docs/test_docs.py::test_the_table_is_the_log]}", "there is no"),
        (
            "{what: something is done, tests: [tests/docs/test_docs.py::"
            "test_no_committed_file_names_a_package_registry_or_a_path_of_somebodys_machine]}",
            "",
        ),
    ],
)
def test_a_test_that_is_not_there_is_found(mitigation: str, found: str) -> None:
    wrong = missing(hazards(PLANTED.replace("MITIGATION", mitigation)))
    assert [found in each for each in wrong] == ([True] if found else [])


@pytest.mark.parametrize(
    "mitigation",
    [
        "{what: something is done}",
        "{what: something is done, tests: [tests/a.py::test_b], open: because}",
        "{what: something is done, tests: [tests/e2e/test_room.py::test_every_page_is_accessible]}",
        "{what: something is done, tests: [somewhere]}",
    ],
)
def test_a_mitigation_is_shown_or_open(mitigation: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        hazards(PLANTED.replace("MITIGATION", mitigation))


def test_a_test_that_is_skipped_is_found(tmp_path: Path) -> None:
    for source in (
        "import pytest\n@pytest.mark.skip\ndef test_a(): ...\n",
        "import pytest\n@pytest.mark.xfail(reason='x')\nclass TestA:\n    def test_a(self): ...\n",
        "import pytest\npytestmark = pytest.mark.skipif(True, reason='x')\ndef test_a(): ...\n",
        "import pytest\ndef test_a():\n    pytest.skip('x')\n",
    ):
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.py"
        file.write_text(source)
        assert list(runs_in(str(file)).values()) == [False], source
