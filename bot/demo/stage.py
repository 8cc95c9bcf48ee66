"""One run of the demo: a stand-in Slack, a stand-in Teams, and the real service between them, over HTTP."""

import contextlib
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import make_url

from bot.clock import ShiftedClock
from bot.demo import folder
from bot.demo.seats import Seat
from bot.demo.slack_seat import SlackSeat
from bot.demo.teams_seat import TeamsSeat
from bot.sandbox.care.desk import CareDesk, create_desk
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace as slack_workspace
from bot.sandbox.slack.hands import Hands as SlackHands
from bot.sandbox.slack.workspace import Workspace as SlackWorkspace
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import demo_workspace as teams_workspace
from bot.sandbox.teams.hands import Hands as TeamsHands
from bot.sandbox.teams.workspace import Person
from bot.sandbox.teams.workspace import Workspace as TeamsWorkspace
from bot.settings import CareSettings, Settings, SlackSettings, TeamsSettings
from bot.web import create_app
from bot.wiring import Service, build, content_root, running

PRIYA: Final = Person("29:1priya-nair", "5a000000-0000-4000-8000-000000000011", "Priya Nair")
PATIENCE: Final = 10.0  # seconds; Slack waits three, but a laptop under load should show the demo all the same


@dataclass
class Stage:
    """Everything, running. `base` is the service's own address; `care` the desk that requests to be called back go to;
    `reached` what the tour has seen happen."""

    slack: SlackWorkspace
    teams: TeamsWorkspace
    service: Service
    clock: ShiftedClock
    base: str
    content: Path
    seats: dict[str, Seat]
    care: CareDesk
    reached: set[str] = field(default_factory=set)
    good_since: datetime | None = None  # when the content in use was taken over

    @property
    def databases(self) -> tuple[Path, Path]:
        """The service's database and the clinic's."""
        path = Path(make_url(self.service.settings.database_url).database or "haven.db")
        return path, path.with_name(f"{path.stem}-clinic{path.suffix or '.db'}")


@contextlib.asynccontextmanager
async def staged(settings: Settings, db: str | None, at: datetime | None) -> AsyncIterator[Stage]:
    """Put everything together for the length of the block.

    Without `db` everything lies in a temporary folder that is deleted at the end. The words are a copy that can be
    edited, or the folder that HAVEN_CONTENT_DIR names. Raises SettingsTrouble, KeyTrouble, ContentError."""
    clock = ShiftedClock(at)
    slack, teams = slack_workspace(clock), teams_workspace(clock)
    care = CareDesk(f"whsec_{b64encode(clock.chance(32)).decode()}", clock.now)
    teams.join(Person(**vars(PRIYA)))
    shell = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    with tempfile.TemporaryDirectory(prefix="haven-demo-", ignore_cleanup_errors=True) as made:
        content = settings.content_dir or folder.copied(content_root(settings), Path(made) / "content")
        async with (
            serve(create_slack(slack)) as slack_url,
            serve(create_connector(teams)) as teams_url,
            serve(create_desk(care)) as care_url,
            serve(shell) as base,
        ):
            teams.url = teams_url
            settings = settings.model_copy(
                update={
                    "profile": "demo",
                    "host": "127.0.0.1",
                    "content_dir": content,
                    "database_url": db or f"sqlite:///{Path(made) / 'haven.db'}",
                    "key_file": settings.key_file if db else None,
                    "slack": _slack(slack, slack_url),
                    "teams": _teams(teams, teams_url),
                    "care": CareSettings(url=f"{care_url}/requests", secret=SecretStr(care.secret)),
                    "public_url": base,  # so that every private screen offers the room, too
                }
            )
            service = build(settings, clock, base_url=base)
            shell.mount("/", create_app(service))
            async with running(service):
                slack_hands = SlackHands(slack, base, clock, patience=PATIENCE)
                teams_hands = TeamsHands(teams, base, clock, invoke_patience=PATIENCE)
                seats: dict[str, Seat] = {
                    "sam": SlackSeat(slack_hands, "U0SAM", "sam", "Employee", ("C0SUPPORT",)),
                    "priya": TeamsSeat(teams_hands, PRIYA.id, "priya", "Employee"),
                    "morgan": SlackSeat(slack_hands, "U0MORGAN", "morgan", "Manager", ("C0SUPPORT",)),
                }
                yield Stage(slack, teams, service, clock, base, content, seats, care, good_since=clock.now())


def _slack(workspace: SlackWorkspace, url: str) -> SlackSettings:
    return SlackSettings(
        signing_secret=SecretStr(workspace.signing_secret),
        bot_token=SecretStr(workspace.bot_token),
        team_id=workspace.team_id,
        api_url=f"{url}/api/",
    )


def _teams(workspace: TeamsWorkspace, url: str) -> TeamsSettings:
    return TeamsSettings(
        app_id=workspace.app_id,
        app_password=SecretStr(workspace.app_password),
        tenant_id=workspace.tenant_id,
        openid_url=f"{url}/v1/.well-known/openidconfiguration",
        login_url=url,
        service_hosts=url,
    )
