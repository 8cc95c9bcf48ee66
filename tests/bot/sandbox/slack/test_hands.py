"""A person's hands: messages, buttons, commands, the home, and what they deliver."""

import httpx
import pytest
from fastapi.responses import JSONResponse

from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack import views
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.entering import CannotDo
from bot.sandbox.slack.hands import BadAnswer, Hands
from bot.sandbox.slack.look import text_of
from bot.sandbox.slack.workspace import HOOK_LIFE, Message, Workspace
from tests.bot.sandbox.slack.forms import BUTTONS, Bot, answer, modal, sent


async def test_a_message_to_the_bot(hands: Hands, bot: Bot) -> None:
    await hands.say("U0SAM", "a < b & c")
    await hands.say("U0SAM", "again")
    body = sent(bot, 0)
    event = body["event"]
    assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", "T0HAVEN", "A0HAVEN")
    assert body["authorizations"][0]["user_id"] == "U0HAVEN"
    assert (event["type"], event["channel"], event["channel_type"]) == ("message", "D0SAM", "im")
    assert (event["user"], event["team"], event["text"]) == ("U0SAM", "T0HAVEN", "a &lt; b &amp; c")
    assert "subtype" not in event
    assert body["event_id"] != sent(bot, 1)["event_id"]
    assert float(event["ts"]) < float(sent(bot, 1)["event"]["ts"])
    assert [text_of(message) for message in hands.messages("U0SAM")] == ["a < b & c", "again"]


async def test_a_message_in_a_channel_from_a_bot_from_a_stranger(hands: Hands, bot: Bot) -> None:
    await hands.say("U0SAM", "hello", "C0SUPPORT")
    assert sent(bot)["event"]["channel_type"] == "channel"
    await hands.say("U0ROBOT", "beep")
    assert sent(bot)["event"]["bot_id"] == "B0ROBOT"
    await hands.say("U0STRANGER", "hello")
    assert sent(bot)["event"]["user_team"] == "T0OTHER"
    assert sent(bot)["is_ext_shared_channel"] is True
    assert sent(bot)["team_id"] == "T0HAVEN"


async def test_a_tap(hands: Hands, bot: Bot, workspace: Workspace, posted: Message) -> None:
    await hands.tap("U0SAM", "D0SAM", posted.ts, "Open")
    payload = sent(bot)
    assert payload["type"] == "block_actions"
    assert payload["container"] == {
        "type": "message",
        "message_ts": posted.ts,
        "channel_id": "D0SAM",
        "is_ephemeral": False,
    }
    assert payload["channel"] == {"id": "D0SAM", "name": "directmessage"}
    assert payload["message"]["blocks"][1]["elements"][0]["value"] == "opaque"
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["type"]) == ("open", "row", "button")
    assert (action["value"], action["style"]) == ("opaque", "primary")
    assert workspace.take_trigger(payload["trigger_id"]) == "U0SAM"


async def test_a_button_that_is_not_there(hands: Hands, posted: Message) -> None:
    with pytest.raises(CannotDo, match="there are: Open, Stop"):
        await hands.tap("U0SAM", "D0SAM", posted.ts, "Fly")


async def test_an_ephemeral_message_is_one_persons(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    blocks = views.complete(workspace, [BUTTONS])
    message = workspace.post(Message("C0SUPPORT", workspace.next_ts(), "U0HAVEN", "psst", blocks, only_for="U0SAM"))
    assert hands.messages("U0ALEX", "C0SUPPORT") == []
    assert len(hands.messages("U0SAM", "C0SUPPORT")) == 1
    with pytest.raises(CannotDo):
        await hands.tap("U0ALEX", "C0SUPPORT", message.ts, "Open")
    await hands.tap("U0SAM", "C0SUPPORT", message.ts, "Open")
    assert sent(bot)["container"]["is_ephemeral"] is True
    assert "message" not in sent(bot)


async def test_a_command(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    bot.script = [JSONResponse({"text": "Only you see this"})]
    await hands.command("U0SAM", "C0FINANCE", "/haven", "help now")
    form = sent(bot)
    assert (form["command"], form["text"], form["user_id"]) == ("/haven", "help now", "U0SAM")
    assert (form["channel_id"], form["channel_name"], form["team_id"]) == ("C0FINANCE", "finance", "T0HAVEN")
    assert workspace.take_trigger(form["trigger_id"]) == "U0SAM"
    assert [text_of(message) for message in hands.messages("U0SAM", "C0FINANCE")] == ["Only you see this"]
    assert hands.messages("U0ALEX", "C0FINANCE") == []


async def test_a_command_answered_with_nothing_or_badly(hands: Hands, bot: Bot) -> None:
    await hands.command("U0SAM", "", "/haven")
    bot.script = [JSONResponse({})]
    await hands.command("U0SAM", "", "/haven")
    assert hands.messages("U0SAM") == []
    for bad in (JSONResponse({"blocks": []}), JSONResponse(["x"]), JSONResponse({"text": "x" * 40_001})):
        bot.script = [bad]
        with pytest.raises(BadAnswer):
            await hands.command("U0SAM", "", "/haven")


async def test_the_home(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    await hands.home_opened("U0SAM")
    assert (sent(bot)["event"]["type"], sent(bot)["event"]["tab"]) == ("app_home_opened", "home")
    assert "view" not in sent(bot)["event"]
    home = views.publish(workspace, "U0SAM", {"type": "home", "blocks": [BUTTONS]}, None)
    await hands.home_opened("U0SAM")
    assert sent(bot)["event"]["view"]["id"] == home.id
    await hands.home_opened("U0SAM", "messages")
    assert sent(bot)["event"]["tab"] == "messages"
    await hands.tap_home("U0SAM", "Open")
    assert sent(bot)["view"]["type"] == "home"
    with pytest.raises(CannotDo):
        await hands.tap_home("U0ALEX", "Open")


async def test_a_shortcut_and_any_event(hands: Hands, bot: Bot) -> None:
    await hands.shortcut("U0SAM", "open_haven")
    assert (sent(bot)["type"], sent(bot)["callback_id"]) == ("shortcut", "open_haven")
    await hands.event({"type": "tokens_revoked", "tokens": {"bot": ["U0HAVEN"]}})
    assert sent(bot)["event"]["type"] == "tokens_revoked"


async def test_answers_are_recorded_too(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    views.put_on_top(workspace, "U0SAM", modal())
    await answer(hands, bot, {"response_action": "update", "view": modal("Again")})
    bot.script = [JSONResponse({"text": "Only you see this"})]
    await hands.command("U0SAM", "", "/haven")
    assert [(call.method, *call.payload) for call in workspace.recorded] == [
        ("answer.view_submission", "response_action", "view"),
        ("answer.command", "text"),
    ]


async def test_a_response_url(
    hands: Hands, bot: Bot, workspace: Workspace, posted: Message, clock: ShiftedClock
) -> None:
    async with serve(create_slack(workspace)) as workspace.url, httpx.AsyncClient() as web:
        await hands.tap("U0SAM", "D0SAM", posted.ts, "Open")
        url = sent(bot)["response_url"]
        assert (await web.post(url, json={"text": "psst"})).status_code == 200
        assert (await web.post(url, json={"text": "done", "replace_original": True})).status_code == 200
        assert (await web.post(url, json={"blocks": []})).text == "no_text"
        assert (await web.post(url, content="[")).text == "invalid_payload"
        assert [(call.method, call.error) for call in workspace.recorded] == [
            ("response_url", ""),
            ("response_url", ""),
            ("response_url", "no_text"),
        ]
        assert [text_of(message) for message in hands.messages("U0SAM")] == ["done", "psst"]
        assert (await web.post(url, json={"delete_original": True})).status_code == 200
        assert [text_of(message) for message in hands.messages("U0SAM")] == ["psst"]
        await web.post(url, json={"text": "five"})
        assert (await web.post(url, json={"text": "six"})).text == "used_url"
        assert (await web.post(f"{workspace.url}/actions/T0OTHER/x", json={"text": "x"})).status_code == 404

        await hands.command("U0SAM", "C0FINANCE", "/haven")
        url = sent(bot)["response_url"]
        await web.post(url, json={"text": "only you"})
        await web.post(url, json={"text": "all of you", "response_type": "in_channel"})
        seen = [text_of(message) for message in hands.messages("U0ALEX", "C0FINANCE")]
        assert seen == ["all of you"]
        clock.later(HOOK_LIFE)
        assert (await web.post(url, json={"text": "too late"})).text == "expired_url"
