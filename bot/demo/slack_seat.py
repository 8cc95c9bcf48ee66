"""Somebody at the stand-in Slack."""

from bot.demo import blockkit
from bot.demo.html import Html, tag
from bot.demo.mrkdwn import mrkdwn
from bot.demo.seats import Entries, Json, Place, Said, Window, answered
from bot.sandbox.slack import views
from bot.sandbox.slack.courier import Delivery
from bot.sandbox.slack.entering import Entry
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.look import fields_of, text_of
from bot.sandbox.slack.workspace import moment


class SlackSeat:
    """Sees and does what a member of the workspace can. `channels` are those that they look at in the demo."""

    platform = "Slack"
    window_word = "Private window"

    def __init__(self, hands: Hands, user: str, key: str, role: str, channels: tuple[str, ...] = ()) -> None:
        self._hands, self._workspace, self._channels = hands, hands.workspace, channels
        self.user, self.key, self.role = user, key, role
        self.name = self._workspace.member(user).real_name
        self.trouble = ""

    # --- what is seen

    def places(self) -> list[Place]:
        """Return the chat, the App Home and the channels."""
        channels = [Place(each, f"#{self._workspace.channel(each).name}", typed=True) for each in self._channels]
        return [Place("", "Messages", typed=True), Place("home", "Home", typed=False), *channels]

    def said(self, place: str = "") -> list[Said]:
        """Return the messages in the chat or in a channel."""
        told = []
        for message in self._hands.messages(self.user, place):
            who = message.get("user", "")
            bot = who == self._workspace.bot_user_id or "bot_id" in message
            name = "Haven" if bot else self._workspace.member(who).real_name
            drawn = (
                blockkit.blocks(message["blocks"], f"{self.key}-{message['ts']}")
                if message.get("blocks") and bot
                else tag("p", mrkdwn(message.get("text", "")))
            )
            told.append(
                Said(
                    id=message["ts"],
                    who=name,
                    mine=who == self.user,
                    bot=bot,
                    when=moment(message["ts"]).timestamp(),
                    text=text_of(message),
                    drawn=drawn,
                    note=self._note(message, place),
                )
            )
        return told

    def _note(self, message: Json, place: str) -> str:
        if self._workspace.message(place or self._workspace.dm(self.user).id, message["ts"]).only_for:
            return "only you can see this"
        return "edited" if "edited" in message else ""

    def window(self) -> Window | None:
        """Return the modal on top."""
        stack = views.stack(self._workspace, self.user)
        if not stack:
            return None
        top = stack[-1]
        shown = views.wire(self._workspace, top)
        return Window(
            id=top.id,
            title=shown["title"]["text"],
            drawn=blockkit.blocks(shown["blocks"], f"{self.key}-{top.id}", top.values, top.errors),
            submit=(shown["submit"] or {}).get("text", ""),
            close=(shown["close"] or {}).get("text", "Cancel"),
            below=len(stack) - 1,
            text=text_of(shown),
        )

    def home(self) -> Html | None:
        """Return the App Home."""
        shown = self._hands.home(self.user)
        return blockkit.blocks(shown["blocks"], f"{self.key}-home") if shown else None

    def notices(self) -> list[str]:
        """Slack has none."""
        return []

    def installed(self) -> bool:
        """Slack's apps are installed for the whole workspace."""
        return True

    def payload(self, of: str) -> tuple[str, Json] | None:
        """Return a message's blocks, or a view."""
        if of == "window":
            top = self._hands.modal(self.user)
            return ("A modal (views.open, views.push, views.update)", _sent(top)) if top else None
        if of == "home":
            home = self._hands.home(self.user)
            return ("The App Home (views.publish)", _sent(home)) if home else None
        for place in self.places():
            for message in self._hands.messages(self.user, place.id if place.id != "home" else ""):
                if message["ts"] == of:
                    kept = {key: message[key] for key in ("text", "blocks") if message.get(key)}
                    return "A message (chat.postMessage)", kept
        return None

    def mark(self) -> object:
        """Return ids of messages and views, and how often they were changed."""
        workspace, places = self._workspace, [self._workspace.dm(self.user).id, *self._channels]
        messages = [(each.ts, len(each.edits)) for place in places for each in workspace.messages.get(place, [])]
        home = workspace.homes.get(self.user)
        stack = [(each.id, each.hash, tuple(each.errors)) for each in views.stack(workspace, self.user)]
        return messages, stack, home and home.hash, self.trouble

    # --- what is done

    async def say(self, place: str, text: str) -> None:
        """Type a line; one that begins with a slash is a command."""
        if text.startswith("/"):
            command, _, rest = text.partition(" ")
            self._took(await self._hands.command(self.user, place, command, rest))
        else:
            self._took(await self._hands.say(self.user, text, place))

    async def tap(self, place: str, message: str, name: str, entries: Entries) -> None:
        """Tap a button of a message."""
        self._took(await self._hands.tap(self.user, place or self._workspace.dm(self.user).id, message, name))

    async def act(self, name: str, entries: Entries) -> None:
        """Fill in the modal on top, then submit it or tap a button in it."""
        shown = self._hands.modal(self.user)
        await self._hands.enter(self.user, _entered(shown, entries) if shown else {})
        if name:
            self._took(await self._hands.tap_in_view(self.user, name))
        else:
            self._took(await self._hands.submit(self.user))

    async def close(self) -> None:
        """Close the modal on top."""
        if closed := await self._hands.close(self.user):
            self._took(closed)

    async def enter_home(self) -> None:
        """Open the App Home."""
        self._took(await self._hands.home_opened(self.user))

    async def tap_home(self, name: str) -> None:
        """Tap a button on the App Home."""
        self._took(await self._hands.tap_home(self.user, name))

    async def install(self) -> None:
        """Nothing to do: it is installed."""

    def _took(self, delivery: Delivery) -> None:
        self.trouble = answered(self.platform, delivery.status)


def _entered(shown: Json, entries: Entries) -> dict[str, Entry]:
    """Return what a form in the page holds as what hands enter, for every field: an empty one is cleared."""
    found: dict[str, Entry] = {}
    for field in fields_of(shown):
        name = field.block_id if f"f.{field.block_id}" in entries or field.label else field.action_id
        given = [each for each in entries.get(f"f.{name}", []) if each]
        many = field.type in {"checkboxes", "multi_static_select"}
        found[name] = given if many else (given[0] if given else None)
    return found


def _sent(view: Json) -> Json:
    """Return of a view what an app sends: without what Slack adds."""
    names = ("type", "title", "blocks", "submit", "close", "callback_id", "private_metadata", "notify_on_close")
    return {name: view[name] for name in names if view.get(name) not in (None, "")}
