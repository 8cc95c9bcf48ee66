"""A tenant, its connector, a bot that listens, and hands, for the tests of the stand-in Teams."""

from collections.abc import AsyncIterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import SAM, demo_workspace
from bot.sandbox.teams.hands import Hands
from bot.sandbox.teams.workspace import Workspace
from tests.bot.sandbox.teams.kit import LAUNCHER, Bot, Client


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture(scope="session")
def rsa_key() -> RSAPrivateKey:
    """One key for all tests, because it takes long to make."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def workspace(clock: ShiftedClock, rsa_key: RSAPrivateKey) -> Workspace:
    workspace = demo_workspace(clock)
    workspace.identity.key.private = rsa_key
    workspace.url = "http://teams"
    return workspace


@pytest.fixture
async def client(workspace: Workspace) -> AsyncIterator[Client]:
    transport = httpx.ASGITransport(app=create_connector(workspace))
    async with httpx.AsyncClient(transport=transport) as http:
        client = Client(workspace, http)
        await client.log_in()
        yield client


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def hands(workspace: Workspace, clock: ShiftedClock, bot: Bot) -> AsyncIterator[Hands]:
    async with serve(bot.app()) as url:
        yield Hands(workspace, url, clock)


@pytest.fixture
def chat(workspace: Workspace) -> str:
    """Sam's personal chat, with the bot in it."""
    place = workspace.personal(SAM)
    place.installed = True
    return place.id


@pytest.fixture
async def launcher(client: Client, chat: str) -> str:
    """A message in Sam's chat whose button opens a dialog."""
    return await client.post(chat, LAUNCHER)
