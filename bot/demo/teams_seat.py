"""Somebody at the stand-in Teams."""

from bot.demo import cards
from bot.demo.html import Html, join, tag
from bot.demo.seats import Entries, Json, Place, Said, Window, answered
from bot.sandbox.teams.courier import Delivery
from bot.sandbox.teams.entering import Entry
from bot.sandbox.teams.hands import Hands
from bot.sandbox.teams.look import cards_of, fields_of, text_of
from bot.sandbox.teams.workspace import Posted


class TeamsSeat:
    """Sees and does what a member of the tenant can in their personal chat with the bot."""

    platform = "Teams"
    window_word = "Private dialog"

    def __init__(self, hands: Hands, user: str, key: str, role: str) -> None:
        self._hands, self._workspace = hands, hands.workspace
        self.user, self.key, self.role = user, key, role
        self.name = self._workspace.person(user).name
        self.trouble = ""

    # --- what is seen

    def places(self) -> list[Place]:
        """Return the chat."""
        return [Place("", "Chat", typed=True)]

    def said(self, place: str = "") -> list[Said]:
        """Return the messages in the chat; what a button alone sent has no words and is not in it."""
        standing = [each for each in self._workspace.personal(self.user).activities if not each.deleted]
        return [self._said(each) for each in standing if text_of(each.activity).strip() or cards_of(each.activity)]

    def _said(self, posted: Posted) -> Said:
        bot = posted.sender == self._workspace.bot_id
        activity = posted.activity
        text = activity.get("text")
        drawn = [
            tag("p", text) if text else None,
            *[cards.card(each, f"{self.key}-{posted.id}") for each in cards_of(activity) if bot],
        ]
        return Said(
            id=posted.id,
            who="Haven" if bot else self.name,
            mine=not bot,
            bot=bot,
            when=posted.at.timestamp(),
            text=text_of(activity),
            drawn=join(drawn),
            note="edited" if posted.edits else "",
        )

    def window(self) -> Window | None:
        """Return the dialog on screen."""
        dialog = self._workspace.dialogs.get(self._workspace.person(self.user).id)
        if dialog is None:
            return None
        drawn = [cards.card(each, f"{self.key}-dialog", dialog.values) for each in cards_of(dialog.value)]
        title = dialog.value.get("title", "Haven")
        return Window(f"{id(dialog):x}", title, join(drawn), "", "Close", 0, text_of(dialog.value))

    def home(self) -> Html | None:
        """Teams has none."""
        return None

    def notices(self) -> list[str]:
        """Return what dialogs said as they ended."""
        return self._hands.notices(self.user)

    def installed(self) -> bool:
        """Tell whether this person has added Haven."""
        return self._workspace.personal(self.user).installed

    def payload(self, of: str) -> tuple[str, Json] | None:
        """Return a message's activity, or the dialog's task."""
        if of == "window":
            dialog = self._hands.dialog(self.user)
            return ("A dialog (the answer to task/fetch or task/submit)", dialog) if dialog else None
        for posted in self._workspace.personal(self.user).activities:
            if posted.id == of:
                kept = ("type", "text", "summary", "attachments")
                return "A message (an activity)", {key: posted.activity[key] for key in kept if key in posted.activity}
        return None

    def mark(self) -> object:
        """Return ids of messages, and how often they were changed; the dialog; what was told."""
        place = self._workspace.personal(self.user)
        messages = [(each.id, len(each.edits), each.deleted) for each in place.activities]
        dialog = self._workspace.dialogs.get(self._workspace.person(self.user).id)
        return messages, dialog and id(dialog), len(self.notices()), place.installed, self.trouble

    # --- what is done

    async def say(self, place: str, text: str) -> None:
        """Type a line."""
        self._took(await self._hands.say(self.user, text, place))

    async def tap(self, place: str, message: str, name: str, entries: Entries) -> None:
        """Tap a button of a message."""
        values = {}
        for posted in self._workspace.personal(self.user).activities:
            if posted.id == message:
                values = _entered(posted.activity, entries)
        self._took(await self._hands.tap(self.user, message, name, values, conversation=place))

    async def act(self, name: str, entries: Entries) -> None:
        """Fill in the dialog and tap a button in it."""
        shown = self._hands.dialog(self.user)
        values = _entered(shown, entries) if shown else {}
        if name:
            self._took(await self._hands.tap_in_dialog(self.user, name, values))
        else:
            self._took(await self._hands.submit(self.user, values))

    async def close(self) -> None:
        """Close the dialog: nothing is sent."""
        await self._hands.close(self.user)

    async def enter_home(self) -> None:
        """Teams has no App Home."""

    async def tap_home(self, name: str) -> None:
        """Teams has no App Home."""

    async def install(self) -> None:
        """Add Haven to the personal chat."""
        for delivery in await self._hands.install(self.user):
            self._took(delivery)

    def _took(self, delivery: Delivery) -> None:
        self.trouble = answered(self.platform, delivery.status)


def _entered(shown: Json, entries: Entries) -> dict[str, Entry]:
    """Return what a form in the page holds as what hands enter, for every field: an empty one is cleared."""
    found: dict[str, Entry] = {}
    for field in fields_of(shown):
        given = [each for each in entries.get(f"f.{field.id}", []) if each]
        found[field.id] = given if field.element.get("isMultiSelect") else (given[0] if given else None)
    return found
