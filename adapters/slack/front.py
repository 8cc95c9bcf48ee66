"""The App Home: a page of one's own, published for each person, and the first words in an empty chat.

The page is no message: nothing of it stands in the archive of the workspace. It is drawn when somebody opens it, and
again after whatever changes what it says. Opening is not an act: nothing is posted and nothing is stored by it.
"""

import asyncio
from typing import Final
from weakref import WeakValueDictionary

from adapters.memory import remember
from adapters.platform import Address, Busy, Front, Look
from adapters.slack.log import failure
from adapters.slack.people import People
from adapters.slack.render import home, message_of
from adapters.slack.web import Web
from flows.core.screen import Screen

_KNOWN: Final = 10_000
_AGAIN: Final = (1.0, 3.0)  # seconds after which a page is looked up again if the service was busy


class Fronts:
    """The front pages of one workspace. What was published last is a hint, kept in memory: after a restart a page is
    published once more than needed."""

    def __init__(self, web: Web, people: People, look: Look) -> None:
        self._web = web
        self._people = people
        self._look = look
        self._published: dict[str, Screen | None] = {}  # None: the first one is on its way
        self._greeted: dict[str, bool] = {}
        self._drawing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def page(self, address: Address) -> Front | None:
        """Return somebody's page; None for a bot. Raises Busy."""
        who = await self._people.who(address.user)
        return None if who.bot else await self._look(address, who.profile, who.admitted)

    async def publish(self, address: Address) -> None:
        """Put the page on the person's Home tab. Never raises: the page is drawn at its next opening."""
        remember(self._published, address.user, self._published.get(address.user), _KNOWN)  # what changes now counts
        await self._draw(address, always=True)

    async def greet(self, address: Address, page: Front, chat: str) -> None:
        """Greet somebody of whom nothing is known in their empty chat, once, in words that Slack does not keep."""
        if page.known or page.screen.private or address.user in self._greeted:
            return
        await self._web.whisper(chat, address.user, message_of(page.screen, page.tokens))
        remember(self._greeted, address.user, True, _KNOWN)

    async def refresh(self, address: Address) -> None:
        """Publish the page anew if it says something else than before. Never raises.

        Whose page is not known to this process is left out: a check-in to everybody must not ask Slack for everybody,
        and who never opened the tab needs none."""
        if address.user in self._published:
            await self._draw(address, always=False)

    async def _draw(self, address: Address, *, always: bool) -> None:
        try:
            async with self._drawing.setdefault(address.user, asyncio.Lock()):  # the last one drawn is the newest
                page = await self._looked(address)
                if page is not None and (always or self._published.get(address.user) != page.screen):
                    await self._web.publish(address.user, home(page))
                    remember(self._published, address.user, page.screen, _KNOWN)
        except Exception as error:
            failure("slack_front_failed", error)

    async def _looked(self, address: Address) -> Front | None:
        """Return the page, after some patience with a busy service: nobody else would ask for it again."""
        for seconds in _AGAIN:
            try:
                return await self.page(address)
            except Busy:
                await asyncio.sleep(seconds)
        return await self.page(address)
