"""What we ask of Slack's Web API, and what its refusals mean."""

from collections.abc import Awaitable, Mapping
from typing import Any, Final, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.memory import remember
from adapters.pacing import LAUNCH, Pacer, Rate, tracing
from adapters.platform import Declined, Left, Slow, Unreachable
from adapters.slack.log import SILENT

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_RATE_LIMIT_RETRIES: Final = 3
_KNOWN_CHATS: Final = 10_000
_LAST: Final = 50  # messages of a chat that are looked through for one of ours
_POSTING: Final = ("/chat.postMessage", "/chat.postEphemeral")
_SAID: Final = "haven_message"  # the metadata's event_type
WORKSPACE: Final = Rate(4.85, burst=4)
"""Slack, "Rate limits": "several hundred messages per minute" for a workspace. Of 300 we plan 295; the rest is for
replies that come all at once."""
CHANNEL: Final = Rate(1)
"""The same: "no more than one message per second per channel"."""
_UNSURE: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack, chat.postMessage: with these "some aspect of the operation" may have succeeded."""
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
        "user_not_visible",
    }
)
_LEFT: Final = frozenset({"user_disabled", "user_not_found"})
"""Terminal, too, and about the person: not about the app, the workspace or the chat."""


class Refused(Exception):
    """Slack did not do it this time; its own texts can hold what we sent, so they are dropped. `sure`: it did not, for
    certain."""

    def __init__(self, text: str, sure: bool = False) -> None:
        super().__init__(text)
        self.sure = sure


class TokenSource(Protocol):
    """Where the token of the moment comes from."""

    async def current(self, refused: str | None = None) -> str:
        """Return a token; `refused` is one of which Slack said that it has expired. Raises Unreachable."""


class _Reconnects(AsyncConnectionErrorRetryHandler):
    """Asks once more when a connection breaks, but for what is said once only: it may have arrived."""

    async def _can_retry_async(self, **given: Any) -> bool:
        return LAUNCH.get() is None and await super()._can_retry_async(**given)


class _Waits(AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack asks. What is said once only goes back to where it waits for its turn instead."""

    def __init__(self, pacer: Pacer) -> None:
        super().__init__(max_retry_count=_RATE_LIMIT_RETRIES)
        self._pacer = pacer

    async def _can_retry_async(
        self, *, request: HttpRequest, response: HttpResponse | None = None, **given: Any
    ) -> bool:
        late = await super()._can_retry_async(request=request, response=response, **given)
        if late and response and request.url.endswith(_POSTING):
            self._pacer.slow(_seconds(response.headers))
        return late and LAUNCH.get() is None


class Client(AsyncWebClient):
    """Slack's own client, which asks for the token of the moment before each call, and keeps a pace."""

    def __init__(self, api_url: str, session: aiohttp.ClientSession, token: TokenSource | None = None) -> None:
        super().__init__(base_url=api_url, session=session, logger=SILENT)
        self.pacer = Pacer(WORKSPACE, CHANNEL)
        self.retry_handlers = [_Reconnects(), _Waits(self.pacer)]
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
    return aiohttp.ClientSession(timeout=_TIMEOUT, trace_configs=[tracing(lambda url: url.path.endswith(_POSTING))])


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
        """Post a message and return its ts. Links are never unfurled: Slack would fetch and show them.

        What is said once only (LAUNCH) bears its id, and raises Slow or Declined if it was not posted for certain."""
        launch = LAUNCH.get()
        self.client.pacer.spent(channel)
        if launch:
            message = {**message, "metadata": {"event_type": _SAID, "event_payload": {"id": launch.id}}}
        call = self.client.chat_postMessage(channel=channel, unfurl_links=False, unfurl_media=False, **message)
        try:
            answer = await _ask(call)
        except Refused as refused:
            if launch and refused.sure:
                raise Declined("Slack refused the message") from None
            raise
        if answer["channel"] != channel:
            remember(self._chats, channel, answer["channel"], _KNOWN_CHATS)
        return str(answer["ts"])

    async def posted(self, channel: str, id: str) -> bool:
        """Tell whether the message with this id is among the last ones of a private chat."""
        ask = {"channel": channel, "include_all_metadata": "true", "limit": str(_LAST)}
        answer = await _ask(self.client.api_call("conversations.history", data=ask))
        found = (each.get("metadata") or {} for each in answer["messages"])
        return any(each.get("event_payload", {}).get("id") == id for each in found)

    def chat(self, user: str) -> str:
        """Return where to post to somebody: their chat if it is known, otherwise their own id, which Slack takes
        (chat.postMessage, "channel"). To open a chat is allowed 50 times a minute only (conversations.open, tier 3)."""
        return self._chats.get(user, user)

    async def whisper(self, channel: str, user: str, message: dict[str, Any]) -> None:
        """Say something in a channel that one person sees, and that Slack does not keep."""
        self.client.pacer.spent(channel)
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
        code, told = error_code(error), error.response
    if code == "ratelimited" and LAUNCH.get():
        raise Slow(_seconds(told.headers))
    if code in _LEFT:
        raise Left("Slack says that this person is not there any more")
    if code in _TERMINAL:
        raise Unreachable("Slack says that this person or channel cannot be reached")
    raise Refused("Slack refused the call", sure=code is not None and code not in _UNSURE)


def _seconds(headers: Mapping[str, Any]) -> float:
    """Return how long Slack asks to wait. slack_sdk knows each header as a list, or as a text."""
    found = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    said = str(found[0] if isinstance(found, list) and found else found)
    return float(said) if said.isascii() and said.isdigit() and len(said) < 9 else 1.0
