"""Teams as a Platform: verified activities on one side, the desk's door on the other.

What a Teams user sees: what is typed is answered in the chat, as a card. What is tapped is answered in a dialog,
whatever the answer is: every button opens one, because whether its answer is private cannot be known before; the next
taps and forms are answered in that same dialog, until the person closes it. So a chat holds what was typed, the cards
that answer it, launchers and check-ins, and nothing of what was chosen. Installing brings one welcome; installing
again, or an update of the app, brings none. In a team
nothing is read; reminders stand there with a link into everybody's own chat.

A screen that waits for an errand is held back for up to 4 seconds; what comes later is offered in the chat by a
launcher, and the dialog's own button looks again.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from adapters.platform import Address, Arrival, Busy, Drawn, Forged, Left, Public, Receive, Say, Shown, Unreachable
from adapters.teams.door import Activity, Door, TokenGuard, refused
from adapters.teams.draw import Easel
from adapters.teams.keys import Keys
from adapters.teams.log import event, failure
from adapters.teams.login import Login
from adapters.teams.people import People
from adapters.teams.playground import NoLogin, PlaygroundGuard
from adapters.teams.read import Delivery, profile, read
from adapters.teams.reference import MICROSOFTS, Reference, References, ServiceHosts
from adapters.teams.render import announcement, dialog, messages, note
from adapters.teams.sender import Sender
from adapters.teams.web import Web
from adapters.teams.wire import Wire

OPENID_URL: Final = "https://login.botframework.com/v1/.well-known/openidconfiguration"
LOGIN_URL: Final = "https://login.microsoftonline.com"
SERVICE_HOSTS: Final = (MICROSOFTS,)
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # in small letters, as tokens have them
_PATIENCE: Final = 0.5  # seconds for looking up and keeping a reference: no welcome waits longer for that


class TeamsPlatform:
    """One bot in one tenant. Include `router` in the application, `start` it in the loop, `stop` it at the end.

    `clock_now` returns the current instant, aware; `chance(n)` n random bytes. `references` knows where people's
    chats are: every arrival says it, and the desk keeps it. `openid_url`, `login_url` and `service_hosts` are
    Microsoft's, unless a stand-in is used (see ServiceHosts). `say` answers what somebody reads when a tap or form
    could not be taken; for typed lines Teams gets 503, and delivers them again. `playground` is for development:
    deliveries come without a token and calls go without one, and only between this machine and itself. Raises
    ValueError without a whole app id, password and tenant id: with an empty app id botbuilder would let everybody in;
    and with `playground` if there is a password, or a service host that is not on this machine.
    """

    name = "teams"

    def __init__(
        self,
        *,
        app_id: str,
        app_password: str,
        tenant_id: str,
        receive: Receive,
        drawn: Drawn,
        references: References,
        say: Say,
        clock_now: Callable[[], datetime],
        chance: Callable[[int], bytes],
        openid_url: str = OPENID_URL,
        login_url: str = LOGIN_URL,
        service_hosts: Iterable[str] = SERVICE_HOSTS,
        playground: bool = False,
    ) -> None:
        if not (_GUID.fullmatch(app_id) and _GUID.fullmatch(tenant_id) and bool(app_password) != playground):
            raise ValueError(
                "Teams needs the app id, the app password and the tenant id: see Azure, your bot. "
                "The Agents Playground needs the two ids, and is never given a password"
            )
        self._app_id, self._tenant_id = app_id, tenant_id
        self._receive, self._references, self._say = receive, references, say
        self._at_hand: dict[str, Reference] = {}  # of who is written to right now
        self._hosts = ServiceHosts(service_hosts)
        if playground and not self._hosts.local:
            raise ValueError("the Agents Playground is on this machine: so must every service host be")
        self._service = self._hosts.everywhere
        self._wire = Wire()
        login = Login(
            self._wire,
            app_id=app_id,
            app_password=app_password,
            tenant_id=tenant_id,
            login_url=login_url,
            clock_now=clock_now,
        )
        self._sender = Sender(self._wire, NoLogin() if playground else login, chance)
        self._web = Web(self._sender, self._hosts, app_id)
        self._people = People(self._web, tenant_id, clock_now)
        self._easel = Easel(self._web, drawn)
        token_guard = TokenGuard(Keys(self._wire, openid_url, clock_now), app_id, clock_now)
        guard = PlaygroundGuard() if playground else token_guard
        self.router = Door(guard, self._hosts, self._handle, tenant_id=tenant_id).router

    async def start(self) -> None:
        """Open the session to Microsoft."""
        await self._wire.start()

    async def stop(self) -> None:
        """Finish what is being drawn, then close the session."""
        await self._easel.queues.stop()
        await self._wire.stop()

    # --- the socket

    async def show(self, address: Address, shown: Shown) -> None:
        """Draw the current screen outside of a reply, and tell the desk. Raises Unreachable for good."""
        self._ours(address.tenant)
        await self._easel.show(address, shown, lambda: self._reference(address.user))

    async def post(self, address: Address, message_: Public) -> str:
        """Post to the person's chat and return the activity's id. Raises Unreachable for good."""
        self._ours(address.tenant)
        reference = self._at_hand.get(address.user) or await self._reference(address.user)
        return await self._send(reference, messages(message_))

    async def announce(self, tenant: str, channel: str, message_: Public) -> str:
        """Post to a channel of a team that the bot is in and return the activity's id. Raises Unreachable for good."""
        self._ours(tenant)
        where = Reference.model_construct(  # a channel's: never kept, and nobody's in particular
            service=self._service, conversation=channel, bot=f"28:{self._app_id}", user="", tenant=tenant
        )
        return await self._send(where, (announcement(message_, self._link),))

    @asynccontextmanager
    async def turn(self, address: Address, channel: str = "") -> AsyncIterator[None]:
        """Wait until something that nobody asked for may go there. Raises Unreachable."""
        self._ours(address.tenant)
        reference = None if channel else await self._reference(address.user)
        async with self._sender.turn(reference.conversation if reference else channel):
            if reference:  # looked up while others were waited for: now nothing waits for it
                self._at_hand[address.user] = reference
            try:
                yield
            finally:
                self._at_hand.pop(address.user, None)

    async def posted(self, address: Address, id: str) -> bool | None:
        """Teams tells nobody which messages are in a chat."""
        return None

    async def roster(self, channel: str) -> frozenset[str]:
        """Return the ids (as in `Address.user`) of the members of a team that the bot is in. Raises Unreachable."""
        members = await self._web.roster(self._service, channel)
        return frozenset(str(each["aadObjectId"]) for each in members if each.get("aadObjectId"))

    async def _send(self, reference: Reference, parts: Iterable[dict[str, Any]]) -> str:
        posted = ""
        for part in parts:
            posted = await self._web.post(reference, part)
        return posted

    @property
    def _link(self) -> str:
        return f"https://teams.microsoft.com/l/chat/0/0?users=28:{self._app_id}"

    def _ours(self, tenant: str) -> None:
        if tenant != self._tenant_id:
            raise Unreachable("this is another organisation's address")

    async def _reference(self, user: str) -> Reference:
        kept = await self._references.get(user)
        try:
            return Reference.model_validate_json(kept or "")
        except ValidationError:
            raise Left("nobody knows this person's chat: the bot is not installed there") from None

    # --- what Teams delivers

    async def _handle(self, activity: Activity) -> Response:
        try:
            delivery = read(activity, self._tenant_id)
            if delivery is None:
                return self._ignored(activity)
            return await self._take(delivery)
        except Busy:
            event("teams_busy", logging.WARNING)
            return refused(503)
        except Forged:
            return refused(403)
        except Exception as error:
            failure("teams_failed", error)
            return Response(status_code=500)

    async def _take(self, delivery: Delivery) -> Response:
        self._service = delivery.reference.service
        address = delivery.arrival.address
        if delivery.place == "removed":
            await self._references.drop(address.user)
            return Response(status_code=200)
        if delivery.place == "dialog":
            with self._easel.hold(address) as held:
                try:
                    shown = await self._receive(await self._admitted(delivery))
                except Busy:
                    event("teams_busy", logging.WARNING)
                    return JSONResponse(note(self._say(address, delivery.arrival.profile).busy))
                if shown is None:  # a repetition: the chat stays as it is
                    return JSONResponse(note(self._say(address, delivery.arrival.profile).nothing))
                first, shown = shown, await held.best(shown)
            answer = JSONResponse(dialog(shown))
            self._easel.answered(address, first, shown)
            self._easel.moved(address, delivery.reference, delivery.card, shown.turn)
            return answer
        if delivery.place in ("added", "moved"):
            arrival = await self._admitted(delivery)
            known = arrival.admitted and await self._moved(arrival)
            if known or delivery.place == "moved":  # who comes back is not welcomed a second time
                return Response(status_code=200)
        with self._easel.queues.place(address) as place:
            if shown := await self._receive(await self._admitted(delivery)):
                place.then = self._easel.posted(address, shown, delivery.reference)
        return Response(status_code=200)

    async def _admitted(self, delivery: Delivery) -> Arrival:
        """Say whether the person is of the house."""
        admitted = await self._people.admitted(delivery.arrival.address.user, delivery.reference)
        return delivery.arrival.model_copy(update={"admitted": admitted})

    async def _moved(self, arrival: Arrival) -> bool:
        """Keep where somebody's chat is now, without a turn; False if they are not known, and then nothing is kept."""
        try:
            async with asyncio.timeout(_PATIENCE):
                kept = await self._references.get(arrival.address.user)
                if kept is not None and kept != arrival.reference:
                    await self._references.put(arrival.address.user, arrival.reference)
                return kept is not None
        except Exception as error:
            failure("teams_reference_failed", error)
            return False

    def _ignored(self, activity: Activity) -> Response:
        """Acknowledge what nobody handles; a dialog that is none of ours is told so."""
        if activity.get("type") == "invoke" and activity.get("name") in ("task/fetch", "task/submit"):
            nobody = Address(platform=self.name, tenant=self._tenant_id, user="")
            return JSONResponse(note(self._say(nobody, profile(activity)).nothing))
        return Response(status_code=200)
