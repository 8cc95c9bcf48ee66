"""What Slack delivers, taken by Bolt's listeners: each is an arrival for the desk, and says where the answer is drawn.

What a Slack user sees: a typed line is answered in the chat. A tap on a message in their own chat opens a dialog if
the answer is private, and is answered there otherwise. A tap in a channel or on the Home tab, a command and a
shortcut open a dialog: nobody else sees it, and it leaves no message. A tap in a dialog and a sent form are
answered in that dialog, whatever the answer is: what somebody wrote in private, even a cry for help, leaves no trace
in the chat. Opening a tab is not something said: the Home tab is drawn, and an empty chat is greeted in words that
Slack does not keep, so the archive does not show who only looked.
"""

import asyncio
import logging
import re
from typing import Any, Final

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from adapters.drawing import Place
from adapters.platform import Address, Arrival, Busy, Forged, Receive, Say, Shown, Unreachable
from adapters.slack.draw import PATIENCE, Easel
from adapters.slack.log import SILENT, event, failure
from adapters.slack.people import changed
from adapters.slack.read import Where, asked, closed_by, opened, read, tenant_of, where
from adapters.slack.render import CALLBACK, message, modal, wrong
from adapters.slack.workspaces import Workspaces

_ANY: Final = re.compile(".*", re.DOTALL)

Body = dict[str, Any]


def _elapsed() -> float:
    """Return seconds on the loop's own clock."""
    return asyncio.get_running_loop().time()


class Listeners:
    """Takes every kind of delivery. `say` answers what somebody reads when a tap, form or command could not be taken,
    or takes long; events are answered with 503 instead, and Slack delivers them again."""

    def __init__(self, workspaces: Workspaces, receive: Receive, say: Say) -> None:
        self._workspaces, self._receive, self._say = workspaces, receive, say

    def bolt(self) -> AsyncApp:
        """Return Bolt's application, with a listener for everything that the manifest asks Slack for."""

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
        who = await self._workspaces.of(tenant).people.who(arrival.address.user)
        if who.bot:
            return None
        return arrival.model_copy(update={"profile": who.profile, "admitted": who.admitted})

    async def _on_left(self, body: Body, ack: AsyncAck) -> BoltResponse:
        await self._workspaces.left(tenant_of(body))
        return await ack()

    async def _on_changed(self, body: Body, ack: AsyncAck) -> BoltResponse:
        self._workspaces.of(tenant_of(body)).people.forget(changed(body))
        return await ack()

    async def _on_opened(self, body: Body, ack: AsyncAck) -> BoltResponse:
        looked = opened(body, tenant_of(body))
        if looked is not None:
            workspace = self._workspaces.of(looked.address.tenant)
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

    def _easel(self, address: Address) -> Easel:
        """Return what draws for this person: their own workspace's, with its token. Raises Unreachable."""
        return self._workspaces.of(address.tenant).easel
