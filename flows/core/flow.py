"""A flow: three pure functions over frozen states, and what a step may answer.

`begin(carry, at)` opens the conversation, `update(state, event, at)` takes one step, `view(state, words, at)`
draws the state, at any time. Nothing here or in a flow reads a clock, a file or a network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from flows.core.base import Value
from flows.core.care import (
    Appointment,
    Intent,
    Mood,
    Plan,
    Reminder,
    SafetyPlan,
    Slot,
    Ticket,
    Trouble,
    Waiting,
    Wishes,
)
from flows.core.catalog import INTERNATIONAL, Catalog
from flows.core.contact import StaffedContact
from flows.core.effects import Effect
from flows.core.events import Event
from flows.core.screen import Screen
from flows.core.words import Words

S = TypeVar("S", bound=BaseModel)
W = TypeVar("W", bound=Words)


class Held(Value):
    """One thing that is held about the person, in words: for "my data". Nothing is held of it if it has no value."""

    name: str
    value: str


class Person(Value):
    """What a flow may know of someone: never a name or an id."""

    locale: str
    zone: str
    region: str | None  # their country, as they said or by their zone; "XX": one that nothing is known of
    country: str = ""  # where they said they are; empty: never said
    surface: str
    manages: tuple[str, ...] = ()
    notice: str = ""  # the version of the notice agreed to
    plan: Plan | None = None
    parts: Mapping[str, str] = Field(default_factory=dict)  # of the person's country, by ISO 3166-2, with their names
    nudged: tuple[str, ...] = ()  # keys of check-in lines sent lately, oldest first
    ignored: int = 0  # check-ins sent since the person last did something with one
    moods: tuple[Mood, ...] = ()  # their own answers, oldest first; only if they want them kept
    reminders: tuple[Reminder, ...] = ()  # of a manager: what they asked for, the latest first
    appointments: tuple[Appointment, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    waiting: Waiting | None = None  # their place on a waiting list
    intent: Intent | None = None  # what they looked for when booking did not work, if they wanted that kept
    checked: date | None = None  # the day of the last private check, while it is too soon for another
    safety_plan: SafetyPlan | None = None  # filled for the crisis conversation only
    ticket: Ticket | None = None  # filled for the conversation about it, and before it is forgotten
    caring: tuple[AwareDatetime, ...] = ()  # when a caring message is due: filled for those who may end it only
    held: tuple[Held, ...] = ()  # everything held, opened: filled for "my data" only


class Moment(Value):
    """The world at one turn: who, what the content says, and what time it is."""

    person: Person
    catalog: Catalog
    now: AwareDatetime

    @property
    def wishes(self) -> Wishes:
        """Return what somebody looks for who has said nothing yet: a therapist, for where they are."""
        region = self.person.region
        return Wishes(place=region if region and region != INTERNATIONAL else "")

    @property
    def contact(self) -> StaffedContact | None:
        """Return who can call this person back; None where there is nobody, or not in their country."""
        contact = self.catalog.contact
        return contact if contact and self.person.region in contact.countries else None


class Carry(Value):
    """What one conversation may hand to the next, all of it optional."""

    then: str = ""  # a flow to go to afterwards
    ask: str = ""  # what exactly is wanted there, one word
    text: str = Field(default="", max_length=80)
    slot: Slot | None = None
    appointment: str = ""  # an appointment's key
    wishes: Wishes | None = None
    provider: str = Field(default="", max_length=40)


@dataclass(frozen=True)
class Turn(Generic[S]):
    """A step was taken: the new state, and what to carry out."""

    state: S
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True)
class Goto:
    """Leave for another flow, by name. Where that one interrupts, `Back` leads to the state `leaving`, if there is one,
    else to the state that was left."""

    flow: str
    carry: Carry = field(default_factory=Carry)
    effects: tuple[Effect, ...] = ()
    leaving: BaseModel | None = None


@dataclass(frozen=True)
class Back:
    """Return to the conversation that was suspended last; to home if there is none."""

    effects: tuple[Effect, ...] = ()


Step = Turn[S] | Goto | Back | None  # None: not now, show the same screen again


def nothing(_state: Any) -> tuple[Effect, ...]:
    """What is to be let go of in most states."""
    return ()


@dataclass(frozen=True)
class Flow(Generic[S, W]):
    """A conversation. `interrupts`: entering it suspends the open conversation, and `Back` returns there. `leave` says
    what a state holds that is to be let go of if it is left for good.

    `upgrades[n]` turns a stored state of version n into one of version n + 1.
    """

    name: str
    words: type[W]
    state: Any  # the union of the flow's states, told apart by their Literal `at`
    begin: Callable[[Carry, Moment], Turn[S] | Goto]
    update: Callable[[S, Event, Moment], Step[S]]
    view: Callable[[S, W, Moment], Screen]
    version: int = 1
    upgrades: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    interrupts: bool = False
    leave: Callable[[S], tuple[Effect, ...]] = nothing

    def freeze(self, state: S) -> dict[str, Any]:
        """Return the state as JSON-ready data."""
        frozen: dict[str, Any] = self._adapter.dump_python(state, mode="json")
        return frozen

    def thaw(self, version: int, frozen: dict[str, Any]) -> S:
        """Load a stored state of any version. Raises LookupError if an upgrade is missing."""
        while version != self.version:
            if version not in self.upgrades:
                raise LookupError(f"flow {self.name}: no upgrade from version {version} to {self.version}")
            frozen, version = self.upgrades[version](frozen), version + 1
        thawed: S = self._adapter.validate_python(frozen)
        return thawed

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.state)


AnyFlow = Flow[Any, Any]
