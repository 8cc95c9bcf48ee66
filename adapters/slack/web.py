"""What we ask of Slack's Web API, and what its refusals mean."""

from collections.abc import Awaitable
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

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
        "token_revoked",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)


class Refused(Exception):
    """Slack did not do it this time; its own texts can hold what we sent, so they are dropped."""


class Web:
    """The Web API of one workspace, over one shared session. Times out after 10 seconds.

    Methods raise Unreachable where Slack says that this can never work, Refused where it says no otherwise,
    aiohttp.ClientError or TimeoutError where it does not answer. A rate limit is waited for as Slack asks.
    """

    def __init__(self, bot_token: str, api_url: str) -> None:
        self.client = AsyncWebClient(token=bot_token, base_url=api_url, logger=SILENT)
        self.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES))
        self._chats: dict[str, str] = {}

    async def start(self) -> None:
        """Open the session, inside the running loop."""
        self.client.session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def stop(self) -> None:
        """Close the session."""
        if self.client.session is not None:
            await self.client.session.close()

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

    async def open(self, trigger: str, view: dict[str, Any]) -> str:
        """Open a dialog and return its view id."""
        answer = await _ask(self.client.views_open(trigger_id=trigger, view=view))
        return str(answer["view"]["id"])

    async def push(self, trigger: str, view: dict[str, Any]) -> None:
        """Open a dialog on top of the open one, which comes back when it is closed."""
        await _ask(self.client.views_push(trigger_id=trigger, view=view))

    async def update(self, view_id: str, view: dict[str, Any]) -> None:
        """Draw an open dialog anew. Raises Refused if it has been closed."""
        await _ask(self.client.views_update(view_id=view_id, view=view))


def remember(known: dict[str, Any], key: str, value: object, most: int) -> None:
    """Keep a value; beyond `most` of them the oldest are forgotten."""
    known.pop(key, None)
    known[key] = value
    while len(known) > most:
        del known[next(iter(known))]


async def _ask(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        return await call
    except SlackApiError as error:
        told = getattr(error.response, "data", None)
        code = told.get("error") if isinstance(told, dict) else None
    if code in _TERMINAL:
        raise Unreachable("Slack says that this person or channel cannot be reached")
    raise Refused("Slack refused the call")
