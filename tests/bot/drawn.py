"""What stood on private screens, taken from the payloads that drew them: none of it may stand in a message.

Not a list that somebody keeps: whatever a new screen says is a secret the day it is drawn."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from bot.wiring import Service

PUBLIC: Final = ("home", "notice", "common", "room", "team")
"""Words that stand in the chat for everybody alike."""
_OPAQUE: Final = re.compile(r"[\w:-]{16,}|[a-z_.:]+|https?://\S+|\d[\d.]*")  # tokens, names of the format, versions
_FORMAT: Final = frozenset({"type", "contentType", "$schema"})  # says what a part is
_SHORT: Final = 7


def texts(value: Any) -> Iterator[str]:
    """Yield every line of text in a payload, however deep, also inside JSON within JSON."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in _FORMAT:
                yield from texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        inside = _parsed(value)
        yield from texts(inside) if inside is not None else (line.strip(" *_•-") for line in value.splitlines())


def _parsed(value: str) -> Any:
    """Return the JSON that a text is; None for any other text."""
    try:
        return json.loads(value) if value[:1] in {"{", "["} else None
    except ValueError:
        return None


def secrets(views: Iterable[Any], service: Service, *typed: str) -> set[str]:
    """Return what stood on private screens and what was typed into them, without what everybody gets alike."""
    content = service.library.current
    words = [str(each) for name in PUBLIC for each in dict(content.words["en"].get(name, ())).values()]
    told = "\n".join([*words, *(nudge.text for nudge in content.nudges["en"])])
    drawn = {line for line in texts(list(views)) if len(line) > _SHORT and not _OPAQUE.fullmatch(line)}
    return {line for line in drawn if line not in told} | {p.name for p in content.providers.practitioners} | set(typed)


def found(hidden: Iterable[str], messages: Any) -> set[str]:
    """Return what of these is in messages, as they were sent."""
    said = "\n".join(texts(messages))
    return {each for each in hidden if each in said}
