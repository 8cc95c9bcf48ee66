"""What a screen says, asks and offers, as somebody reads it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flows.core.catalog import Region
from flows.core.screen import Screen
from tests.safety import needed
from tests.safety.banned import NEGATION

_QUOTED = re.compile(r'"[^"]*"')
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


def read(screen: Screen) -> str:
    """What has to be read: lines and fields; not the buttons."""
    fields = [text for field in screen.fields for text in (field.label, field.hint, field.error) if text]
    return "\n".join([*screen.lines, *fields])


def all_text(screen: Screen) -> str:
    options = [option.label for field in screen.fields for option in field.options]
    buttons = [text for button in screen.buttons for text in (button.label, button.link) if text]
    return "\n".join([read(screen), *options, *buttons])


def sentences(text: str) -> list[str]:
    return [plain for each in _SENTENCE.split(text) if (plain := needed.plain(each))]


def questions(screen: Screen) -> list[str]:
    """The questions that a screen asks, without their marks; what stands in quotes is said to somebody else."""
    unquoted = [_QUOTED.sub("", sentence) for line in read(screen).split("\n") for sentence in sentences(line)]
    parts = [part for sentence in unquoted for part in sentence.split("?")[:-1]]
    return [part.strip(" ¿") for part in parts if part.strip(" ¿")]


def denied(rule: str, sentence: str) -> bool:
    """Some things may be said with a no: "I cannot diagnose", "you do not have to promise", "it is not your fault"."""
    return rule in {"diagnosis", "claims_human", "blame", "contract", "confront"} and bool(NEGATION.search(sentence))


def same(screen: Screen, before: Screen) -> bool:
    """Whether somebody is back: all that stood there stands there again, maybe with a word of welcome above it."""
    keys = [(button.key, button.arg) for button in before.buttons]
    return (
        set(before.lines) <= set(screen.lines)
        and [(button.key, button.arg) for button in screen.buttons] == keys
        and [field.key for field in screen.fields] == [field.key for field in before.fields]
    )


def digits(number: str) -> str:
    return re.sub(r"[^0-9a-z]", "", number.lower())


def has_number(text: str, number: str) -> bool:
    """Whether a text shows a number, however its digits are grouped, and not as a part of another."""
    body = r"[\s().\-/\u00a0\u202f]*".join(re.escape(char) for char in digits(number))
    return bool(re.search(rf"(?<![0-9a-z]){body}(?![0-9a-z])", text.lower())) or (
        not digits(number).isdigit() and number.lower() in text.lower()
    )


def _walk(value: Any) -> Iterable[str]:
    """Every number of a region, wherever its content keeps one (`dial`, `emergency`), in that order."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key in {"dial", "emergency"} and isinstance(each, str) and each:
                yield each
            yield from _walk(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _walk(each)


def numbers(region: Region) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_walk(region.model_dump())))


def shown_numbers(screen: Screen, region: Region) -> tuple[str, ...]:
    return tuple(number for number in numbers(region) if has_number(all_text(screen), number))


def shown_resources(screen: Screen, region: Region) -> set[str]:
    """Ways to get help that a screen shows: a line shown by number, name or address counts once."""
    text = all_text(screen)
    named = {line.dial for line in region.lines if line.name.lower() in text.lower() or (line.url and line.url in text)}
    return {digits(number) for number in (*named, *shown_numbers(screen, region))}


def round_the_clock(hours: str) -> bool:
    return bool(
        re.search(
            r"24\s*/\s*7|24\s*h|24 hours|always|any ?time|around the clock|round the clock|day and night", hours.lower()
        )
    )
