"""The wording check: every rule fires, on the right line, with a better wording; good sentences pass."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from content import default_root
from content.lint import Rule, _any, _known, lint, shipped_rules
from content.source import parse
from tests.content.conftest import Edit, reading

RULES, ROOT = shipped_rules(), default_root()


def _examples(phrase: str) -> Iterator[str]:
    """Write out `(a|b)? c*` in full: every choice, with and without what is optional."""
    parts = re.split(r"(\([^()]*(?:\([^()]*\)\??[^()]*)*\)\??)", phrase)
    choices = []
    for part in parts:
        if part.startswith("("):
            optional = part.endswith("?")
            inner = part[1:-2] if optional else part[1:-1]
            options = [text for each in _split(inner) for text in _examples(each)]
            choices.append([*options, ""] if optional else options)
        else:
            choices.append(
                [re.sub(r"(.)\?", r"\1", part).replace("*", "ing"), re.sub(r".\?", "", part).replace("*", "")]
            )
    for combined in itertools.product(*choices):
        yield "".join(combined)


def _split(inner: str) -> list[str]:
    depth, pieces = 0, [""]
    for sign in inner:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            pieces.append("")
        else:
            pieces[-1] += sign
    return pieces


@pytest.mark.parametrize("rule", RULES, ids=[rule.avoid[0][:40] for rule in RULES])
def test_every_phrase_of_every_rule_is_found(rule: Rule) -> None:
    pattern = rule.pattern()

    for text in {" ".join(each.split()) for phrase in rule.avoid for each in _examples(phrase)}:
        assert pattern.search(f"Well, {text.upper()}."), text
        assert _any().search(f"Well, {text.upper()}.".lower()), text  # or it is never looked at more closely
        assert pattern.search(text.replace(" ", "\n")), text
        assert all(match.start() for match in pattern.finditer(f"x{text}")), text
        assert all(match.start() for match in pattern.finditer(f"non-{text}")), text


def test_letters_that_pass_for_others_where_case_is_ignored_are_seen() -> None:
    for text in ("comm\u0131t suicide", "commit \u017fuicide", "COMM\u0130T SUICIDE"):
        assert any(rule.pattern().search(text) for rule in RULES), text
        assert _known(text), text


def test_every_rule_has_what_a_writer_needs() -> None:
    assert len(RULES) >= 120
    assert {rule.kind for rule in RULES} == {
        "suicide", "stigma", "slur", "substance", "minimising", "pressure", "privacy", "diagnosis", "honesty",
        "method", "leading", "guilt", "contract",
    }  # fmt: skip
    assert all(rule.use and rule.source for rule in RULES)


FINE = """
She died by suicide last year, and we miss her.
Are you thinking about suicide?
People who live with depression are welcome here.
If you have depression, a doctor can tell you more.
Whether you have anxiety or just a full week, talking can help.
Our colleague is in recovery, and back at work.
You can stop at any time. Saying no has no consequence for anybody.
Your manager asked for this reminder for the whole team.
What you share is sealed, and staff have no way to open it here.
Your employer may read this chat, so private things open elsewhere.
I am a program, not a person.
Clean the whiteboard when you leave.
Non-alcoholic drinks are in the kitchen.
The addiction service is free.
Grab some peanuts and come along.
A counsellor listens and does not judge.
You have three appointments, which is as many as I can hold.
You need an appointment? Choose a time.
You have not lost your place.
The deadline for the form is Friday.
Book a time that suits you, or leave it for another day.
How has your week been?
A short walk can help on an ordinary day.
The insurance covers six talks a year.
We keep your answers for thirty minutes at most.
Speak to a doctor about medication.
The spinner turns until the page is there.
Vino un compañero que vive con depresión, y está mejor.
Murió por suicidio el año pasado, y nos hace falta.
No tienes que contestar: nada es obligatorio aquí.
La fiesta tiene bebidas sin alcohol.
Elle est morte par suicide, et elle nous manque.
Vous pouvez répondre, ou non : rien n'est obligatoire.
Une personne qui vit avec une schizophrénie travaille ici depuis dix ans.
Er ist durch Suizid gestorben, und er fehlt uns.
Wenn ich mich irre, sagen Sie es mir bitte.
Niemand muss hier etwas. Sie können auch später antworten.
Menschen mit einer psychischen Erkrankung sind hier willkommen.
Ela morreu por suicídio, e faz falta.
Use a borracha e o lápis da mesa.
Você pode responder ou não: nada é obrigatório.
Uma pessoa com depressão trabalha bem aqui.
""".strip().splitlines()


@pytest.mark.parametrize("text", FINE)
def test_a_good_sentence_passes_everywhere(text: str) -> None:
    source = parse(f"nudges:\n  - key: crazy\n    text: >-\n      {text}\n".encode(), "en/nudges.yaml")

    found = lint([source])

    assert found.errors == found.warnings == ()


POOR = [
    ("He committed  suicide.", "suicide"),
    ("She’s suffering from anxiety", "stigma"),
    ("What a crazy week", "slur"),
    ("Substance\u00a0abuse is treated", "substance"),
    ("Cheer up, it's Friday", "minimising"),
    ("You should try this", "pressure"),
    ("We noticed you haven’t replied", "pressure"),
    ("It is completely anonymous", "privacy"),
    ("Nobody can ever see this", "privacy"),
    ("You have depression", "diagnosis"),
    ("You’re clinically depressed", "diagnosis"),
    ("I’m your therapist", "honesty"),
    ("Cometió suicidio en mayo", "suicide"),
    ("Los enfermos mentales también trabajan", "stigma"),
    ("¡Qué locura de semana!", "slur"),
    ("Un drogadicto pidió ayuda", "substance"),
    ("¡Anímate, es viernes!", "minimising"),
    ("Tienes que contestar hoy", "pressure"),
    ("Es totalmente anónimo", "privacy"),
    ("Elle a raté son suicide", "suicide"),
    ("Les malades mentaux", "stigma"),
    ("Une semaine de folie", "slur"),
    ("Les toxicomanes", "substance"),
    ("Ressaisissez-vous", "minimising"),
    ("Vous devez répondre", "pressure"),
    ("C’est complètement confidentiel", "privacy"),
    ("Er hat Selbstmord begangen", "suicide"),
    ("Die psychisch Kranken im Haus", "stigma"),
    ("Eine verrückte Woche", "slur"),
    ("Alkoholiker gibt es überall", "substance"),
    ("Reiß dich zusammen", "minimising"),
    ("Sie müssen heute antworten", "pressure"),
    ("Das ist völlig anonym", "privacy"),
    ("Ele cometeu suicídio", "suicide"),
    ("Os doentes mentais", "stigma"),
    ("Que semana maluca", "slur"),
    ("Um viciado pediu ajuda", "substance"),
    ("Não é o fim do mundo", "minimising"),
    ("Você precisa responder hoje", "pressure"),
    ("É totalmente sigiloso e totalmente anônimo", "privacy"),
]


@pytest.mark.parametrize(("text", "kind"), POOR)
def test_a_poor_sentence_is_found_where_it_stands(text: str, kind: str) -> None:
    raw = f'nudges:\n  - key: a\n    text: fine\n  - key: b\n    text: "{text}"\n'
    source = parse(raw.encode(), "en/nudges.yaml")

    problem = lint([source], [rule for rule in RULES if rule.kind == kind]).errors[0]

    assert (problem.file, problem.line, problem.key) == ("en/nudges.yaml", 5, "nudges.2.text")
    assert problem.remedy.startswith("better: ")


def test_every_language_has_its_own_rules() -> None:
    """What English has rules for, the others have, too: words that hurt, and what messages may not do."""
    for language in ("es", "fr", "de", "pt"):
        name = f"lint_terms.{language}.yaml"
        kinds = Counter(each["kind"] for each in parse((ROOT / name).read_bytes(), name).data["rules"])  # type: ignore[index,call-overload]
        assert kinds.keys() == {"suicide", "stigma", "slur", "substance", "minimising", "pressure", "privacy"}, language
        assert kinds.total() >= 18, language


def test_pressure_is_for_what_arrives_unasked() -> None:
    """A form may say "you have to choose a day"; a message that nobody asked for may not push."""
    raw = b"text: You have to choose a day.\n"

    assert lint([parse(raw, "en/checkin.yaml")]).errors == ()
    assert len(lint([parse(raw, "org/templates.yaml")]).errors) == 1


def test_only_what_hr_writes_is_read(root: Path, edit: Edit) -> None:
    edit("en/commands.yaml", "[stop]", "[stop this crazy thing]")  # people type it; we do not say it
    edit("org/organisation.yaml", "Sample Works", "Crazy Works")  # a name is a name
    edit("en/booking.yaml", "Good to see you.", "What a crazy day.")
    edit("org/services.yaml", "day or night.", "in your crazy week.")
    edit("org/organisation.yaml", "phone:", "benefit:\n  then: What a crazy rule.\nphone:")
    edit(
        "org/organisation.yaml",
        "phone:",
        "cancelling: {hours: 24, text: Fine., translations: {es: {text: Loco.}}}\nphone:",
    )

    assert reading(root).problems == ()
    assert [(each.file, each.line, each.key) for each in lint(reading(root).sources).errors] == [
        ("en/booking.yaml", 3, "hello"),
        ("org/organisation.yaml", 8, "benefit.then"),
        ("org/organisation.yaml", 9, "cancelling.translations.es.text"),
        ("org/services.yaml", 3, "services.1.text"),
    ]
