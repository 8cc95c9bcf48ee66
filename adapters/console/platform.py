"""The terminal as a Platform: everything is written to one place, with whose screen it is."""

from collections import defaultdict
from collections.abc import Callable

from adapters.console.render import render
from adapters.platform import Address, Drawn, Public, Shown

KEPT = 20  # messages whose buttons can still be pressed


class ConsolePlatform:
    """Writes screens through `write`. `me` is the person who sits there; others' are marked with their name."""

    name = "console"

    def __init__(self, write: Callable[[str], None], drawn: Drawn, me: str) -> None:
        self._write, self._drawn, self.me = write, drawn, me
        self.current: dict[str, Shown] = {}
        self.messages: dict[str, list[Public]] = defaultdict(list)

    async def show(self, address: Address, shown: Shown) -> None:
        """Write the screen, and say that it is drawn."""
        self.current[address.user] = shown
        self._write(self._marked(address.user, render(shown.screen)))
        if shown.turn:
            await self._drawn(address, shown.turn)

    async def post(self, address: Address, message: Public) -> str:
        """Write a message; its buttons work until they scroll out of memory."""
        kept = self.messages[address.user]
        kept.append(message)
        del kept[:-KEPT]
        self._write(self._marked(address.user, f"(message)\n{render(message.screen)}"))
        return f"{address.user}/{len(kept)}"

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        """Write a post in a team's channel, where everybody reads it."""
        self._write(f"(in {channel})\n{render(message.screen)}")
        return channel

    def _marked(self, user: str, text: str) -> str:
        return text if user == self.me else f"(for {user})\n{text}"
