"""A person's hands on Slack: says, taps, fills in and closes, and sees what the bot has drawn."""

from collections.abc import Mapping

import httpx

from bot.clock import Clock, token
from bot.sandbox.slack import payloads, shapes, views
from bot.sandbox.slack.courier import JSON, Answer, Courier, Delivery
from bot.sandbox.slack.entering import CannotDo, Entry, check_complete, enter
from bot.sandbox.slack.hooks import show
from bot.sandbox.slack.limits import check_message
from bot.sandbox.slack.look import Button, buttons_of
from bot.sandbox.slack.workspace import Channel, Json, Message, SlackError, View, Workspace


class BadAnswer(Exception):
    """The bot answered a delivery with something that Slack would not take."""


class Hands:
    """Does what people do, and delivers to the bot what Slack would, signed, at `{bot_url}/slack/events`.

    `patience` seconds is how long an answer may take; events are retried (see Courier). A `transport`
    replaces the network."""

    def __init__(
        self,
        workspace: Workspace,
        bot_url: str,
        clock: Clock,
        *,
        patience: float = 3.0,
        retries: int = 3,
        retry_wait: float = 0.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.workspace = workspace
        self.courier = Courier(
            bot_url,
            workspace.signing_secret,
            clock,
            patience=patience,
            retries=retries,
            retry_wait=retry_wait,
            transport=transport,
        )

    # --- what is seen

    def messages(self, user: str, channel: str = "") -> list[Json]:
        """Return the messages that somebody sees in their direct messages, or in a channel; oldest first."""
        place = channel or self.workspace.dm(user).id
        return [
            shapes.message(self.workspace, message)
            for message in self.workspace.messages.get(place, [])
            if message.only_for in {"", user}
        ]

    def modal(self, user: str) -> Json | None:
        """Return the modal that somebody sees, or None."""
        views_open = views.stack(self.workspace, user)
        return views.wire(self.workspace, views_open[-1]) if views_open else None

    def home(self, user: str) -> Json | None:
        """Return somebody's App Home, or None if nothing was published."""
        view = self.workspace.homes.get(user)
        return views.wire(self.workspace, view) if view else None

    def errors(self, user: str) -> dict[str, str]:
        """Return the errors beside the fields of the modal that somebody sees, by block id."""
        return self._top(user).errors

    # --- messages

    async def say(self, user: str, text: str, channel: str = "") -> Delivery:
        """Type a message to the bot, or into a channel."""
        member = self.workspace.member(user)
        place = self._place(user, channel)
        message = Message(place.id, self.workspace.next_ts(), user, text)
        self.workspace.post(message)
        event = payloads.message_event(self.workspace, member, place, text, message.ts)
        return await self.event(event, external=member.team_id != self.workspace.team_id)

    async def tap(self, user: str, channel: str, ts: str, name: str) -> Delivery:
        """Tap a button of a message, by its label or action id."""
        return await self.interaction(self.tap_payload(user, channel, ts, name))

    def tap_payload(self, user: str, channel: str, ts: str, name: str) -> Json:
        """Return what `tap` would deliver, for tests that deliver it later or spoilt. Raises CannotDo."""
        message = self.workspace.message(channel, ts)
        if message.only_for not in {"", user}:
            raise CannotDo("somebody else's ephemeral message")
        button = _button({"blocks": message.blocks}, name)
        return payloads.message_action(self.workspace, self.workspace.member(user), message, button)

    # --- views

    async def enter(self, user: str, values: Mapping[str, Entry]) -> None:
        """Fill in fields of the open modal, by label or block id, without submitting. Raises CannotDo."""
        enter(self._top(user), dict(values))

    async def tap_in_view(self, user: str, name: str) -> Delivery:
        """Tap a button in the open modal, by its label or action id."""
        return await self._tap_view(user, self._top(user), name)

    async def tap_home(self, user: str, name: str) -> Delivery:
        """Tap a button on the App Home, by its label or action id."""
        view = self.workspace.homes.get(user)
        if view is None:
            raise CannotDo("the App Home is empty")
        return await self._tap_view(user, view, name)

    async def submit(self, user: str, values: Mapping[str, Entry] | None = None) -> Delivery:
        """Fill in the open modal and submit it; the bot's answer changes the stack of modals as in Slack.

        Raises CannotDo if Slack's client would not submit, BadAnswer if Slack would not take the answer."""
        view = self._top(user)
        delivery = await self.interaction(self.submit_payload(user, values))
        self.take_answer(view, delivery)
        return delivery

    def submit_payload(self, user: str, values: Mapping[str, Entry] | None = None) -> Json:
        """Return what `submit` would deliver, for tests that deliver it later or spoilt. Raises CannotDo."""
        view = self._top(user)
        enter(view, dict(values or {}))
        check_complete(view)
        return payloads.view_submission(self.workspace, self.workspace.member(user), view)

    def take_answer(self, view: View, delivery: Delivery) -> None:
        """Do with a submitted modal what the answer says; a failed one leaves it open. Raises BadAnswer."""
        if delivery.status != 200 or view not in views.stack(self.workspace, view.user):
            return
        try:
            answer = delivery.json
            self.workspace.record("answer.view_submission", answer if isinstance(answer, dict) else {})
            self._respond(view, answer)
        except (SlackError, ValueError) as error:
            raise BadAnswer(f"{error}: {getattr(error, 'messages', '')}") from error

    async def close(self, user: str, *, everything: bool = False) -> Delivery | None:
        """Close the open modal, or the whole stack; delivers view_closed where the view asked for it."""
        stack = views.stack(self.workspace, user)
        top = self._top(user)
        cleared = everything or top.payload.get("clear_on_close", False)
        closed = list(reversed(stack)) if cleared else [top]
        del stack[len(stack) - len(closed) :]
        delivery = None
        member = self.workspace.member(user)
        for view in closed:
            if view.payload.get("notify_on_close"):
                delivery = await self.interaction(payloads.view_closed(self.workspace, member, view, cleared=cleared))
        return delivery

    # --- other ways in

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Delivery:
        """Type a slash command in a channel ("" for the bot's direct messages); what is answered is shown to
        that person, as in Slack. Raises BadAnswer."""
        place = self._place(user, channel)
        member = self.workspace.member(user)
        delivery = await self.courier.form(payloads.command(self.workspace, member, place, command, text))
        if delivery.status == 200 and delivery.text.strip():
            self._answered(user, place, delivery)
        return delivery

    async def home_opened(self, user: str, tab: str = "home") -> Delivery:
        """Open the bot's App Home: the tab "home" or "messages"."""
        return await self.event(payloads.home_event(self.workspace, self.workspace.member(user), tab))

    async def shortcut(self, user: str, callback_id: str) -> Delivery:
        """Use a global shortcut."""
        member = self.workspace.member(user)
        return await self.interaction(payloads.shortcut(self.workspace, member, callback_id))

    async def url_verification(self) -> Delivery:
        """Let Slack check the bot's address; the answer should hold the challenge."""
        challenge = token(self.workspace.clock, 24)
        body = {"token": "legacy-verification-token", "challenge": challenge, "type": "url_verification"}
        return await self.courier.event(body)

    async def uninstalled(self) -> Delivery:
        """Tell the bot that it was removed from the workspace."""
        return await self.event({"type": "app_uninstalled", "event_ts": self.workspace.next_ts()})

    async def revoked(self) -> Delivery:
        """Tell the bot that its token was revoked."""
        tokens = {"oauth": [], "bot": [self.workspace.bot_user_id]}
        return await self.event({"type": "tokens_revoked", "tokens": tokens, "event_ts": self.workspace.next_ts()})

    async def event(self, event: Json, *, external: bool = False) -> Delivery:
        """Deliver any event."""
        return await self.courier.event(payloads.event_callback(self.workspace, event, external=external))

    async def interaction(self, payload: Json) -> Delivery:
        """Deliver any interaction."""
        return await self.courier.interaction(payload)

    async def again(self, delivery: Delivery, number: int = 1, reason: str = "http_timeout") -> Delivery:
        """Deliver the same thing once more, as Slack's retry `number`."""
        return await self.courier.again(delivery, number, reason)

    async def raw(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post anything at all to the bot's endpoint; only what `headers` say is sent."""
        return await self.courier.raw(body, headers)

    # --- inside

    def _place(self, user: str, channel: str) -> Channel:
        if channel:
            return self.workspace.channel(channel)
        member = self.workspace.member(user)
        if not member.is_bot:
            return self.workspace.dm(user)
        # other bots have no such channel in Slack; tests use it to show that their messages are refused
        return self.workspace.channels.setdefault("D" + user[1:], Channel("D" + user[1:], "", {user}, user))

    def _top(self, user: str) -> View:
        stack = views.stack(self.workspace, user)
        if not stack:
            raise CannotDo("no modal is open")
        return stack[-1]

    async def _tap_view(self, user: str, view: View, name: str) -> Delivery:
        button = _button(view.payload, name)
        member = self.workspace.member(user)
        return await self.interaction(payloads.view_action(self.workspace, member, view, button))

    def _respond(self, view: View, answer: object) -> None:
        stack = views.stack(self.workspace, view.user)
        match answer:
            case None | {} if not answer:
                stack.remove(view)
            case {"response_action": "clear"}:
                stack.clear()
            case {"response_action": "update", "view": payload}:
                views.redraw(self.workspace, view, payload)
            case {"response_action": "push", "view": payload}:
                views.put_on_top(self.workspace, view.user, payload)
            case {"response_action": "errors", "errors": dict(errors)} if errors:
                fields = {block["block_id"] for block in view.payload["blocks"] if block["type"] == "input"}
                if not errors.keys() <= fields or not all(isinstance(e, str) and e for e in errors.values()):
                    raise ValueError("errors are texts by the block ids of input blocks")
                view.errors = errors
            case _:
                raise ValueError("no such response_action")

    def _answered(self, user: str, place: Channel, delivery: Delivery) -> None:
        is_json = delivery.answers[-1].headers.get("content-type", "").startswith(JSON)
        try:
            body = delivery.json if is_json else {"text": delivery.text}
            if body == {}:
                return
            if isinstance(body, dict):
                check_message(body.get("text"), body.get("blocks"))
        except (SlackError, ValueError) as error:
            raise BadAnswer(f"{error}: {getattr(error, 'messages', '')}") from error
        if not isinstance(body, dict):
            raise BadAnswer("a command is answered with a text or an object")
        self.workspace.record("answer.command", body)
        only_for = "" if body.get("response_type") == "in_channel" else user
        show(self.workspace, place.id, body, only_for)


def _button(shown: Json, name: str) -> Button:
    buttons = buttons_of(shown)
    named = [one for one in buttons if name in {one.label, one.action_id}]
    if len(named) != 1:
        have = ", ".join(one.label for one in buttons)
        raise CannotDo(f"{len(named)} buttons are called {name!r}; there are: {have}")
    return named[0]
