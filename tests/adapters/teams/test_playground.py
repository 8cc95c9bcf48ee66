"""Microsoft's Agents Playground: no tokens, between this machine and itself, and nowhere else."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from adapters.teams.playground import PlaygroundGuard
from bot.sandbox.teams import payloads
from bot.sandbox.teams.demo import SAM
from tests.adapters.teams.conftest import World, platform_of, public, standing

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def playground() -> AsyncIterator[World]:
    async with standing(playground=True) as world:
        yield world


def said(world: World, **changes: Any) -> bytes:
    person, chat = world.workspace.person(SAM), world.workspace.personal(SAM)
    return json.dumps({**payloads.message(world.workspace, person, chat, "hello"), **changes}).encode()


async def test_a_conversation_without_any_token(playground: World) -> None:
    playground.will(public("Welcome", buttons=("Start",)))
    await playground.install()
    assert playground.texts() == ["Welcome"]
    playground.will(public("Here you are"))
    await playground.tap("Start")
    assert "Here you are" in playground.dialog()
    assert playground.calls("token") == 0  # nobody at Microsoft was asked for one
    assert playground.calls("keys") == 0


async def test_what_did_not_start_on_this_machine_is_refused(playground: World) -> None:
    for told in ({"X-Forwarded-For": "203.0.113.9"}, {"Origin": "https://example.org"}, {"Host": "haven.example.org"}):
        assert (await playground.hands.raw(said(playground), {**JSON, **told})).status == 403
    assert playground.desk.arrivals == []


@pytest.mark.parametrize("client", [("203.0.113.9", 1), ("testclient", 1), None])
async def test_a_caller_from_elsewhere_is_refused(client: tuple[str, int] | None) -> None:
    scope = {"type": "http", "client": client, "server": ("127.0.0.1", 80), "path": "/", "headers": [(b"host", b"::1")]}
    assert await PlaygroundGuard().service(Request({**scope, "headers": [(b"host", b"localhost")]})) == 403


async def test_a_service_off_the_list_is_not_answered(playground: World) -> None:
    for url in ("https://smba.trafficmanager.net/amer/", "http://127.0.0.1:9/", None, 5):
        assert (await playground.hands.raw(said(playground, serviceUrl=url), JSON)).status == 401
    assert playground.desk.arrivals == []


async def test_another_tenant_is_refused_all_the_same(playground: World) -> None:
    body = said(playground, channelData={"tenant": {"id": "b3f1c7ce-2f1c-4d5e-9b7e-1f6ac0f0a0e1"}})
    assert (await playground.hands.raw(body, JSON)).status == 403


async def test_without_the_mode_the_same_delivery_is_refused(world: World) -> None:
    assert (await world.hands.raw(said(world), JSON)).status == 401


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"app_password": "a secret"}, "never given a password"),
        ({"service_hosts": ("smba.trafficmanager.net",)}, "on this"),
    ],
)
def test_the_platform_refuses_it_beside_anything_real(world: World, changes: dict[str, Any], reason: str) -> None:
    world.workspace.playground = True
    with pytest.raises(ValueError, match=reason):
        platform_of(world.workspace, world.desk, world.references, world.clock, world.url, **changes)
