"""The state of the stand-in Teams: a tenant, its people and teams, conversations, dialogs, and what the bot called."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock, token
from bot.sandbox.teams.identity import Identity
from bot.sandbox.teams.pace import Pace

Json = dict[str, Any]

BEARER_LIFE = timedelta(seconds=3599)
NOT_INSTALLED = "The bot is not installed in the user's personal scope"


class TeamsError(Exception):
    """A refusal as the Bot Connector words it: an HTTP status, a code and a message."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


@dataclass
class Person:
    """Somebody in Teams. `id` is what this bot knows them by (29:…), `aad_object_id` what the directory does;
    `tz` an IANA zone, `locale` a BCP 47 tag, `role` "user", "guest" or "anonymous"."""

    id: str
    aad_object_id: str
    name: str
    tz: str = "Europe/London"
    locale: str = "en-GB"
    role: str = "user"
    deleted: bool = False
    tenant_id: str = ""


@dataclass
class Posted:
    """An activity that stands in a conversation. `sender` is a person's or the bot's id; `activity` is as it
    was sent, `edits` what stood there before."""

    id: str
    sender: str
    activity: Json
    at: datetime
    edits: list[Json] = field(default_factory=list)
    deleted: bool = False
    reply_to: str = ""


@dataclass
class Conversation:
    """A personal chat with the bot (`user` set), or a channel of a team. `installed` says whether the bot is
    in it, `blocked` whether the person has blocked the bot."""

    id: str
    tenant_id: str
    user: str = ""
    team: str = ""
    name: str = ""
    members: list[str] = field(default_factory=list)
    installed: bool = False
    blocked: bool = False
    activities: list[Posted] = field(default_factory=list)


@dataclass
class Team:
    """A team; `id` is the id of its General channel."""

    id: str
    name: str
    aad_group_id: str
    channels: list[str] = field(default_factory=list)


@dataclass
class Dialog:
    """A dialog on somebody's screen: the task's `value` as the bot sent it, what has been entered so far by
    input id, and where it was opened from."""

    user: str
    value: Json
    conversation: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One thing that the bot sent. `error` is the code that Teams answered, empty if it was accepted."""

    method: str
    at: datetime
    payload: Json
    conversation: str = ""
    activity: str = ""
    error: str = ""


@dataclass
class Fault:
    """A failure that a test ordered: an HTTP status with a code, and an optional Retry-After."""

    status: int
    code: str
    retry_after: int | None
    times: int


@dataclass
class Workspace:
    """One tenant with one bot. `pace=None` switches rate limits off; `url` is the stand-in's own address.

    `service_url` ends in a slash, as in Teams. `disabled_by_admin` is the tenant's switch for the bot,
    `secret_expired` ends the life of `app_password`.
    `playground` makes it answer as Microsoft's Agents Playground: it sends no token and takes calls without one."""

    clock: Clock
    tenant_id: str = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
    app_id: str = "c9e8c047-2a74-40a2-b28a-b162d5f5327c"
    app_password: str = ""
    bot_name: str = "Haven"
    pace: Pace | None = field(default_factory=Pace)
    url: str = ""
    disabled_by_admin: bool = False
    secret_expired: bool = False
    playground: bool = False
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    dialogs: dict[str, Dialog] = field(default_factory=dict)
    notices: dict[str, list[str]] = field(default_factory=dict)
    bearers: dict[str, datetime] = field(default_factory=dict)
    recorded: list[Call] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    _last: int = 0

    def __post_init__(self) -> None:
        self.app_password = self.app_password or token(self.clock)
        self.identity = Identity(self.clock, self.app_id)

    @property
    def bot_id(self) -> str:
        """The bot's id in conversations."""
        return f"28:{self.app_id}"

    @property
    def service_url(self) -> str:
        """Where the Bot Connector answers; with a final slash."""
        return f"{self.url}/amer/"

    # --- what tests order

    def fail_next(
        self, method: str, status: int, code: str = "", *, retry_after: int | None = None, times: int = 1
    ) -> None:
        """Let the next `times` calls of `method` (a name of `recorded`) fail with an HTTP status."""
        self.faults.setdefault(method, []).append(Fault(status, code or f"Status{status}", retry_after, times))

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

    def record(
        self, method: str, payload: Json, *, conversation: str = "", activity: str = "", error: str = ""
    ) -> None:
        """Keep what the bot sent: a call, or its answer to an invoke ("answer.task/fetch")."""
        self.recorded.append(Call(method, self.clock.now(), payload, conversation, activity, error))

    # --- ids

    def draw(self) -> str:
        """Return a fresh GUID."""
        digits = token(self.clock)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"

    def next_id(self) -> str:
        """Return a message id: a time in milliseconds, unique and growing."""
        self._last = max(self._last + 1, int(self.clock.now().timestamp() * 1000))
        return str(self._last)

    # --- people and places

    def join(self, person: Person) -> Person:
        """Add somebody, of this tenant unless they say otherwise, with a personal chat that has no bot yet."""
        person.tenant_id = person.tenant_id or self.tenant_id
        self.people[person.id] = person
        chat = Conversation(self._chat_id(person), person.tenant_id, person.id, members=[person.id])
        self.conversations[chat.id] = chat
        return person

    def found(self, team: Team, members: list[str], *, tenant_id: str = "") -> Team:
        """Add a team whose General channel these people are in; the bot is not."""
        team.channels = [*team.channels, team.id]
        self.teams[team.id] = team
        for channel in team.channels:
            place = Conversation(channel, tenant_id or self.tenant_id, team=team.id, members=[*members])
            self.conversations[channel] = place
        return team

    def person(self, user: str) -> Person:
        """Return somebody by either id. Raises TeamsError MemberNotFoundInConversation."""
        if user in self.people:
            return self.people[user]
        for one in self.people.values():
            if user == one.aad_object_id:
                return one
        raise TeamsError(404, "MemberNotFoundInConversation", "Member not found in conversation.")

    def personal(self, user: str) -> Conversation:
        """Return somebody's personal chat with the bot, installed or not."""
        return self.conversations[self._chat_id(self.person(user))]

    def _chat_id(self, person: Person) -> str:
        # Teams gives a bot and a person the same chat for ever, installed again or not
        return "a:1" + hashlib.sha256(f"{self.app_id} {person.id}".encode()).hexdigest()[:40]

    def conversation(self, conversation: str) -> Conversation:
        """Return a conversation by its id, with or without a thread's suffix (;messageid=…).

        Raises TeamsError ConversationNotFound."""
        place = self.conversations.get(conversation.partition(";")[0])
        if place is None:
            raise TeamsError(404, "ConversationNotFound", "Conversation not found.")
        return place

    def writable(self, conversation: str) -> Conversation:
        """Return a conversation that the bot may write into. Raises TeamsError ConversationNotFound,
        BotDisabledByAdmin, BotNotInConversationRoster, ConversationBlockedByUser or MessageWritesBlocked."""
        place = self.conversation(conversation)
        if self.disabled_by_admin:
            raise TeamsError(403, "BotDisabledByAdmin", "The tenant admin disabled this bot.")
        if not place.installed:
            raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        if place.blocked:
            raise TeamsError(403, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
        if place.user and self.people[place.user].deleted:
            raise TeamsError(403, "MessageWritesBlocked", "Message writes are blocked.")
        return place

    def posted(self, place: Conversation, activity: str) -> Posted:
        """Return an activity that stands in a conversation. Raises TeamsError ActivityNotFoundInConversation."""
        for one in place.activities:
            if one.id == activity and not one.deleted:
                return one
        raise TeamsError(404, "ActivityNotFoundInConversation", "Activity not found in conversation.")

    # --- bearers

    def issue_bearer(self) -> str:
        """Return a new access token for the Bot Connector."""
        bearer = token(self.clock, 32)
        self.bearers[bearer] = self.clock.now() + BEARER_LIFE
        return bearer

    def knows(self, bearer: str) -> bool:
        """Say whether an access token is ours and has not run out; the Playground takes none."""
        if self.playground:
            return not bearer
        until = self.bearers.get(bearer)
        return until is not None and self.clock.now() < until
