"""Microsoft's own SDK takes the stand-in for the Bot Connector, and its deliveries for the real ones."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botbuilder.core import BotAdapter, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity, Attachment, ConversationParameters, ErrorResponseException
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import (
    AuthenticationConfiguration,
    ChannelValidation,
    MicrosoftAppCredentials,
    SimpleCredentialProvider,
)
from msal import ConfidentialClientApplication

from bot.sandbox.teams.connector import running
from bot.sandbox.teams.demo import ALEX, SAM, SUPPORT
from bot.sandbox.teams.hands import Hands
from bot.sandbox.teams.limits import ADAPTIVE
from bot.sandbox.teams.login import AUTHORITY
from bot.sandbox.teams.workspace import Posted, Workspace
from tests.bot.sandbox.teams.kit import LAUNCHER, Bot, card, words
from tests.bot.sandbox.teams.test_login import Redirecting


@pytest.fixture
async def sdk(workspace: Workspace) -> AsyncIterator[Any]:
    async with running(workspace) as url:
        http = Redirecting(url)
        credentials = MicrosoftAppCredentials(workspace.app_id, workspace.app_password, workspace.tenant_id)

        def log_in() -> None:
            credentials.app = ConfidentialClientApplication(
                workspace.app_id,
                client_credential=workspace.app_password,
                authority=f"{AUTHORITY}/{workspace.tenant_id}",
                http_client=http,
            )
            credentials.get_access_token()

        # msal blocks; afterwards the token comes from its cache
        await asyncio.to_thread(log_in)
        async with ConnectorClient(credentials, base_url=workspace.service_url) as client:
            yield client
        http.close()


async def test_the_sdk_posts_changes_and_deletes(sdk: Any, workspace: Workspace, chat: str) -> None:
    hello = Activity(type="message", text="Hello", channel_id="msteams", entities=[], attachments=[])
    posted = (await sdk.conversations.send_to_conversation(chat, hello)).id
    replied = await sdk.conversations.reply_to_activity(
        chat, posted, Activity(type="message", attachments=[Attachment(content_type=ADAPTIVE, content=card(words()))])
    )
    assert (await sdk.conversations.update_activity(chat, posted, Activity(type="message", text="Bye"))).id == posted
    await sdk.conversations.delete_activity(chat, replied.id)
    first, second = workspace.conversation(chat).activities
    assert (first.activity["text"], second.reply_to, second.deleted) == ("Bye", posted, True)


async def test_the_sdk_opens_a_chat_and_reads_the_roster(sdk: Any, workspace: Workspace, chat: str) -> None:
    sam = (await sdk.conversations.get_conversation_members(chat))[0]
    params = ConversationParameters(members=[sam], tenant_id=workspace.tenant_id, is_group=False)
    assert (await sdk.conversations.create_conversation(params)).id == chat
    team = await sdk.conversations.get_teams_conversation_paged_members(SUPPORT)
    assert [(one.name, one.user_role) for one in team.members][-1] == ("Gale Guest", "guest")
    assert (await sdk.conversations.get_conversation_member(SUPPORT, ALEX)).aad_object_id


async def test_the_sdk_understands_refusals(sdk: Any, workspace: Workspace) -> None:
    with pytest.raises(ErrorResponseException) as refused:
        await sdk.conversations.send_to_conversation(workspace.personal(ALEX).id, Activity(type="message", text="Hi"))
    assert refused.value.response.status_code == 403
    assert refused.value.error.error.code == "BotNotInConversationRoster"


@pytest.mark.parametrize(("kind", "good"), [("", True), ("bad signature", False), ("wrong audience", False)])
async def test_the_sdk_takes_a_good_token_only(workspace: Workspace, kind: str, good: bool) -> None:
    async def check(url: str) -> bool:
        before, ChannelValidation.open_id_metadata_endpoint = ChannelValidation.open_id_metadata_endpoint, url
        identity = workspace.identity
        token = identity.forge(kind, workspace.service_url) if kind else identity.token(workspace.service_url)
        try:
            await ChannelValidation.authenticate_channel_token_with_service_url(
                f"Bearer {token}",
                SimpleCredentialProvider(workspace.app_id, workspace.app_password),
                workspace.service_url,
                "msteams",
                AuthenticationConfiguration(),
            )
        except Exception:
            return False
        finally:
            ChannelValidation.open_id_metadata_endpoint = before
        return True

    async with running(workspace) as url:
        # the SDK fetches keys with a blocking client, which would wait for the loop that it blocks
        openid = f"{url}/v1/.well-known/openidconfiguration"
        assert await asyncio.to_thread(asyncio.run, check(openid)) is good


class Handler(TeamsActivityHandler):  # type: ignore[misc]
    """Writes down as what the SDK understands an activity."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    async def on_message_activity(self, turn_context: Any) -> None:
        self.heard.append(("message", turn_context.activity.text, turn_context.activity.value))

    async def on_teams_members_added(self, teams_members_added: Any, team_info: Any, turn_context: Any) -> None:
        self.heard.append(("added", [one.id for one in teams_members_added], team_info and team_info.name))

    async def on_teams_members_removed(self, teams_members_removed: Any, team_info: Any, turn_context: Any) -> None:
        self.heard.append(("removed", [one.id for one in teams_members_removed], team_info.name))

    async def on_installation_update_add(self, turn_context: Any) -> None:
        self.heard.append(("install", turn_context.activity.conversation.conversation_type))

    async def on_installation_update_remove(self, turn_context: Any) -> None:
        self.heard.append(("uninstall", turn_context.activity.conversation.conversation_type))

    async def on_teams_task_module_fetch(self, turn_context: Any, task_module_request: Any) -> Any:
        self.heard.append(("fetch", task_module_request.data, task_module_request.context.theme))


class Adapter:
    """What a TurnContext needs of an adapter here: nothing goes out."""

    async def send_activities(self, context: object, activities: list[Any]) -> list[Any]:
        return []


async def test_the_sdk_understands_every_delivery(sdk: Any, hands: Hands, bot: Bot, workspace: Workspace) -> None:
    handler = Handler()

    async def hear() -> None:
        for _, told in bot.got:
            activity = Activity().deserialize(told)
            assert activity.from_property.aad_object_id == workspace.person(SAM).aad_object_id
            assert activity.channel_data["tenant"]["id"] == workspace.tenant_id
            assert activity.recipient.id == workspace.bot_id
            context = TurnContext(Adapter(), activity)
            context.turn_state[BotAdapter.BOT_CONNECTOR_CLIENT_KEY] = sdk
            await handler.on_turn(context)
        bot.got.clear()

    await hands.install(SAM)
    await hear()
    await hands.say(SAM, "Hello")
    posted = workspace.next_id()
    launcher = Posted(posted, workspace.bot_id, LAUNCHER, workspace.clock.now())
    workspace.personal(SAM).activities.append(launcher)
    await hands.tap(SAM, posted, "Later")
    await hands.deliver(hands.tap_activity(SAM, posted, "Open"))
    await hands.uninstall(SAM)
    await hands.uninstall_from_team(SAM, SUPPORT)
    await hear()
    fetch = {"msteams": {"type": "task/fetch"}, "token": "t1"}
    assert handler.heard == [
        ("added", [SAM, workspace.bot_id], None),
        ("install", "personal"),
        ("message", "Hello", None),
        ("message", None, {"token": "t2"}),
        ("fetch", fetch, "default"),
        ("uninstall", "personal"),
        ("removed", [workspace.bot_id], "Customer Support"),
        ("uninstall", "channel"),
    ]
