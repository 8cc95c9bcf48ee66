"""Puts screens before people: in the dialog that waits for an answer, otherwise in the chat.

One person's messages are posted one after the other, in the order of their turns: a place in the queue is taken
before the turn is committed. A dialog cannot be changed from outside. So where a screen only waits for an errand,
its answer is held back for some seconds: what the errand brings in that time is shown at once.

The chat holds no dead buttons: a question that was answered, or passed by, keeps those only that work for ever. A
launcher is taken away once the dialog that it opened has gone on, or another one stands below it; until then it can
open the dialog again, if somebody closed it by mistake.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from adapters.drawing import Queues, Work
from adapters.memory import remember
from adapters.platform import Address, Drawn, Public, Shown
from adapters.teams.log import event, failure
from adapters.teams.reference import Reference
from adapters.teams.render import messages
from adapters.teams.web import Web

HOLD: Final = 4.0  # seconds from the tap: Teams gives a dialog about five
_KNOWN_CARDS: Final = 10_000


@dataclass
class Card:
    """The card that was posted last to somebody. `turn` is the moment that it shows; `used` says of a launcher that it
    has opened a dialog."""

    id: str
    public: Public
    turn: str
    launcher: bool
    used: bool = False


@dataclass
class Held:
    """An invoke that is being answered: an errand's screen may still take the place of "One moment"."""

    until: float
    turned: asyncio.Event = field(default_factory=asyncio.Event)  # whether it waits is known
    waits: bool = False
    better: asyncio.Future[Shown] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def best(self, shown: Shown) -> Shown:
        """Return what to show: this screen, or the last that errands bring before the time is up."""
        self.waits = shown.screen.waits
        self.turned.set()
        while self.waits:
            left = self.until - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait([self.better], timeout=max(left, 0))
            if not done:
                break
            shown, self.better = self.better.result(), asyncio.get_running_loop().create_future()
            self.waits = shown.screen.waits
        self.waits = False
        return shown

    async def take(self, shown: Shown) -> bool:
        """Give it an errand's screen; False if it does not wait for one (any more)."""
        await self.turned.wait()
        if not self.waits or self.better.done():
            return False
        self.better.set_result(shown)
        return True


class Easel:
    """Draws screens and tells the desk what has been drawn.

    Which invokes are open and which card was posted last are hints, kept in memory.
    """

    def __init__(self, web: Web, drawn: Drawn) -> None:
        self._web = web
        self._drawn = drawn
        self._held: dict[str, Held] = {}
        self._last: dict[str, Card] = {}
        self.queues = Queues(lambda error: failure("teams_draw_failed", error), lambda: event("teams_unreachable"))

    @contextmanager
    def hold(self, address: Address) -> Iterator[Held]:
        """Answer an invoke: from here on until the block ends, an errand's screen may become its answer."""
        held = Held(asyncio.get_running_loop().time() + HOLD)
        self._held[address.user] = held
        try:
            yield held
        finally:
            held.waits = False
            held.turned.set()
            if self._held.get(address.user) is held:
                del self._held[address.user]

    def answered(self, address: Address, first: Shown, last: Shown) -> None:
        """Tell the desk that a reply carries the last screen, which took the place of the first if that is another:
        neither is drawn again. Whoever waits for the reply does not wait for that."""
        for turn in dict.fromkeys((first.turn, last.turn)):
            self.queues.spawn(self._tell(address, turn))

    def moved(self, address: Address, reference: Reference, card: str, turn: str) -> None:
        """Tidy the chat after an answer in a dialog. `card` is the message whose button opened it, empty if it was open
        before; `turn` the moment that the dialog shows."""
        self.queues.spawn(self._tidy(address, reference, card, turn))

    def posted(self, address: Address, shown: Shown, reference: Reference) -> Work:
        """Answer in the chat: the screen if it may stand there, otherwise its launcher."""
        return partial(self._post, address, shown, reference)

    async def show(self, address: Address, shown: Shown, find: Callable[[], Awaitable[Reference]]) -> None:
        """Draw the current screen outside of a reply: in the dialog that waits for it, otherwise in the chat."""
        held = self._held.get(address.user)
        if held is not None and await held.take(shown):
            return
        async with self.queues.of(address):
            last = self._last.get(address.user)
            if shown.launcher and last and last.launcher and not last.used:
                await self._drawn(address, shown.turn)  # it stands there already, and opens whatever is current
                return
            await self._post(address, shown, await find())

    # --- inside

    async def _tell(self, address: Address, turn: str) -> None:
        try:
            await self._drawn(address, turn)
        except Exception as error:
            failure("teams_draw_failed", error)

    async def _post(self, address: Address, shown: Shown, reference: Reference) -> None:
        public = shown.public()
        posted = ""
        for part in messages(public):
            posted = await self._web.post(reference, part)
        card = Card(posted, public, shown.turn, launcher=shown.launcher is not None)
        earlier = self._last.get(address.user)
        remember(self._last, address.user, card, _KNOWN_CARDS)
        await self._drawn(address, shown.turn)
        if earlier and earlier.launcher and (earlier.used or card.launcher):
            await self._take_away(reference, earlier)
        elif earlier:
            await self._settle(reference, earlier)

    async def _tidy(self, address: Address, reference: Reference, card: str, turn: str) -> None:
        async with self.queues.of(address):
            last = self._last.get(address.user)
            if last is None:
                return
            if not last.launcher:
                if last.turn != turn:
                    await self._settle(reference, last)
            elif card:
                last.used = last.used or card == last.id
            elif last.used:
                del self._last[address.user]
                await self._take_away(reference, last)

    async def _settle(self, reference: Reference, card: Card) -> None:
        """Take the buttons that answer nothing any more off a card; it may fail."""
        alive = settled(card.public)
        if alive == card.public:
            return
        card.public = alive
        try:
            *_, last = messages(alive)
            await self._web.update(reference, card.id, last)
        except Exception as error:
            event("teams_card_not_updated", error=type(error).__name__)

    async def _take_away(self, reference: Reference, card: Card) -> None:
        """Delete a launcher; it may fail, and then it goes on opening what is current."""
        try:
            await self._web.delete(reference, card.id)
        except Exception as error:
            event("teams_card_not_deleted", error=type(error).__name__)


def settled(public: Public) -> Public:
    """Return a message with those buttons only that work from old messages too."""
    pairs = [pair for pair in zip(public.screen.buttons, public.tokens, strict=True) if pair[0].standing]
    screen = public.screen.model_copy(update={"buttons": tuple(button for button, _ in pairs)})
    return Public(screen=screen, tokens=tuple(token for _, token in pairs))
