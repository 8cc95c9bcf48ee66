"""instruments/: validated questionnaires, word for word. What was changed is not offered."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from content.files import Files
from content.pins import PINS, is_pinned
from content.problems import ContentError
from content.source import fetch, parse
from content.values import Key, Language, Name, Part, Sentence, distinct
from flows.core.catalog import Instrument

_OWN_KEY: Final = "give each entry a key of its own"


class ItemEntry(Part):
    """One question of an instrument."""

    key: Key
    text: Sentence


class DifficultyEntry(Part):
    """The unscored question after the PHQ-9."""

    text: Sentence
    options: tuple[Name, ...] = Field(min_length=2)


class InstrumentFile(Part):
    """A validated questionnaire in one language, verbatim; option n scores n points."""

    key: Key
    title: Name
    language: Language
    stem: Sentence
    items: Annotated[tuple[ItemEntry, ...], AfterValidator(distinct("key", _OWN_KEY))] = Field(min_length=1)
    options: tuple[Name, ...] = Field(min_length=2)
    difficulty: DifficultyEntry | None = None


def read_instruments(files: Files) -> dict[str, dict[str, Instrument]]:
    """Read them, by language and key."""
    found: dict[str, dict[str, Instrument]] = {}
    for name in PINS:
        file = f"instruments/{name}"
        files.count += 1
        try:
            raw = fetch(files.root / file, file)
            source = parse(raw, file) if name.endswith(".yaml") else None
        except ContentError as error:
            files.problems += error.problems
            continue
        if not is_pinned(name, raw):
            remedy = "put back the file that ships with Haven"
            files.refuse(file, "a standard text was changed, so it is not offered", remedy)
        elif source and (given := files.validate(source, InstrumentFile)):
            instrument = Instrument.model_validate(given.model_dump(exclude={"language"}))
            found.setdefault(given.language, {})[given.key] = instrument
    return found
