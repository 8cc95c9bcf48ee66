"""The state of the stand-in Slack: people, channels, messages, views, triggers, and what the bot called."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import Clock, token
from bot.sandbox.slack.grants import Grants
from bot.sandbox.slack.pace import Pace

Json = dict[str, Any]

TRIGGER_LIFE = timedelta(seconds=3)
HOOK_LIFE = timedelta(minutes=30)
HOOK_USES = 5
LEAST_SCOPES = frozenset({"chat:write", "im:write", "im:history", "users:read", "commands", "usergroups:read"})


class SlackError(Exception):
    """A refusal as Slack words it: `error` is its code, `messages` go to response_metadata.messages."""

    def __init__(self, error: str, messages: tuple[str, ...] = (), **extra: str) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = extra


@dataclass
class Member:
    """A person or a bot, as users.info tells it. `tz` is an IANA zone, `locale` a BCP 47 tag."""

    id: str
    name: str
    real_name: str
    tz: str = "Europe/London"
    locale: str = "en-GB"
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    team_id: str = ""
    status_emoji: str = ""
    status_text: str = ""


@dataclass
class Channel:
    """A public channel, or (with `user` set) the direct messages of one person and the bot."""

    id: str
    name: str = ""
    members: set[str] = field(default_factory=set)
    user: str = ""
    is_archived: bool = False


@dataclass
class Message:
    """A message. `only_for` is the one person who sees it, if it is ephemeral."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    edits: list[Json] = field(default_factory=list)
    only_for: str = ""


@dataclass
class View:
    """A view on somebody's screen: `payload` as the bot sent it with Slack's additions, what the person
    has entered so far (`values`, by block id and action id), and the errors shown beside its fields."""

    id: str
    user: str
    payload: Json
    hash: str
    root: str = ""
    previous: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Trigger:
    """The right to open one modal, within 3 seconds of what the person did."""

    user: str
    at: datetime
    used: bool = False


@dataclass
class Hook:
    """Where a response_url leads: good for 30 minutes and 5 answers."""

    user: str
    channel: str
    ts: str
    at: datetime
    uses: int = 0


@dataclass(frozen=True)
class Call:
    """One thing that the bot sent to Slack. `error` is what Slack answered, empty if it was ok."""

    method: str
    at: datetime
    payload: Json
    error: str = ""


@dataclass
class Fault:
    """A failure that a test ordered: a Slack error, or an HTTP status with an optional Retry-After."""

    error: str = ""
    status: int = 200
    retry_after: int | None = None
    times: int = 1


@dataclass
class Workspace:
    """One workspace with one bot installed. `pace=None` switches rate limits off; `url` is the stand-in's
    own address, in which response_urls begin. `organisation` (E...) is what it belongs to, `org_wide` whether the bot
    is installed in all of that."""

    clock: Clock
    team_id: str = "T0HAVEN"
    domain: str = "haven-demo"
    organisation: str = ""
    org_wide: bool = False
    app_id: str = "A0HAVEN"
    bot_id: str = "B0HAVEN"
    bot_user_id: str = "U0HAVEN"
    bot_token: str = ""
    grants: Grants = field(default_factory=Grants)
    signing_secret: str = ""
    scopes: frozenset[str] = LEAST_SCOPES
    pace: Pace | None = field(default_factory=Pace)
    url: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    usergroups: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    recorded: list[Call] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    _last: int = 0

    def __post_init__(self) -> None:
        self.bot_token = self.bot_token or "xoxb-" + token(self.clock)
        self.grants.give(self.bot_token)
        self.signing_secret = self.signing_secret or token(self.clock)

    # --- what tests order

    def fail_next(
        self,
        method: str,
        error: str = "",
        *,
        status: int = 200,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """Let the next `times` calls of `method` fail with a Slack error, or with an HTTP status."""
        self.faults.setdefault(method, []).append(Fault(error, status, retry_after, times))

    def delay(self, method: str, seconds: float) -> None:
        """Answer `method` only after so many seconds; 0 switches it off."""
        self.delays[method] = seconds

    def fault(self, method: str) -> Fault | None:
        """Take the next ordered failure of a method."""
        queue = self.faults.get(method)
        if not queue:
            return None
        fault = queue[0]
        fault.times -= 1
        if fault.times <= 0:
            queue.pop(0)
        return fault

    def record(self, method: str, payload: Json, error: str = "", at: datetime | None = None) -> None:
        """Keep what the bot sent: a call by its method's name, what it posted to a "response_url", or its
        answer to a delivery ("answer.command", "answer.view_submission")."""
        kept = {name: value for name, value in payload.items() if name != "token"}
        self.recorded.append(Call(method, at or self.clock.now(), kept, error))

    # --- ids and times

    def draw(self, prefix: str) -> str:
        """Return a fresh opaque id in Slack's style."""
        return prefix + token(self.clock, 5).upper()

    def next_ts(self) -> str:
        """Return a message timestamp, unique in the workspace and growing."""
        self._last = max(self._last + 1, int(self.clock.now().timestamp() * 1_000_000))
        seconds, micro = divmod(self._last, 1_000_000)
        return f"{seconds}.{micro:06d}"

    # --- people and channels

    def join(self, member: Member) -> Member:
        """Add somebody, of this workspace unless they say otherwise."""
        member.team_id = member.team_id or self.team_id
        self.members[member.id] = member
        return member

    def member(self, user: str) -> Member:
        """Return a member. Raises SlackError user_not_found."""
        if user not in self.members:
            raise SlackError("user_not_found")
        return self.members[user]

    def dm(self, user: str) -> Channel:
        """Return the direct messages of a person and the bot, opened if need be.

        Raises SlackError user_not_found, user_disabled or cannot_dm_bot."""
        member = self.member(user)
        if member.deleted:
            raise SlackError("user_disabled")
        if member.is_bot:
            raise SlackError("cannot_dm_bot")
        channel_id = "D" + user[1:]
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(channel_id, "", {user, self.bot_user_id}, user)
        return self.channels[channel_id]

    def channel(self, channel: str) -> Channel:
        """Return a channel by its id. Raises SlackError channel_not_found."""
        if channel not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel]

    def post(self, message: Message) -> Message:
        """Put a message into its channel."""
        self.messages.setdefault(message.channel, []).append(message)
        return message

    def message(self, channel: str, ts: str) -> Message:
        """Return a message. Raises SlackError message_not_found."""
        for message in self.messages.get(channel, []):
            if message.ts == ts:
                return message
        raise SlackError("message_not_found")

    # --- what a person's deed entitles the bot to

    def issue_trigger(self, user: str) -> str:
        """Return a new trigger id for what this person just did."""
        now = self.clock.now()
        trigger = f"{int(now.timestamp() * 1000)}.{self.team_id}.{token(self.clock)}"
        self.triggers[trigger] = Trigger(user, now)
        return trigger

    def take_trigger(self, trigger_id: str) -> str:
        """Use a trigger up and return whose it was. Raises SlackError invalid_, exchanged_ or
        expired_trigger_id."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now() - trigger.at > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def issue_hook(self, user: str, channel: str, ts: str = "") -> str:
        """Return a response_url for what this person did in a channel (on the message `ts`)."""
        key = token(self.clock)
        self.hooks[key] = Hook(user, channel, ts, self.clock.now())
        return f"{self.url}/actions/{self.team_id}/{key}"


def moment(ts: str) -> datetime:
    """Return the instant of a message timestamp."""
    return datetime.fromtimestamp(float(ts), UTC)
