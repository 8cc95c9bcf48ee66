"""What is said once only, to Slack: its request is sent once, and how it ended is told as it was."""

import asyncio

from adapters.pacing import LAUNCH
from adapters.platform import Public
from tests.adapters.launched import ID, launched
from tests.adapters.slack.conftest import SAM, World, public

MESSAGE = public("How are you?").public()
FAILS: dict[str, tuple[dict[str, object], str]] = {
    "too fast": ({"status": 429, "retry_after": 7}, "slow 7"),
    "too fast, and no word how long": ({"status": 429}, "slow 1"),
    "left": ({"error": "account_inactive"}, "unreachable"),
    "archived": ({"error": "is_archived"}, "unreachable"),
    "removed": ({"error": "token_revoked"}, "unreachable"),
    "no": ({"error": "msg_too_long"}, "declined"),
    "may have happened": ({"error": "internal_error"}, "unknown"),
    "broken": ({"status": 500}, "unknown"),
    "away": ({"status": 503}, "unknown"),
}


async def test_each_ending_is_told_as_it_was_and_nothing_is_asked_twice(world: World) -> None:
    told = {}
    for name, (fault, _) in FAILS.items():
        before = len(world.calls())
        world.workspace.fail_next("chat.postMessage", **fault)  # type: ignore[arg-type]
        told[name] = await launched(lambda: world.platform.post(SAM, MESSAGE))
        assert len(world.calls()) == before + 1, name
    assert told == {name: (outcome, True) for name, (_, outcome) in FAILS.items()}


async def test_it_bears_its_id_and_is_found_by_it(world: World) -> None:
    assert await launched(lambda: world.platform.post(SAM, MESSAGE)) == ("sent", True)
    assert await world.platform.posted(SAM, ID)
    assert not await world.platform.posted(SAM, ID[::-1])
    call = world.workspace.recorded[-3]
    assert (call.method, call.payload["metadata"]["event_payload"]) == ("chat.postMessage", {"id": ID})
    assert "conversations.open" not in [
        each.method for each in world.workspace.recorded[:1]
    ]  # allowed 50 times a minute


async def test_it_is_on_the_wire_before_it_is_answered_and_a_cut_line_is_not_tried_again(world: World) -> None:
    asked, on_wire = asyncio.Event(), list[bool]()

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        heard.append(1)
        asked.set()
        await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()

    heard = list[int]()
    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    client = world.platform.workspaces.of(SAM.tenant).web.client
    client.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"

    async def post() -> str:
        posting = asyncio.ensure_future(world.platform.post(SAM, MESSAGE))
        await asked.wait()
        launch = LAUNCH.get()
        assert launch
        on_wire.append(launch.on_wire.__self__.is_set())  # type: ignore[attr-defined]
        return await posting

    assert await launched(post) == ("unknown", True)
    assert (on_wire, len(heard)) == ([True], 1)
    server.close()


async def test_what_cannot_even_connect_is_said_to_have_gone_nowhere(world: World) -> None:
    world.platform.workspaces.of(SAM.tenant).web.client.base_url = "http://127.0.0.1:9/api/"
    assert await launched(lambda: world.platform.post(SAM, MESSAGE)) == ("unknown", False)


async def test_a_reply_that_is_too_fast_waits_and_holds_back_what_nobody_asked_for(world: World) -> None:
    world.workspace.fail_next("chat.postMessage", status=429, retry_after=1)
    assert await world.platform.post(SAM, Public(screen=MESSAGE.screen, tokens=MESSAGE.tokens))
    assert world.platform.workspaces.of(SAM.tenant).web.client.pacer.refused == 1
    assert world.seen() == ["How are you?"]
