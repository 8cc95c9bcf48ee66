"""Reads what is said for stigma, pressure, false promises and diagnoses, and says what to write instead; what somebody
reads in a crisis for methods, guilt, leading questions and bargains, too.

It reads words and organisation texts only, never what employees write, nor instruments and crisis lines.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from content.problems import Problem
from content.source import Data, Source, Where, fetch, parse
from content.values import Part

RULES_FILES: Final = (
    "lint_terms.yaml",
    *(f"lint_terms.{language}.yaml" for language in ("es", "fr", "de", "pt")),
    "lint_crisis.yaml",
)
_WORDS: Final = r"[a-z]{2}(-[A-Z]{2})?"
_CRISIS: Final = re.compile(rf"{_WORDS}/(safety|callback|caring|exercises|calm|selfhelp)\.yaml|org/crisis\.yaml")
_SAID: Final = re.compile(rf"{_WORDS}/\w+\.yaml")
_MESSAGES: Final = ("nudges.yaml", "templates.yaml")  # they arrive unasked
_SORTING: Final = ("key", "theme", "season")
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-", "\xa0": " "})
_CASELESS: Final = _QUOTES | str.maketrans(
    {"\u017f": "s", "\u212a": "k", "\u0131": "i", "\u0130": "i"}  # taken for these letters where case is ignored
)
_WHY: Final = {
    "suicide": "says something unsafe about suicide",
    "stigma": "puts the condition before the person",
    "slur": "hurts",
    "substance": "puts the substance before the person",
    "minimising": "makes light of it",
    "pressure": "presses people",
    "privacy": "promises more privacy than there is",
    "diagnosis": "sounds like a diagnosis or a treatment",
    "honesty": "pretends to be more than a program",
    "method": "names a way to do it",
    "leading": "asks for a no",
    "guilt": "makes people feel guilty",
    "contract": "bargains with somebody in pain",
}


class Rule(Part):
    """Phrases to avoid, what to use instead, and the guide that says so."""

    kind: Literal[
        "suicide", "stigma", "slur", "substance", "minimising", "pressure", "privacy", "diagnosis", "honesty",
        "method", "leading", "guilt", "contract",
    ]  # fmt: skip
    level: Literal["error", "warning"]
    where: Literal["all", "messages", "words", "crisis"] = "all"
    avoid: Annotated[tuple[str, ...], Field(min_length=1)]
    not_after: tuple[str, ...] = ()
    use: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]

    def reads(self, file: str) -> bool:
        """Tell whether the rule is about a file: any, what arrives unasked, our own words, those of a crisis."""
        match self.where:
            case "all":
                return True
            case "messages":
                return file.rpartition("/")[2] in _MESSAGES
            case "words":
                return bool(_SAID.fullmatch(file))
            case "crisis":
                return bool(_CRISIS.fullmatch(file))

    def pattern(self) -> re.Pattern[str]:
        """Return the rule as one pattern, whole words only."""
        spared = "".join(rf"(?<!\b{re.escape(word)} )" for word in self.not_after)
        phrases = "|".join(_phrase(each) for each in self.avoid)
        return re.compile(rf"(?<![\w-]){spared}(?:{phrases})(?![\w-])", re.IGNORECASE)


class Rules(Part):
    """The file of rules."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Findings:
    """What the linter found, in the order of files and lines."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def lint(sources: Iterable[Source], rules: Sequence[Rule] | None = None) -> Findings:
    """Check every sentence of these files against the rules (by default those that ship)."""
    found: dict[str, list[Problem]] = {"error": [], "warning": []}
    own = None if rules is None else tuple((rule, rule.pattern()) for rule in rules)
    for source in sources:
        for where, text in sentences(source.data):
            for rule, words in _known(text) if own is None else _matches(text, own):
                if rule.reads(source.file):
                    message = f'"{words}" {_WHY[rule.kind]}'
                    found[rule.level].append(source.problem(where, message, f"better: {rule.use} ({rule.source})"))
    return Findings(tuple(sorted(found["error"])), tuple(sorted(found["warning"])))


def sentences(data: Data, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Yield every text of a file with its place; the `key` of an entry and what sorts it are no sentences."""
    match data:
        case str():
            yield where, data
        case list():
            for at, item in enumerate(data):
                yield from sentences(item, (*where, at))
        case dict():
            for name, value in data.items():
                if name not in _SORTING:
                    yield from sentences(value, (*where, name))


def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules that ship with Haven."""
    return tuple(rule for rule, _ in _shipped())


@cache
def _shipped() -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    here = Path(__file__).parent
    files = (Rules.model_validate(parse(fetch(here / name, name), name).data) for name in RULES_FILES)
    return tuple((rule, rule.pattern()) for file in files for rule in file.rules)


def _phrase(phrase: str) -> str:
    """Turn `(a|b) word*` into a pattern; anything else that is special to patterns stands for itself."""
    escaped = re.escape(phrase)
    for sign, meaning in ((r"\(", "("), (r"\)", ")"), (r"\|", "|"), (r"\*", r"\w*"), (r"\?", "?")):
        escaped = escaped.replace(sign, meaning)
    return escaped.replace(r"\ ", r"\s+").replace("(", "(?:")


@cache
def _any() -> re.Pattern[str]:
    """Return one pattern that finds whatever a shipped rule finds, in small letters, and a little more. To put them to
    a sentence one after the other took two seconds of every start."""
    phrases = "|".join(_phrase(each.lower()) for rule, _ in _shipped() for each in rule.avoid)
    return re.compile(rf"(?<![\w-])(?:{phrases})(?![\w-])")


@lru_cache(maxsize=20_000)
def _known(text: str) -> tuple[tuple[Rule, str], ...]:
    """Return what breaks a shipped rule. After an edit nearly every sentence is still what it was."""
    if not _any().search(text.translate(_CASELESS).lower()):
        return ()
    return tuple(_matches(text, _shipped()))


def _matches(text: str, rules: Iterable[tuple[Rule, re.Pattern[str]]]) -> Iterator[tuple[Rule, str]]:
    plain = text.translate(_QUOTES)
    for rule, pattern in rules:
        for match in pattern.finditer(plain):
            yield rule, match[0]
