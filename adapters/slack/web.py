"""What we ask of Slack's Web API, and what its refusals mean."""

from collections.abc import Awaitable
from typing import Any, Final, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.memory import remember
from adapters.platform import Unreachable
from adapters.slack.log import SILENT

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_RATE_LIMIT_RETRIES: Final = 3
_KNOWN_CHATS: Final = 10_000
_TERMINAL: Final = frozenset(
    {
        "access_denied",
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "ekm_access_denied",
        "invalid_auth",
        "is_archived",
        "messages_tab_disabled",
        "missing_scope",
        "no_permission",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "restricted_action",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)


class Refused(Exception):
    """Slack did not do it this time; its own texts can hold what we sent, so they are dropped."""


class TokenSource(Protocol):
    """Where the token of the moment comes from."""

    async def current(self, refused: str | None = None) -> str:
        """Return a token; `refused` is one of which Slack said that it has expired. Raises Unreachable."""


class Client(AsyncWebClient):
    """Slack's own client, which asks for the token of the moment before each call."""

    def __init__(self, api_url: str, session: aiohttp.ClientSession, token: TokenSource | None = None) -> None:
        super().__init__(base_url=api_url, session=session, logger=SILENT)
        self.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES))
        self._source = token

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """Call a method; once more with a renewed token if Slack says that this one has expired."""
        if self._source is None:
            return await super().api_call(api_method, **given)
        self.token = used = await self._source.current()
        try:
            return await super().api_call(api_method, **given)
        except SlackApiError as error:
            if error_code(error) != "token_expired":
                raise
        self.token = await self._source.current(refused=used)
        return await super().api_call(api_method, **given)


def session() -> aiohttp.ClientSession:
    """Return a session to Slack, inside the running loop; whoever asked closes it. Times out after 10 seconds."""
    return aiohttp.ClientSession(timeout=_TIMEOUT)


class Web:
    """The Web API of one workspace, over a shared session. Times out after 10 seconds.

    Methods raise Unreachable where Slack says that this can never work, Refused where it says no otherwise,
    aiohttp.ClientError or TimeoutError where it does not answer. A rate limit is waited for as Slack asks.
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self._chats: dict[str, str] = {}

    async def user(self, user: str) -> dict[str, Any]:
        """Return a member as users.info tells it, with locale and zone."""
        # as a form: the client's own method would put the person's id into the address, and so into logs
        args = {"user": user, "include_locale": "true"}
        answer = await _ask(self.client.api_call("users.info", data=args))
        found: dict[str, Any] = answer["user"]
        return found

    async def direct(self, user: str) -> str:
        """Return the id of the person's private chat with the bot, opened if need be."""
        if user not in self._chats:
            answer = await _ask(self.client.api_call("conversations.open", data={"users": user}))
            remember(self._chats, user, answer["channel"]["id"], _KNOWN_CHATS)
        return self._chats[user]

    async def post(self, channel: str, message: dict[str, Any]) -> str:
        """Post a message and return its ts. Links are never unfurled: Slack would fetch and show them."""
        answer = await _ask(
            self.client.chat_postMessage(channel=channel, unfurl_links=False, unfurl_media=False, **message)
        )
        return str(answer["ts"])

    async def whisper(self, channel: str, user: str, message: dict[str, Any]) -> None:
        """Say something in a channel that one person sees, and that Slack does not keep."""
        await _ask(self.client.chat_postEphemeral(channel=channel, user=user, **message))

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        """Put a view on somebody's Home tab."""
        await _ask(self.client.views_publish(user_id=user, view=view))

    async def open(self, trigger: str, view: dict[str, Any]) -> str:
        """Open a dialog and return its view id."""
        answer = await _ask(self.client.views_open(trigger_id=trigger, view=view))
        return str(answer["view"]["id"])

    async def push(self, trigger: str, view: dict[str, Any]) -> str:
        """Open a dialog on top of the open one, which comes back when it is closed, and return its view id."""
        answer = await _ask(self.client.views_push(trigger_id=trigger, view=view))
        return str(answer["view"]["id"])

    async def update(self, view_id: str, view: dict[str, Any]) -> None:
        """Draw an open dialog anew. Raises Refused if it has been closed."""
        await _ask(self.client.views_update(view_id=view_id, view=view))


def error_code(error: SlackApiError) -> str | None:
    """Return Slack's own word for a refusal."""
    told = getattr(error.response, "data", None)
    code = told.get("error") if isinstance(told, dict) else None
    return code if isinstance(code, str) else None


async def _ask(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        return await call
    except SlackApiError as error:
        code = error_code(error)
    if code in _TERMINAL:
        raise Unreachable("Slack says that this person or channel cannot be reached")
    raise Refused("Slack refused the call")
