"""The first layer of the reader: a curated lexicon over normalised text. Always on, and quick."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from flows.core.base import Value
from flows.safety.alarm import Alarm, Heard, Kind, Level, gravest
from flows.safety.normal import REPEATED, normalise, squeezed

_BESIDE: Final = 2  # words beside what a pattern matches that leave it sure: "I feel"; an idiom is one, too
_START: Final = 4  # letters of a word by which patterns are found
_NAME: Final = re.compile(r"<(\w+)>")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a lexicon pattern, to be searched in words with a space before and after each.

    The search takes time in proportion to the text: nothing is repeated more than three times but the letters of one
    word. Raises ValueError, naming the pattern, if it is not one."""
    elements = pattern.split()
    if not elements or not all(re.fullmatch(r"\*|\??[a-z0-9|%]+", each) for each in elements):
        raise ValueError(f"not a pattern: {pattern!r}; write plain lower-case words, a|b, ?a, a% or *")
    if not (_required(elements[0]) and _required(elements[-1])):
        raise ValueError(f"not a pattern: {pattern!r}; begin and end with a word that may not be missing")
    return re.compile("".join(_part(each) for each in elements) + "(?= )")


def _required(element: str) -> bool:
    return element != "*" and not element.startswith("?")


def _part(element: str) -> str:
    if element == "*":
        return r"(?: \w+){0,3}?"
    either = f" (?:{element.removeprefix('?')})".replace("%", r"\w*")
    return either if _required(element) else f"(?:{either})?"


def _compiles(pattern: str) -> str:
    compiled(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Rule(Value):
    """Patterns of one kind and level.

    A pattern is words apart by spaces, matched anywhere in the normalised text: `a|b` is either word, `?a`
    may be missing, `*` stands for up to three words, `a%` for any ending. It begins and ends with a word that may not
    be missing.
    """

    kind: Kind
    level: Level
    patterns: tuple[Pattern, ...]


class Lexicon(Value):
    """All rules of one language, strongest first. `safe`: idioms taken out before the rules are tried.

    `words` are lists of words apart by spaces, for patterns to name: `<want> * die` is `want|wish * die`, and a list
    may name those above it. `alone`: what raises a soft alarm if nothing else is typed ("suicide").
    """

    words: Mapping[str, str] = Field(default_factory=dict)
    alone: tuple[str, ...] = ()
    safe: tuple[Pattern, ...]
    rules: tuple[Rule, ...]

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, data: object) -> object:
        """Put the lists where patterns name them, before those are compiled. A name that there is not stays."""
        if not (isinstance(data, dict) and isinstance(data.get("words"), dict)):
            return data
        lists: dict[str, str] = {}
        for name, words in data["words"].items():
            lists[name] = "|".join(_named(str(words), lists).split())
        return {name: each if name == "words" else _deep(each, lists) for name, each in data.items()}

    def without_idioms(self, text: str, once: bool = False) -> str:
        """Return normalised words, a space around each, with a "~" for what is safe. `once`: double letters are written
        once in them, so they are in the patterns."""
        for pattern, _ in self._tried[once][0].of(text):
            text = pattern.sub(" ~", text)
        return text

    def heard(self, text: str, once: bool = False) -> Heard | None:
        """Return the gravest alarm that normalised words, a space around each, raise, or None. `once`: as above. It is
        sure if a pattern matches all that is said, but for two words."""
        tried = [(alarm, pattern.search(text)) for pattern, alarm in self._tried[once][1].of(text)]
        found = [(alarm, len(match[0].split())) for alarm, match in tried if alarm and match]
        alarm = gravest(alarm for alarm, _ in found)
        return Heard(alarm, max(words for _, words in found) >= len(text.split()) - _BESIDE) if alarm else None

    @cached_property
    def heard_alone(self) -> frozenset[str]:
        """Return `alone` with every double letter written once."""
        return frozenset(map(squeezed, self.alone))

    @cached_property
    def _tried(self) -> tuple[tuple["_Tried", "_Tried"], tuple["_Tried", "_Tried"]]:
        rules = sorted(self.rules, key=lambda rule: rule.level == "soft")
        safe = [(each, None) for each in self.safe]
        danger = [(each, Alarm(kind=rule.kind, level=rule.level)) for rule in rules for each in rule.patterns]
        return (_Tried(safe), _Tried(danger)), (_Tried(safe, squeezed), _Tried(danger, squeezed))


def _named(text: str, lists: Mapping[str, str]) -> str:
    return _NAME.sub(lambda name: lists.get(name[1], name[0]), text)


def _deep(data: object, lists: Mapping[str, str]) -> object:
    """Return the data with the lists' words for their names in every text of it."""
    if isinstance(data, str):
        return _named(data, lists)
    if isinstance(data, dict):
        return {name: _deep(each, lists) for name, each in data.items()}
    return [_deep(each, lists) for each in data] if isinstance(data, list) else data


class _Tried:
    """Patterns in the order in which they are tried, found by the start of a word that each needs: a text has few of
    those words, so few patterns are tried."""

    def __init__(self, patterns: Sequence[tuple[str, Alarm | None]], spelt: Callable[[str], str] = str) -> None:
        self._patterns = [(compiled(spelt(pattern)), alarm) for pattern, alarm in patterns]
        self._by_start: dict[str, set[int]] = defaultdict(set)
        for number, (pattern, _) in enumerate(patterns):
            for start in _needed(spelt(pattern)):
                self._by_start[start].add(number)

    def of(self, text: str) -> list[tuple[re.Pattern[str], Alarm | None]]:
        """Return those that may match the text, in their order."""
        starts = {"", *(word[:_START] for word in text.split())}
        return [self._patterns[each] for each in sorted({n for key in starts for n in self._by_start.get(key, ())})]


def _needed(pattern: str) -> set[str]:
    """Return starts of words of which a text that matches has at least one: those of the pattern's longest word, as a
    rule its rarest; an empty one, which every text has, where no word of the pattern is known by its start."""
    words = [each.split("|") for each in pattern.split() if _required(each)]
    known = [each for each in words if all(word.find("%", 0, _START) < 0 for word in each)]
    longest = max(known, key=lambda each: min(map(len, each)), default=[""])
    return {word.removesuffix("%")[:_START] for word in longest}


def matched(text: str, lexicons: Mapping[str, Lexicon]) -> list[Heard]:
    """Return the alarms, and which of them are sure, that the languages' lexicons raise.

    All are tried, whatever the person's language: people in distress switch. What is safe in one is taken out for all:
    languages share words ("overdose", "me mato"), and what is meant by them is settled by the words around them."""
    words = normalise(text)
    heard = _heard(words, lexicons, once=False)
    if REPEATED.search(words):  # "kiiill": compare with every double letter written once, on both sides
        heard += _heard(squeezed(words), lexicons, once=True)
    if any(squeezed(words) in lexicon.heard_alone for lexicon in lexicons.values()):
        heard.append(Heard(Alarm(kind="self", level="soft"), sure=True))
    return heard


def _heard(words: str, lexicons: Mapping[str, Lexicon], once: bool) -> list[Heard]:
    left = f" {words} "
    for lexicon in lexicons.values():
        left = lexicon.without_idioms(left, once)
    return [heard for lexicon in lexicons.values() if (heard := lexicon.heard(left, once))]
