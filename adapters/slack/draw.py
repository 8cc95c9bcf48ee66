"""Puts screens before people: in a dialog where they are private, in the chat where they may stand there.

One person's screens are drawn one after the other, in the order of their turns: a place in the queue is taken
before the turn is committed, so that the answer to an errand never overtakes "One moment".
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from adapters.drawing import Queues, Work
from adapters.memory import remember
from adapters.platform import Address, Drawn, Front, Notes, Public, Shown
from adapters.slack.front import Fronts
from adapters.slack.log import event, failure
from adapters.slack.read import Where
from adapters.slack.render import message, modal, note
from adapters.slack.web import Refused, Web

_KNOWN_DIALOGS: Final = 10_000
_KNOWN_EVENTS: Final = 1_000
SETTLING: Final = 0.5  # seconds in which Slack has drawn what the answer to a form holds
PATIENCE: Final = 1.0  # seconds for the turn before the dialog is opened, and for opening it: a trigger lives 3


class Easel:
    """Draws screens, remembers which dialog is open, and tells the desk what has been drawn.

    Which dialog is open is a hint, kept in memory: after a restart, or once it was closed, the launcher
    takes its place.
    """

    def __init__(self, web: Web, drawn: Drawn, fronts: Fronts) -> None:
        self._web = web
        self._fronts = fronts
        self._drawn = drawn
        self._dialogs: dict[str, str] = {}
        self._events: dict[str, bool] = {}  # those that were answered
        self.queues = Queues(
            lambda error: failure("slack_draw_failed", error), lambda: event("slack_unreachable"), after=self._refresh
        )

    # --- what may be done in a place

    def posted(self, address: Address, shown: Shown, event: str) -> Work:
        """Answer an event in the chat: the screen if it may stand there, otherwise its launcher. Delivered again while
        it is being answered, an event gets no second message."""
        return partial(self._answer, address, shown, event)

    def tapped(self, address: Address, shown: Shown, where: Where) -> Work:
        """Answer where it was tapped: in the open dialog, in the chat if it may stand there, else in a new dialog."""
        if where.waiting:
            return partial(self._update, address, shown, where.view)
        if where.view and shown.screen.detail and not where.detail:
            return partial(self._push, address, shown, where)
        if where.view:
            return partial(self._redraw, address, shown, where)
        if where.chat and not shown.screen.private:
            return partial(self._post, address, shown)
        return partial(self._open, address, shown, where.trigger)

    def answered(self, address: Address, shown: Shown, where: Where) -> Work:
        """Note that the reply to a sent form has drawn the screen in its dialog."""
        remember(self._dialogs, address.user, where.view, _KNOWN_DIALOGS)
        return partial(self._below, address, shown, where)

    def closed(self, address: Address, where: Where) -> None:
        """Note that the person's dialog is closed, and which one came to light."""
        if self._dialogs.get(address.user) == where.view:
            self._dialogs.pop(address.user)
        if where.beneath:
            remember(self._dialogs, address.user, where.beneath, _KNOWN_DIALOGS)

    def uncovered(self, address: Address, shown: Shown, where: Where) -> Work:
        """Draw, in the dialog that came to light, where closing has led. Without one there is nothing to draw: whoever
        closes a window wants no message about it."""
        return partial(self._uncover, address, shown, where)

    async def opens(self, turn: asyncio.Task[Shown | None], where: Where, seconds: float, notes: Notes) -> Where:
        """Wait for a turn; if it takes longer than that, open a dialog that says "One moment" while Slack lets us.

        Return where to draw then. What the turn raises is left to who awaits it."""
        if where.view or not where.trigger:
            return where
        if (await asyncio.wait({turn}, timeout=seconds))[0]:
            return where
        try:
            view = await asyncio.wait_for(self._web.open(where.trigger, note(notes.moment, notes.close)), PATIENCE)
        except Exception as error:
            failure("slack_draw_failed", error)
            return where
        return replace(where, view=view, waiting=True)

    def opened(self, address: Address) -> None:
        """Put the front page on the Home tab that was opened; nothing else of the person's waits for that."""
        self.queues.spawn(self._fronts.publish(address))

    def refreshed(self, address: Address) -> None:
        """Draw the front page anew after something was done elsewhere."""
        self.queues.spawn(self._fronts.refresh(address))

    def greeted(self, address: Address, page: Front, chat: str) -> Work:
        """Greet in a chat that was opened, if it is empty."""
        return partial(self._fronts.greet, address, page, chat)

    def busy(self, notes: Notes, where: Where) -> Work:
        """Say that nothing happened: in a dialog of its own, above the open one; nothing is posted."""
        view = note(notes.busy, notes.close)
        if where.waiting:
            return partial(self._web.update, where.view, view)
        if where.view:
            return partial(self._push_note, where.trigger, view)
        return partial(self._open_note, where.trigger, view)

    # --- outside of a reply

    async def show(self, address: Address, shown: Shown) -> None:
        """Draw the current screen: in the open dialog if it is private, otherwise in the chat."""
        async with self.queues.of(address):
            view = self._dialogs.get(address.user)
            if shown.screen.private and view:
                await self._update(address, shown, view)
            else:
                await self._post(address, shown)
        self._refresh(address)

    async def post(self, address: Address, public: Public) -> str:
        """Post to the person's private chat, unasked, and return the message's ts."""
        ts = await self._web.post(self._web.chat(address.user), message(public))
        self._refresh(address)
        return ts

    async def announce(self, channel: str, public: Public) -> str:
        """Post to a channel and return the message's ts."""
        return await self._web.post(channel, message(public))

    def _refresh(self, address: Address) -> None:
        """Draw the front page anew, beside the queue: Slack may make us wait for it, and the next answer must not."""
        self.queues.spawn(self._fronts.refresh(address))

    async def _say(self, address: Address, public: Public) -> str:
        return await self._web.post(await self._web.direct(address.user), message(public))

    async def _post(self, address: Address, shown: Shown) -> None:
        await self._say(address, shown.public())
        await self._drawn(address, shown.turn)

    async def _open(self, address: Address, shown: Shown, trigger: str) -> None:
        try:
            view = await self._web.open(trigger, modal(shown))
        except Refused:  # the trigger is older than 3 seconds
            await self._post(address, shown)
            return
        remember(self._dialogs, address.user, view, _KNOWN_DIALOGS)
        await self._drawn(address, shown.turn)

    async def _update(self, address: Address, shown: Shown, view: str) -> None:
        try:
            await self._web.update(view, modal(shown))
        except Refused:  # closed in the meantime
            self._dialogs.pop(address.user, None)
            await self._post(address, shown)
            return
        remember(self._dialogs, address.user, view, _KNOWN_DIALOGS)
        await self._drawn(address, shown.turn)

    async def _answer(self, address: Address, shown: Shown, event: str) -> None:
        if event not in self._events:
            await self._post(address, shown)
            remember(self._events, event, True, _KNOWN_EVENTS)

    async def _push(self, address: Address, shown: Shown, where: Where) -> None:
        """Draw a detail on top of what is open; closing it leads back there."""
        try:
            view = await self._web.push(where.trigger, modal(shown))
        except Refused:  # the trigger is older than 3 seconds
            await self._redraw(address, shown, where)
            return
        remember(self._dialogs, address.user, view, _KNOWN_DIALOGS)
        await self._drawn(address, shown.turn)

    async def _redraw(self, address: Address, shown: Shown, where: Where) -> None:
        """Draw in the open dialog. A dialog cannot be closed from here: what is left on top once a detail has been gone
        on from is drawn beneath, too, so that closing it changes nothing."""
        await self._update(address, shown, where.view)
        if where.beneath and not shown.screen.detail:
            await self._under(shown, where)

    async def _below(self, address: Address, shown: Shown, where: Where) -> None:
        if shown.screen.waits:  # what an errand brings comes by another way, and must not be drawn over by this
            await asyncio.sleep(SETTLING)
        if where.beneath and not shown.screen.detail:
            await self._under(shown, where)
        await self._drawn(address, shown.turn)

    async def _uncover(self, address: Address, shown: Shown, where: Where) -> None:
        if where.beneath:
            await self._under(shown, where)
        await self._drawn(address, shown.turn)

    async def _under(self, shown: Shown, where: Where) -> None:
        with suppress(Refused):  # all of the dialogs were closed at once
            await self._web.update(where.beneath, modal(shown))

    async def _push_note(self, trigger: str, view: dict[str, Any]) -> None:
        await self._web.push(trigger, view)

    async def _open_note(self, trigger: str, view: dict[str, Any]) -> None:
        await self._web.open(trigger, view)
