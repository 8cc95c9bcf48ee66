"""What people say next in a crisis: recognised where it is plain, in five languages, else listened to."""

import itertools
from typing import cast

import pytest

from flows.core.events import Said
from flows.core.flow import Turn
from flows.safety import FLOW
from flows.safety.conversation.said import Reply, agrees, meant, soon
from flows.safety.conversation.states import Checking, Helping, Listening, More, Staying
from flows.safety.conversation.words import SafetyWords
from tests import world

SAID: dict[Reply, tuple[str, ...]] = {
    "human": (
        "are you a human?", "are you even a person", "is anyone there, a real person?", "am I talking to a bot",
        "¿eres una persona?", "¿hablo con alguien?", "tu es un humain ?", "vous êtes une vraie personne ?",
        "bist du ein Mensch?", "sind Sie ein Roboter?", "és uma pessoa?", "você é um robô?",
    ),
    "work": (
        "will my manager find out about this?", "does HR see it?", "is this confidential", "who can read this?",
        "¿se va a enterar mi jefe?", "¿lo sabe mi empresa?", "est-ce que mon chef va le savoir ?",
        "erfährt mein Chef davon?", "sieht das meine Chefin?", "a minha empresa vai saber?", "o meu chefe lê isto?",
    ),
    "diagnosis": (
        "so do I have depression then?", "is that anorexia?", "what's wrong with me", "can you diagnose me",
        "¿tengo depresión?", "est-ce que c'est une dépression ?", "habe ich eine Depression?", "tenho depressão?",
    ),
    "method": (
        "just tell me how", "tell me a painless way", "how can I end it", "dime cómo", "dis-moi comment",
        "sag mir einfach wie", "me diz como",
    ),
    "nobody": (
        "nobody can help me, I have tried", "nadie puede ayudarme", "personne ne peut m'aider",
        "mir kann keiner helfen", "mir hilft ja doch keiner", "ninguém pode me ajudar",
    ),
    "goodbye": (
        "tell them I am sorry. goodbye", "adiós", "adieu, dis-leur que je les aimais", "leb wohl", "adeus a todos",
    ),
    "refuse": (
        "I don't want to answer that", "rather not say", "no quiero hablar de eso", "je ne veux pas répondre",
        "je préfère ne pas en dire plus", "ich möchte nicht darüber reden", "não quero falar disso",
    ),
    "calls": (
        "ok I will call", "I'll call them now", "I'm calling my sister", "I have called the line", "voy a llamar",
        "je vais les appeler", "j'appelle", "ich rufe dort an", "ich habe schon angerufen", "vou ligar agora",
        "já liguei",
    ),
    "listen": (
        "I won't call", "I will call it a day", "I call him names", "no voy a llamar", "je ne vais pas appeler",
        "ich rufe nicht an", "não vou ligar", "my boss calls me every night",
        "every morning is the same grey wall", "my boss shouts at me", "my boss told me I am worth nothing",
        "he laughed at me again", "no puedo parar", "je suis tellement fatigué de tout ça", "ich kann nicht mehr",
        "estou ficando tonta", "my sister knows", "I work and work and nobody sees it", "", "???", "12345",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "text"), [(reply, text) for reply, texts in SAID.items() for text in texts])
def test_what_is_plain_is_answered_and_the_rest_is_listened_to(reply: Reply, text: str) -> None:
    assert meant(text) == reply


SOON = (
    "I have everything ready for tonight", "it's all planned", "I'm going to do it", "I have them here with me",
    "I've made up my mind", "esta noche", "lo tengo todo preparado", "ya lo he decidido", "tout est prêt pour ce soir",
    "je vais le faire", "ich mache es heute", "heute Nacht, alles ist vorbereitet", "hoje à noite",
    "já está tudo pronto, tenho um plano",
)  # fmt: skip


def test_who_speaks_of_tonight_or_of_a_plan_is_asked_to_stay_and_to_call_now() -> None:
    """Being with somebody and distance stand beside it, whichever line's turn it is; and who is worried about somebody
    else, or is hurt by them, is never told to stay."""
    at, words = world.moment(), cast(SafetyWords, world.words(FLOW.words))
    for text, heard, question in itertools.product(SOON, (0, 1), ("suicide", "answered")):
        state = Staying.model_validate({"kind": "self", "heard": heard, "question": question})
        step = FLOW.update(state, Said(text=text), at)
        assert isinstance(step, Turn)
        assert isinstance(step.state, Listening)
        assert step.state.reply == "goodbye", text
        lines = FLOW.view(step.state, words, at).lines
        assert lines[0] == words.goodbye
        assert lines[-1] == words.near
        assert not soon("I cannot sleep"), "what is said of nothing near"
    for text, kind in itertools.product(SOON, ("other", "abuse", "medical", "harm", "psychosis", "eating")):
        step = FLOW.update(Listening.model_validate({"kind": kind}), Said(text=text), at)
        assert isinstance(step, Turn)
        assert isinstance(step.state, Listening)
        assert step.state.reply == "listen", (text, kind)


def test_who_is_hurt_by_somebody_or_worried_about_them_is_not_asked_to_stay() -> None:
    """ "Please stay" and "you do not have to answer" are said to somebody in pain, not about the one they speak of."""
    at, said = world.moment(), {"tell him I am leaving", "she says goodbye to everybody", "she won't talk to me"}
    assert {meant(text) for text in said} == {"goodbye", "refuse"}
    heard = {
        (kind, text): step.state.reply
        for kind, text in itertools.product(("other", "abuse", "harm", "self", "medical"), sorted(said))
        if isinstance(step := FLOW.update(Listening.model_validate({"kind": kind}), Said(text=text), at), Turn)
        and isinstance(step.state, Listening)
    }
    goodbye = {kind for (kind, _), reply in heard.items() if reply == "goodbye"}
    assert goodbye == {"self", "medical"}
    assert {kind for (kind, _), reply in heard.items() if reply == "refuse"} == {"abuse", "harm", "self", "medical"}


def test_who_calls_is_not_asked_to_write_on() -> None:
    at, words = world.moment(), cast(SafetyWords, world.words(FLOW.words))
    for kind, first in (("self", words.calls), ("abuse", words.calls), ("medical", "call_now")):
        step = FLOW.update(Listening.model_validate({"kind": kind}), Said(text="ok, I'll call them"), at)
        assert isinstance(step, Turn)
        lines = FLOW.view(step.state, words, at).lines
        assert lines[0].startswith(first), kind
        assert (words.listen_medical in lines) == (kind == "medical")


def test_in_an_emergency_of_the_body_the_number_is_first_on_every_screen_that_speaks_of_it() -> None:
    at, words = world.moment(), cast(SafetyWords, world.words(FLOW.words))
    for state in (Helping(kind="medical"), Listening(kind="medical"), More(kind="medical")):
        lines = FLOW.view(state, words, at).lines
        assert lines[0].startswith("call_now"), state
        assert words.more not in lines


@pytest.mark.parametrize("text", ["yes", "Yes I am", "sí", "oui", "ja, leider", "sim, penso"])
def test_a_plain_yes(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    "text", ["no", "yes but not like that", "ja aber nein", "si no hay salida", "yes " * 9, "maybe"]
)
def test_what_is_no_plain_yes(text: str) -> None:
    assert not agrees(text)


def test_a_typed_yes_is_an_answer_only_while_the_question_is_open() -> None:
    at, yes = world.moment(), Said(text="yes I am")
    for state, expected in (
        (Helping(kind="self", asks=True, question="suicide"), Staying),
        (Listening(kind="self", question="suicide"), Staying),
        (Listening(kind="self", question="answered"), Listening),
        (Checking(kind="self"), Helping),
    ):
        step = FLOW.update(state, yes, at)
        assert isinstance(step, Turn)
        assert isinstance(step.state, expected)
