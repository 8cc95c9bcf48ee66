"""What somebody reads in a crisis keeps the rules of safe messaging, in every language; and nothing claims to know what
somebody has."""

from pathlib import Path

import pytest
import yaml

from content.lint import lint, shipped_rules
from content.source import Source, parse
from flows.registry import FLOWS
from tests import world
from tests.content.test_screens import CONTENT, DRAWN

RULES = shipped_rules()
GOLDEN = Path(__file__).parents[1] / "golden"
POOR = {
    "method": [
        "Put the pills away", "Aleja las pastillas", "Rangez le couteau", "Legen Sie die Waffe weg", "Guarde a faca",
    ],
    "leading": [
        "You're not thinking of doing it, are you?", "You wouldn't hurt yourself?", "No estarás pensando en matarte",
        "Vous ne pensez pas à vous faire du mal, n'est-ce pas ?", "Sie werden sich doch nichts antun",
        "Você não vai se matar?",
    ],
    "minimising": ["Don't worry", "No te preocupes", "Ne vous inquiétez pas", "Keine Sorge", "Não se preocupe"],
    "guilt": [
        "Think of your children", "Piensa en tus hijos", "Pensez à vos enfants", "Denken Sie an Ihre Kinder",
        "Pense em seus filhos",
    ],
    "privacy": [
        "I won't tell anyone", "Nobody will know", "No se lo diré a nadie", "Personne ne le saura",
        "Ich sage es niemandem", "Ninguém vai saber",
    ],
    "honesty": [
        "I know how you feel", "We have alerted somebody", "Soy una persona", "Je suis un être humain",
        "Ich bin ein Mensch", "Sou uma pessoa",
    ],
    "suicide": [
        "He committed suicide", "cometer suicidio", "commettre un suicide", "Selbstmord", "cometer suicídio",
    ],
    "diagnosis": [
        "You have depression", "a severe disorder", "your diagnosis", "Tienes depresión", "un diagnóstico de ansiedad",
        "Vous souffrez de dépression", "une dépression sévère", "Sie haben eine Angststörung", "Ihre Diagnose",
        "eine schwere Depression", "Você tem depressão", "transtorno de ansiedade", "um diagnóstico",
    ],
    "contract": ["Promise me", "Prométeme", "Promettez-moi", "Versprechen Sie mir", "Prometa-me"],
}  # fmt: skip
"""What no language may say, by the rule that finds it."""


def said(file: str, *texts: str) -> Source:
    return parse(yaml.safe_dump({"line": list(texts)}, allow_unicode=True, width=10_000).encode(), file)


def test_no_crisis_word_breaks_a_rule() -> None:
    """Every such file that ships: there is one in each language, and something to read in it."""
    rules = [rule for rule in RULES if rule.where == "crisis"]
    crisis = [source for source in CONTENT.sources if rules[0].reads(source.file)]
    assert {f"{locale}/safety.yaml" for locale in CONTENT.words} <= {each.file for each in crisis}
    found = lint(crisis).errors
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("kind", POOR)
def test_what_must_not_be_said_in_a_crisis_is_found(kind: str) -> None:
    rules = [rule for rule in RULES if rule.kind == kind]
    missed = [text for text in POOR[kind] if not lint([said("fr/safety.yaml", f"Well. {text}.")], rules).errors]
    assert not missed


def test_a_rule_of_the_crisis_is_about_the_crisis() -> None:
    """ "Don't worry, nothing is booked yet" is no harm beside a form."""
    assert lint([said("en/safety.yaml", "Don't worry.")]).errors
    assert lint([said("en/callback.yaml", "Don't worry.")]).errors
    assert not lint([said("en/booking.yaml", "Don't worry.")]).errors
    assert lint([said("en/booking.yaml", "This is your diagnosis.")]).errors
    assert not lint([said("org/services.yaml", "A doctor can make a diagnosis.")]).errors


def test_no_screen_claims_to_know_what_somebody_has() -> None:
    """Every frozen state in every language, as it is drawn; and every screen of every golden dialogue."""
    drawn = {}
    for locale in CONTENT.words:
        catalog = CONTENT.catalog(locale).model_copy(update={"instruments": CONTENT.catalog("en").instruments})
        at = world.moment(world.person(locale=locale, plan=world.plan(), manages=("support",)), catalog)
        for name, frozen in DRAWN:
            flow = FLOWS[name]
            screen = flow.view(flow.thaw(flow.version, frozen), CONTENT.words[locale][name], at)
            drawn[f"{locale}, {name}: {frozen}"] = (*screen.lines, *(button.label for button in screen.buttons))
    for path in GOLDEN.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        drawn[path.name] = tuple(line for line in lines if not line.startswith((">", "#")))
    claims = [rule for rule in RULES if rule.kind == "diagnosis"]
    assert len(drawn) > 200
    found = [
        (where, each) for where, lines in drawn.items() for each in lint([said("en/x.yaml", *lines)], claims).errors
    ]
    assert not found, "\n".join(f"{where}: {each}" for where, each in found)
