"""The real service, a stand-in Bot Connector and the built-in clinic, over HTTP; and what people do there."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import MORGAN, SAM, SUPPORT, demo_workspace
from bot.sandbox.teams.hands import Hands
from bot.sandbox.teams.look import buttons_of, fields_of, text_of
from bot.sandbox.teams.workspace import Workspace
from bot.settings import Settings, TeamsSettings
from bot.store import queries
from bot.web import create_app
from bot.wiring import Service, build, running
from content import default_root

OPTIONS = ("Not at all", "Several days", "More than half the days", "Nearly every day")


@dataclass
class Stage:
    """Everything, running."""

    workspace: Workspace
    hands: Hands
    service: Service
    clock: ShiftedClock
    base: str

    def said(self, user: str, conversation: str = "") -> list[dict[str, Any]]:
        bot = self.workspace.bot_id
        return [each for each in self.hands.messages(user, conversation) if each["from"]["id"] == bot]

    async def until(self, what: Callable[[], Any]) -> Any:
        for _ in range(500):
            try:
                if found := what():
                    return found
            except (IndexError, TypeError, KeyError):
                pass
            await asyncio.sleep(0.02)
        said = {
            place: [text_of(each.activity) for each in it.activities[-2:]]
            for place, it in self.workspace.conversations.items()
        }
        raise AssertionError(f"it did not come; the last: {said}")

    async def last(self, user: str, holds: str) -> dict[str, Any]:
        await self.until(lambda: holds in text_of(self.said(user)[-1]))
        return self.said(user)[-1]

    async def tap(self, user: str, holds: str, label: str) -> None:
        message = await self.last(user, holds)
        assert (await self.hands.tap(user, message["id"], label)).status == 200

    async def dialog(self, user: str, holds: str) -> dict[str, Any]:
        def there() -> dict[str, Any] | None:
            shown = self.hands.dialog(user)
            return shown if shown and holds in text_of(shown) else None

        found: dict[str, Any] = await self.until(there)
        return found

    async def remind(self) -> None:
        """Let time pass until the next effect is due, a day before an appointment, and carry it out."""
        due = await self.service.store.transact(queries.next_due)
        assert due
        self.clock.later(datetime.fromtimestamp(due, UTC) - self.clock.now() + timedelta(seconds=1))
        await self.service.errands.drain()

    async def enter(self, user: str) -> None:
        """Install the bot, agree to the notice, and stand at the menu, in the dialog."""
        await self.hands.install(user)
        await self.tap(user, "I am a program", "I agree, let's start")
        await self.dialog(user, "What would help today?")


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    clock = ShiftedClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    workspace = demo_workspace(clock)
    content = folder / "content"
    shutil.copytree(default_root(), content, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    staff = [workspace.person(user).aad_object_id for user in (SAM, MORGAN)]
    staff += [f"5a000000-0000-4000-8000-0000000001{number:02}" for number in range(5)]
    teams = (content / "org" / "teams.yaml").read_text()
    teams = teams.replace("slack: [U0MORGAN]", f"slack: [U0MORGAN]\n      teams: [{staff[1]}]", 1)
    teams = teams.replace("slack: [U0SAM,", f"teams: [{', '.join(staff)}]\n      slack: [U0SAM,", 1)
    teams = teams.replace("slack: C0SUPPORT", f'slack: C0SUPPORT\n      teams: "{SUPPORT}"', 1)
    (content / "org" / "teams.yaml").write_text(teams)
    shell = FastAPI()
    async with serve(create_connector(workspace)) as connector, serve(shell) as base:
        workspace.url = connector
        settings = Settings(
            database_url=f"sqlite:///{folder / 'haven.db'}",
            content_dir=content,
            teams=TeamsSettings(
                app_id=workspace.app_id,
                app_password=workspace.app_password,
                tenant_id=workspace.tenant_id,
                openid_url=f"{connector}/v1/.well-known/openidconfiguration",
                login_url=connector,
                service_hosts=connector,
            ),
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        async with running(service):
            yield Stage(workspace, Hands(workspace, base, clock), service, clock, base)


async def book(stage: Stage) -> None:
    hands = stage.hands
    await hands.tap_in_dialog(SAM, "Private check")
    form = await stage.dialog(SAM, "Over the last 2 weeks")
    answers = zip([each.label for each in fields_of(form)], (1, 1, 1, 1), strict=True)
    await hands.tap_in_dialog(SAM, "Go on", {label: OPTIONS[points] for label, points in answers})
    result = await stage.dialog(SAM, "not a diagnosis")
    times = [each.label for each in buttons_of(result) if ", " in each.label]
    await hands.tap_in_dialog(SAM, times[-1])
    form = await stage.dialog(SAM, "The provider gets")
    name, contact, *_, asked, consent = [each.label for each in fields_of(form)]
    values = {
        name: "Canary-Name",
        contact: "canary@example.org",
        asked: "A day and an hour before",
        consent: "Yes, share it",
    }
    await hands.tap_in_dialog(SAM, "Book this time", values)
    await stage.dialog(SAM, "Booked:")
