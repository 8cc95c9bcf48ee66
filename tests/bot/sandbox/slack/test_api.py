"""The Web API as Slack's own client meets it."""

from datetime import UTC, datetime

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ShiftedClock
from bot.sandbox.slack.pace import Pace
from bot.sandbox.slack.workspace import Message, Workspace

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello *you*"}}
BUTTONS = {
    "type": "actions",
    "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Open"}, "value": "opaque"}],
}


async def error_of(call: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call  # type: ignore[misc]
    return str(refused.value.response["error"])


async def test_who_am_i(client: AsyncWebClient, workspace: Workspace) -> None:
    me = await client.auth_test()
    assert (me["team_id"], me["user_id"], me["bot_id"]) == ("T0HAVEN", "U0HAVEN", "B0HAVEN")
    assert me.headers["x-oauth-scopes"] == ",".join(sorted(workspace.scopes))


async def test_a_wrong_or_missing_token(client: AsyncWebClient) -> None:
    client.token = "xoxb-wrong"
    assert await error_of(client.auth_test()) == "invalid_auth"
    client.token = None
    assert await error_of(client.auth_test()) == "not_authed"


async def test_the_token_may_stand_in_a_form(client: AsyncWebClient, workspace: Workspace) -> None:
    async with httpx.AsyncClient() as plain:
        told = await plain.post(f"{workspace.url}/api/auth.test", data={"token": workspace.bot_token})
    assert told.json()["ok"] is True
    assert "token" not in workspace.recorded[-1].payload


async def test_a_person(client: AsyncWebClient) -> None:
    told = (await client.users_info(user="U0ALEX", include_locale=True))["user"]
    assert (told["real_name"], told["tz"], told["locale"]) == ("Alex Novak", "America/New_York", "es-ES")
    assert told["tz_offset"] in {-5 * 3600, -4 * 3600}
    assert "is_stranger" not in told
    assert "locale" not in (await client.users_info(user="U0ALEX"))["user"]
    assert (await client.users_info(user="U0GUEST"))["user"]["is_restricted"] is True
    assert (await client.users_info(user="U0STRANGER"))["user"]["is_stranger"] is True
    assert "tz" not in (await client.users_info(user="U0GONE"))["user"]
    assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_everybody_page_by_page(client: AsyncWebClient, workspace: Workspace) -> None:
    seen, cursor, pages = [], "", 0
    while True:
        page = await client.users_list(limit=3, cursor=cursor)
        assert len(page["members"]) <= 3
        seen += [one["id"] for one in page["members"]]
        pages += 1
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert pages == 3
    assert seen == [one for one in workspace.members if one != "U0STRANGER"]
    assert await error_of(client.users_list(cursor="garbage!")) == "invalid_cursor"
    assert await error_of(client.users_list(limit=1001)) == "invalid_limit"


async def test_a_group(client: AsyncWebClient) -> None:
    assert (await client.usergroups_users_list(usergroup="S0SUPPORT"))["users"][0] == "U0SAM"
    assert await error_of(client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"


async def test_direct_messages(client: AsyncWebClient) -> None:
    first = await client.conversations_open(users="U0SAM")
    again = await client.conversations_open(users=["U0SAM"], return_im=True)
    assert first["channel"] == {"id": "D0SAM"}
    assert again["already_open"] is True
    assert again["channel"]["is_im"] is True
    assert await error_of(client.conversations_open(users="U0GONE")) == "user_disabled"
    assert await error_of(client.conversations_open(users="U0ROBOT")) == "cannot_dm_bot"
    assert await error_of(client.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await error_of(client.conversations_open(users="")) == "users_list_not_supplied"
    assert await error_of(client.conversations_open(users="U0SAM,U0ALEX")) == "invalid_user_combination"
    assert (await client.conversations_open(channel="D0SAM"))["channel"]["id"] == "D0SAM"
    wrong = client.api_call("conversations.open", json={"channel": "C0SUPPORT"})
    assert await error_of(wrong) == "method_not_supported_for_channel_type"


async def test_channels_need_their_scope(client: AsyncWebClient, workspace: Workspace) -> None:
    assert await error_of(client.conversations_info(channel="C0SUPPORT")) == "missing_scope"
    workspace.scopes |= {"channels:read"}
    assert (await client.conversations_info(channel="C0SUPPORT"))["channel"]["is_member"] is True
    assert (await client.conversations_info(channel="C0FINANCE"))["channel"]["is_member"] is False
    assert (await client.conversations_members(channel="C0FINANCE"))["members"] == ["U0ALEX", "U0MORGAN"]
    assert await error_of(client.conversations_info(channel="C0NONE")) == "channel_not_found"
    assert await error_of(client.conversations_info(channel="D0SAM")) == "missing_scope"


async def test_a_message_gets_what_slack_adds(client: AsyncWebClient, workspace: Workspace) -> None:
    posted = await client.chat_postMessage(channel="U0SAM", text="Hello", blocks=[SECTION, BUTTONS])
    assert posted["channel"] == "D0SAM"
    message = posted["message"]
    assert message["bot_id"] == "B0HAVEN"
    assert message["blocks"][0]["text"]["verbatim"] is False
    button = message["blocks"][1]["elements"][0]
    assert button["action_id"]
    assert button["text"]["emoji"] is True
    assert len({block["block_id"] for block in message["blocks"]}) == 2
    assert "block_id" not in workspace.recorded[-1].payload["blocks"][0]


async def test_a_form_carries_blocks_as_json(client: AsyncWebClient, workspace: Workspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    form = {"channel": "C0SUPPORT", "text": "Hello", "blocks": '[{"type": "divider"}]'}
    async with httpx.AsyncClient(headers=headers, base_url=f"{workspace.url}/api/") as plain:
        assert (await plain.post("chat.postMessage", data=form)).json()["ok"] is True
        broken = (await plain.post("chat.postMessage", data={**form, "blocks": "["})).json()
        no_json = (await plain.post("chat.postMessage", json=[1])).json()
        xml = (await plain.post("chat.postMessage", content="<a/>", headers={"content-type": "a/b"})).json()
    assert broken["error"] == "invalid_blocks_format"
    assert no_json["error"] == "json_not_object"
    assert xml["error"] == "invalid_post_type"


async def test_structures_may_be_written_as_text(client: AsyncWebClient, workspace: Workspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    home = {"user_id": "U0SAM", "view": '{"type": "home", "blocks": []}'}
    post = {"channel": "C0SUPPORT", "text": "Hello", "blocks": '[{"type": "divider"}]'}
    async with httpx.AsyncClient(headers=headers, base_url=f"{workspace.url}/api/") as plain:
        assert (await plain.post("views.publish", data=home)).json()["ok"] is True
        assert (await plain.post("views.publish", json=home)).json()["ok"] is True
        assert (await plain.post("chat.postMessage", json=post)).json()["ok"] is True
        broken = (await plain.post("views.publish", json={**home, "view": "{"})).json()
    assert broken["error"] == "invalid_arguments"


async def test_no_two_messages_have_one_timestamp(workspace: Workspace) -> None:
    class Still(ShiftedClock):
        def now(self) -> datetime:
            return datetime(2026, 3, 2, tzinfo=UTC)

    workspace.clock = Still()
    stamps = [workspace.next_ts() for _ in range(50)]
    assert len({*stamps}) == 50
    assert stamps == sorted(stamps)
    assert stamps[0] == "1772409600.000000"


async def test_where_the_bot_may_not_post(client: AsyncWebClient, workspace: Workspace) -> None:
    assert await error_of(client.chat_postMessage(channel="C0FINANCE", text="x")) == "not_in_channel"
    assert await error_of(client.chat_postMessage(channel="C0NONE", text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel="U0GONE", text="x")) == "user_disabled"
    workspace.channels["C0SUPPORT"].is_archived = True
    assert await error_of(client.chat_postMessage(channel="C0SUPPORT", text="x")) == "is_archived"


async def test_a_refusal_names_the_place(client: AsyncWebClient) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="U0SAM", text="x", blocks=[long])
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_ephemeral(client: AsyncWebClient, workspace: Workspace) -> None:
    await client.chat_postEphemeral(channel="C0SUPPORT", user="U0SAM", text="only you")
    (message,) = workspace.messages["C0SUPPORT"]
    assert message.only_for == "U0SAM"
    change = client.chat_update(channel="C0SUPPORT", ts=message.ts, text="x")
    assert await error_of(change) == "message_not_found"
    refused = client.chat_postEphemeral(channel="C0SUPPORT", user="U0GUEST", text="only you")
    assert await error_of(refused) == "user_not_in_channel"


async def test_change_and_delete(client: AsyncWebClient, workspace: Workspace) -> None:
    posted = await client.chat_postMessage(channel="U0SAM", text="one", blocks=[SECTION])
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    changed = await client.chat_update(**where, text="two")
    assert (changed["text"], changed["message"].get("blocks")) == ("two", None)
    assert workspace.messages["D0SAM"][0].edits[0]["text"] == "one"
    await client.chat_delete(**where)
    assert workspace.messages["D0SAM"] == []
    assert await error_of(client.chat_update(**where, text="x")) == "message_not_found"
    theirs = workspace.post(Message("D0SAM", workspace.next_ts(), "U0SAM", "mine"))
    assert await error_of(client.chat_update(channel="D0SAM", ts=theirs.ts, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel="D0SAM", ts=theirs.ts)) == "cant_delete_message"


async def test_too_fast(client: AsyncWebClient, workspace: Workspace, clock: ShiftedClock) -> None:
    workspace.pace = Pace(burst=2)
    for _ in range(2):
        await client.chat_postMessage(channel="U0SAM", text="x")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="U0SAM", text="x")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "1")
    assert refused.value.response["error"] == "ratelimited"
    await client.chat_postMessage(channel="U0ALEX", text="another channel")


async def test_slacks_client_waits_and_tries_again(client: AsyncWebClient, workspace: Workspace) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    workspace.fail_next("chat.postMessage", status=429, retry_after=0, times=2)
    await client.chat_postMessage(channel="U0SAM", text="x")
    assert [call.error for call in workspace.recorded] == ["status_429", "status_429", ""]
    assert len(workspace.messages["D0SAM"]) == 1


async def test_failures_to_order(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.fail_next("auth.test", "account_inactive", times=2)
    workspace.fail_next("auth.test", status=503)
    assert await error_of(client.auth_test()) == "account_inactive"
    assert await error_of(client.auth_test()) == "account_inactive"
    with pytest.raises(SlackApiError) as refused:
        await client.auth_test()
    assert refused.value.response.status_code == 503
    await client.auth_test()
    assert [call.error for call in workspace.recorded] == ["account_inactive"] * 2 + ["status_503", ""]


async def test_a_delay(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.delay("auth.test", 0.3)
    client.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        await client.auth_test()
    workspace.delay("auth.test", 0)
    await client.auth_test()


async def test_no_such_method(client: AsyncWebClient, workspace: Workspace) -> None:
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"
    assert workspace.recorded[-1].method == "chat.shout"
