"""The App Home: a page of one's own, published for each person, and the first words in an empty chat.

The page is no message: nothing of it stands in the archive of the workspace. It is drawn when somebody opens it, and
again after whatever changes what it says. Opening is not an act: nothing is posted and nothing is stored by it.
"""

from typing import Final

from adapters.platform import Address, Front, Look
from adapters.slack.log import failure
from adapters.slack.people import People
from adapters.slack.render import home, message_of
from adapters.slack.web import Web, remember
from flows.core.screen import Screen

_KNOWN: Final = 10_000


class Fronts:
    """The front pages of one workspace. What was published last is a hint, kept in memory: after a restart a page is
    published once more than needed."""

    def __init__(self, web: Web, people: People, look: Look) -> None:
        self._web = web
        self._people = people
        self._look = look
        self._published: dict[str, Screen] = {}
        self._greeted: dict[str, bool] = {}

    async def page(self, address: Address) -> Front | None:
        """Return somebody's page; None for a bot. Raises Busy."""
        who = await self._people.who(address.user)
        return None if who.bot else await self._look(address, who.profile, who.admitted)

    async def publish(self, address: Address, page: Front) -> None:
        """Put the page on the person's Home tab."""
        await self._web.publish(address.user, home(page))
        remember(self._published, address.user, page.screen, _KNOWN)

    async def greet(self, address: Address, page: Front, chat: str) -> None:
        """Greet somebody of whom nothing is known in their empty chat, once, in words that Slack does not keep."""
        if page.known or page.screen.private or address.user in self._greeted:
            return
        await self._web.whisper(chat, address.user, message_of(page.screen, page.tokens))
        remember(self._greeted, address.user, True, _KNOWN)

    async def refresh(self, address: Address, *, if_published: bool = False) -> None:
        """Publish the page if it says something else than before. Never raises: the page is drawn at its next opening.

        `if_published` leaves out those whose page is not known to this process: a check-in to everybody must not ask
        Slack for everybody."""
        if if_published and address.user not in self._published:
            return
        try:
            page = await self.page(address)
            if page is not None and self._published.get(address.user) != page.screen:
                await self.publish(address, page)
        except Exception as error:
            failure("slack_front_failed", error)
