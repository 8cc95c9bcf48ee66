"""A dialogue played in the terminal."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from adapters.platform import Address, Arrival, Shown
from bot.terminal import TENANT, Terminal
from tests.golden import parse
from tests.golden.look import TERMINAL
from tests.golden.place import Drawn, Place
from tests.golden.stage import Backstage, Ground, at_eight, backstage, shell


class AtTerminal:
    """Somebody at `haven chat`."""

    name = "terminal"

    def __init__(self, behind: Backstage, terminal: Terminal, written: list[str], me: str) -> None:
        self.behind, self._terminal, self._written, self._me = behind, terminal, written, me
        self._kept = ""
        self._read = 0

    async def enter(self) -> None:
        await self.behind.during(self._terminal.start())

    async def say(self, text: str) -> None:
        await self.behind.during(self._terminal.line(text))

    async def tap(self, label: str) -> None:
        await self.behind.during(self._terminal.line(f"[{label}]"))

    async def fill(self, shown: Shown, values: Mapping[str, str]) -> None:
        await self.behind.during(self._terminal.line(", ".join(f"{key}={value}" for key, value in values.items())))

    async def close(self) -> None:
        """There is nothing to close."""

    def keep(self, label: str) -> None:
        shown = self._terminal.platform.current[self._me]
        self._kept = next(
            token for button, token in zip(shown.screen.buttons, shown.tokens, strict=True) if button.label == label
        )

    async def release(self) -> None:
        address = Address(platform="console", tenant=TENANT, user=self._me)
        arrival = Arrival(id="held-back", address=address, token=self._kept, secluded=True)
        await self.behind.during(self._terminal._arrive(arrival))

    def drawn(self) -> list[Drawn]:
        new, self._read = self._written[self._read :], len(self._written)
        return [Drawn(parse.terminal(text), TERMINAL) for text in new]


@contextlib.asynccontextmanager
async def at_terminal(folder: Path, ground: Ground, who: str) -> AsyncIterator[Place]:
    """Sit down at a terminal."""
    clock, written = at_eight(), list[str]()
    async with shell() as (app, base), backstage(folder, ground, {}, app, base, clock) as behind:
        terminal = Terminal(behind.service, clock, written.append, who)  # type: ignore[arg-type]
        behind.overhear()
        yield AtTerminal(behind, terminal, written, who)
