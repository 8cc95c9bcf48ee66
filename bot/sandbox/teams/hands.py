"""A person's hands on Teams: installs, says, taps, fills in and closes, and sees what the bot has drawn."""

import copy
from collections.abc import Mapping

import httpx

from bot.clock import Clock
from bot.sandbox.slack.courier import Answer
from bot.sandbox.teams import payloads
from bot.sandbox.teams.courier import Courier, Delivery
from bot.sandbox.teams.entering import CannotDo, Entry, check_complete, defaults, enter
from bot.sandbox.teams.limits import check_task
from bot.sandbox.teams.look import Button, buttons_of, cards_of
from bot.sandbox.teams.workspace import Conversation, Dialog, Json, Person, Posted, TeamsError, Workspace


class BadAnswer(Exception):
    """The bot answered an invoke with something that Teams would not take."""


class Hands:
    """Does what people do, and delivers to the bot what Teams would, at `{bot_url}{path}`.

    People are named by either of their ids. `patience` and `invoke_patience` are the seconds that an answer may
    take (see Courier). A `transport` replaces the network."""

    def __init__(
        self,
        workspace: Workspace,
        bot_url: str,
        clock: Clock,
        *,
        path: str = "/api/messages",
        patience: float = 15.0,
        invoke_patience: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.workspace = workspace
        self.clock = clock
        self.courier = Courier(
            workspace,
            bot_url,
            path=path,
            patience=patience,
            invoke_patience=invoke_patience,
            transport=transport,
        )

    # --- what is seen

    def messages(self, user: str, conversation: str = "") -> list[Json]:
        """Return the messages in somebody's personal chat, or in a channel; oldest first."""
        place = self._place(user, conversation)
        return [
            {**copy.deepcopy(one.activity), "id": one.id, "from": {"id": one.sender}}
            for one in place.activities
            if not one.deleted
        ]

    def dialog(self, user: str) -> Json | None:
        """Return the dialog that somebody sees (title, card, sizes), or None."""
        dialog = self.workspace.dialogs.get(self._person(user).id)
        return copy.deepcopy(dialog.value) if dialog else None

    def notices(self, user: str) -> list[str]:
        """Return what dialogs have told somebody when they ended; oldest first."""
        return [*self.workspace.notices.get(self._person(user).id, [])]

    # --- installing

    async def install(self, user: str) -> list[Delivery]:
        """Add the bot to somebody's personal chat. Raises CannotDo if it is there already."""
        person = self._person(user)
        place = self.workspace.personal(person.id)
        if place.installed:
            raise CannotDo("the bot is installed already")
        place.installed = True
        added = payloads.members(self.workspace, person, place, "membersAdded", [person.id, self.workspace.bot_id])
        return [
            await self.deliver(added),
            await self.deliver(payloads.installation(self.workspace, person, place, "add")),
        ]

    async def uninstall(self, user: str) -> Delivery:
        """Remove the bot from somebody's personal chat. Raises CannotDo if it is not there."""
        person, place = self._chat(user)
        place.installed = False
        return await self.deliver(payloads.installation(self.workspace, person, place, "remove"))

    async def install_in_team(self, user: str, team: str) -> list[Delivery]:
        """Let a member add the bot to a team, by the team's id."""
        return await self._change_team(user, team, installed=True)

    async def uninstall_from_team(self, user: str, team: str) -> list[Delivery]:
        """Let a member remove the bot from a team, by the team's id."""
        return await self._change_team(user, team, installed=False)

    async def join_team(self, user: str, team: str) -> Delivery:
        """Let somebody join a team that the bot is in."""
        person, place = self._person(user), self.workspace.conversation(team)
        place.members.append(person.id)
        return await self.deliver(payloads.members(self.workspace, person, place, "membersAdded", [person.id]))

    # --- saying and tapping

    async def say(self, user: str, text: str, conversation: str = "") -> Delivery:
        """Type a message in the personal chat, or in a channel, where it mentions the bot. Raises CannotDo."""
        person, place = self._chat(user, conversation)
        told = (payloads.mention if place.team else payloads.message)(self.workspace, person, place, text)
        place.activities.append(Posted(told["id"], person.id, told, self.clock.now()))
        return await self.deliver(told)

    async def command(self, user: str, command: str, conversation: str = "") -> Delivery:
        """Choose a command from the bot's menu: Teams types its name and sends that."""
        return await self.say(user, command, conversation)

    async def tap(
        self,
        user: str,
        activity: str,
        label: str,
        values: Mapping[str, Entry] | None = None,
        *,
        conversation: str = "",
    ) -> Delivery:
        """Tap a button of a message, by its label, after filling in the message's own fields if it has any.

        A button that fetches a dialog opens it. Raises CannotDo, BadAnswer."""
        told = self.tap_activity(user, activity, label, values, conversation=conversation)
        delivery = await self.deliver(told)
        if told["type"] == "invoke":
            self.take_answer(delivery)
        return delivery

    def tap_activity(
        self,
        user: str,
        activity: str,
        label: str,
        values: Mapping[str, Entry] | None = None,
        *,
        conversation: str = "",
    ) -> Json:
        """Return what `tap` would deliver, for tests that deliver it later, spoilt or as somebody else."""
        person, place = self._chat(user, conversation)
        posted = self._posted(place, activity)
        button = _button(posted.activity, label)
        entered = self._entered(posted.activity, defaults(posted.activity), button, values)
        data = {**button.data, **entered}
        if button.fetches:
            return payloads.invoke(self.workspace, person, place, "task/fetch", data, posted.id)
        back: Json = data.pop("msteams", {})
        if back.get("type") == "imBack":
            return self._typed(person, place, payloads.message(self.workspace, person, place, back["value"]))
        if back.get("type") == "messageBack":
            told = payloads.submitted(self.workspace, person, place, posted, {**back.get("value", {}), **data})
            return self._typed(person, place, {**told, "text": back["text"]})
        return payloads.submitted(self.workspace, person, place, posted, data)

    # --- dialogs

    async def enter(self, user: str, values: Mapping[str, Entry]) -> None:
        """Fill in fields of the open dialog, by label or id, without submitting. Raises CannotDo."""
        dialog = self._dialog(user)
        enter(dialog.value, dialog.values, values)

    async def submit(self, user: str, values: Mapping[str, Entry] | None = None) -> Delivery:
        """Fill in the open dialog and tap its first submitting button. Raises CannotDo, BadAnswer."""
        submits = [one for one in buttons_of(self._dialog(user).value) if one.action["type"] == "Action.Submit"]
        if not submits:
            raise CannotDo("this dialog has no submit button")
        return await self.tap_in_dialog(user, submits[0].label, values)

    async def tap_in_dialog(self, user: str, label: str, values: Mapping[str, Entry] | None = None) -> Delivery:
        """Fill in the open dialog and tap a button of it, by its label; what is answered takes its place.

        Raises CannotDo if the client would not submit, BadAnswer if it would not take the answer."""
        delivery = await self.deliver(self.dialog_activity(user, label, values))
        self.take_answer(delivery)
        return delivery

    def dialog_activity(self, user: str, label: str, values: Mapping[str, Entry] | None = None) -> Json:
        """Return what `tap_in_dialog` would deliver, for tests that deliver it later or spoilt."""
        dialog = self._dialog(user)
        person, place = self._chat(user, dialog.conversation)
        button = _button(dialog.value, label)
        entered = self._entered(dialog.value, dialog.values, button, values)
        return payloads.invoke(self.workspace, person, place, "task/submit", {**button.data, **entered})

    async def close(self, user: str) -> None:
        """Close the open dialog: nothing is delivered. Raises CannotDo if none is open."""
        del self.workspace.dialogs[self._dialog(user).user]

    def take_answer(self, delivery: Delivery) -> None:
        """Do with the dialog what the answer to an invoke says; a failed one changes nothing. Raises BadAnswer."""
        if delivery.status != 200:
            return
        told = delivery.activity
        user, conversation = told["from"]["id"], told["conversation"]["id"]
        try:
            answer = delivery.json
            kept = answer if isinstance(answer, dict) else {}
            self.workspace.record(f"answer.{told['name']}", kept, conversation=conversation)
            if told["name"] == "task/submit" and answer in (None, {}):
                self.workspace.dialogs.pop(user, None)
                return
            task = check_task(answer)
        except TeamsError as error:
            raise BadAnswer(f"{error.code}: {error.message}") from error
        except ValueError as error:
            raise BadAnswer("the answer is not JSON") from error
        if task["type"] == "message":
            self.workspace.dialogs.pop(user, None)
            self.workspace.notices.setdefault(user, []).append(task["value"])
        else:
            self.workspace.dialogs[user] = Dialog(user, task["value"], conversation, defaults(task["value"]))

    # --- other ways in

    async def deliver(self, activity: Json, token: str | None = None) -> Delivery:
        """Deliver any activity, with a good token or the one given."""
        return await self.courier.deliver(activity, token)

    async def again(self, delivery: Delivery) -> Delivery:
        """Deliver the same activity once more, with a new token."""
        return await self.courier.deliver(delivery.activity)

    async def raw(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post anything at all to the bot's endpoint; only what `headers` say is sent."""
        return await self.courier.raw(body, headers)

    # --- inside

    def _person(self, user: str) -> Person:
        return self.workspace.person(user)

    def _place(self, user: str, conversation: str) -> Conversation:
        if not conversation:
            return self.workspace.personal(user)
        place = self.workspace.conversation(conversation)
        if self._person(user).id not in place.members:
            raise CannotDo("not a member of this conversation")
        return place

    def _chat(self, user: str, conversation: str = "") -> tuple[Person, Conversation]:
        place = self._place(user, conversation)
        if not place.installed:
            raise CannotDo("the bot is not installed here")
        return self._person(user), place

    def _posted(self, place: Conversation, activity: str) -> Posted:
        try:
            return self.workspace.posted(place, activity)
        except TeamsError as error:
            raise CannotDo("no such message here") from error

    def _dialog(self, user: str) -> Dialog:
        dialog = self.workspace.dialogs.get(self._person(user).id)
        if dialog is None:
            raise CannotDo("no dialog is open")
        return dialog

    def _typed(self, person: Person, place: Conversation, told: Json) -> Json:
        place.activities.append(Posted(told["id"], person.id, told, self.clock.now()))
        return told

    def _entered(
        self, shown: Json, values: dict[str, str], button: Button, entries: Mapping[str, Entry] | None
    ) -> dict[str, str]:
        if button.action["type"] != "Action.Submit":
            raise CannotDo(f"{button.label!r} delivers nothing to the bot")
        enter(shown, values, entries or {})
        if button.action.get("associatedInputs") == "none":
            return {}
        check_complete(shown, values)
        return values

    async def _change_team(self, user: str, team: str, *, installed: bool) -> list[Delivery]:
        person, place = self._person(user), self._place(user, team)
        if place.installed == installed:
            raise CannotDo("the bot is installed already" if installed else "the bot is not installed here")
        for channel in self.workspace.teams[place.team].channels:
            self.workspace.conversation(channel).installed = installed
        change, action = ("membersAdded", "add") if installed else ("membersRemoved", "remove")
        moved = payloads.members(self.workspace, person, place, change, [self.workspace.bot_id])
        return [
            await self.deliver(moved),
            await self.deliver(payloads.installation(self.workspace, person, place, action)),
        ]


def _button(shown: Json, label: str) -> Button:
    buttons = buttons_of(shown) if cards_of(shown) else []
    # labels may repeat: "#0" is the first button, whatever it is called
    named = [one for number, one in enumerate(buttons) if label in {one.label, f"#{number}"}]
    if len(named) != 1:
        have = ", ".join(one.label for one in buttons)
        raise CannotDo(f"{len(named)} buttons are called {label!r}; there are: {have}")
    return named[0]
