"""FHIR R4's data types, as far as the client decides by them: what resources are made of."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


def _instant(value: object) -> object:
    """Let only a FHIR instant through: with an offset, and never a number."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("not an instant")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
_INSTANTS: Final = TypeAdapter(Instant)


def instant(value: object) -> datetime | None:
    """Return an instant, or None for anything else, a naive time included."""
    try:
        return _INSTANTS.validate_python(value)
    except ValidationError:
        return None


class Part(BaseModel):
    """Any part of a resource: unknown elements are kept, errors never quote what was sent."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


class Meta(Part):
    """Version and time of the last change."""

    versionId: str | None = None  # noqa: N815  FHIR's name
    lastUpdated: Any = None  # noqa: N815


class Reference(Part):
    """A reference to another resource."""

    reference: str | None = None
    display: str | None = None


class Identifier(Part):
    """A business identifier."""

    system: str | None = None
    value: str | None = None


class Coding(Part):
    """A code."""

    code: str | None = None
    display: str | None = None


class Concept(Part):
    """A CodeableConcept."""

    text: str | None = None
    coding: tuple[Coding, ...] = ()

    def words(self) -> Iterator[str]:
        """Yield its text, codes and displays in lower case."""
        for coding in self.coding:
            yield from (word.lower() for word in (coding.code, coding.display) if word)
        if self.text:
            yield self.text.lower()


class HumanName(Part):
    """A name."""

    text: str | None = None
    given: tuple[str, ...] = ()
    family: str | None = None


class Extension(Part):
    """An extension with a simple value, or others inside it."""

    url: str = ""
    valueCode: str | None = None  # noqa: N815
    valueString: str | None = None  # noqa: N815
    valueInstant: Any = None  # noqa: N815
