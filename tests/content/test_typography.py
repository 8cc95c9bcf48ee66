"""French as it is set: no line can begin with a sign, whoever typed the file, and nothing else changes."""

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from content.source import parse
from content.typography import NO_BREAK, french, typeset
from flows.core.typed import plain
from flows.safety import normalise
from tests.content.grades import grade
from tests.content.test_screens import CONTENT

WRONG = re.compile(r"[^\xa0?!][:;?!»](?=\s|$)|«[^\xa0]")  # an ordinary space, or none; "09:30" and addresses are right


def texts(value: Any) -> Iterator[str]:
    """Yield every text in what flows may read."""
    match value:
        case str():
            yield value
        case dict():
            yield from (text for each in value.values() for text in texts(each))
        case list() | tuple():
            yield from (text for each in value for text in texts(each))


def read(locale: str) -> list[str]:
    """Return all that people read in a language, but for questionnaires and names of crisis lines."""
    catalog = CONTENT.catalog(locale).model_dump(exclude={"instruments", "regions", "templates", "alike"})
    reminders = [each.said(locale) for each in CONTENT.templates]
    return [*texts(catalog), *texts([each.model_dump() for each in CONTENT.words[locale].values()]), *reminders]


def test_no_french_line_begins_with_a_sign() -> None:
    broken = [text for text in read("fr") if WRONG.search(text)]
    assert not broken, broken
    assert sum(NO_BREAK in text for text in read("fr")) > 100
    assert not [text for locale in ("de", "en", "es", "pt") for text in read(locale) if NO_BREAK in text]


@given(st.text("aé :;?!«»\n.09", max_size=40))
def test_only_that_space_changes_and_what_is_typed_is_understood_as_before(text: str) -> None:
    """Neither words, nor what is compared with something typed, nor what the safety reader reads."""
    done = french(text)
    assert not re.search(r" [:;?!»]|« ", done)
    assert done.replace(NO_BREAK, " ") == text
    assert not re.search(r"(?<!«)\xa0(?![:;?!»])", done)
    assert french(done) == done
    assert done.split() == text.split()
    assert plain(done) == plain(text)
    assert normalise(done) == normalise(text)


def test_how_hard_a_text_is_stays_what_it_was() -> None:
    set_ = [text for text in read("fr") if NO_BREAK in text]
    assert [grade(text, "fr") for text in set_] == [grade(text.replace(NO_BREAK, " "), "fr") for text in set_]


def test_french_is_set_wherever_it_stands_and_nothing_else() -> None:
    raw = (
        b"templates:\n"
        b'  - {key: a, text: "Why ?", translations: {fr: "Quoi ?", fr-CA: "Quoi ?", de: "Was ?"}}\n'
        b'  - {key: b, text: "Quoi ?", language: fr, translations: {en: "Why ?"}}\n'
        b'  - {key: c, text: "a", translations: {fr: {then: "\xc2\xab Oui \xc2\xbb"}}}\n'
    )
    data = typeset(parse(raw, "org/templates.yaml")).data
    assert list(texts(data)) == [
        *("a", "Why ?", "Quoi\xa0?", "Quoi\xa0?", "Was ?"),
        *("b", "Quoi\xa0?", "fr", "Why ?"),
        *("c", "a", "«\xa0Oui\xa0»"),
    ]
    assert list(texts(typeset(parse(b"a: Oui !\nlanguage: Langue", "fr/home.yaml")).data)) == ["Oui\xa0!", "Langue"]
    assert list(texts(typeset(parse(b"a: Yes !", "en/home.yaml")).data)) == ["Yes !"]
    assert list(texts(typeset(parse(b"a: Oui !", "crisis/lexicon.fr.yaml")).data)) == ["Oui !"]
