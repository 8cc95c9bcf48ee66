"""Slack as a Platform: one workspace or several. `listeners.py` takes what arrives, `draw.py` draws the answers."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from fastapi import APIRouter

from adapters.platform import Address, Drawn, Look, Public, Receive, Say, Shown, Unreachable
from adapters.slack.deliveries import Deliveries
from adapters.slack.door import door
from adapters.slack.draw import Easel
from adapters.slack.installation import Installations
from adapters.slack.listeners import Listeners
from adapters.slack.oauth import Offer, oauth
from adapters.slack.socket import Socket
from adapters.slack.workspaces import Workspaces


class SlackPlatform:
    """The workspaces of Slack. Include `router` in the application, `start` it in the loop, `stop` it at the end.

    `installations` says which workspaces there are; with an `offer` more can install the app. Deliveries come in over
    HTTP with a `signing_secret`, or over Socket Mode with an `app_token`; `chance` draws bytes.
    `clock_now` returns the current instant, aware. `say` answers what somebody reads when a tap, form or
    command could not be taken, or takes long; events are answered with 503 instead, and Slack delivers them again.
    """

    name = "slack"

    def __init__(
        self,
        *,
        installations: Installations,
        api_url: str,
        receive: Receive,
        drawn: Drawn,
        look: Look,
        say: Say,
        clock_now: Callable[[], datetime],
        signing_secret: str | None = None,
        app_token: str | None = None,
        chance: Callable[[int], bytes] = bytes,
        offer: Offer | None = None,
    ) -> None:
        self.workspaces = Workspaces(
            installations,
            api_url=api_url,
            credentials=offer.credentials if offer else None,
            allowed=offer.allowed if offer else None,
            drawn=drawn,
            look=look,
            clock_now=clock_now,
        )
        self.listeners = Listeners(self.workspaces, receive, say)
        self.deliveries = Deliveries(self.listeners.bolt(), self.workspaces.knows)
        self.router = APIRouter()
        self.socket: Socket | None = None
        if signing_secret:
            self.router.include_router(door(self.deliveries, signing_secret.encode(), clock_now))
        elif app_token:
            self.socket = Socket(app_token, self.workspaces, self.deliveries, chance)
        if offer:
            self.router.include_router(oauth(offer, self.workspaces, api_url, clock_now))

    async def start(self) -> None:
        """Open the session to Slack, and the socket if that is the way in."""
        await self.workspaces.start()
        if self.socket:
            await self.socket.start()

    async def stop(self) -> None:
        """Take nothing more, finish what is being drawn, then close the session."""
        if self.socket:
            await self.socket.stop()
        await self.workspaces.stop()

    # --- the socket

    async def show(self, address: Address, shown: Shown) -> None:
        """Draw the current screen outside of a reply, and tell the desk. Raises Unreachable for good."""
        await self._easel(address).show(address, shown)

    async def admits(self, address: Address) -> bool | None:
        """Tell whether the workspace still vouches for somebody; None if Slack does not say."""
        try:
            return (await self.workspaces.of(address.tenant).people.who(address.user)).admitted
        except Unreachable:
            return None

    def refresh(self, address: Address) -> None:
        """Draw somebody's Home tab anew, soon, if it stands there and says something else now."""
        with contextlib.suppress(Unreachable):
            self._easel(address).refreshed(address)

    async def post(self, address: Address, message: Public) -> str:
        """Post to the person's private chat and return the message's ts. Raises Unreachable for good."""
        return await self._easel(address).post(address, message)

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        """Post to a channel that the bot is in and return the ts. Raises Unreachable for good."""
        return await self.workspaces.of(tenant).easel.announce(channel, message)

    @contextlib.asynccontextmanager
    async def turn(self, address: Address, channel: str = "") -> AsyncIterator[None]:
        """Wait until something that nobody asked for may go there. Raises Unreachable."""
        workspace = self.workspaces.of(address.tenant)
        await workspace.token.current()  # so that no renewal comes between the mark and the message
        async with workspace.web.client.pacer.turn(channel or workspace.web.chat(address.user)):
            yield

    async def away(self, address: Address) -> bool:
        """Tell whether somebody's status says that they are away."""
        try:
            return await self.workspaces.of(address.tenant).people.away(address.user)
        except Unreachable:
            return False

    async def posted(self, address: Address, id: str) -> bool | None:
        """Tell whether a launch arrived in somebody's chat: Slack keeps its id with the message."""
        web = self.workspaces.of(address.tenant).web
        return await web.posted(await web.direct(address.user), id)

    def _easel(self, address: Address) -> Easel:
        """Return what draws for this person: their own workspace's, with its token. Raises Unreachable."""
        return self.workspaces.of(address.tenant).easel
