"""Which of our languages a text is in, by its commonest little words: to report by, never to decide whom to hear."""

from collections.abc import Mapping
from typing import Final

from flows.safety.normal import normalise

_LITTLE: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the a an and of to is are was in it i im you "
        "he she they my me we this that with for on not dont have be",
        "es": "el la los las un una y de que es en yo tu mi "
        "me no con por para lo se esta estoy muy ya pero como mas si",
        "fr": "le la les un une et de que est en je tu il elle "
        "mon ma me ne pas avec pour dans ce cette suis plus jai des",
        "de": "der die das ein eine und zu ist in ich du er sie "
        "mein mir mich nicht mit fur auf es bin war auch noch wir",
        "pt": "o a os as um uma e de que em eu voce ele ela meu minha me nao com por para isso esta estou muito ja mas",
    }.items()
}


def tongue(text: str) -> str:
    """Return the likeliest language; English if nothing speaks for another."""
    words = normalise(text).split()
    return max(_LITTLE, key=lambda language: sum(word in _LITTLE[language] for word in words))
