"""How a language is set on a page: French has a space before : ; ? ! and within « », at which no line may break.

HR types an ordinary one, as keyboards do; it is set here as a file is read, so no file has to be right and no approved
byte changes. Where there is no space, none is put: "09:30" stays. U+00A0 stands everywhere: the narrow one that
printers like before ; ? ! (U+202F) is not in every font. Questionnaires are standards, and do not come by here.
"""

import re
from dataclasses import replace
from typing import Final

from content.source import Data, Source

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_BREAKS: Final = re.compile(r" (?=[:;?!»])|(?<=«) ")


def french(text: str) -> str:
    """Return a French text in which no line begins with a sign, or ends with a guillemet that opens."""
    return _BREAKS.sub(NO_BREAK, text)


def typeset(source: Source) -> Source:
    """Return a file with its French set: all of it in a French folder; in the organisation's files what stands under
    `translations`, or beside `language: fr`."""
    folder = source.file.partition("/")[0]
    return replace(source, data=_set(source.data, "" if folder == "org" else folder))


def _set(data: Data, language: str) -> Data:
    """Set a text by its language; empty as long as none is said."""
    match data:
        case str():
            return french(data) if re.fullmatch(r"fr(-.*)?", language) else data
        case list():
            return [_set(each, language) for each in data]
        case dict():
            own = language or str(data.get("language", ""))
            return {
                name: _by_language(each) if name == "translations" else _set(each, own) for name, each in data.items()
            }


def _by_language(data: Data) -> Data:
    return {name: _set(each, name) for name, each in data.items()} if isinstance(data, dict) else data
