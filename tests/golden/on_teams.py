"""A dialogue played in Teams."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from adapters.platform import Shown
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import SUPPORT
from bot.sandbox.teams.demo import demo_workspace as teams_workspace
from bot.sandbox.teams.hands import Hands as TeamsHands
from bot.sandbox.teams.identity import Key
from tests.golden import parse
from tests.golden.look import TEAMS_CHANNEL, TEAMS_DIALOG, TEAMS_MESSAGE, Look
from tests.golden.place import PATIENCE, PEOPLE, Drawn, Place, labelled, nothing_more
from tests.golden.stage import Backstage, Ground, at_eight, backstage, shell

SIGNING, OTHERS = Key("golden"), Key("golden-others", ("webchat",))  # made once: that takes longer than a dialogue


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
        await self._invoke(self.hands.dialog_activity(self.user, shown.screen.submit, labelled(shown, values)))

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
