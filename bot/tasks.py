"""What the errands carry out: the sealed bodies of the `effect` table."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from adapters.platform import Address
from bot.vault import Unsealable, Vault
from flows.core.asks import Asked
from flows.core.base import Value
from flows.core.care import Place, Reminding, Slot

Audience = Literal["checkin", "campaign", "reminder"] | None


class _Task(Value):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class Show(_Task):
    """Draw the person's current screen, if it is still the one of this turn: deleted once it is drawn."""

    kind: Literal["show"] = "show"
    sid: bytes
    turn: str


class Ask(_Task):
    """Ask the provider for something, on behalf of a flow. `key` is the idempotency key of a booking."""

    kind: Literal["ask"] = "ask"
    sid: bytes
    flow: str
    key: str
    what: Annotated[Asked, Field(discriminator="kind")]


class Settle(_Task):
    """A booking whose answer was lost: ask by its key until it is known. `since`: seconds since 1970.

    `ask` is the key under which it was asked, if that is another: an appointment keeps its key when it is moved.
    `offered`: it was offered by a waiting list, and may stand there still."""

    kind: Literal["settle"] = "settle"
    sid: bytes
    flow: str
    key: str
    since: int
    start: AwareDatetime  # of the appointment
    ask: str = ""
    place: Place = ""
    remind: Reminding = "none"
    offered: bool = False
    provider: str | None = None  # whom to ask; None (planned before this was noted): all of them


class Undo(_Task):
    """Cancel, by its key, a booking whose owner is gone. Knows nobody. `since`: seconds since 1970."""

    kind: Literal["undo"] = "undo"
    key: str
    since: int
    provider: str | None = None  # as in Settle


class Unlist(_Task):
    """Give up, by its key, a place on a waiting list. Knows nobody. `since`: seconds since 1970; `gone`: its owner is,
    and then what was booked with it is given up, too."""

    kind: Literal["unlist"] = "unlist"
    key: str
    provider: str
    since: int
    gone: bool = False


class Decline(_Task):
    """Let an offer of a waiting list pass, for whoever waits next: it ends by itself, at `until` (seconds since 1970).
    Knows nobody."""

    kind: Literal["decline"] = "decline"
    key: str
    slot: Slot
    until: int


class Release(_Task):
    """Give a slot back that is held under a key: once, as the hold ends by itself, too. Knows nobody."""

    kind: Literal["release"] = "release"
    slot: Slot
    hold: str


class News(_Task):
    """Tell somebody, neutrally, that something they asked for has an answer; `about` is the button that opens it."""

    kind: Literal["news"] = "news"
    sid: bytes
    about: Literal["mine", "callback"] = "mine"


class Reach(_Task):
    """The chat no longer reaches whose appointment this is: tell its provider, as they wanted. Knows nobody. `since`:
    seconds since 1970."""

    kind: Literal["reach"] = "reach"
    key: str
    since: int
    provider: str


class Retry(_Task):
    """No provider answered somebody who wants to be told when one does: look, until then."""

    kind: Literal["retry"] = "retry"
    sid: bytes


class Ticket(_Task):
    """Hand a request to be called back to the staffed contact. What is in it stands in the person's row only."""

    kind: Literal["ticket"] = "ticket"
    sid: bytes
    key: str
    since: int  # seconds since 1970


class Follow(_Task):
    """The promised time has come: ask the staffed contact whether somebody has taken the request up."""

    kind: Literal["follow"] = "follow"
    sid: bytes
    key: str
    since: int  # seconds since 1970: the promised time


class Withdraw(_Task):
    """Take a request to be called back away from the staffed contact. Knows nobody. `since`: seconds since 1970."""

    kind: Literal["withdraw"] = "withdraw"
    key: str
    since: int


class _Once(_Task):
    """What nobody may get twice (see `bot/sending.py`)."""

    @property
    def audience(self) -> Audience:
        """Return the kind under which it is counted (`bot/deliveries.py`)."""
        return None


class Caring(_Once):
    """Send somebody the first or second message that they asked for. At most once. Not counted: who asked for it is
    nobody's business, and nor is how many did."""

    kind: Literal["caring"] = "caring"
    sid: bytes
    number: int
    due: AwareDatetime


class Upcoming(_Once):
    """Remind somebody of an appointment that begins at `start`. At most once, and not if it was moved or cancelled. Not
    counted, as the person asked for it."""

    kind: Literal["upcoming"] = "upcoming"
    sid: bytes
    key: str
    start: AwareDatetime
    due: AwareDatetime


class Offered(_Once):
    """Tell somebody who waits that a slot is kept for them until then. At most once, and not if it is not any more. Not
    counted, as the person asked for it."""

    kind: Literal["offered"] = "offered"
    sid: bytes
    key: str
    until: AwareDatetime


class Note(_Once):
    """Tell somebody, neutrally, that there is something new for them; `about` is the button that opens it. At most
    once, and only if what it is about (its `key`) holds still. Not counted, as nobody else is to know."""

    kind: Literal["note"] = "note"
    sid: bytes
    about: Literal["mine", "again"]
    key: str = Field(max_length=40)


class Send(_Once):
    """Send a check-in line. At most once."""

    kind: Literal["send"] = "send"
    sid: bytes
    nudge: str
    due: int  # seconds since 1970

    @property
    def audience(self) -> Audience:
        """A tick's."""
        return "checkin"


class Announce(_Once):
    """Post a reminder in a team's channel. At most once."""

    kind: Literal["announce"] = "announce"
    asker: Address
    name: str = Field(max_length=80)
    team: str
    template: str
    due: int  # seconds since 1970
    each: bool = False  # to each member, in their own chat, instead

    @property
    def audience(self) -> Audience:
        """A manager's; to each member: one until it is known how many they are."""
        return "reminder"


class Tell(_Once):
    """Say to one person, or in one channel, what everybody there gets alike. At most once. `source` is a campaign, or
    the team of a manager, who is the `asker`; `due` names the occasion, and after `until` it is dropped."""

    kind: Literal["tell"] = "tell"
    to: Address
    channel: str = ""
    source: str = Field(max_length=40)
    template: str
    asker: Address | None = None
    name: str = Field(default="", max_length=80)
    due: int  # seconds since 1970
    until: int

    @property
    def audience(self) -> Audience:
        """A campaign's, or a manager's."""
        return "reminder" if self.asker else "campaign"


Once = Caring | Upcoming | Offered | Note | Send | Announce | Tell

Task = Annotated[
    Show
    | Ask
    | Settle
    | Undo
    | Unlist
    | Decline
    | Release
    | News
    | Retry
    | Reach
    | Ticket
    | Follow
    | Withdraw
    | Caring
    | Upcoming
    | Offered
    | Note
    | Send
    | Announce
    | Tell,
    Field(discriminator="kind"),
]
_TASK: TypeAdapter[Task] = TypeAdapter(Task)


def seal(vault: Vault, id_: bytes, task: Task) -> bytes:
    """Return the sealed body of a task."""
    return vault.seal_body(id_, _TASK.dump_json(task))


Planned = tuple[bytes, bytes, int, bytes]
"""An effect to be written: id, sealed body, due (seconds since 1970), lane."""


def planned(vault: Vault, task: Task, due: datetime, *unique: bytes | str, to: Address | None = None) -> Planned:
    """Return the effect of a task for a time. `unique` names it: the same name again replaces the task. `to` says at
    whose workspace's pace it goes out, if nobody waits for it."""
    id_ = vault.effect_id(task.kind, *unique)
    return id_, seal(vault, id_, task), int(due.timestamp()), vault.lane(to) if to else b""


def unseal(vault: Vault, id_: bytes, body: bytes) -> Task:
    """Return the task of a sealed body. Raises Unsealable."""
    try:
        return _TASK.validate_json(vault.open_body(id_, body))
    except ValidationError:  # from a version that we no longer, or do not yet, understand
        raise Unsealable("not a task of this version") from None
