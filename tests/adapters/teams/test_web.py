"""The Bot Connector's refusals, limits and tokens, over real HTTP."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse

from adapters.platform import Address, Left, Unreachable
from adapters.teams.app import TeamsPlatform
from adapters.teams.sender import Refused
from adapters.teams.wire import Unusable, Wire
from bot.sandbox.serve import serve
from bot.sandbox.teams.demo import FINANCE, GONE, SAM, SUPPORT
from tests.adapters.teams.conftest import World, platform_of, public

HELLO = public("Hello").public()


@pytest.fixture
async def installed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("adapters.teams.sender._FIRST_WAIT", 0.01)
    await world.install()
    return world


async def test_a_message_is_addressed_and_is_no_reply(installed: World) -> None:
    activity = await installed.platform.post(installed.sam, HELLO)
    assert [message["id"] for message in installed.said()] == [activity]
    (call,) = [call for call in installed.workspace.recorded if call.method == "send_to_conversation"]
    assert call.payload["from"] == {"id": installed.workspace.bot_id}
    assert call.payload["recipient"] == {"id": SAM}
    assert call.payload["type"] == "message"


async def test_one_token_serves_until_shortly_before_it_runs_out(installed: World) -> None:
    for _ in range(3):
        await installed.platform.post(installed.sam, HELLO)
    assert installed.calls("token") == 1
    (until,) = installed.workspace.bearers.values()
    installed.clock.later(until - installed.clock.now() - timedelta(minutes=4))
    await installed.platform.post(installed.sam, HELLO)
    assert installed.calls("token") == 2


async def test_many_at_once_log_in_once(installed: World) -> None:
    installed.clock.later(timedelta(days=2))
    before = installed.calls("token")
    installed.workspace.delay("token", 0.05)
    await asyncio.gather(*(installed.platform.post(installed.sam, HELLO) for _ in range(10)))
    assert installed.calls("token") == before + 1


async def test_a_token_that_is_refused_is_replaced(installed: World) -> None:
    installed.workspace.bearers.clear()
    await installed.platform.post(installed.sam, HELLO)
    assert len(installed.said()) == 1


async def test_who_is_not_let_in_tries_again_later(installed: World) -> None:
    installed.clock.later(timedelta(days=2))
    installed.workspace.app_password = "changed"
    with pytest.raises(Unusable):
        await installed.platform.post(installed.sam, HELLO)


@pytest.mark.parametrize("status", [412, 429, 502, 504])
async def test_what_may_pass_is_tried_again(installed: World, status: int) -> None:
    installed.workspace.fail_next("send_to_conversation", status, times=3)
    await installed.platform.post(installed.sam, HELLO)
    assert len(installed.said()) == 1


async def test_it_is_tried_four_times(installed: World) -> None:
    installed.workspace.fail_next("send_to_conversation", 429, times=4)
    with pytest.raises(Refused):
        await installed.platform.post(installed.sam, HELLO)
    assert installed.calls("send_to_conversation") == 4


async def test_teams_says_how_long_to_wait(installed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.teams.sender._FIRST_WAIT", 60)
    installed.workspace.fail_next("send_to_conversation", 429, retry_after=1)
    began = asyncio.get_running_loop().time()
    await installed.platform.post(installed.sam, HELLO)
    assert 1 <= asyncio.get_running_loop().time() - began < 2


async def test_nobody_waits_for_long(installed: World) -> None:
    installed.workspace.fail_next("send_to_conversation", 429, retry_after=3600)
    with pytest.raises(Refused):
        await installed.platform.post(installed.sam, HELLO)


@pytest.mark.parametrize("status", [400, 413, 500, 503])
async def test_what_teams_does_not_do_this_time(installed: World, status: int) -> None:
    installed.workspace.fail_next("send_to_conversation", status, "CANARY")
    with pytest.raises(Refused) as raised:
        await installed.platform.post(installed.sam, HELLO)
    assert "CANARY" not in repr(raised.value)
    assert installed.calls("send_to_conversation") == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "MessageWritesBlocked"),
        (403, "BotNotInConversationRoster"),
        (403, "BotDisabledByAdmin"),
        (404, "ConversationNotFound"),
        (410, "Gone"),
    ],
)
async def test_what_can_never_work_is_said_for_good(installed: World, status: int, code: str) -> None:
    installed.workspace.fail_next("send_to_conversation", status, code)
    with pytest.raises(Unreachable) as raised:
        await installed.platform.post(installed.sam, HELLO)
    assert code not in repr(raised.value)
    assert isinstance(raised.value, Left) == (code not in {"BotDisabledByAdmin", "Gone"}), (
        "about the person, or the app"
    )


async def test_who_left_cannot_be_reached(installed: World) -> None:
    await installed.hands.install(GONE)
    with pytest.raises(Left):
        await installed.platform.post(installed.address(GONE), HELLO)


async def test_who_never_installed_it_cannot_be_reached(world: World) -> None:
    with pytest.raises(Unreachable):
        await world.platform.post(world.sam, HELLO)
    assert world.workspace.recorded == []


@pytest.mark.parametrize("kept", ["", "{}", "[]", "null", "{", '{"service": "https://evil.example/"}'])
async def test_a_reference_that_is_none_leads_nowhere(installed: World, kept: str) -> None:
    installed.references.kept[installed.sam.user] = kept
    with pytest.raises(Unreachable):
        await installed.platform.post(installed.sam, HELLO)


async def test_a_kept_reference_off_the_allow_list_is_not_called(installed: World) -> None:
    kept = installed.references.kept
    kept[installed.sam.user] = kept[installed.sam.user].replace(installed.url, "http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await installed.platform.post(installed.sam, HELLO)


async def test_another_organisation_is_out_of_reach(installed: World) -> None:
    other = Address(platform="teams", tenant="another", user=installed.sam.user)
    with pytest.raises(Unreachable):
        await installed.platform.post(other, HELLO)
    with pytest.raises(Unreachable):
        await installed.platform.show(other, public("Hello"))
    with pytest.raises(Unreachable):
        await installed.platform.announce("another", SUPPORT, HELLO)


async def test_a_team_hears_what_is_announced(world: World) -> None:
    await world.install()
    message = public("Look after yourselves", buttons=("Open privately",)).public()
    activity = await world.platform.announce(world.workspace.tenant_id, SUPPORT, message)
    (posted,) = world.said(SAM, SUPPORT)
    assert posted["id"] == activity
    (action,) = posted["attachments"][0]["content"]["actions"]
    assert action["url"] == f"https://teams.microsoft.com/l/chat/0/0?users=28:{world.workspace.app_id}"


@pytest.mark.parametrize("channel", [FINANCE, "19:nowhere@thread.tacv2"])
async def test_a_team_without_the_bot_cannot_be_reached(installed: World, channel: str) -> None:
    with pytest.raises(Unreachable):
        await installed.platform.announce(installed.workspace.tenant_id, channel, HELLO)


async def test_the_roster_of_a_team_page_by_page(installed: World) -> None:
    place = installed.workspace.conversation(SUPPORT)
    place.members = [member for _ in range(300) for member in place.members]  # more than a page
    members = await installed.platform.roster(SUPPORT)
    assert installed.sam.user in members
    assert len(members) == 4
    assert installed.calls("get_conversation_paged_members") == 3


async def test_after_a_restart_a_team_is_found_by_the_service_url_of_everywhere(world: World) -> None:
    assert world.platform._service == f"{world.url}/teams/"
    await world.platform.announce(world.workspace.tenant_id, SUPPORT, HELLO)
    assert len(world.said(SAM, SUPPORT)) == 1


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


async def test_nothing_is_left_open(installed: World) -> None:
    """botbuilder alone opened a session a turn: 9 descriptors became 263 after 150 turns."""
    installed.will(public("Hello", buttons=("Start",)))
    for _ in range(5):
        await installed.say("hello")
    before = descriptors()
    for _ in range(20):
        await installed.say("hello")
        await installed.platform.post(installed.sam, HELLO)
    assert descriptors() <= before + 3


async def test_what_is_closed_sends_nothing(world: World) -> None:
    platform: TeamsPlatform = platform_of(world.workspace, world.desk, world.references, world.clock, world.url)
    await world.install()
    with pytest.raises(RuntimeError):
        await platform.post(world.sam, HELLO)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    await wire.start()
    yield wire
    await wire.stop()


async def test_only_an_answer_of_the_right_kind_is_one(wire: Wire) -> None:
    app = FastAPI()
    answers = {
        "good": Response(b'{"a": 1}'),
        "moved": RedirectResponse("/good"),
        "giant": Response(b'{"a": "' + b"x" * 1024 * 1024 + b'"}'),
        "list": Response(b"[]"),
        "deep": Response(b"[" * 100_000),
        "text": Response(b"hello"),
        "refused": Response(b"{}", 401),
    }
    for name, answer in answers.items():
        app.add_api_route(f"/{name}", lambda answer=answer: answer, response_model=None)
    async with serve(app) as url:
        assert await wire.ask_json("GET", f"{url}/good") == {"a": 1}
        for name in answers.keys() - {"good"}:
            with pytest.raises(Unusable):
                await wire.ask_json("GET", f"{url}/{name}")
    with pytest.raises(aiohttp.ClientError):
        await wire.ask_json("GET", f"{url}/good")


@pytest.mark.parametrize(
    "missing",
    [
        {"app_id": ""},
        {"tenant_id": ""},
        {"app_password": ""},
        {"app_id": "x"},
        {"tenant_id": "common"},
        {"app_id": "C9E8C047-2A74-40A2-B28A-B162D5F5327C"},
    ],
)
def test_it_does_not_start_without_saying_who_it_is(missing: dict[str, Any]) -> None:
    guid = "c9e8c047-2a74-40a2-b28a-b162d5f5327c"

    async def nothing(*_: object) -> None:
        return None

    with pytest.raises(ValueError, match="app id"):
        TeamsPlatform(
            **{"app_id": guid, "app_password": "p", "tenant_id": guid, **missing},
            receive=nothing,
            drawn=nothing,
            say=None,  # type: ignore[arg-type]
            references=None,  # type: ignore[arg-type]
            clock_now=lambda: None,  # type: ignore[arg-type,return-value]
            chance=bytes,
        )
