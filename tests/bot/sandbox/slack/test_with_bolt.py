"""A bot on Slack's own framework takes the stand-in for Slack: both judge each other's shapes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import running
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.look import text_of
from bot.sandbox.slack.workspace import Workspace


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(text: str, action: str) -> dict[str, Any]:
    return {"type": "actions", "elements": [{"type": "button", "text": plain(text), "action_id": action}]}


ASK = {
    "type": "modal",
    "callback_id": "ask",
    "title": plain("A question"),
    "submit": plain("Send"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "element": {"type": "plain_text_input", "action_id": "v"},
        },
        button("Skip", "skip"),
    ],
}


def bolt(workspace: Workspace, url: str) -> FastAPI:
    client = AsyncWebClient(token=workspace.bot_token, base_url=url)
    bot = AsyncApp(
        token=workspace.bot_token,
        signing_secret=workspace.signing_secret,
        client=client,
        process_before_response=True,
    )

    @bot.event("message")
    async def hear(event: dict[str, Any], say: Any) -> None:
        await say(text=f"You said {event['text']}", blocks=[button("Open", "open")])

    @bot.action("open")
    async def open_modal(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=ASK)

    @bot.action("skip")
    async def skip(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        view = {**ASK, "title": plain("Skipped")}
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    @bot.view("ask")
    async def asked(ack: Any, view: dict[str, Any]) -> None:
        name = view["state"]["values"]["name"]["v"]["value"]
        if name == "?":
            await ack(response_action="errors", errors={"name": "A name, please"})
        else:
            await ack(response_action="update", view={**ASK, "title": plain(f"Hello {name}")})

    @bot.view_closed("ask")
    async def closed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text="Closed")

    @bot.command("/haven")
    async def command(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        await ack("At once")
        await respond(f"Later: {command['text']}")

    @bot.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": [button("Open", "open")]}
        await client.views_publish(user_id=event["user"], view=view)

    @bot.shortcut("go")
    async def shortcut(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=ASK)

    web = FastAPI()
    handler = AsyncSlackRequestHandler(bot)

    @web.post("/slack/events")
    async def endpoint(request: Request) -> Response:
        response: Response = await handler.handle(request)
        return response

    return web


@pytest.fixture
async def live(workspace: Workspace, clock: ShiftedClock) -> AsyncIterator[Hands]:
    async with running(workspace) as api, serve(bolt(workspace, api)) as url:
        yield Hands(workspace, url, clock, retries=0)


async def test_a_conversation(live: Hands, workspace: Workspace) -> None:
    assert (await live.say("U0SAM", "hello")).status == 200
    reply = live.messages("U0SAM")[-1]
    assert reply["text"] == "You said hello"

    assert (await live.tap("U0SAM", "D0SAM", reply["ts"], "Open")).status == 200
    shown = live.modal("U0SAM")
    assert shown
    assert text_of(shown).splitlines() == ["A question", "Name"]

    await live.tap_in_view("U0SAM", "Skip")
    assert (live.modal("U0SAM") or {})["title"]["text"] == "Skipped"
    await live.submit("U0SAM", {"Name": "?"})
    assert live.errors("U0SAM") == {"name": "A name, please"}
    await live.submit("U0SAM", {"Name": "Sam"})
    assert (live.modal("U0SAM") or {})["title"]["text"] == "Hello Sam"
    assert await live.close("U0SAM")
    assert live.messages("U0SAM")[-1]["text"] == "Closed"
    assert [call.method for call in workspace.recorded if call.method != "auth.test"] == [
        "chat.postMessage",
        "views.open",
        "views.update",
        "answer.view_submission",
        "answer.view_submission",
        "chat.postMessage",
    ]


async def test_the_other_ways_in(live: Hands) -> None:
    assert (await live.command("U0SAM", "C0FINANCE", "/haven", "me")).status == 200
    assert {text_of(one) for one in live.messages("U0SAM", "C0FINANCE")} == {"At once", "Later: me"}
    assert (await live.home_opened("U0SAM")).status == 200
    assert (await live.tap_home("U0SAM", "Open")).status == 200
    assert live.modal("U0SAM")
    assert (await live.shortcut("U0ALEX", "go")).status == 200
    assert live.modal("U0ALEX")


async def test_the_address_and_a_forged_delivery(live: Hands) -> None:
    told = await live.url_verification()
    assert told.json["challenge"]
    forged = await live.raw(b"{}", {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"})
    assert forged.status == 401
