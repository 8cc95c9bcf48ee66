"""Stands between the desk and a chat that belongs to the employer, where the private room is offered.

With `HAVEN_SURFACE=room` a private screen never gets to the chat: in its place stands a gate, a link and a code that
open the room. Otherwise the gate stands there for who asks for it. What happens in the room is drawn in the room: until
its person has done something in the chat again, that gets nothing of it but a gate.
"""

from contextlib import AbstractAsyncContextManager, nullcontext

from adapters.platform import Address, Arrival, Front, Home, Notes, Paced, Platform, Presence, Profile, Public, Shown
from adapters.web.app import Room
from adapters.web.links import LIFE
from bot.clock import Clock
from bot.desk import Desk
from bot.languages import Languages
from bot.vault import Vault
from content.library import Library
from flows.core.room import RoomWords
from flows.core.screen import Button, Screen

OPEN, ROOM = "open", "room"  # standing buttons: go on where we are; go on in the room


class Gate:
    """Answers arrivals from a chat, and draws in it what no arrival asked for. The `room` behind it is reached by
    browsers at `url`, scheme and host."""

    def __init__(self, url: str, desk: Desk, vault: Vault, library: Library, clock: Clock) -> None:
        self._desk, self._vault, self._library = desk, vault, library
        self._homes: dict[str, Home] = {}
        self.room = Room(
            url=url,
            receive=self.step,
            file=self.file,
            drawn=desk.drawn,
            speak=Languages(library).speak,
            help_for=desk.drawing.help_for,
            clock_now=clock.now,
            chance=clock.chance,
        )

    @property
    def _always(self) -> bool:
        return self._library.current.surface == "room"

    async def receive(self, arrival: Arrival) -> Shown | None:
        """Take an arrival from the chat, as the desk does; a private screen may be answered by the gate."""
        shown = await self._desk.receive(arrival)
        if not arrival.closing:
            self.room.elsewhere(arrival.address)
        if shown is None or not self._hides(shown, asked=self._desk.standing(arrival) == ROOM):
            return shown
        return self._gate(arrival.address, None if _typed(arrival) else arrival.profile, shown)

    async def step(self, arrival: Arrival) -> Shown | None:
        """Take an arrival from the room, as the desk does. Whom the chat does not admit any more, the room does not
        either: they are refused, and helped in a crisis. What was done may change the chat's front page."""
        home = self._homes.get(arrival.address.platform)
        if home and await home.admits(arrival.address) is False:
            arrival = arrival.model_copy(update={"admitted": False})
        shown = await self._desk.receive(arrival)
        if home and (arrival.event or arrival.token):
            home.refresh(arrival.address)
        return shown

    async def file(self, address: Address) -> bytes | None:
        """Return the file that goes with somebody's page; none to whom the chat does not admit any more."""
        home = self._homes.get(address.platform)
        if home and await home.admits(address) is False:
            return None
        return await self._desk.file(address)

    async def front(self, address: Address, profile: Profile, admitted: bool | None) -> Front:
        """Return somebody's front page, as the desk does: it says nothing of anybody where the room is the surface."""
        return await self._desk.front(address, profile, admitted)

    def notes(self, address: Address, profile: Profile) -> Notes:
        """Return what the chat says to somebody where there is no screen, as the desk does."""
        return self._desk.notes(address, profile)

    async def drawn(self, address: Address, turn: str) -> None:
        """Note that the chat shows what stands there for this turn."""
        await self._desk.drawn(address, turn)

    def before(self, platform: Platform) -> Platform:
        """Return a platform as the errands may use it."""
        if isinstance(platform, Home):
            self._homes[platform.name] = platform
        return _Before(platform, self)

    async def show(self, platform: Platform, address: Address, shown: Shown) -> None:
        """Draw a screen where the person is: in the room, or in the chat, there behind the gate if it must be.

        Whoever has a page open and may have left it finds the screen there. The chat says that there is something
        private, unless a link that still opens says so already."""
        inside = self.room.is_open(address)
        if inside:
            await self.room.show(address, shown)
            if home := self._homes.get(platform.name):
                home.refresh(address)
        if self.room.is_before(address):
            return
        if not inside and not self._hides(shown):
            await platform.show(address, shown)
        elif shown.screen.private and not self.room.is_linked(address):
            await platform.show(address, self._gate(address, None, shown))

    def _hides(self, shown: Shown, *, asked: bool = False) -> bool:
        """Tell whether a screen stays out of the chat's windows; `asked` says that its person wants it elsewhere."""
        return shown.screen.private and (asked or (self._always and not shown.in_window))

    def _gate(self, address: Address, profile: Profile | None, shown: Shown) -> Shown:
        """Return what stands in the chat for a private screen. It is private itself: no message may hold the code.

        Without a profile it holds no link, only the button that brings one: a link is made for who sees it at once, as
        each new one ends an older one."""
        words = self._words(shown.locale)
        lines, ways = [str(words.gate)], []
        if profile is not None:
            link, code = self.room.link(address, profile, shown.locale)
            minutes = str(int(LIFE.total_seconds() // 60))
            lines += [words.gate_code.fill(code=code), words.gate_once.fill(minutes=minutes)]
            ways.append(Button(key="link", label=words.gate_open, link=link, style="primary"))
        ways.append(Button(key=OPEN if self._always else ROOM, label=words.gate_again, standing=True))
        if not self._always:
            ways.append(Button(key=OPEN, label=words.gate_here, standing=True))
        screen = Screen(lines=tuple(lines), buttons=tuple(ways), title=words.gate_title)
        live = self._desk.drawing.public(self._vault.sid(address), screen, shown.locale)
        private = live.screen.model_copy(update={"private": True})
        changes = {"screen": private, "tokens": live.tokens, "form": ""}
        return shown.model_copy(update=changes)

    def _words(self, locale: str) -> RoomWords:
        content = self._library.current
        words = content.words[content.locale(locale)]["room"]
        assert isinstance(words, RoomWords)
        return words


def _typed(arrival: Arrival) -> bool:
    """Tell whether an arrival is answered by a message, where no gate can stand but a launcher."""
    return arrival.place == "chat" and not arrival.token and not arrival.command


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

    def turn(self, address: Address, channel: str = "") -> AbstractAsyncContextManager[None]:
        return self._platform.turn(address, channel) if isinstance(self._platform, Paced) else nullcontext()

    async def posted(self, address: Address, id: str) -> bool | None:
        return await self._platform.posted(address, id) if isinstance(self._platform, Paced) else None

    async def away(self, address: Address) -> bool:
        return await self._platform.away(address) if isinstance(self._platform, Presence) else False
