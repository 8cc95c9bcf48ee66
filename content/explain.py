"""Says in plain words what pydantic found wrong with a file, with the line and the way out."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from content.problems import Problem, closest, suggest
from content.source import Source, Where

_PLAIN: Final[Mapping[str, tuple[str, str]]] = {  # pydantic's error type -> what is wrong, what to do
    "string_type": (
        "this has to be one text",
        "write it as a sentence; in double quotes if it starts with {{ or [",
    ),
    "string_too_short": ("this is empty", "write the text after the colon"),
    "string_too_long": ("this text is too long", "use at most {max_length} characters"),
    "string_pattern_mismatch": ("a button or a title takes no blanks", "leave out {{ and }}"),
    "model_type": ("this has to be a group of keys", "write each key on a line of its own, as in the README"),
    "model_attributes_type": ("this has to be a group of keys", "write each key on a line of its own"),
    "dict_type": ("this has to be a group of keys", "write each key on a line of its own"),
    "tuple_type": (
        "this has to be a list",
        "write each entry on a line of its own, after a hyphen and a space",
    ),
    "too_short": ("this list is too short", "it needs at least {min_length}"),
    "too_long": ("this list is too long", "keep at most {max_length}"),
    "int_parsing": ("this has to be a whole number", "write it in digits, as 50"),
    "int_type": ("this has to be a whole number", "write it in digits, as 50"),
    "greater_than_equal": ("this number is too small", "use {ge} or more"),
    "less_than_equal": ("this number is too large", "use {le} or less"),
    "literal_error": ("this is not one of the choices", "choose {expected}"),
}


def explain(error: ValidationError, source: Source, model: type[BaseModel]) -> list[Problem]:
    """Return one problem for each thing wrong, at its line; a misspelt key is not reported as missing too, nor a
    list as too short because an entry of it is wrong (pydantic counts the good ones only)."""
    details = error.errors(include_url=False, include_input=False)
    fields = {detail["loc"]: _fields_at(model, detail["loc"][:-1]) for detail in details}
    misspelt = {
        (*detail["loc"][:-1], closest(str(detail["loc"][-1]), fields[detail["loc"]]))
        for detail in details
        if detail["type"] == "extra_forbidden"
    }
    return [
        _problem(detail, source, fields[detail["loc"]])
        for detail in details
        if not (detail["type"] == "missing" and detail["loc"] in misspelt)
        and not (
            detail["type"] == "too_short"
            and any(detail["loc"] == other[: len(detail["loc"])] != other for other in fields)
        )
    ]


def _problem(detail: ErrorDetails, source: Source, fields: Iterable[str]) -> Problem:
    where: Where = tuple(step for step in detail["loc"] if step != "[key]")
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "content":  # raised by our own schema, with its remedy
            at = (*where, *context["where"])
            return source.problem(at, context["message"], context["remedy"])
        case "value_error":  # raised by a model of flows: "what is wrong; what to do"
            message, _, remedy = str(context["error"]).partition("; ")
            return source.problem(where, message, remedy or "see the README for what goes here")
        case "unknown_blank":  # raised by flows.core.words
            at = (*where, context["line"])
            return source.problem(at, f"unknown blank {context['blank']}", f"this line may use {context['may']}")
        case "extra_forbidden":
            name = str(where[-1])
            return source.problem(where, "unknown key", suggest(name, fields, "keys"))
        case "missing":
            return source.problem(where, "this key is missing", f"add a line that starts with {where[-1]}:")
        case kind:
            message, remedy = _PLAIN.get(kind, ("this value cannot be used", "see the README for what goes here"))
            return source.problem(where, message, remedy.format_map(context))


def _fields_at(model: type[BaseModel], where: Where) -> tuple[str, ...]:
    """Return the keys allowed in the group at a place of a file, by following the model's annotations."""
    here: Any = model
    for step in where:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(step))
            here = field.annotation if field else None
        elif get_origin(here) in (tuple, dict):
            here = get_args(here)[0 if get_origin(here) is tuple else 1]
        else:
            return ()
    return tuple(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else ()
