"""What we ask of the Bot Connector, through botbuilder's CloudAdapterBase."""

from collections.abc import Callable
from typing import Any, Final

from botbuilder.core import TurnContext
from botbuilder.core.cloud_adapter_base import CloudAdapterBase
from botbuilder.schema import Activity, Attachment, ChannelAccount, ConversationAccount, ConversationReference
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import BotFrameworkAuthentication
from botframework.connector.auth.connector_factory import ConnectorFactory
from msrest.authentication import Authentication

from adapters.memory import remember
from adapters.platform import Unreachable
from adapters.teams.reference import Reference, ServiceHosts
from adapters.teams.sender import Sender
from adapters.teams.token import CHANNEL

_KNOWN_CLIENTS: Final = 100
_PAGE: Final = 500


class _Factory(ConnectorFactory):  # type: ignore[misc]  # botframework ships no types
    """Makes one client a service URL, and keeps it: all of them send through the one sender."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._clients: dict[str, ConnectorClient] = {}

    async def create(self, service_url: str, audience: str | None = None) -> ConnectorClient:
        if service_url not in self._clients:
            client = ConnectorClient(
                Authentication(), base_url=service_url, pipeline_type=lambda _: self._sender.pipeline()
            )
            remember(self._clients, service_url, client, _KNOWN_CLIENTS)
        return self._clients[service_url]


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]  # botframework ships no types
    """Lets botbuilder send. Requests are verified by our own door, so here every one of them is refused."""

    def __init__(self, factory: _Factory) -> None:
        self._factory = factory

    async def authenticate_request(self, activity: Activity, auth_header: str) -> Any:
        raise PermissionError("requests are verified by the door")

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:
        raise PermissionError("requests are verified by the door")

    def create_connector_factory(self, claims_identity: object) -> _Factory:
        return self._factory

    async def create_user_token_client(self, claims_identity: object) -> None:
        return None  # nobody signs in


class _Adapter(CloudAdapterBase):  # type: ignore[misc]  # botbuilder ships no types
    """botbuilder's adapter, used for sending only. It needs no more than its base class gives."""


class Web:
    """The Bot Connector of one bot. Service URLs off the allow-list are never called: Unreachable.

    Methods raise Unreachable where Teams says that this can never work, Refused where it says no otherwise,
    aiohttp.ClientError or TimeoutError where it does not answer.
    """

    def __init__(self, sender: Sender, hosts: ServiceHosts, app_id: str) -> None:
        self._hosts = hosts
        self._app_id = app_id
        self._factory = _Factory(sender)
        self._adapter = _Adapter(_Authentication(self._factory))

    async def post(self, reference: Reference, message: dict[str, Any]) -> str:
        """Post a message into a conversation and return its id."""
        told: list[Any] = []

        async def send(context: TurnContext) -> None:
            # not context.send_activity: that would make it a reply to an activity that does not exist
            told.extend(await self._adapter.send_activities(context, [_activity(reference, message)]))

        await self._continue(reference, send)
        return str(told[0].id or "")

    async def update(self, reference: Reference, activity_id: str, message: dict[str, Any]) -> None:
        """Draw one of our own messages anew."""
        activity = _activity(reference, message)
        activity.id = activity_id

        async def redraw(context: TurnContext) -> None:
            await self._adapter.update_activity(context, activity)

        await self._continue(reference, redraw)

    async def delete(self, reference: Reference, activity_id: str) -> None:
        """Take one of our own messages back."""

        async def take_back(context: TurnContext) -> None:
            where = _botbuilder(reference)
            where.activity_id = activity_id
            await self._adapter.delete_activity(context, where)

        await self._continue(reference, take_back)

    async def member(self, reference: Reference) -> dict[str, Any]:
        """Return what the roster says of the person whose chat it is."""
        client = await self._client(reference.service)
        told = await client.conversations.get_conversation_member(reference.conversation, reference.user)
        return {**told.additional_properties, "aadObjectId": told.aad_object_id}

    async def roster(self, service: str, conversation: str) -> list[dict[str, Any]]:
        """Return the members of a team or channel that the bot is in, without bots."""
        client = await self._client(service)
        members: list[dict[str, Any]] = []
        more = None
        while True:
            page = await client.conversations.get_teams_conversation_paged_members(conversation, _PAGE, more)
            members += [each.serialize() for each in page.members or []]
            more = page.continuation_token
            if not more:
                return members

    async def _continue(self, reference: Reference, work: Callable[[TurnContext], Any]) -> None:
        self._check(reference.service)
        await self._adapter.continue_conversation(_botbuilder(reference), work, self._app_id)

    async def _client(self, service: str) -> ConnectorClient:
        self._check(service)
        return await self._factory.create(service)

    def _check(self, service: str) -> None:
        if not self._hosts.allow(service):
            raise Unreachable("this is no address of the Bot Connector's")


def _botbuilder(reference: Reference) -> ConversationReference:
    return ConversationReference(
        user=ChannelAccount(id=reference.user) if reference.user else None,
        bot=ChannelAccount(id=reference.bot),
        conversation=ConversationAccount(id=reference.conversation, tenant_id=reference.tenant),
        channel_id=CHANNEL,
        service_url=reference.service,
    )


def _activity(reference: Reference, message: dict[str, Any]) -> Activity:
    where = _botbuilder(reference)
    return Activity(
        type="message",
        channel_id=CHANNEL,
        service_url=where.service_url,
        conversation=where.conversation,
        from_property=where.bot,
        recipient=where.user,
        summary=message["summary"],
        attachments=[
            Attachment(content_type=each["contentType"], content=each["content"]) for each in message["attachments"]
        ],
    )
