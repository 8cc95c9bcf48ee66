"""Where somebody sits in the demo: what they see on their platform, and what they can do there.

A deed goes to the service as the platform would send it, over HTTP; what went wrong comes back as a sentence.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.demo.html import Html

Json = dict[str, Any]
Entries = Mapping[str, list[str]]


@dataclass(frozen=True)
class Said:
    """A message in a chat or channel. `when` is in seconds since 1970; `text` what it reads as."""

    id: str
    who: str
    mine: bool
    bot: bool
    when: float
    text: str
    drawn: Html
    note: str = ""  # "edited", "only you can see this"


@dataclass(frozen=True)
class Window:
    """A private window: a modal, or a dialog. `below` is how many more lie under it."""

    id: str
    title: str
    drawn: Html
    submit: str  # empty: what it sends is drawn inside
    close: str
    below: int
    text: str


@dataclass(frozen=True)
class Place:
    """A tab of the client: the chat with Haven, a channel, the App Home."""

    id: str
    name: str
    typed: bool  # somebody can type here


class Seat(Protocol):
    """One person at one platform."""

    key: str
    name: str
    role: str
    platform: str
    user: str
    window_word: str
    trouble: str

    def places(self) -> list[Place]:
        """Return the tabs; the first is the chat with Haven."""

    def said(self, place: str = "") -> list[Said]:
        """Return the messages in a place, oldest first."""

    def window(self) -> Window | None:
        """Return the private window on screen, or None."""

    def home(self) -> Html | None:
        """Return what the App Home shows; None if there is none yet."""

    def notices(self) -> list[str]:
        """Return what windows said as they closed, the latest last."""

    def installed(self) -> bool:
        """Tell whether Haven is in this person's chat."""

    def payload(self, of: str) -> tuple[str, Json] | None:
        """Return the title and the payload of a message, "window" or "home", as the platform got it."""

    def mark(self) -> object:
        """Return something that differs whenever what this person sees differs."""

    async def say(self, place: str, text: str) -> None:
        """Type a line."""

    async def tap(self, place: str, message: str, name: str, entries: Entries) -> None:
        """Tap a button of a message."""

    async def act(self, name: str, entries: Entries) -> None:
        """Fill in the private window and tap a button in it; "" submits."""

    async def close(self) -> None:
        """Close the private window."""

    async def enter_home(self) -> None:
        """Open the App Home."""

    async def tap_home(self, name: str) -> None:
        """Tap a button on the App Home."""

    async def install(self) -> None:
        """Add Haven to the chat."""


async def attempt(seat: Seat, deed: Callable[[], Awaitable[None]], refusals: tuple[type[Exception], ...]) -> None:
    """Carry out a deed; what a client would not let pass, or the service not take, becomes the seat's `trouble`."""
    seat.trouble = ""
    try:
        await deed()
    except refusals as refused:
        seat.trouble = f"{seat.platform} would not do that: {refused}."


def answered(platform: str, status: int) -> str:
    """Return what to say of a delivery's answer; empty if it was taken."""
    if 200 <= status < 300:
        return ""
    if status == 0:
        return f"The service did not answer {platform} in time. Try again; if it stays so, look at the terminal."
    return f"The service answered {platform} with {status}, so nothing happened. Try again, or open Haven anew."
