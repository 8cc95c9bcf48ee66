"""The socket that every platform plugs into: what arrives, what is shown, and what a platform can do."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol, runtime_checkable

from pydantic import Field, model_validator

from flows.core.base import Value
from flows.core.events import Answered, Said
from flows.core.screen import Screen


class Address(Value):
    """Where somebody is reached. `tenant` is the workspace or organisation, `user` the platform's id."""

    platform: str = Field(max_length=16)
    tenant: str = Field(max_length=80)
    user: str = Field(max_length=120)


class Profile(Value):
    """What the platform says about somebody: a BCP 47 locale, an IANA zone, and the name colleagues see.

    The name is used for one thing: a reminder to a team says who asked for it. It is not stored.
    """

    locale: str = ""
    zone: str = ""
    name: str = ""


Place = Literal["chat", "window", "page"]
"""Where somebody did something: in the chat; in an open window of it, which is no message; on a page of ours."""


class Arrival(Value):
    """One thing a person did.

    `id` is the platform's own id of the delivery (unique; a repetition has one effect). A tapped button
    brings its `token` and no event; a sent form brings `Answered` and the form's token; a typed line brings
    `Said`; neither event nor token means that the chat was opened. `secluded` says that what is typed does
    not reach the employer's archive (a terminal, a page of ours). `place` is where it was done: a page asks by itself
    where the conversation stands, so what is done there is never drawn in the chat. `command` says that the line stood
    behind the service's own command, where only a command is meant: never an answer; an empty one opens the start.
    `closing` says that the window of a detail was closed: its way back is taken if it is on screen still, otherwise
    nothing happens.
    `admitted=False` marks somebody whom the service refuses (a guest, a stranger): they get crisis help if they need
    it, and a plain refusal otherwise; `None` says that the platform could not tell, and the turn is refused as Busy.
    `reference` is where the person's chat is, in the platform's own words, where nothing else leads there. It is kept
    with the turn: a repetition keeps nothing, and a turn that forgets somebody forgets it too.
    """

    id: str
    address: Address
    event: Said | Answered | None = None
    token: str = ""
    profile: Profile = Profile()
    secluded: bool = False
    place: Place = "chat"
    command: bool = False
    closing: bool = False
    admitted: bool | None = True
    reference: str = Field(default="", max_length=600)


class Public(Value):
    """A screen that may stand in a chat message. Made only by checking that it is not private.

    `Platform.post` accepts this type alone, so a private screen in a chat message does not type-check;
    and whoever builds one anyway gets a ValidationError.
    """

    screen: Screen
    tokens: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _not_private(self) -> "Public":
        if self.screen.private:
            raise ValueError("a private screen must not stand in a chat message")
        return self


class Shown(Value):
    """A screen with what makes it live: a token for each button (same order) and one for the form.

    `turn` is opaque and names the moment of the conversation; `locale` is the language it is drawn in. A button
    that only leads somewhere (`Button.link`) has an empty token. `launcher` is what to post instead where a
    private screen cannot open by itself; it is set exactly if the screen is private. `close` is what a window's own
    button for closing says, where the platform lets us say it; `missing` what stands at a field that was left out;
    `more` that not everything fits, and `outdated` that a client is too old to draw it. `in_window` marks a screen
    that is private for no other reason than that it came up in a window: there it is drawn, wherever private screens
    stand.
    """

    turn: str
    screen: Screen
    tokens: tuple[str, ...]
    form: str = ""
    launcher: Public | None = None
    locale: str = ""
    close: str = "Close"
    missing: str = "Please answer this."
    more: str = "There is more than fits here."
    outdated: str = "Please update this app."
    in_window: bool = False

    def public(self) -> Public:
        """Return what may stand in a chat message: the screen itself, or its launcher."""
        return self.launcher or Public(screen=self.screen, tokens=self.tokens)


class Notes(Value):
    """What a platform says by itself, where there is no screen to draw: that a turn could not be taken, that one takes
    long, that there is nothing (any more). Each holds "Help now". `close` is what a window's own button says."""

    busy: Public
    moment: Public
    nothing: Public
    close: str


class Front(Value):
    """The page that somebody finds by themselves: a screen with a token for each button, same order.

    It stands until it is drawn anew, so every button works from an old page. `known` tells whether anything at all
    is held about the person: whoever only looks is not.
    """

    screen: Screen
    tokens: tuple[str, ...]
    known: bool = False


Look = Callable[[Address, Profile, bool | None], Awaitable[Front]]
"""Answers somebody's front page; the last argument is `Arrival.admitted`. Looking changes nothing. Raises Busy."""

Say = Callable[[Address, Profile], Notes]
"""Answers what to say to somebody without a screen, from memory: in the language that they chose if that is known,
otherwise in their profile's."""

Receive = Callable[[Arrival], Awaitable[Shown | None]]
"""The desk's door: commits the turn, then answers what to draw; None if there is nothing to draw.

Raises Busy if the turn could not be committed (the platform should deliver again), and Forged if a token
was not made by us for this person (answer a constant refusal)."""

Drawn = Callable[[Address, str], Awaitable[None]]
"""Tells the desk that the screen of this turn now has the platform's id: it will not be drawn again."""


class Busy(Exception):
    """The turn was not committed and nothing happened: deliver it again, or ask the person to."""


class Forged(Exception):
    """A token that we did not make for this person. Nothing happened."""


class Unreachable(Exception):
    """The platform says, for good, that this person or channel cannot be reached: do not retry."""


class Left(Unreachable):
    """The same, because of the person: they are not there any more, or have removed the app."""


class Declined(Exception):
    """The platform said no to a message, not for good: nothing was posted."""


class Slow(Exception):
    """The platform asks to wait: nothing was posted. Try again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__("the platform asks to wait")
        self.seconds = seconds


class Platform(Protocol):
    """What the service needs of a platform. Methods raise Unreachable for good, anything else to retry."""

    name: str

    async def show(self, address: Address, shown: Shown) -> None:
        """Draw the current screen outside of a reply: an open private screen is updated in place,
        a public one is posted, and a private one that is not open is offered by its launcher."""

    async def post(self, address: Address, message: Public) -> str:
        """Post a message to the person's private chat. Returns the platform's id of the message."""

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        """Post a message to a team's channel. Returns the platform's id of the message."""


@runtime_checkable
class Paced(Protocol):
    """A platform that limits how fast it may be written to.

    Its `post` and `announce` keep to `adapters.pacing.LAUNCH`: they tell it when the request is on the wire, send that
    request once, and raise Slow or Declined if, for certain, nothing was posted."""

    def turn(self, address: Address, channel: str = "") -> AbstractAsyncContextManager[None]:
        """Wait until something that nobody asked for may go to somebody's chat, or to a channel of their tenant: it is
        put on the wire within the block. Raises Unreachable."""

    async def posted(self, address: Address, id: str) -> bool | None:
        """Tell whether the launch of this id arrived in somebody's chat; None if the platform does not tell."""


@runtime_checkable
class Presence(Protocol):
    """A platform on which people can say that they are away. What is read is asked anew each time, and kept nowhere."""

    async def away(self, address: Address) -> bool:
        """Tell whether somebody says that they are away. Never raises: if the chat does not tell, they are not."""


@runtime_checkable
class Home(Protocol):
    """What a page of ours asks of the chat that its person came from, if that can tell."""

    async def admits(self, address: Address) -> bool | None:
        """Tell whether somebody is still one whom the service serves; None if the chat does not say now."""

    def refresh(self, address: Address) -> None:
        """Draw somebody's front page anew, if one stands there and says something else now. Nobody waits for it."""
