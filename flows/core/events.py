"""What can happen to a conversation. Events are nouns; a flow matches on them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from flows.core.base import Value
from flows.core.care import Appointment, Facets, Key, Offer, Slot, Wish


class Said(Value):
    """The person typed a line that is not the label of a button on screen."""

    kind: Literal["said"] = "said"
    text: str


class Chose(Value):
    """The person tapped (or typed) a button: its key, and its argument where buttons repeat."""

    kind: Literal["chose"] = "chose"
    key: str
    arg: str = ""


class Answered(Value):
    """The person sent a form: field key -> option key or text. Fields left empty are absent."""

    kind: Literal["answered"] = "answered"
    values: Mapping[str, str]


class Woke(Value):
    """The clock reached something that the person planned."""

    kind: Literal["woke"] = "woke"
    why: Literal["checkin"]


class SlotsFound(Value):
    """The providers answered a search: free slots that fit, earliest first; may be empty.

    `offers` are the same slots, explained; `relax` are the preferences of which letting one go brings some, where there
    is none; `facets` is what can be asked for; `waiting` the provider that has a waiting list for it, None if there is
    none."""

    kind: Literal["slots_found"] = "slots_found"
    slots: tuple[Slot, ...]
    offers: tuple[Offer, ...] = ()
    relax: tuple[Wish, ...] = ()
    facets: Facets = Facets()
    waiting: str | None = None


class Held(Value):
    """The provider keeps the slot for us until then: `slot` as it is to be booked, `hold` the key to book it with."""

    kind: Literal["held"] = "held"
    slot: Slot
    until: AwareDatetime
    hold: str = Field(default="", max_length=40)


class Booked(Value):
    """The provider holds this appointment; it was read back by identifier."""

    kind: Literal["booked"] = "booked"
    appointment: Appointment


class Listed(Value):
    """The provider has the person on its waiting list, under this reference of its own."""

    kind: Literal["listed"] = "listed"
    reference: Key


class Changed(Value):
    """Something asked for took effect: what, and when it becomes visible (for a reminder that waits)."""

    kind: Literal["changed"] = "changed"
    what: Literal["cancelled", "placed", "reminder", "reminder_cancelled", "ticket", "shared"]
    when: AwareDatetime | None = None
    team: str = ""


class Failed(Value):
    """Something asked for did not take effect; `why` is one of a closed list, never free text."""

    kind: Literal["failed"] = "failed"
    why: Literal[
        "slot_taken",
        "no_hold",
        "unlicensed",
        "voucher",
        "provider_down",
        "refused",
        "uncertain",
        "too_small",
        "no_channel",
        "cool_down",
        "not_yours",
        "full",
        "external",
        "too_late",
    ]
    until: AwareDatetime | None = None
    team: str = ""


Event = Annotated[
    Said | Chose | Answered | Woke | SlotsFound | Held | Booked | Listed | Changed | Failed, Field(discriminator="kind")
]
