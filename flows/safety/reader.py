"""Reads a typed text for signs of crisis: a curated lexicon over normalised text. Pure, and quick.

A floor, not a judge: what it does not catch is never presented as no risk ("Help now" is on every screen).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator

from flows.core.base import Value

Kind = Literal["self", "other", "abuse", "medical", "harm", "psychosis", "eating"]
Level = Literal["soft", "strong"]


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


class Alarm(Value):
    """What the reader saw; never the text itself."""

    kind: Kind
    level: Level


_LOOKALIKES = {
    ord(odd): plain
    for odd, plain in zip(
        "абвеёзійкмнопрстухѕіјԁһւαβεικνορτυχωıǀ", "abbee3ijkmhonpctyxsijdhuabeiknoptuxwil", strict=True
    )
}  # Cyrillic, Armenian and Greek letters that look like Latin ones
_LEET = str.maketrans("013457@$!", "oieastasi")
_APOSTROPHES = re.compile("[’‘ʼ`´'ʹ＇]")
_SPELLED = re.compile(r"\b(?:[a-z][\s.\-_*]+){2,}[a-z]\b")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_RUN = re.compile(r"([a-z])\1+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def normalise(text: str) -> str:
    """Return lower-case ASCII words apart by single spaces.

    Undoes what hides a word: width and case, accents, zero-width and look-alike characters, curly quotes,
    emoji, digits for letters, letters apart.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(char for char in plain if unicodedata.category(char) not in {"Mn", "Cf"})
    plain = _APOSTROPHES.sub("", plain.translate(_LOOKALIKES))
    plain = " ".join(_unleet(word) for word in plain.split())
    plain = _SPELLED.sub(lambda run: re.sub(r"[\s.\-_*]+", "", run.group()), plain)
    return _NOT_WORD.sub(" ", plain).strip()


def _unleet(word: str) -> str:
    """Read digits as letters within a word that has letters; a trailing "!" is just one."""
    bare = word.rstrip("!")
    return bare.translate(_LEET) if any("a" <= char <= "z" for char in bare) else bare


def read(text: str, lexicons: Mapping[str, Lexicon]) -> Alarm | None:
    """Return the strongest alarm that any language's lexicon raises for the text, or None.

    All languages are tried: people in distress switch. Layers may raise an alarm, never lower one.
    """
    words = normalise(text)
    alarms = [_first(words, lexicon, str) for lexicon in lexicons.values()]
    if _REPEATED.search(words):  # "kiiill": compare with every double letter written once, on both sides
        alarms += [_first(squeezed(words), lexicon, squeezed) for lexicon in lexicons.values()]
    return max((alarm for alarm in alarms if alarm), key=lambda alarm: alarm.level == "strong", default=None)


def squeezed(text: str) -> str:
    """Return the text with every run of one letter written once."""
    return _RUN.sub(r"\1", text)


def _first(words: str, lexicon: Lexicon, spelt: Callable[[str], str]) -> Alarm | None:
    for pattern in lexicon.safe:
        words = compiled(spelt(pattern)).sub(" ~ ", words)
    for rule in sorted(lexicon.rules, key=lambda rule: rule.level == "soft"):
        if any(compiled(spelt(pattern)).search(words) for pattern in rule.patterns):
            return Alarm(kind=rule.kind, level=rule.level)
    return None
