"""What a person's row holds once it is opened: two columns, and the record that a turn works on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from adapters.platform import Address, Place
from bot.vault import Sealed
from flows.core.base import Value
from flows.core.care import Appointment, Intent, Mood, Plan, Reminder, SafetyPlan, Ticket, Trouble, Waiting
from flows.core.timing import A_WEEK

TROUBLES = 3  # things that went wrong, remembered until they are over
MOODS = 12  # answers to check-ins kept, for who wants that: a quarter
NUDGES = 18  # check-in lines remembered: at two a week none of them comes again within 60 days


class Frame(Value):
    """A conversation at rest: which flow, in which version, in which state."""

    flow: str
    version: int
    state: Mapping[str, Any]
    ask: str = ""  # the key of what it asked the provider for last: only that result is its own
    turn: str = ""  # while suspended: at which turn it stood, and stands again if nothing has moved it on
    place: Place | Literal[""] = ""  # while suspended: where it stood

    def resting(self) -> "Frame":
        """Return it as the open conversation, which says by itself at which turn it stands, and where."""
        return self.model_copy(update={"turn": "", "place": ""})


class Conversation(Value):
    """The open conversation. `turn` is random, so a turn of an earlier conversation never comes again.

    `suspended` is where `Back` leads, the latest last: one ordinary conversation at most, and each interrupting one
    at most once. `place` is where the person last moved it."""

    turn: str
    frame: Frame
    suspended: tuple[Frame, ...] = ()
    until: AwareDatetime
    place: Place = "chat"


class Ops(Value):
    """What the service needs to reach somebody: sealed, 2 KiB."""

    address: Address
    locale: str = Field(default="en", max_length=16)
    language: str = Field(default="", max_length=16)  # chosen, so it goes before the profile's; empty: never chosen
    country: str = Field(default="", max_length=2)  # where they said they are; empty: never said
    zone: str = Field(default="UTC", max_length=64)
    notice: str = Field(default="", max_length=40)
    reference: str = Field(default="", max_length=600)  # where a Teams chat is; empty elsewhere
    plan: Plan | None = None
    due: AwareDatetime | None = None
    nudges: tuple[Annotated[str, Field(max_length=40)], ...] = Field(default=(), max_length=NUDGES)
    contacts: tuple[AwareDatetime, ...] = Field(default=(), max_length=A_WEEK)  # messages nobody asked for, latest last
    ignored: int = 0
    left: AwareDatetime | None = None  # when the platform first said that they are not there any more


class Private(Value):
    """What is nobody else's business: sealed, 16 KiB."""

    conversation: Conversation | None = None
    appointments: tuple[Appointment, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    waiting: Waiting | None = None
    safety_plan: SafetyPlan | None = None
    ticket: Ticket | None = None
    caring: tuple[AwareDatetime, ...] = Field(default=(), max_length=2)
    moods: tuple[Mood, ...] = Field(default=(), max_length=MOODS)
    checked: date | None = None
    intent: Intent | None = None


@dataclass
class Record:
    """A person, opened. Lives for one turn."""

    sid: bytes
    ops: Ops
    private: Private = field(default_factory=Private)
    wrapped: tuple[int, bytes] | None = None
    reminders: tuple[Reminder, ...] = ()  # of a manager, from their table
    asked: str = ""  # the key of what this turn asked the provider for
    place: Place | None = None  # where the person did what this turn takes; None if an errand brought it

    def set_ops(self, **changes: Any) -> None:
        """Change what is in the first column."""
        self.ops = self.ops.model_copy(update=changes)

    def set_private(self, **changes: Any) -> None:
        """Change what is in the second column."""
        self.private = self.private.model_copy(update=changes)


@dataclass
class Outline:
    """A person of whom only the first column is opened: all that the clock needs, and nothing about their health.

    `seal` makes a new row of a new first column; the second goes into it unread."""

    sid: bytes
    ops: Ops
    seal: Callable[[bytes], Sealed]
