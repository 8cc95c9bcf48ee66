"""Socket Mode: deliveries over a WebSocket that we opened, handled as over HTTP; it ends, and is opened again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from adapters.platform import Address, Arrival, Busy, Public, Shown
from adapters.slack import socket as room
from adapters.slack.app import SlackPlatform
from adapters.slack.deliveries import MOST
from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack import payloads
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.installing import App
from bot.sandbox.slack.look import fields_of, text_of
from bot.sandbox.slack.sockets import Exchange, SocketCourier, sockets
from bot.sandbox.slack.workspace import Json, Workspace
from bot.settings import Settings, SlackSettings
from bot.web import create_app
from bot.wiring import Service, build, running, send_due
from flows.core.screen import Screen

SILENCE = 0.5  # seconds without an acknowledgement
SAM = "U0SAM"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class Stage:
    """Haven on a machine that Slack cannot reach."""

    slack: App
    exchange: Exchange
    workspace: Workspace
    hands: Hands
    service: Service
    base: str

    @property
    def platform(self) -> SlackPlatform:
        """Return the platform under test."""
        door = self.service.doors[0]
        assert isinstance(door, SlackPlatform)
        return door

    async def until(self, holds: str, where: Any) -> None:
        """Wait until somebody sees some words."""
        for _ in range(1500):
            if holds in where():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{holds!r} did not come")

    def chat(self) -> str:
        """Return what Sam sees in the chat."""
        return " ".join(map(text_of, self.hands.messages(SAM)))

    def dialog(self) -> str:
        """Return what Sam sees in the open dialog."""
        view = self.hands.modal(SAM)
        return text_of(view) if view else ""

    async def send(self, payload: Json, patience: float = 3.0, **more: Any) -> Json | None:
        """Deliver an envelope by hand; return the acknowledgement."""
        envelope = {"type": "events_api", "envelope_id": "by-hand", "payload": payload}
        return await self.exchange.send({**envelope, "accepts_response_payload": False, **more}, patience)

    def said(self, text: str, **more: Any) -> Json:
        """Return the delivery of something that Sam typed."""
        member, place = self.workspace.member(SAM), self.workspace.dm(SAM)
        event = payloads.message_event(self.workspace, member, place, text, self.workspace.next_ts())
        return payloads.event_callback(self.workspace, event) | more


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    clock = ShiftedClock(MONDAY)
    workspace = demo_workspace(clock)
    slack, shell = App(clock, [workspace]), FastAPI()
    async with serve(create_slack(workspace, slack)) as url, serve(shell) as base, sockets(slack) as exchange:
        settings = Settings(
            database_url=f"sqlite:///{folder / 'haven.db'}",
            slack=SlackSettings(
                app_token=slack.app_token,
                bot_token=workspace.bot_token,
                team_id=workspace.team_id,
                api_url=f"{url}/api/",
            ),
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        hands = Hands(workspace, base, clock)
        hands.courier = SocketCourier(exchange, retries=1)
        stage = Stage(slack, exchange, workspace, hands, service, base)
        assert stage.platform.socket is not None
        stage.platform.socket._first = 0.02
        async with running(service):
            await exchange.connected()
            yield stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def test_the_story_over_a_socket(stage: Stage) -> None:
    hands, place = stage.hands, stage.workspace.dm(SAM).id
    assert (await hands.say(SAM, "hello")).status == 200
    await stage.until("I am a program", stage.chat)
    await hands.tap(SAM, place, hands.messages(SAM)[-1]["ts"], "I agree, let's start")
    await stage.until("What would help today?", stage.chat)
    await hands.tap(SAM, place, hands.messages(SAM)[-1]["ts"], "Private check")
    await stage.until("Over the last 2 weeks", stage.dialog)
    form = hands.modal(SAM)
    assert form is not None
    # the answer to a form travels in the acknowledgement
    await hands.submit(SAM, {each.label: "Several days" for each in fields_of(form)})
    await stage.until("not a diagnosis", stage.dialog)
    command = await hands.command(SAM, "", "/haven", "help now")
    assert command.status == 200
    await stage.until("nobody reads this", stage.dialog)


async def test_there_is_no_door_over_http(stage: Stage) -> None:
    async with httpx.AsyncClient() as client:
        for path in ("/slack/events", "/slack/install", "/slack/oauth_redirect"):
            assert (await client.post(stage.base + path, json={})).status_code == 404


async def test_a_repetition_has_one_effect(stage: Stage) -> None:
    said = stage.said("hello")
    assert await stage.send(said) == {"envelope_id": "by-hand"}
    assert await stage.send(said, retry_attempt=1, retry_reason="timeout") == {"envelope_id": "by-hand"}
    await stage.until("I am a program", stage.chat)
    assert len([each for each in stage.hands.messages(SAM) if each.get("bot_id")]) == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        {"team_id": "T0OTHER"},
        {"type": None},
        {"event": {"type": 7}},
        {"event": None},
    ],
)
async def test_what_is_not_ours_or_no_delivery_is_not_taken(stage: Stage, spoilt: Json) -> None:
    assert await stage.send(stage.said("hello", **spoilt), SILENCE) is None
    assert await stage.send(stage.said("hello")) is not None


@pytest.mark.parametrize(
    "raw",
    ["", "x", "[]", "7", '{"type":"events_api"}', '{"type":"interactive","envelope_id":7,"payload":{}}', "[" * 9000],
)
async def test_what_is_no_envelope_is_survived(stage: Stage, raw: str) -> None:
    await stage.exchange.sockets[-1].send_str(raw)
    await stage.exchange.sockets[-1].send_bytes(b"\x00\xff")
    assert await stage.send(stage.said("hello")) is not None


async def test_what_is_too_large_is_not_read(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0, "haven")
    assert await stage.send(stage.said("x" * MOST), SILENCE) is None
    assert [each.__dict__["haven"]["status"] for each in caplog.records if each.msg == "slack_refused"] == [413]
    assert await stage.send(stage.said("y" * (MOST // 2 - 4000))) is not None  # it stands there twice


async def test_a_turn_that_was_not_committed_is_not_acknowledged(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(_: Arrival) -> Shown | None:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr(stage.platform.listeners, "_receive", busy)
        assert await stage.send(stage.said("hello"), SILENCE) is None
    assert await stage.send(stage.said("hello")) is not None


async def test_a_connection_that_slack_refreshes_is_replaced_before_it_ends(stage: Stage) -> None:
    old = stage.exchange.sockets[0]
    await stage.exchange.leave("refresh_requested")
    await stage.exchange.connected(2)
    assert not old.closed
    assert len(stage.exchange.sockets) == 2
    await old.send_json({"type": "events_api", "envelope_id": "late", "payload": stage.said("hello")})
    await stage.until("I am a program", stage.chat)
    await old.close()
    assert await stage.send(stage.said("hello again")) is not None
    assert stage.exchange.opened == 2


@pytest.mark.parametrize("reason", ["link_disabled", ""])
async def test_a_connection_that_ends_is_opened_again(stage: Stage, reason: str) -> None:
    if reason:
        await stage.exchange.leave(reason)
    else:
        await stage.exchange.sockets[0].close()
    await stage.exchange.connected(2)
    assert await stage.send(stage.said("hello")) is not None


@given(failures=st.integers(1, 10_000), spread=st.integers(0, 255))
def test_attempts_become_ever_rarer(failures: int, spread: int) -> None:
    assert 0.5 * min(60, 2 ** min(failures - 1, 10)) <= room.pause(failures, 1.0, spread) <= 90
    assert room.pause(failures, 1.0, spread) <= room.pause(failures + 1, 1.0, spread)


async def test_while_slack_refuses_it_goes_on_trying(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0, "haven")
    stage.slack.socket_mode = False
    await stage.exchange.sockets[0].close()
    for _ in range(1000):
        if len([each for each in caplog.records if each.msg == "slack_socket_failed"]) >= 3:
            break
        await asyncio.sleep(0.01)
    stage.slack.socket_mode = True
    await stage.exchange.connected(2)
    assert await stage.send(stage.said("hello")) is not None


async def test_only_an_encrypted_socket_is_opened(stage: Stage) -> None:
    assert stage.platform.socket is not None
    for address, allowed in {
        "wss://wss-primary.slack.com/link/?ticket=1": True,
        "ws://wss-primary.slack.com/link/?ticket=1": False,
        "http://wss-primary.slack.com/": False,
        "ws://127.0.0.1.example.org/": False,
    }.items():
        stage.slack.socket_url = address.removesuffix("/link/?ticket=1")
        if allowed:
            assert str(await stage.platform.socket._address()).startswith("wss://")
        else:
            with pytest.raises(ValueError, match="encrypted"):
                await stage.platform.socket._address()


async def test_a_stop_lets_what_is_under_way_finish(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.workspace.delay("users.info", 0.3)
        under_way = asyncio.create_task(stage.send(stage.said("hello")))
        await asyncio.sleep(0.1)
    assert await under_way == {"envelope_id": "by-hand"}


async def test_no_token_and_no_text_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    async with staged(tmp_path) as stage:
        await stage.send(stage.said("canary-text"))
        await stage.exchange.sockets[-1].send_str("canary-text")
        await stage.exchange.leave("warning")
        await stage.exchange.connected(2)
        secrets = ["canary-text", stage.slack.app_token, stage.workspace.bot_token, SAM, "T0HAVEN"]
    ours = [each for each in caplog.records if each.name == "haven"]
    assert ours
    assert not [each for each in ours for word in secrets if word in json.dumps(each.__dict__, default=str)]


async def test_what_is_sent_beside_a_running_service_opens_no_second_socket(stage: Stage) -> None:
    settings, clock = stage.service.settings, stage.service.clock
    before = len(stage.exchange.sockets)
    await send_due(settings, clock)
    beside = build(settings, clock, base_url=stage.base, listens=False)
    await beside.doors[0].start()
    await beside.doors[0].post(
        Address(platform="slack", tenant="T0HAVEN", user=SAM), Public(screen=Screen(lines=("Hi",)))
    )
    await asyncio.sleep(0.2)
    assert len(stage.exchange.sockets) == before
    assert not stage.slack.tickets, "nobody asked for another one"
    assert "Hi" in stage.chat()
    await beside.doors[0].stop()
    await beside.close()
