"""What can happen to a conversation. Events are nouns; a flow matches on them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from flows.core.base import Value
from flows.core.care import Appointment, Slot


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
    """The provider answered a search: free slots, earliest first; may be empty."""

    kind: Literal["slots_found"] = "slots_found"
    slots: tuple[Slot, ...]


class Booked(Value):
    """The provider holds this appointment; it was read back by identifier."""

    kind: Literal["booked"] = "booked"
    appointment: Appointment


class Changed(Value):
    """Something asked for took effect: what, and when it becomes visible (for a reminder that waits)."""

    kind: Literal["changed"] = "changed"
    what: Literal["cancelled", "reminder", "reminder_cancelled", "ticket"]
    when: AwareDatetime | None = None
    team: str = ""


class Failed(Value):
    """Something asked for did not take effect; `why` is one of a closed list, never free text."""

    kind: Literal["failed"] = "failed"
    why: Literal[
        "slot_taken",
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


Event = Annotated[Said | Chose | Answered | Woke | SlotsFound | Booked | Changed | Failed, Field(discriminator="kind")]
