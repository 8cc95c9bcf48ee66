"""How many years of school a text asks for: textstat's formula of each language, brought to one scale.

A formula counts words, sentences and syllables. It knows nothing of sense, and of a handful of words it measures
the one long word among them: so texts of fewer than ten words are judged together, a file at a time.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from content.lint import sentences
from content.source import Source, Where

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports pkg_resources
    from textstat import textstat

GRADE: Final = 8
FEW: Final = 10  # words
_EASE: Final[Mapping[str, float]] = {"es": 60, "fr": 60, "pt": 50}
"""The ease that a reader of grade 8 needs. es: Fernández Huerta 1959, 60 to 70 is grade 7 to 8. fr: Kandel and Moles
1958, on Flesch's scale. pt: Flesch as adapted by Martins and others 1996, 50 to 75 is grade 5 to 8."""
_MARTINS: Final = 42.0  # added to Flesch's for Portuguese


def flesch_kincaid(text: str) -> float:
    return float(textstat.flesch_kincaid_grade(text))


def wiener(text: str) -> float:
    return float(textstat.wiener_sachtextformel(text, 1))


def by_ease(locale: str) -> Callable[[str], float]:
    """Return a measure that is 8 at the ease that grade 8 needs, and a grade more for every ten points below it."""

    def grade(text: str) -> float:
        ease = {
            "es": textstat.fernandez_huerta,
            "fr": textstat.flesch_reading_ease,
            "pt": lambda text: textstat.flesch_reading_ease(text) + _MARTINS,
        }[locale](text)
        return GRADE + (_EASE[locale] - float(ease)) / 10

    return grade


FORMULAS: Final[Mapping[str, Callable[[str], float]]] = {
    "en": flesch_kincaid,
    "de": wiener,
    "es": by_ease("es"),
    "fr": by_ease("fr"),
    "pt": by_ease("pt"),
}


def grade(text: str, locale: str) -> float:
    """Return the grade of a text. Raises KeyError for a language without a formula."""
    textstat.set_lang(locale)
    return FORMULAS[locale](text)


def judged(sources: Iterable[Source]) -> Iterator[tuple[str, str, str]]:
    """Yield what is judged: its place, language and text; the short ones of a file together."""
    for source in sources:
        short: dict[str, list[str]] = {}
        for where, raw in sentences(source.data):
            if where[0] == "places":
                continue  # the names of countries are nobody's wording
            text, locale = spoken(raw), language(source.file, where)
            if len(text.split()) < FEW:
                short.setdefault(locale, []).append(text.rstrip(".?!:") + ".")
            else:
                yield f"{source.file}: {'.'.join(map(str, where))}", locale, text
        for locale, texts in short.items():
            yield f"{source.file}: short ones, {locale}", locale, " ".join(texts)


def language(file: str, where: Where) -> str:
    """Return the language of a text: its folder's; in the organisation's files the translation's, or English."""
    folder = file.partition("/")[0]
    if folder in FORMULAS:
        return folder
    return str(where[where.index("translations") + 1]) if "translations" in where else "en"


def spoken(text: str) -> str:
    """Return a text as it is read: with something in its blanks, without what is only to be typed or dialled."""
    return re.sub(r"\{\w+\}", "so", text)
