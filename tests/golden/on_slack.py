"""A dialogue played in Slack."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from adapters.platform import Shown
from bot.sandbox.slack import payloads, views
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace as slack_workspace
from bot.sandbox.slack.hands import Hands as SlackHands
from bot.sandbox.slack.look import buttons_of as slack_buttons
from bot.sandbox.slack.look import text_of as slack_text
from bot.sandbox.slack.workspace import Call
from tests.golden import parse
from tests.golden.look import SLACK_DIALOG, SLACK_MESSAGE
from tests.golden.place import PATIENCE, PEOPLE, Drawn, Place, labelled, nothing_more
from tests.golden.stage import Backstage, Ground, at_eight, backstage, shell


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
        await self._deliver(self.hands.submit(self.user, labelled(shown, values)))

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


def _shows(call: Call) -> bool:
    """Tell whether a call drew a modal."""
    return not call.error and call.method != "views.publish" and isinstance(call.payload.get("view"), dict)


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
