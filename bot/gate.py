"""Stands between the desk and a chat that belongs to the employer, where the private room is offered.

With `HAVEN_SURFACE=room` a private screen never gets to the chat: in its place stands a gate, a link and a code that
open the room. Otherwise the gate stands there for who asks for it. What happens in the room is drawn in the room.
"""

from adapters.platform import Address, Arrival, Front, Platform, Profile, Public, Shown
from adapters.web.app import Room
from adapters.web.links import LIFE
from bot.clock import Clock
from bot.desk import Desk
from bot.languages import Languages
from bot.settings import Settings
from bot.vault import Vault
from content.library import Library
from flows.core.room import RoomWords
from flows.core.screen import Button, Screen

OPEN, ROOM = "open", "room"  # standing buttons: go on where we are; go on in the room


def room_of(settings: Settings, desk: Desk, library: Library, clock: Clock) -> Room | None:
    """Return the room; None if nobody's browser could reach it."""
    if not settings.public_url:
        return None
    return Room(
        url=settings.public_url,
        receive=desk.receive,
        drawn=desk.drawn,
        speak=Languages(library).speak,
        help_for=desk.drawing.help_for,
        clock_now=clock.now,
        chance=clock.chance,
    )


class Gate:
    """Answers arrivals from a chat, and draws in it what no arrival asked for."""

    def __init__(self, desk: Desk, room: Room, vault: Vault, library: Library) -> None:
        self._desk, self._room, self._vault, self._library = desk, room, vault, library

    @property
    def _always(self) -> bool:
        return self._library.current.surface == "room"

    async def receive(self, arrival: Arrival) -> Shown | None:
        """Take an arrival from the chat, as the desk does; a private screen may be answered by the gate."""
        shown = await self._desk.receive(arrival)
        self._room.elsewhere(arrival.address)
        if shown and shown.screen.private and (self._always or self._desk.standing(arrival) == ROOM):
            return self._gate(arrival.address, arrival.profile, shown)
        return shown

    async def front(self, address: Address, profile: Profile, admitted: bool | None) -> Front:
        """Return somebody's front page, as the desk does: it says nothing of anybody where the room is the surface."""
        return await self._desk.front(address, profile, admitted)

    async def drawn(self, address: Address, turn: str) -> None:
        """Note that the chat shows what stands there for this turn."""
        await self._desk.drawn(address, turn)

    def before(self, platform: Platform) -> Platform:
        """Return a platform as the errands may use it."""
        return _Before(platform, self)

    async def show(self, platform: Platform, address: Address, shown: Shown) -> None:
        """Draw a screen where the person is: in the room, or in the chat, there behind the gate if it must be."""
        if self._room.is_before(address):
            await self._room.show(address, shown)
            return
        hidden = shown.screen.private and self._always
        await platform.show(address, self._gate(address, Profile(), shown) if hidden else shown)

    def _gate(self, address: Address, profile: Profile, shown: Shown) -> Shown:
        """Return what stands in the chat for a private screen. It is private itself: no message may hold the code."""
        words = self._words(shown.locale)
        link, code = self._room.link(address, profile, shown.locale)
        minutes = str(int(LIFE.total_seconds() // 60))
        again = Button(key=OPEN if self._always else ROOM, label=words.gate_again, standing=True)
        here = () if self._always else (Button(key=OPEN, label=words.gate_here, standing=True),)
        screen = Screen(
            lines=(words.gate, words.gate_code.fill(code=code), words.gate_once.fill(minutes=minutes)),
            buttons=(Button(key="link", label=words.gate_open, link=link, style="primary"), again, *here),
            title=words.gate_title,
        )
        live = self._desk.drawing.public(self._vault.sid(address), screen, shown.locale)
        private = live.screen.model_copy(update={"private": True})
        changes = {"screen": private, "tokens": live.tokens, "form": ""}
        return shown.model_copy(update=changes)

    def _words(self, locale: str) -> RoomWords:
        content = self._library.current
        words = content.words[content.locale(locale)]["room"]
        assert isinstance(words, RoomWords)
        return words


class _Before:
    """A platform with the gate before it."""

    def __init__(self, platform: Platform, gate: Gate) -> None:
        self._platform, self._gate = platform, gate
        self.name = platform.name

    async def show(self, address: Address, shown: Shown) -> None:
        await self._gate.show(self._platform, address, shown)

    async def post(self, address: Address, message: Public) -> str:
        return await self._platform.post(address, message)

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        return await self._platform.announce(tenant, channel, message)
