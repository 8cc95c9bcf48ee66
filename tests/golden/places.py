"""Where a dialogue is played: the terminal, Slack and Teams. Each does what people do there and reads what is drawn."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from adapters.platform import Address, Arrival, Shown
from bot.sandbox.slack import payloads, views
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace as slack_workspace
from bot.sandbox.slack.hands import Hands as SlackHands
from bot.sandbox.slack.look import buttons_of as slack_buttons
from bot.sandbox.slack.look import text_of as slack_text
from bot.sandbox.slack.workspace import Call
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import GUEST, MORGAN, SAM, SUPPORT
from bot.sandbox.teams.demo import demo_workspace as teams_workspace
from bot.sandbox.teams.hands import Hands as TeamsHands
from bot.sandbox.teams.identity import Key
from bot.terminal import TENANT, Terminal
from tests.golden import parse
from tests.golden.look import (
    SLACK_DIALOG,
    SLACK_MESSAGE,
    TEAMS_CHANNEL,
    TEAMS_DIALOG,
    TEAMS_MESSAGE,
    TERMINAL,
    Look,
    Medium,
)
from tests.golden.stage import Backstage, Ground, at_eight, backstage, shell

SIGNING, OTHERS = Key("golden"), Key("golden-others", ("webchat",))  # made once: that takes longer than a dialogue
PATIENCE = 60.0  # seconds: a busy machine is not what is tried out here
PEOPLE = {"sam": ("U0SAM", SAM), "morgan": ("U0MORGAN", MORGAN), "guest": ("U0GUEST", GUEST)}


@dataclass(frozen=True)
class Drawn:
    """One drawing, read back, and where it stands."""

    look: Look
    medium: Medium


async def nothing_more(delivery: object) -> None:
    """Leave it at one delivery."""


class Place(Protocol):
    """One person on one platform."""

    name: str
    behind: Backstage

    async def enter(self) -> None:
        """Do what has to be done before anything can be said."""

    async def say(self, text: str) -> None:
        """Type a line."""

    async def tap(self, label: str) -> None:
        """Tap a button of what is before them."""

    async def fill(self, shown: Shown, values: Mapping[str, str]) -> None:
        """Send the form before them: field key -> option key or text."""

    async def close(self) -> None:
        """Close the dialog, if one is open."""

    def keep(self, label: str) -> None:
        """Tap a button, on a line that holds the tap back."""

    async def release(self) -> None:
        """Let the tap through that was held back."""

    def drawn(self) -> list[Drawn]:
        """Return what was drawn since the last time, in order."""


class AtTerminal:
    """Somebody at `haven chat`."""

    name = "terminal"

    def __init__(self, behind: Backstage, terminal: Terminal, written: list[str], me: str) -> None:
        self.behind, self._terminal, self._written, self._me = behind, terminal, written, me
        self._kept = ""
        self._read = 0

    async def enter(self) -> None:
        await self.behind.during(self._terminal.start())

    async def say(self, text: str) -> None:
        await self.behind.during(self._terminal.line(text))

    async def tap(self, label: str) -> None:
        await self.behind.during(self._terminal.line(f"[{label}]"))

    async def fill(self, shown: Shown, values: Mapping[str, str]) -> None:
        await self.behind.during(self._terminal.line(", ".join(f"{key}={value}" for key, value in values.items())))

    async def close(self) -> None:
        """There is nothing to close."""

    def keep(self, label: str) -> None:
        shown = self._terminal.platform.current[self._me]
        self._kept = next(
            token for button, token in zip(shown.screen.buttons, shown.tokens, strict=True) if button.label == label
        )

    async def release(self) -> None:
        address = Address(platform="console", tenant=TENANT, user=self._me)
        arrival = Arrival(id="held-back", address=address, token=self._kept, secluded=True)
        await self.behind.during(self._terminal._arrive(arrival))

    def drawn(self) -> list[Drawn]:
        new, self._read = self._written[self._read :], len(self._written)
        return [Drawn(parse.terminal(text), TERMINAL) for text in new]


class OnSlack:
    """Somebody in Slack."""

    name = "slack"

    def __init__(self, behind: Backstage, hands: SlackHands, user: str) -> None:
        self.behind, self.hands, self.user = behind, hands, user
        self.workspace = hands.workspace
        self.after: Callable[[Any], Awaitable[None]] = nothing_more  # what follows upon each delivery
        self._kept: Any = None
        self._read = 0

    async def enter(self) -> None:
        """Nothing: whoever finds the app can write to it."""

    async def say(self, text: str) -> None:
        await self.close()  # a modal lies over the chat
        await self._deliver(self.hands.say(self.user, text))

    async def tap(self, label: str) -> None:
        await self._deliver(self.hands.interaction(self._tapped(label)))

    async def fill(self, shown: Shown, values: Mapping[str, str]) -> None:
        await self._deliver(self.hands.submit(self.user, _labelled(shown, values)))

    async def close(self) -> None:
        """Leave the modals without a word, as when the client goes away: what closing means has tests of its own."""
        views.stack(self.workspace, self.user).clear()

    def keep(self, label: str) -> None:
        self._kept = self._tapped(label)

    async def release(self) -> None:
        await self._deliver(self.hands.interaction(self._kept))

    async def _deliver(self, deed: Any) -> None:
        delivery = await self.behind.during(deed)
        assert delivery.status == 200, (delivery.status, delivery.text)
        await self.after(delivery)

    def _tapped(self, label: str) -> dict[str, Any]:
        member = self.workspace.member(self.user)
        if open_ := views.stack(self.workspace, self.user):
            (button,) = (each for each in slack_buttons(open_[-1].payload) if each.label == label)
            return payloads.view_action(self.workspace, member, open_[-1], button)
        last = [each for each in self.hands.messages(self.user) if each.get("bot_id")][-1]
        labels = [each.label for each in slack_buttons(last)]
        assert label in labels, f"no [{label}] under {slack_text(last)!r}: {labels}"
        return self.hands.tap_payload(self.user, self.workspace.dm(self.user).id, last["ts"], label)

    def drawn(self) -> list[Drawn]:
        new, self._read = self.workspace.recorded[self._read :], len(self.workspace.recorded)
        found = []
        for call in new:
            match call.method, call.payload:
                case _ if call.error:
                    continue
                case "views.open", {"view": {"blocks": [{"text": {"text": "One moment."}}, *_]}}:
                    continue  # this machine was slow: the same dialog shows the screen next
                case "views.update", {"view_id": beneath} if self._covered(beneath):
                    continue  # it is seen when what lies on it is closed
                case "chat.postMessage", message:
                    found.append(Drawn(parse.slack_message(message), SLACK_MESSAGE))
                case "answer.view_submission", {"errors": errors}:
                    top = views.stack(self.workspace, self.user)[-1]
                    sent = next(each.payload["view"] for each in reversed(self.workspace.recorded) if _shows(each))
                    found.append(Drawn(parse.slack_errors(sent, top.values, errors), SLACK_DIALOG))
                case (("views.open" | "views.update" | "views.push" | "answer.view_submission"), {"view": view}):
                    found.append(Drawn(parse.slack_view(view), SLACK_DIALOG))
        return found

    def _covered(self, view_id: str) -> bool:
        return view_id in {view.id for view in views.stack(self.workspace, self.user)[:-1]}


class OnTeams:
    """Somebody in Teams."""

    name = "teams"

    def __init__(self, behind: Backstage, hands: TeamsHands, user: str) -> None:
        self.behind, self.hands, self.user = behind, hands, user
        self.workspace = hands.workspace
        self.after: Callable[[Any], Awaitable[None]] = nothing_more  # what follows upon each delivery
        self._kept: Any = None
        self._read = 0

    async def enter(self) -> None:
        for delivery in await self.behind.during(self.hands.install(self.user)):
            assert delivery.status == 200
            await self.after(delivery)

    async def say(self, text: str) -> None:
        await self.close()  # a dialog lies over the chat
        await self._deliver(self.hands.say(self.user, text))

    async def tap(self, label: str) -> None:
        await self._invoke(self._tapped(label))

    async def fill(self, shown: Shown, values: Mapping[str, str]) -> None:
        await self._invoke(self.hands.dialog_activity(self.user, shown.screen.submit, _labelled(shown, values)))

    async def close(self) -> None:
        if self.hands.dialog(self.user):
            await self.hands.close(self.user)

    def keep(self, label: str) -> None:
        self._kept = self._tapped(label)

    async def release(self) -> None:
        await self._invoke(self._kept)

    def _tapped(self, label: str) -> dict[str, Any]:
        if self.hands.dialog(self.user):
            return self.hands.dialog_activity(self.user, label)
        last = [each for each in self.hands.messages(self.user) if each["from"]["id"] == self.workspace.bot_id][-1]
        return self.hands.tap_activity(self.user, last["id"], label)

    async def _invoke(self, activity: dict[str, Any]) -> None:
        delivery = await self._deliver(self.hands.deliver(activity))
        self.hands.take_answer(delivery)

    async def _deliver(self, deed: Any) -> Any:
        delivery = await self.behind.during(deed)
        assert delivery.status == 200, (delivery.status, delivery.text)
        await self.after(delivery)
        return delivery

    def drawn(self) -> list[Drawn]:
        new, self._read = self.workspace.recorded[self._read :], len(self.workspace.recorded)
        found = []
        for call in new:
            match call.method, call.payload:
                case _ if call.error:
                    continue
                case (("send_to_conversation" | "reply_to_activity"), activity):
                    medium = TEAMS_CHANNEL if call.conversation == SUPPORT else TEAMS_MESSAGE
                    found.append(Drawn(parse.teams_message(activity), medium))
                case (("answer.task/fetch" | "answer.task/submit"), answer) if answer:
                    found.append(Drawn(parse.teams_dialog(answer), TEAMS_DIALOG))
        return found

    def settled(self) -> list[Look]:
        """Return the cards from which buttons were taken that answer nothing any more."""
        updates = [call for call in self.workspace.recorded if call.method == "update_activity" and not call.error]
        return [parse.teams_message(call.payload) for call in updates]


def _shows(call: Call) -> bool:
    """Tell whether a call drew a modal."""
    return not call.error and call.method != "views.publish" and isinstance(call.payload.get("view"), dict)


def _labelled(shown: Shown, values: Mapping[str, str]) -> dict[str, str | list[str] | None]:
    """Return a form's values as somebody enters them: by the labels of fields and options."""
    entries: dict[str, str | list[str] | None] = {}
    for field in shown.screen.fields:
        if field.key in values:
            chosen = [option.label for option in field.options if option.key == values[field.key]]
            entries[field.label] = chosen[0] if field.options else values[field.key]
    return entries


@contextlib.asynccontextmanager
async def at_terminal(folder: Path, ground: Ground, who: str) -> AsyncIterator[Place]:
    """Sit down at a terminal."""
    clock, written = at_eight(), list[str]()
    async with shell() as (app, base), backstage(folder, ground, {}, app, base, clock) as behind:
        terminal = Terminal(behind.service, clock, written.append, who)  # type: ignore[arg-type]
        behind.overhear()
        yield AtTerminal(behind, terminal, written, who)


@contextlib.asynccontextmanager
async def on_slack(folder: Path, ground: Ground, who: str) -> AsyncIterator[Place]:
    """Open Slack."""
    clock = at_eight()
    workspace = slack_workspace(clock)
    async with shell() as (app, base):
        app.mount("/slack-itself", create_slack(workspace))
        workspace.url = f"{base}/slack-itself"
        settings = {
            "slack": {
                "signing_secret": workspace.signing_secret,
                "bot_token": workspace.bot_token,
                "team_id": workspace.team_id,
                "api_url": f"{workspace.url}/api/",
            },
        }
        async with backstage(folder, ground, settings, app, base, clock) as behind:
            yield OnSlack(behind, SlackHands(workspace, base, clock, patience=PATIENCE), PEOPLE[who][0])


@contextlib.asynccontextmanager
async def on_teams(folder: Path, ground: Ground, who: str) -> AsyncIterator[Place]:
    """Open Teams."""
    clock = at_eight()
    workspace = teams_workspace(clock)
    workspace.identity.key, workspace.identity._unendorsed = SIGNING, OTHERS
    async with shell() as (app, base):
        app.mount("/teams-itself", create_connector(workspace))
        workspace.url = f"{base}/teams-itself"
        settings = {
            "teams": {
                "app_id": workspace.app_id,
                "app_password": workspace.app_password,
                "tenant_id": workspace.tenant_id,
                "openid_url": f"{workspace.url}/v1/.well-known/openidconfiguration",
                "login_url": workspace.url,
                "service_hosts": base,
            },
        }
        async with backstage(folder, ground, settings, app, base, clock) as behind:
            yield OnTeams(
                behind, TeamsHands(workspace, base, clock, patience=PATIENCE, invoke_patience=PATIENCE), PEOPLE[who][1]
            )


PLACES = {"terminal": at_terminal, "slack": on_slack, "teams": on_teams}
