"""The languages of the private room: its words, and what can be typed there for each right."""

from adapters.web.language import Language
from content.library import Library
from flows.core.room import RoomWords


class Languages:
    """Reads them from the content in use, so that HR's edits are seen at once."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def speak(self, wanted: str) -> Language:
        """Return the language that is closest to a wanted one; English if none is."""
        content = self._library.current
        locale = content.locale(wanted)
        words = content.words[locale]["room"]
        assert isinstance(words, RoomWords)
        return Language(locale, words, {key: said[0] for key, said in content.commands[locale].items()})
