from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack import views
from bot.sandbox.slack.api import running
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.workspace import Message, Workspace
from tests.bot.sandbox.slack.forms import BUTTONS, Bot


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def workspace(clock: ShiftedClock) -> Workspace:
    return demo_workspace(clock)


@pytest.fixture
async def client(workspace: Workspace) -> AsyncIterator[AsyncWebClient]:
    async with running(workspace) as url:
        yield AsyncWebClient(token=workspace.bot_token, base_url=url)


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def hands(workspace: Workspace, clock: ShiftedClock, bot: Bot) -> AsyncIterator[Hands]:
    async with serve(bot.app()) as url:
        yield Hands(workspace, url, clock, patience=0.5)


@pytest.fixture
def posted(workspace: Workspace) -> Message:
    workspace.dm("U0SAM")
    blocks = views.complete(workspace, [{"type": "section", "text": {"type": "plain_text", "text": "Ready?"}}, BUTTONS])
    return workspace.post(Message("D0SAM", workspace.next_ts(), "U0HAVEN", "Ready?", blocks))
