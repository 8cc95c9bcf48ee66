"""The lexicons of all five languages, read together: what they hear, what they let pass, how long they take."""

import time
import unicodedata
from collections.abc import Iterable

import pytest

from content import default_root
from content.source import fetch, parse
from flows.safety import Alarm, Lexicon, Reader
from tests.flows.test_safety_lexicon import MUTATIONS

FILES = {language: f"crisis/lexicon.{language}.yaml" for language in ("de", "en", "es", "fr", "pt")}
LEXICONS = {
    language: Lexicon.model_validate(parse(fetch(default_root() / file, file), file).data)
    for language, file in FILES.items()
}
READER = Reader(LEXICONS)

STRONG = {  # language, then kind
    "en": {
        "harm": [
            "how can I poison my husband",
            "best way to strangle someone",
            "how do I hurt my ex without leaving marks",
        ],
    },
    "es": {
        "self": [
            "Quiero matarme",
            "ya no quiero vivir",
            "me kiero morir",
            "voy a quitarme la vida",
            "me quiero suicidar",
        ],
        "other": ["mi hermano quiere suicidarse", "mi amiga dice que no quiere vivir"],
        "abuse": ["mi marido me pega", "me da miedo volver a casa"],
        "medical": ["me tomé veinte pastillas", "mi padre no respira", "tiene un dolor en el pecho"],
        "harm": ["voy a matar a mi jefe", "¿cómo puedo envenenar a mi marido?"],
        "psychosis": ["oigo voces que me insultan", "me vigilan por las cámaras"],
        "eating": ["vomito después de comer", "llevo tres días sin comer"],
    },
    "fr": {
        "self": [
            "Je veux mourir",
            "j'ai plus envie de vivre",
            "jveux en finir",
            "je vais me foutre en l'air",
            "je veux me tuer",
        ],
        "other": ["mon frère veut mourir", "ma sœur dit qu'elle veut mourir"],
        "abuse": ["mon mari me frappe", "j'ai peur de mon conjoint"],
        "medical": ["j'ai avalé vingt cachets", "mon père ne respire plus"],
        "harm": ["je vais tuer mon patron", "comment empoisonner mon mari"],
        "psychosis": ["j'entends des voix", "ils lisent dans mes pensées"],
        "eating": ["je me fais vomir après les repas", "je prends des laxatifs"],
    },
    "de": {
        "self": [
            "Ich will sterben",
            "ich will net mehr leben",
            "ich bring mich um",
            "ich möchte mich umbringen",
            "ich ritze mich",
        ],
        "other": ["mein Bruder will sich umbringen", "meine Freundin will nicht mehr leben"],
        "abuse": ["mein Mann schlägt mich", "ich habe Angst vor meinem Freund"],
        "medical": ["ich habe zwanzig Tabletten geschluckt", "er atmet nicht mehr"],
        "harm": ["ich will meinen Chef umbringen", "wie kann ich meinen Mann vergiften"],
        "psychosis": ["ich höre Stimmen", "die Nachbarn bestrahlen mich"],
        "eating": ["nach dem Essen kotze ich", "seit drei Tagen nichts gegessen"],
    },
    "pt": {
        "self": ["Quero morrer", "não quero mais viver", "qro me matar", "vou-me matar", "quero matar-me"],
        "other": ["meu irmão quer morrer", "a minha amiga quer suicidar-se"],
        "abuse": ["meu marido me bate", "tenho medo do meu namorado"],
        "medical": ["tomei vinte comprimidos", "o meu pai não respira"],
        "harm": ["vou matar o meu chefe", "como envenenar meu marido"],
        "psychosis": ["ouço vozes", "leem os meus pensamentos"],
        "eating": ["vomito depois de comer", "tomo laxantes todos os dias para emagrecer"],
    },
}
SAFE = {
    "en": [
        "it took a lot of time",
        "the batteries are all dead",
        "she gave her stuff to me",
        "I can't wake up in the morning",
        "you read my mind",
        "the file was replaced with a copy",
        "I'll shoot my boss an email",
        "I sent a message, sorry, my phone died",
        "he is on the bridge call, come down",
        "I have imposter syndrome",
        "the server is unresponsive",
        "unconscious bias training",
        "how do I kill a process",
        "how to kill cockroaches",
        "how can I poison the rats",
        "how do I kill the boss in this game",
    ],
    "es": [
        "me muero de risa",
        "hay que matar el proceso",
        "me corto el pelo el sábado",
        "la bolsa se desplomó",
        "no quiero morir",
        "el informe me está matando",
        "curso de prevención del suicidio",
        "hace diez años intenté suicidarme",
        "me mato a trabajar",
    ],
    "fr": [
        "je meurs de faim",
        "le marché vient de s'effondrer",
        "comment tuer les pucerons",
        "pas envie de mourir",
        "formation à la prévention du suicide",
        "une overdose de réunions",
        "je me tue au travail",
        "il faut en finir avec ce dossier",
    ],
    "de": [
        "ich lach mich tot",
        "ich sterbe vor Hunger",
        "ich mache Schluss für heute",
        "ich will mich nicht umbringen",
        "Schulung zur Suizidprävention",
        "der Akku ist tot",
        "der Termin ist am Montag, die Sitzung fällt aus",
    ],
    "pt": [
        "morri de rir",
        "matar o tempo",
        "vou cortar o cabelo",
        "não quero morrer",
        "palestra sobre prevenção do suicídio",
        "uma overdose de reunião",
        "estou morrendo de fome",
    ],
}
STILL_HEARD = [  # words of the safe patterns stand near, and hide nothing
    "no puedo más quiero matarme",
    "no sé, tengo ideas suicidas",
    "hace dos años que pienso en suicidarme",
    "por culpa del trabajo pienso en suicidio y quiero matarme",
    "quería morir hoy",
    "me va a matar si lo dejo",
    "j'en peux plus, envie de mourir",
    "j'en peux plus j'ai des idées suicidaires",
    "ça fait dix ans que je veux mourir",
    "je pense au suicide et à rien d'autre",
    "il va me tuer si je pars",
    "ich kann nicht mehr, ich will sterben",
    "seit Jahren will ich sterben",
    "ich habe seit Jahren Suizidgedanken",
    "er bringt mich noch um",
    "por causa do trabalho penso em suicídio",
    "não aguento, tenho ideias suicidas",
    "faz dois anos que quero me matar",
    "he hit me with a belt",
    "they asked if I'm suicidal and I said yes",
    "she took an overdose in the bathroom",
    "he had a heart attack in the office",
    "Hola! no kiero vivir, see you tomorrow",
]


def plain(text: str) -> str:
    """Leave out accents, as on a phone."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


def strong() -> Iterable[tuple[str, str]]:
    """Return each dangerous example with its kind."""
    return ((kind, text) for kinds in STRONG.values() for kind, texts in kinds.items() for text in texts)


def test_danger_is_heard_and_its_kind_known() -> None:
    wrong = {text: found for kind, text in strong() if (found := READER.read(text)) != Alarm(kind=kind, level="strong")}
    assert wrong == {}


def test_idioms_trade_talk_denials_and_the_past_are_let_pass() -> None:
    assert {text: found for texts in SAFE.values() for text in texts if (found := READER.read(text))} == {}


def test_what_is_safe_hides_no_danger_beside_it() -> None:
    assert [text for text in STILL_HEARD if getattr(READER.read(text), "level", None) != "strong"] == []


@pytest.mark.parametrize("mutation", [*MUTATIONS, "plain"])
def test_disguise_changes_nothing(mutation: str) -> None:
    changed = plain if mutation == "plain" else MUTATIONS[mutation]
    dangers = [text for _, text in strong()]
    assert [text for text in dangers if READER.read(changed(text)) != READER.read(text)] == []
    if mutation not in {"punctuation", "leet", "elongated"}:  # these make other words of short ones, to be heard twice
        lets = [text for texts in SAFE.values() for text in texts]
        assert [text for text in lets if READER.read(changed(text))] == []


def best(text: str, times: int) -> float:
    """Return the seconds that reading takes at best: a busy machine makes it longer, never shorter."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        READER.read(text)
        spent.append(time.process_time() - start)
    return min(spent)


def test_a_message_takes_less_than_a_millisecond() -> None:
    message = (
        "Hola, ¿podemos mover la reunión del jueves al viernes? Mein Chef will den Bericht bis Montag, "
        "et je ne peux pas venir. Não consigo entrar no sistema, can somebody have a look at it before ten, thank you"
    )
    assert len(message) >= 200
    assert best(message, 100) < 0.001  # 0.0003 measured, on a busy machine, too


@pytest.mark.parametrize(
    "filler", ["no ", "quiero ", "ich will mich ", "je veux ", "a", "no puedo mas quiero ", "x y ", "~ "]
)
def test_a_long_text_takes_time_in_proportion(filler: str) -> None:
    short, long = filler * (2_000 // len(filler)), filler * (16_000 // len(filler))
    assert best(long, 3) < 24 * max(best(short, 5), 0.0005)  # eight times as long


def test_a_word_that_stands_alone_is_heard_and_among_others_is_left_to_them() -> None:
    for text in ("Suicide", "suicide?", "sucide", "Selbstmord.", "Suizid", "morir", "mourir", "morrer", "suuicide"):
        assert READER.read(text) == Alarm(kind="self", level="soft"), text
    assert READER.read("the history of death in art") is None
