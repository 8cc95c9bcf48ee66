"""Slack with several workspaces that install the app, a Haven, and an administrator's browser; over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters.platform import Address, Public
from adapters.slack.app import SlackPlatform
from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.installing import App
from bot.sandbox.slack.look import text_of
from bot.sandbox.slack.workspace import Workspace
from bot.settings import Settings, SlackSettings
from bot.web import create_app
from bot.wiring import Service, build, running
from flows.core.screen import Screen

SAM = "U0SAM"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HELLO = Public(screen=Screen(lines=("Hello.",)))


@dataclass
class Stage:
    """Slack with three workspaces, Haven, and an administrator's browser."""

    slack: App
    service: Service
    clock: ShiftedClock
    base: str
    browser: httpx.AsyncClient
    hands: dict[str, Hands]

    @property
    def platform(self) -> SlackPlatform:
        """Return the platform under test."""
        door = self.service.doors[0]
        assert isinstance(door, SlackPlatform)
        return door

    def workspace(self, team: str) -> Workspace:
        """Return a workspace by its id."""
        return next(each for each in self.slack.workspaces if each.team_id == team)

    async def begin(self) -> httpx.Response:
        """Open the first address, without going where it leads."""
        return await self.browser.get(f"{self.base}/slack/install")

    async def install(self, team: str) -> httpx.Response:
        """Visit the first address in a browser that is signed in to this workspace, and follow."""
        self.slack.visitor = self.workspace(team)
        return await self.browser.get(f"{self.base}/slack/install", follow_redirects=True)

    async def answered(self, team: str, user: str = SAM) -> bool:
        """Say hello, and tell whether Haven answered in this workspace."""
        before = len(self.hands[team].messages(user))
        await self.hands[team].say(user, "hello")
        for _ in range(1500):
            told = self.hands[team].messages(user)[before + 1 :]
            if any("I am a program" in text_of(each) for each in told):
                return True
            await asyncio.sleep(0.01)
        return False

    def to(self, team: str, user: str = SAM) -> Address:
        """Return somebody's address."""
        return Address(platform="slack", tenant=team, user=user)


@asynccontextmanager
async def staged(
    folder: Path, *, rotates: bool = False, allowed: str = "T0HAVEN,T0SISTER,E0ORG", prepare: Callable[[App], Any] = id
) -> AsyncIterator[Stage]:
    clock = ShiftedClock(MONDAY)
    first = demo_workspace(clock)
    workspaces = [first]
    for team, more in {"T0SISTER": {}, "T0FOREIGN": {}, "T0ORG": {"organisation": "E0ORG", "org_wide": True}}.items():
        other = Workspace(clock, team_id=team, signing_secret=first.signing_secret, pace=None, **more)  # type: ignore[arg-type]
        for member in demo_workspace(clock).members.values():
            member.team_id = team if member.team_id == first.team_id else member.team_id
            other.join(member)
        workspaces.append(other)
    slack, shell = App(clock, workspaces, rotates=rotates), FastAPI()
    async with serve(create_slack(first, slack)) as url, serve(shell) as base:
        slack.redirects.append(base)
        prepare(slack)
        settings = Settings(
            database_url=f"sqlite:///{folder / 'haven.db'}",
            public_url=base,
            slack=SlackSettings(
                signing_secret=first.signing_secret,
                client_id=slack.client_id,
                client_secret=slack.client_secret,
                allowed=allowed,
                api_url=f"{url}/api/",
            ),
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        async with running(service), httpx.AsyncClient() as browser:
            hands = {each.team_id: Hands(each, base, clock, retries=0) for each in workspaces}
            yield Stage(slack, service, clock, base, browser, hands)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage
