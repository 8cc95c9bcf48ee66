"""The sentences of a flow, typed: which lines there are, and which blanks each may use."""

import re
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_BLANK = re.compile(r"\{([^{}]*)\}")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
)  # Hebrew, Arabic, Syriac, Thaana, N'Ko and the like
_ISOLATED = "\u2068{}\u2069"  # UAX 9: what stands between goes in its own direction


class Blanks:
    """Declares the blanks that a line may use: `when: Annotated[Line, Blanks("when", "who")]`."""

    def __init__(self, *names: str) -> None:
        self.names = names


class Line(str):
    """A sentence from the content files; `fill` puts values into its blanks."""

    __slots__ = ()

    def fill(self, **values: str) -> str:
        """Return the sentence with its blanks filled; values are inserted as they are, never parsed.

        Where something is read from right to left, a value stands alone in its own direction: "0800 1111" in an Arabic
        sentence would be read as "1111 0800". An address is left as it is, for whoever makes it a link."""
        mixed = any(map(_RIGHT_TO_LEFT.search, (self, *values.values())))

        def filled(blank: re.Match[str]) -> str:
            value = values[blank.group(1)]
            return _ISOLATED.format(value) if mixed and "://" not in value else value

        return _BLANK.sub(filled, self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate like a string of 1 to 600 characters."""
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(min_length=1, max_length=600, strip_whitespace=True)
        )


Label = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True, pattern=r"^[^{}]+$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=24, strip_whitespace=True, pattern=r"^[^{}]+$")]


class Words(BaseModel):
    """Base of every flow's words. A field is a Line (with its Blanks), a Label (button) or a Title."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _known_blanks(self) -> "Words":
        for name, field in type(self).model_fields.items():
            allowed = next((mark.names for mark in field.metadata if isinstance(mark, Blanks)), ())
            value = getattr(self, name)
            if isinstance(value, Line):
                for blank in _BLANK.findall(value):
                    if blank not in allowed:
                        may = ", ".join(f"{{{each}}}" for each in allowed) or "no blanks"
                        raise PydanticCustomError(
                            "unknown_blank",
                            "{line}: unknown blank {blank}; this line may use {may}",
                            {"line": name, "blank": f"{{{blank}}}", "may": may},
                        )
        return self


def blanks_of(words: type[Words]) -> dict[str, tuple[str, ...]]:
    """Return, for each line of a words model, the blanks it may use: for linting and for test words."""
    return {
        name: next((mark.names for mark in field.metadata if isinstance(mark, Blanks)), ())
        for name, field in words.model_fields.items()
        if field.annotation is Line or Line in get_args(field.annotation)
    }
