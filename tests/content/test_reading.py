"""Everything that people read is plain: grade 8 at most, by the formula of its language, or listed with a reason."""

from pathlib import Path

import yaml

from content.lint import lint
from content.source import parse
from tests.content.grades import FEW, FORMULAS, GRADE, grade, judged
from tests.content.test_screens import CONTENT

LISTED = yaml.safe_load((Path(__file__).parent / "hard_words.yaml").read_text(encoding="utf-8"))


def test_every_string_is_plain_or_listed() -> None:
    texts = list(judged(CONTENT.sources))
    assert {locale for _, locale, _ in texts} == set(CONTENT.words) == set(FORMULAS)
    grades = {place: (grade(text, locale), text) for place, locale, text in texts}
    hard = [
        f"{place}: grade {asked:.1f}: {text}"
        for place, (asked, text) in grades.items()
        if asked > max(GRADE, LISTED.get(place, {}).get("grade", 0))
    ]
    assert not hard, "Say it in shorter words and sentences, or list it in hard_words.yaml:\n" + "\n".join(hard)
    assert all(each["why"] for each in LISTED.values())
    needless = [place for place, each in LISTED.items() if not GRADE < grades[place][0] > each["grade"] - 1]
    assert not needless, f"listed for nothing, or far too high; what is written there next may be hard: {needless}"
    assert lint(CONTENT.sources).errors == ()


HARD = {
    "en": "Participation in organisational wellbeing initiatives necessitates comprehensive documentation.",
    "es": "La participación en iniciativas organizacionales de bienestar requiere documentación exhaustiva.",
    "fr": "La participation aux initiatives organisationnelles de bien-être nécessite une documentation exhaustive.",
    "de": "Die Teilnahme an organisationalen Gesundheitsmaßnahmen erfordert umfassende Verfügbarkeitsdokumentationen.",
    "pt": "A participação em iniciativas organizacionais de bem-estar requer documentação exaustiva.",
}
PLAIN = {
    "en": "You can stop at any time. Tell me when you want to talk, and I will look for a time that suits you.",
    "es": "Puedes parar cuando quieras. Dime cuándo quieres hablar y busco una hora que te venga bien.",
    "fr": "Vous pouvez arrêter quand vous voulez. Dites-moi quand vous voulez parler, et je cherche une heure.",
    "de": "Sie können jederzeit aufhören. Sagen Sie mir, wann Sie reden möchten, und ich suche eine Zeit für Sie.",
    "pt": "Você pode parar quando quiser. Diga quando quer falar, e eu procuro uma hora que seja boa.",
}


def test_each_formula_tells_plain_from_hard() -> None:
    assert all(grade(HARD[locale], locale) > GRADE + 2 for locale in FORMULAS)
    assert all(grade(PLAIN[locale], locale) <= GRADE for locale in FORMULAS)


def test_what_is_judged_is_all_of_it_once() -> None:
    """Short texts go together, a translation goes by its own language, and a blank is a short word."""
    long = " ".join(["word"] * FEW)
    raw = f'a: "{long}"\nb: Short {{when}}?\nlist:\n  - {{key: never read, text: Hi, translations: {{de: "Hallo"}}}}\n'
    assert list(judged([parse(raw.encode(), "org/services.yaml")])) == [
        ("org/services.yaml: a", "en", long),
        ("org/services.yaml: short ones, en", "en", "Short so. Hi."),
        ("org/services.yaml: short ones, de", "de", "Hallo."),
    ]
