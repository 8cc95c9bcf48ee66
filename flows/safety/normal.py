"""Undoes what hides a word: width and case, accents, look-alike letters, emoji, digits for letters, letters apart.

A list of words is matched on bare letters (`normalise`); a model that has read much is better at a text as it is
written, with capitals, accents, apostrophes and marks (`undisguised`).
"""

import re
import unicodedata
from typing import Final

_LOOKALIKES = {
    ord(odd): plain
    for odd, plain in zip(
        "абвеёзійкмнопрстухѕіјԁһւαβεικνορτυχωıǀ", "abbee3ijkmhonpctyxsijdhuabeiknoptuxwil", strict=True
    )
}  # Cyrillic, Armenian and Greek letters that look like Latin ones
_JOINED = {
    ord("œ"): "oe",
    ord("æ"): "ae",
    ord("ø"): "o",
    ord("ł"): "l",
    ord("đ"): "d",
}  # letters that NFKD leaves whole
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_INSIDE = str.maketrans("013457$", "oieasts")  # "@" and "!" stand in addresses and between sentences, too
_APOSTROPHES = re.compile("[’‘ʼ`´'ʹ＇]")
_APART = re.compile(r"[\s.\-_*]+")
_SPELLED = re.compile(r"\b(?:[a-z][\s.\-_*]+){2,}[a-z]\b")
_LETTER = r"[^\W\d_]"
_ALIKE = re.compile(  # four letters and more, the same between all: not "y a-t-il", "il y a l'eau", "e n é"
    rf"(?<!\w)(?<!\w')({_LETTER})([\s.\-_*]+)(?:{_LETTER}\2){{2,}}{_LETTER}(?!'?\w)"
)
_JOINING = re.compile(rf"(?<={_LETTER})[._]+(?={_LETTER})")  # "i.want.to.die"
REPEATED = re.compile(r"([a-z])\1{2,}")
_LEETED = re.compile(r"[a-z][013457$]+[a-z]|^\$+[a-z]{2}|^[013457][a-z]{5}")
_MIXED = re.compile(r"[a-z][013457$]|[013457$][a-z]")
_NUMBERED = re.compile(r"[^a-z]*\d+(?:[ap]m|st|nd|rd|th|h\d*|er|e|x|min)[^a-z]*")  # "3am", "4th", "10h30", "1er"
_PLAY: Final = 2  # words such as "a4" and "mp3" may stand in a text before they look like a game with digits
_MARKS = re.compile(r"([^\w\s])\1{3,}")  # a row of emoji says no more than three
_TEASING = re.compile(r"[a-z][A-Z]")  # "KiLl"
_RUN = re.compile(r"([a-z])\1+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def normalise(text: str) -> str:
    """Return lower-case ASCII words apart by single spaces.

    Undoes what hides a word: width and case, accents, zero-width and look-alike characters, curly quotes,
    emoji, digits for letters, letters apart.
    """
    plain = _shown(unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()))
    plain = _APOSTROPHES.sub("", plain.translate(_LOOKALIKES | _JOINED))
    plain = " ".join(_unleet(word) for word in plain.split())
    plain = _SPELLED.sub(lambda run: _APART.sub("", run.group()), plain)
    return _NOT_WORD.sub(" ", plain).strip()


def undisguised(text: str) -> str:
    """Return the text as it is written, with its capitals, accents, apostrophes and marks, words apart by single
    spaces.

    Undoes what nobody writes but to hide a word, or to shout: width, zero-width and look-alike characters, digits among
    letters, letters apart, words in capitals, rows of marks. It leaves letters that stand again and again: the reader
    puts a text that has such to its layers twice.
    """
    plain = _APOSTROPHES.sub("'", _shown(unicodedata.normalize("NFKC", text)))
    words = [_cased(word) for word in plain.split()]
    leeted = [word for word in words if _MIXED.search(word) and not _NUMBERED.fullmatch(word)]
    hidden = {word for word in leeted if len(leeted) > _PLAY or _LEETED.search(word)}
    plain = " ".join(word.translate(_LEET_INSIDE) if word in hidden else word for word in words)
    plain = _ALIKE.sub(lambda run: _APART.sub("", run.group()).lower(), plain)
    return _MARKS.sub(r"\1\1\1", " ".join(_JOINING.sub(" ", plain).split()))


def _cased(word: str) -> str:
    """Return a word in Latin letters where others only look like them, and in small ones where capitals only shout."""
    lower = word.lower()
    latin = lower.translate(_LOOKALIKES)
    if latin != lower and all(unicodedata.name(char, "").startswith("LATIN") for char in latin if char.isalpha()):
        return latin
    return lower if _TEASING.search(word) or (word.isupper() and sum(map(str.isalpha, word)) > 1) else word


def _shown(text: str) -> str:
    """Return the text without marks on letters that are no letters of their own, and what is not seen at all."""
    return "".join(char for char in text if not _unseen(char))


def _unseen(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind == "Cf" or (kind == "Mn" and unicodedata.name(char, "").startswith(("COMBINING", "VARIATION")))


def _unleet(word: str) -> str:
    """Read digits as letters within a word that has letters; a trailing "!" is just one."""
    bare = word.rstrip("!")
    return bare.translate(_LEET) if any("a" <= char <= "z" for char in bare) else bare


def squeezed(text: str) -> str:
    """Return the text with every run of one letter written once."""
    return _RUN.sub(r"\1", text)
