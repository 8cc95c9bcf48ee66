"""The first layer of the reader: a curated lexicon over normalised text. Always on, and quick."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

from flows.core.base import Value
from flows.safety.alarm import Alarm, Kind, Level
from flows.safety.normal import REPEATED, normalise, squeezed


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a lexicon pattern. Raises ValueError, naming the pattern, if it is not one."""
    parts: list[str] = []
    for element in pattern.split():
        if element == "*":
            parts.append(r"(?:\w+ ){0,3}?")
            continue
        bare = element.removeprefix("?")
        if not re.fullmatch(r"[a-z0-9|%]+", bare):
            raise ValueError(f"not a pattern: {pattern!r}; write plain lower-case words, a|b, ?a, a% or *")
        either = "|".join(word.replace("%", r"\w*") for word in bare.split("|"))
        parts.append(f"(?:(?:{either}) )?" if element != bare else f"(?:{either}) ")
    return re.compile(r"(?<!\w)" + "".join(parts).removesuffix(" ") + (r"(?!\w)" if parts else "(?!)"))


def _compiles(pattern: str) -> str:
    compiled(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Rule(Value):
    """Patterns of one kind and level.

    A pattern is words apart by spaces, matched anywhere in the normalised text: `a|b` is either word, `?a`
    may be missing, `*` stands for up to three words, `a%` for any ending.
    """

    kind: Kind
    level: Level
    patterns: tuple[Pattern, ...]


class Lexicon(Value):
    """All rules of one language, strongest first. `safe`: idioms taken out before the rules are tried."""

    safe: tuple[Pattern, ...]
    rules: tuple[Rule, ...]


def matched(text: str, lexicons: Mapping[str, Lexicon]) -> list[Alarm]:
    """Return the alarms that the languages' lexicons raise. All are tried: people in distress switch."""
    words = normalise(text)
    alarms = [_first(words, lexicon, str) for lexicon in lexicons.values()]
    if REPEATED.search(words):  # "kiiill": compare with every double letter written once, on both sides
        alarms += [_first(squeezed(words), lexicon, squeezed) for lexicon in lexicons.values()]
    return [alarm for alarm in alarms if alarm]


def _first(words: str, lexicon: Lexicon, spelt: Callable[[str], str]) -> Alarm | None:
    for pattern in lexicon.safe:
        words = compiled(spelt(pattern)).sub(" ~ ", words)
    for rule in sorted(lexicon.rules, key=lambda rule: rule.level == "soft"):
        if any(compiled(spelt(pattern)).search(words) for pattern in rule.patterns):
            return Alarm(kind=rule.kind, level=rule.level)
    return None
