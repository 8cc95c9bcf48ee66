"""Slack as a Platform: Bolt's listeners on one side, the desk's door on the other. It serves one workspace or several.

What a Slack user sees: a typed line is answered in the chat. A tap on a message in their own chat opens a dialog if
the answer is private, and is answered there otherwise. A tap in a channel or on the Home tab, a command and a
shortcut open a dialog: nobody else sees it, and it leaves no message. A tap in a dialog and a sent form are
answered in that dialog, whatever the answer is: what somebody wrote in private, even a cry for help, leaves no trace
in the chat. Opening a tab is not something said: the Home tab is drawn, and an empty chat is greeted in words that
Slack does not keep, so the archive does not show who only looked.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from adapters.drawing import Place
from adapters.platform import Address, Arrival, Busy, Drawn, Forged, Look, Public, Receive, Say, Shown, Unreachable
from adapters.slack.deliveries import Deliveries
from adapters.slack.door import door
from adapters.slack.draw import PATIENCE, Easel
from adapters.slack.installation import Installations
from adapters.slack.log import SILENT, event, failure
from adapters.slack.oauth import Offer, oauth
from adapters.slack.people import changed
from adapters.slack.read import Where, asked, closed_by, opened, read, tenant_of, where
from adapters.slack.render import CALLBACK, message, modal, wrong
from adapters.slack.socket import Socket
from adapters.slack.workspaces import Workspaces

_ANY: Final = re.compile(".*", re.DOTALL)

Body = dict[str, Any]


def _elapsed() -> float:
    """Return seconds on the loop's own clock."""
    return asyncio.get_running_loop().time()


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
        self._receive = receive
        self._say = say
        self.workspaces = Workspaces(
            installations,
            api_url=api_url,
            credentials=offer.credentials if offer else None,
            allowed=offer.allowed if offer else None,
            drawn=drawn,
            look=look,
            clock_now=clock_now,
        )
        self.deliveries = Deliveries(self._bolt(), self.workspaces.knows)
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

    # --- what Slack delivers

    def _bolt(self) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            # deliveries.py has done it. No token: what is drawn goes by the workspace's own, never by Bolt's client
            return AuthorizeResult(enterprise_id=None, team_id=None)

        app = AsyncApp(
            name="adapters.slack.bolt",
            logger=SILENT,
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=False,  # door.py has done it
            ignoring_self_events_enabled=False,  # read.py and people.py answer no bot at all
            attaching_function_token_enabled=False,
        )
        for name in ("app_uninstalled", "tokens_revoked"):
            app.event(name)(self._on_left)
        app.event("app_home_opened")(self._on_opened)
        app.event("user_change")(self._on_changed)
        app.event("message")(self._on_event)
        app.block_action(_ANY)(self._on_tap)
        app.view_submission(CALLBACK)(self._on_form)
        app.view_closed(CALLBACK)(self._on_closed)
        app.global_shortcut(_ANY)(self._on_tap)
        app.command(_ANY)(self._on_command)
        app.error(self._on_error)
        return app

    async def _arrival(self, body: Body) -> Arrival | None:
        tenant = tenant_of(body)
        arrival = read(body, tenant)
        if arrival is None:
            return None
        who = await self.workspaces.of(tenant).people.who(arrival.address.user)
        if who.bot:
            return None
        return arrival.model_copy(update={"profile": who.profile, "admitted": who.admitted})

    async def _on_left(self, body: Body, ack: AsyncAck) -> BoltResponse:
        await self.workspaces.left(tenant_of(body))
        return await ack()

    async def _on_changed(self, body: Body, ack: AsyncAck) -> BoltResponse:
        self.workspaces.of(tenant_of(body)).people.forget(changed(body))
        return await ack()

    async def _on_opened(self, body: Body, ack: AsyncAck) -> BoltResponse:
        looked = opened(body, tenant_of(body))
        if looked is not None:
            workspace = self.workspaces.of(looked.address.tenant)
            page = await workspace.fronts.page(looked.address)
            if page is not None and looked.tab == "home":
                workspace.easel.opened(looked.address)
            elif page is not None and looked.chat:
                with workspace.easel.queues.place(looked.address) as place:
                    place.then = workspace.easel.greeted(looked.address, page, looked.chat)
        return await ack()

    async def _on_event(self, body: Body, ack: AsyncAck) -> BoltResponse:
        arrival = await self._arrival(body)
        if arrival is not None:
            easel = self._easel(arrival.address)
            with easel.queues.place(arrival.address) as place:
                if shown := await self._receive(arrival):
                    place.then = easel.posted(arrival.address, shown, arrival.id)
        return await ack()

    async def _on_tap(self, body: Body, ack: AsyncAck) -> BoltResponse:
        began = _elapsed()
        arrival = await self._arrival(body)
        if arrival is not None:
            easel = self._easel(arrival.address)
            with easel.queues.place(arrival.address) as place:
                try:
                    shown, spot = await self._opening(arrival, body, easel, place, began)
                except Busy:
                    shown, spot = None, where(body)
                    place.then = easel.busy(self._say(arrival.address, arrival.profile), spot)
                if shown:
                    place.then = easel.tapped(arrival.address, shown, spot)
        return await ack()

    async def _on_command(self, body: Body, ack: AsyncAck) -> BoltResponse:
        began = _elapsed()
        arrival = await self._arrival(body)
        if arrival is not None:
            easel = self._easel(arrival.address)
            with easel.queues.place(arrival.address) as place:
                try:
                    shown, spot = await self._opening(arrival, body, easel, place, began)
                except Busy:
                    return await ack(**message(self._say(arrival.address, arrival.profile).busy))
                if shown and not shown.turn and not spot.waiting:
                    # no conversation: help from memory, a refusal, the list of commands
                    return await ack(**message(shown.public()))
                if shown:
                    place.then = easel.tapped(arrival.address, shown, spot)
        return await ack()

    async def _opening(
        self, arrival: Arrival, body: Body, easel: Easel, place: Place, began: float
    ) -> tuple[Shown | None, Where]:
        """Take a turn that may open a dialog; say so in time if it takes long, and if it could not be taken."""
        turn = asyncio.create_task(self._turn(arrival))
        left = max(0.0, PATIENCE - (_elapsed() - began))
        spot = await easel.opens(turn, where(body), left, self._say(arrival.address, arrival.profile))
        try:
            return await turn, spot
        except (Busy, Forged):
            if not spot.waiting:
                raise
            place.then = easel.busy(self._say(arrival.address, arrival.profile), spot)
            return None, spot

    async def _turn(self, arrival: Arrival) -> Shown | None:
        return await self._receive(arrival)

    async def _on_closed(self, body: Body, ack: AsyncAck) -> BoltResponse:
        spot, arrival = where(body), await self._arrival(body)
        address = closed_by(body, tenant_of(body))
        if address is None:
            return await ack()
        easel = self._easel(address)
        with easel.queues.place(address) as place:
            easel.closed(address, spot)
            try:
                if arrival is not None and (shown := await self._receive(arrival)):
                    place.then = easel.uncovered(address, shown, spot)
            except Busy:
                event("slack_busy", logging.WARNING)  # what came to light says that it is out of date, if it is
        return await ack()

    async def _on_form(self, body: Body, ack: AsyncAck) -> BoltResponse:
        arrival = await self._arrival(body)
        if arrival is None:
            return await ack(response_action="clear")
        easel = self._easel(arrival.address)
        with easel.queues.place(arrival.address) as place:
            try:
                shown = await self._receive(arrival)
            except Busy:
                busy = "\n".join(self._say(arrival.address, arrival.profile).busy.screen.lines)
                return await ack(response_action="errors", errors={asked(body)[0]: busy})
            if shown is None:
                easel.closed(arrival.address, Where("", where(body).view))
                return await ack(response_action="clear")
            spot = where(body)
            place.then = easel.answered(arrival.address, shown, spot)
            if errors := wrong(shown, asked(body)):
                return await ack(response_action="errors", errors=errors)
            on_top = shown.screen.detail and not spot.detail and not spot.beneath
            return await ack(response_action="push" if on_top else "update", view=modal(shown))

    async def _on_error(self, error: Exception) -> BoltResponse:
        if isinstance(error, Busy):
            event("slack_busy", logging.WARNING)
            return BoltResponse(status=503)
        if isinstance(error, Forged | Unreachable):  # a button that is not ours; uninstalled in this very moment
            event("slack_refused", logging.WARNING, status=403)
            return BoltResponse(status=403)
        failure("slack_failed", error)
        return BoltResponse(status=500)
