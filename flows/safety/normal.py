"""Undoes what hides a word: width and case, accents, look-alike letters, emoji, digits for letters, letters apart."""

import re
import unicodedata

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
_APOSTROPHES = re.compile("[’‘ʼ`´'ʹ＇]")
_SPELLED = re.compile(r"\b(?:[a-z][\s.\-_*]+){2,}[a-z]\b")
REPEATED = re.compile(r"([a-z])\1{2,}")
_RUN = re.compile(r"([a-z])\1+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def normalise(text: str) -> str:
    """Return lower-case ASCII words apart by single spaces.

    Undoes what hides a word: width and case, accents, zero-width and look-alike characters, curly quotes,
    emoji, digits for letters, letters apart.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(char for char in plain if unicodedata.category(char) not in {"Mn", "Cf"})
    plain = _APOSTROPHES.sub("", plain.translate(_LOOKALIKES | _JOINED))
    plain = " ".join(_unleet(word) for word in plain.split())
    plain = _SPELLED.sub(lambda run: re.sub(r"[\s.\-_*]+", "", run.group()), plain)
    return _NOT_WORD.sub(" ", plain).strip()


def _unleet(word: str) -> str:
    """Read digits as letters within a word that has letters; a trailing "!" is just one."""
    bare = word.rstrip("!")
    return bare.translate(_LEET) if any("a" <= char <= "z" for char in bare) else bare


def squeezed(text: str) -> str:
    """Return the text with every run of one letter written once."""
    return _RUN.sub(r"\1", text)
