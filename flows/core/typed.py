"""How typed lines are compared with what is waited for."""

import re
import unicodedata


def plain(text: str) -> str:
    """Return a typed line as it is compared: case, accents, brackets, punctuation and spaces do not matter."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s]|_", " ", letters.replace("'", "").replace("’", "")).split())
