"""A small language for saying what a JSON payload must look like; each refusal names its JSON pointer."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple


class Refusal(NamedTuple):
    """What is wrong, and where: a JSON pointer as Slack writes it."""

    reason: str
    pointer: str

    def __str__(self) -> str:
        return f"[ERROR] {self.reason} [json-pointer:{self.pointer}]"


Check = Callable[[object, str], Iterator[Refusal]]
"""Looks at a value that stands at a JSON pointer and yields what is wrong with it."""


def string(most: int, least: int = 1) -> Check:
    """A string of `least` to `most` characters."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, str):
            yield Refusal("must provide a string", at)
        elif len(value) > most:
            yield Refusal(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield Refusal(f"must be more than {least - 1} characters", at)

    return check


def matching(pattern: str, name: str) -> Check:
    """A string that matches the whole pattern."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield Refusal(f"must be a valid {name}", at)

    return check


def one_of(*values: str) -> Check:
    """One of a few strings."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if value not in values:
            yield Refusal(f"must be one of: {', '.join(values)}", at)

    return check


def boolean(value: object, at: str) -> Iterator[Refusal]:
    """A truth value."""
    if not isinstance(value, bool):
        yield Refusal("must provide a boolean", at)


def integer(least: int, most: int) -> Check:
    """A whole number in a closed range."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Refusal("must provide an integer", at)
        elif not least <= value <= most:
            yield Refusal(f"must be between {least} and {most}", at)

    return check


def items(each: Check, most: int, least: int = 1) -> Check:
    """An array of `least` to `most` things that all pass `each`."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, list):
            yield Refusal("must provide an array", at)
            return
        if len(value) > most:
            yield Refusal(f"no more than {most} items allowed", at)
        elif len(value) < least:
            yield Refusal(f"no fewer than {least} items allowed", at)
        for index, item in enumerate(value):
            yield from each(item, f"{at}/{index}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Check) -> Check:
    """An object with these properties and no others; `rules` look at the whole object if its parts pass."""
    known = {**required, **optional}

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, dict):
            yield Refusal("must provide an object", at)
            return
        clean = True
        for name in required:
            if name not in value:
                clean = False
                yield Refusal(f"missing required field: {name}", at)
        for name, part in value.items():
            if name not in known:
                clean = False
                yield Refusal(f"invalid additional property: {name}", at)
                continue
            for refusal in known[name](part, f"{at}/{name}"):
                clean = False
                yield refusal
        if clean:
            for rule in rules:
                yield from rule(value, at)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object that is checked by what its `type` says."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, dict):
            yield Refusal("must provide an object", at)
        elif "type" not in value:
            yield Refusal("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield Refusal(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def only_one_of(*names: str) -> Check:
    """A rule: exactly one of these properties is there."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, dict) or sum(name in value for name in names) != 1:
            yield Refusal(f"must provide exactly one of: {', '.join(names)}", at)

    return check


def any_of(*names: str) -> Check:
    """A rule: at least one of these properties is there."""

    def check(value: object, at: str) -> Iterator[Refusal]:
        if not isinstance(value, dict) or not any(name in value for name in names):
            yield Refusal(f"must provide one of: {', '.join(names)}", at)

    return check
