"""What people do reaches the bot as Teams would send it, and they see what the bot has drawn."""

from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import Response
from fastapi.responses import JSONResponse

from bot.clock import ShiftedClock
from bot.sandbox.teams.demo import ALEX, FINANCE, GUEST, MORGAN, OTHER_TENANT, SAM, STRANGER, SUPPORT
from bot.sandbox.teams.entering import CannotDo
from bot.sandbox.teams.hands import Hands
from bot.sandbox.teams.identity import FORGERIES
from bot.sandbox.teams.look import text_of
from bot.sandbox.teams.workspace import Posted, TeamsError, Workspace
from tests.bot.sandbox.teams.kit import FORM, LAUNCHER, Bot, Client, Json, card, message, submit, words
from tests.bot.sandbox.teams.test_identity import refusal


def post(workspace: Workspace, activity: Json, place: str = "") -> str:
    where = workspace.conversation(place) if place else workspace.personal(SAM)
    posted = Posted(workspace.next_id(), workspace.bot_id, activity, workspace.clock.now())
    where.activities.append(posted)
    return posted.id


async def test_installing(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    deliveries = await hands.install(SAM)
    assert [delivery.status for delivery in deliveries] == [200, 200]
    added, installed = (told for _, told in bot.got)
    assert added["type"] == "conversationUpdate"
    assert [one["id"] for one in added["membersAdded"]] == [SAM, workspace.bot_id]
    assert added["conversation"] == {"conversationType": "personal", "id": workspace.personal(SAM).id}
    assert "team" not in added["channelData"]
    assert (installed["type"], installed["action"]) == ("installationUpdate", "add")
    with pytest.raises(CannotDo, match="installed already"):
        await hands.install(SAM)


async def test_uninstalling(hands: Hands, bot: Bot, workspace: Workspace, chat: str) -> None:
    await hands.uninstall(SAM)
    assert (bot.last["type"], bot.last["action"]) == ("installationUpdate", "remove")
    assert not workspace.conversation(chat).installed
    for deed in (hands.uninstall(SAM), hands.say(SAM, "Hello")):
        with pytest.raises(CannotDo, match="not installed"):
            await deed
    await hands.install(SAM)
    assert workspace.personal(SAM).id == chat


async def test_a_typed_message(hands: Hands, bot: Bot, workspace: Workspace, clock: ShiftedClock, chat: str) -> None:
    await hands.say(SAM, "Is 1 < 2 & so on?")
    headers, told = bot.got[0]
    assert told["text"] == "Is 1 < 2 & so on?"
    assert told["attachments"] == [{"contentType": "text/html", "content": "<p>Is 1 &lt; 2 &amp; so on?</p>"}]
    assert told["from"] == {"id": SAM, "name": "Sam Rivera", "aadObjectId": workspace.person(SAM).aad_object_id}
    assert told["recipient"] == {"id": f"28:{workspace.app_id}", "name": "Haven"}
    assert told["conversation"] == {"conversationType": "personal", "tenantId": workspace.tenant_id, "id": chat}
    assert told["channelData"] == {"tenant": {"id": workspace.tenant_id}}
    assert (told["channelId"], told["serviceUrl"]) == ("msteams", "http://teams/amer/")
    assert (told["locale"], told["localTimezone"]) == ("en-GB", "Europe/London")
    assert told["entities"][0] == {
        "type": "clientInfo",
        "locale": "en-GB",
        "country": "GB",
        "platform": "Web",
        "timezone": "Europe/London",
    }
    moment = datetime.fromisoformat(told["localTimestamp"])
    assert abs(clock.now() - moment) < timedelta(seconds=5)
    assert told["timestamp"].endswith("Z")
    assert headers["x-ms-tenant-id"] == workspace.tenant_id
    assert [text_of(one) for one in hands.messages(SAM)] == ["Is 1 < 2 & so on?"]


async def test_somebody_elsewhere(hands: Hands, bot: Bot) -> None:
    await hands.install(ALEX)
    await hands.say(ALEX, "Hola")
    assert (bot.last["locale"], bot.last["localTimezone"]) == ("es-ES", "America/New_York")
    assert bot.last["localTimestamp"][-6:] in {"-04:00", "-05:00"}
    await hands.install(STRANGER)
    await hands.say(STRANGER, "Hello")
    assert bot.last["channelData"]["tenant"]["id"] == OTHER_TENANT
    assert bot.last["conversation"]["tenantId"] == OTHER_TENANT


async def test_a_command_is_typed(hands: Hands, bot: Bot, chat: str) -> None:
    await hands.command(SAM, "Help now")
    assert (bot.last["type"], bot.last["text"]) == ("message", "Help now")


async def test_every_delivery_has_a_good_token(hands: Hands, bot: Bot, workspace: Workspace, chat: str) -> None:
    await hands.say(SAM, "Hello")
    scheme, _, token = bot.got[0][0]["authorization"].partition(" ")
    assert scheme == "Bearer"
    claims = workspace.identity.claims(workspace.service_url)
    assert refusal(workspace.identity, token, claims["aud"], claims["serviceurl"]) == ""
    assert refusal(workspace.identity, token) == "InvalidAudienceError"


async def test_a_delivery_with_any_token(hands: Hands, bot: Bot, workspace: Workspace, chat: str) -> None:
    told = (await hands.say(SAM, "Hello")).activity
    for kind in FORGERIES:
        token = workspace.identity.forge(kind, workspace.service_url)
        await hands.deliver(told, token)
        assert bot.got[-1][0]["authorization"] == f"Bearer {token}".strip()


async def test_again(hands: Hands, bot: Bot, workspace: Workspace, chat: str) -> None:
    delivery = await hands.say(SAM, "Hello")
    workspace.identity.rotate()
    await hands.again(delivery)
    assert bot.got[0][1] == bot.got[1][1]
    assert bot.got[0][0]["authorization"] != bot.got[1][0]["authorization"]


async def test_raw_sends_what_it_is_told(hands: Hands, bot: Bot) -> None:
    assert (await hands.raw(b"x", {"Content-Type": "text/plain"})).status == 200
    headers, body = bot.got[0]
    assert body == {"raw": b"x"}
    assert "authorization" not in headers


async def test_nobody_there(workspace: Workspace, clock: ShiftedClock, chat: str) -> None:
    gone = Hands(workspace, "http://127.0.0.1:1", clock)
    assert (await gone.say(SAM, "Hello")).status == 0


async def test_without_a_network(workspace: Workspace, clock: ShiftedClock, bot: Bot, chat: str) -> None:
    hands = Hands(workspace, "http://bot", clock, transport=httpx.ASGITransport(app=bot.app()))
    assert (await hands.say(SAM, "Hello")).status == 200


async def test_a_slow_answer_is_none(hands: Hands, bot: Bot, workspace: Workspace, chat: str) -> None:
    posted = post(workspace, LAUNCHER)
    hands.courier.invoke_patience = 0.05
    bot.gate = [0.2]
    delivery = await hands.tap(SAM, posted, "Open")
    assert delivery.status == 0
    assert delivery.answer.seconds >= 0.05
    assert hands.dialog(SAM) is None
    bot.gate = [0.2]
    assert (await hands.say(SAM, "Hello")).status == 200


async def test_messages_come_from_the_connector(hands: Hands, client: Client, chat: str) -> None:
    first = await client.post(chat, message(text="Hello"))
    gone = await client.post(chat, message(text="Oops"))
    await client.call("DELETE", f"/{chat}/activities/{gone}")
    await client.call("PUT", f"/{chat}/activities/{first}", message(card(words("Good morning"))))
    (seen,) = hands.messages(SAM)
    assert (seen["id"], seen["from"]["id"], text_of(seen)) == (first, client.workspace.bot_id, "Good morning")
    assert hands.messages(ALEX) == []


async def test_a_plain_button(hands: Hands, bot: Bot, chat: str, launcher: str) -> None:
    await hands.tap(SAM, launcher, "Later")
    assert (bot.last["type"], bot.last["value"], bot.last["replyToId"]) == ("message", {"token": "t2"}, launcher)
    assert "text" not in bot.last
    assert bot.last["channelData"]["source"] == {"name": "message"}
    assert bot.last["id"].isdigit()
    assert len(hands.messages(SAM)) == 1


async def test_a_button_with_inputs_beside_it(hands: Hands, bot: Bot, workspace: Workspace, chat: str) -> None:
    posted = post(workspace, message(FORM))
    with pytest.raises(CannotDo, match="'Name' is required: Fill this in"):
        await hands.tap(SAM, posted, "Send")
    await hands.tap(SAM, posted, "Send", {"Name": "Sam", "Mood": "Good"})
    assert bot.last["value"] == {"token": "form", "name": "Sam", "mood": "good", "agree": "false"}
    await hands.tap(SAM, posted, "Help now")
    assert bot.last["value"] == {"token": "help"}


async def test_buttons_that_speak(hands: Hands, bot: Bot, workspace: Workspace, chat: str) -> None:
    back = submit("Yes", msteams={"type": "imBack", "value": "Yes, please"})
    more = submit("No", msteams={"type": "messageBack", "text": "No", "value": {"a": 1}}, b=2)
    posted = post(workspace, message(card(words(), actions=[back, more])))
    await hands.tap(SAM, posted, "Yes")
    assert (bot.last["text"], "value" in bot.last) == ("Yes, please", False)
    await hands.tap(SAM, posted, "No")
    assert (bot.last["text"], bot.last["value"]) == ("No", {"a": 1, "b": 2})
    assert [text_of(one) for one in hands.messages(SAM)][1:] == ["Yes, please", "No"]


async def test_what_nobody_could_tap(hands: Hands, workspace: Workspace, chat: str, launcher: str) -> None:
    link = {"type": "Action.OpenUrl", "title": "Read", "url": "https://example.org"}
    posted = post(workspace, message(card(words(), actions=[link])))
    for activity, label, why in (
        (launcher, "Close", "0 buttons are called 'Close'; there are: Open, Later"),
        (posted, "Read", "delivers nothing"),
        ("123", "Open", "no such message"),
    ):
        with pytest.raises(CannotDo, match=why):
            await hands.tap(SAM, activity, label)
    with pytest.raises(CannotDo, match="not installed"):
        await hands.tap(ALEX, launcher, "Open")
    with pytest.raises(TeamsError, match="MemberNotFound"):
        await hands.say("29:nobody", "Hello")


async def test_a_forwarded_button(hands: Hands, bot: Bot, launcher: str) -> None:
    stolen = hands.tap_activity(SAM, launcher, "Later")
    await hands.install(ALEX)
    theirs = (await hands.say(ALEX, "Hello")).activity
    await hands.deliver({**theirs, "value": stolen["value"], "text": None})
    assert (bot.last["from"]["id"], bot.last["value"]) == (ALEX, {"token": "t2"})


async def test_a_team_with_the_bot(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    await hands.install_in_team(MORGAN, FINANCE)
    added, installed = (told for _, told in bot.got)
    assert [one["id"] for one in added["membersAdded"]] == [workspace.bot_id]
    assert added["channelData"]["eventType"] == "teamMemberAdded"
    assert added["channelData"]["team"]["name"] == "Finance"
    assert added["conversation"] == {"isGroup": True, "conversationType": "channel", "id": FINANCE}
    assert (installed["action"], installed["conversation"]["conversationType"]) == ("add", "channel")
    assert workspace.conversation(FINANCE).installed
    await hands.join_team(SAM, FINANCE)
    assert bot.last["membersAdded"] == [{"id": SAM, "aadObjectId": workspace.person(SAM).aad_object_id}]
    await hands.uninstall_from_team(ALEX, FINANCE)
    assert bot.got[-2][1]["channelData"]["eventType"] == "teamMemberRemoved"
    assert not workspace.conversation(FINANCE).installed
    for deed, why in (
        (hands.install_in_team(MORGAN, SUPPORT), "installed already"),
        (hands.uninstall_from_team(MORGAN, FINANCE), "not installed"),
        (hands.install_in_team(GUEST, FINANCE), "not a member"),
    ):
        with pytest.raises(CannotDo, match=why):
            await deed


async def test_in_a_channel_the_bot_is_mentioned(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    await hands.say(MORGAN, "hello", SUPPORT)
    told = bot.last
    assert told["text"] == "<at>Haven</at> hello"
    assert told["entities"][1]["mentioned"]["id"] == workspace.bot_id
    assert told["conversation"]["id"] == f"{SUPPORT};messageid={told['id']}"
    assert told["channelData"]["channel"] == {"id": SUPPORT}
    posted = post(workspace, LAUNCHER, SUPPORT)
    await hands.tap(MORGAN, posted, "Later", conversation=SUPPORT)
    assert bot.last["conversation"]["id"] == f"{SUPPORT};messageid={posted}"
    assert len(hands.messages(SAM, SUPPORT)) == 2
    with pytest.raises(CannotDo, match="not a member"):
        hands.messages(STRANGER, SUPPORT)


@pytest.mark.parametrize("status", [401, 500])
async def test_a_failed_fetch_opens_nothing(hands: Hands, bot: Bot, launcher: str, status: int) -> None:
    bot.script = [Response(status_code=status)]
    assert (await hands.tap(SAM, launcher, "Open")).status == status
    assert hands.dialog(SAM) is None


async def test_an_optional_message_is_not_kept_for_a_dialog(hands: Hands, bot: Bot, launcher: str) -> None:
    bot.script = [JSONResponse({"anything": "at all"})]
    assert (await hands.tap(SAM, launcher, "Later")).status == 200
    assert (await hands.say(SAM, "Hello")).json is None
    assert hands.dialog(SAM) is None
