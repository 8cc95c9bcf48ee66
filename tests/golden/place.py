"""What a place is in which a dialogue is played: somebody does there what people do, and what is drawn is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from adapters.platform import Shown
from bot.sandbox.teams.demo import GUEST, MORGAN, SAM
from tests.golden.look import Look, Medium
from tests.golden.stage import Backstage

PATIENCE = 60.0  # seconds: a busy machine is not what is tried out here
PEOPLE = {"sam": ("U0SAM", SAM), "morgan": ("U0MORGAN", MORGAN), "guest": ("U0GUEST", GUEST)}


@dataclass(frozen=True)
class Drawn:
    """One drawing, read back, and where it stands."""

    look: Look
    medium: Medium


async def nothing_more(delivery: object) -> None:
    """Leave it at one delivery."""


class Place(Protocol):
    """One person on one platform."""

    name: str
    behind: Backstage

    async def enter(self) -> None:
        """Do what has to be done before anything can be said."""

    async def say(self, text: str) -> None:
        """Type a line."""

    async def tap(self, label: str) -> None:
        """Tap a button of what is before them."""

    async def fill(self, shown: Shown, values: Mapping[str, str]) -> None:
        """Send the form before them: field key -> option key or text."""

    async def close(self) -> None:
        """Close the dialog, if one is open."""

    def keep(self, label: str) -> None:
        """Tap a button, on a line that holds the tap back."""

    async def release(self) -> None:
        """Let the tap through that was held back."""

    def drawn(self) -> list[Drawn]:
        """Return what was drawn since the last time, in order."""


def labelled(shown: Shown, values: Mapping[str, str]) -> dict[str, str | list[str] | None]:
    """Return a form's values as somebody enters them: by the labels of fields and options."""
    entries: dict[str, str | list[str] | None] = {}
    for field in shown.screen.fields:
        if field.key in values:
            chosen = [option.label for option in field.options if option.key == values[field.key]]
            entries[field.label] = chosen[0] if field.options else values[field.key]
    return entries
