"""A renderer's mistake turns the golden dialogues red, and they say where it is: each is planted here once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from flows.core.screen import Screen
from tests.golden.conftest import Contents
from tests.golden.places import PLACES
from tests.golden.player import Differs, Player, script

MOVES = script((Path(__file__).parent / "booking-book.txt").read_text())[1]


@dataclass(frozen=True)
class Bug:
    """A mistake in one function: what it makes of what the function returns, and what the differ must say of it."""

    where: str
    makes: Callable[[Any], Any]
    says: str


def _less(drawn: Any) -> Any:
    return drawn[:-1] if len(drawn) > 1 else drawn


def _swapped(drawn: Any) -> Any:
    elements = drawn[0]["elements"]
    elements[0], elements[1] = elements[1], elements[0]
    return drawn


def _set(name: str, value: Any) -> Callable[[Any], Any]:
    return lambda drawn: {**drawn, name: value}


def _without(name: str) -> Callable[[Any], Any]:
    return lambda drawn: {key: value for key, value in drawn.items() if key != name}


def _retitled(drawn: Any) -> Any:
    return {**drawn, "title": {**drawn["title"], "text": "Something else"}}


def _cut(drawn: Any) -> Any:
    return {**drawn, "text": {**drawn["text"], "text": drawn["text"]["text"][:-1]}}


def _other_choice(drawn: Any) -> Any:
    return {**drawn, "choices": drawn["choices"][1:]} if len(drawn.get("choices", ())) > 1 else drawn


def _reversed_actions(drawn: Any) -> Any:
    return {**drawn, "actions": drawn["actions"][::-1]} if "f" not in str(drawn["actions"][:1]) else drawn


def _fewer_lines(drawn: str) -> str:
    return drawn.replace("I am a program, not a person, and not a crisis service.\n", "")


def _other_label(drawn: str) -> str:
    return drawn.replace("[Help now]", "[Help]")


BUGS = {
    "slack drops a line": ("slack", Bug("adapters.slack.render._sections", _less, "lines: ")),
    "slack swaps two buttons": ("slack", Bug("adapters.slack.render._actions", _swapped, "buttons[0].label")),
    "slack cuts a label": ("slack", Bug("adapters.slack.render._button", _cut, "buttons[0].label")),
    "slack loses a style": ("slack", Bug("adapters.slack.render._button", _without("style"), "buttons[0].style")),
    "slack forgets that a field is required": (
        "slack",
        Bug("adapters.slack.render._input", _set("optional", True), "fields[0].required"),
    ),
    "slack titles a dialog wrongly": ("slack", Bug("adapters.slack.draw.modal", _retitled, "title: ")),
    "teams drops a line": ("teams", Bug("adapters.teams.render._lines", _less, "lines: ")),
    "teams turns the buttons round": (
        "teams",
        Bug("adapters.teams.render._card", _reversed_actions, "buttons[0].label"),
    ),
    "teams cuts a label": (
        "teams",
        Bug("adapters.teams.render._submit", lambda drawn: {**drawn, "title": drawn["title"][:-1]}, "buttons[0].label"),
    ),
    "teams loses an option": ("teams", Bug("adapters.teams.render._element", _other_choice, "fields[0].options")),
    "teams loses a hint": ("teams", Bug("adapters.teams.render._input", _without("placeholder"), "fields[0].hint")),
    "the terminal drops a line": ("terminal", Bug("adapters.console.platform.render", _fewer_lines, "lines: ")),
    "the terminal renames a button": ("terminal", Bug("adapters.console.platform.render", _other_label, "label")),
}


@contextmanager
def planted(bug: Bug) -> Iterator[None]:
    module, _, name = bug.where.rpartition(".")
    real: Callable[..., Any] = getattr(__import__(module, fromlist=[name]), name)
    with patch(bug.where, lambda *args, **more: bug.makes(real(*args, **more))):
        yield


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str, tmp_path: Path, contents: Contents) -> None:
    platform, bug = BUGS[name]

    async def play() -> None:
        async with PLACES[platform](tmp_path / platform, contents["usual"], "sam") as here:
            await Player(here).play(MOVES)

    with planted(bug), pytest.raises(Differs) as found:
        asyncio.run(play())
    assert bug.says in str(found.value), found.value


def test_the_moves_pass_without_a_bug(tmp_path: Path, contents: Contents) -> None:
    async def play() -> list[Screen]:
        async with PLACES["teams"](tmp_path / "teams", contents["usual"], "sam") as here:
            return [screen for move in await Player(here).play(MOVES) for screen in move.screens]

    assert len(asyncio.run(play())) > len(MOVES) - 1
