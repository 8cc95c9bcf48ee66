"""What a flow may ask of a provider: to find, hold, book, move and cancel; to wait on a list; to pass something on."""

from typing import Literal

from pydantic import AwareDatetime, Field

from flows.core.base import Value
from flows.core.care import Appointment, Place, Reminding, Slot, Wishes


class FindSlots(Value):
    """Search free slots from now on that fit, earliest first. Answered by SlotsFound or Failed.

    `zone` is where the person's hours are counted. A slot that is held under the key `hold` is let go of first."""

    kind: Literal["find_slots"] = "find_slots"
    days: int = Field(default=7, ge=1, le=60)
    count: int = Field(default=3, ge=1, le=20)
    wishes: Wishes = Wishes()
    zone: str = Field(default="UTC", max_length=64)
    slot: Slot | None = None
    hold: str = Field(default="", max_length=40)


class Hold(Value):
    """Keep this slot from others while somebody fills in the form. Answered by Held or Failed: "no_hold" where the
    provider cannot, and then the slot is anybody's until it is booked."""

    kind: Literal["hold"] = "hold"
    slot: Slot


class Release(Value):
    """Give a slot back that is held under this key. Nobody waits for it: a hold ends by itself, too."""

    kind: Literal["release"] = "release"
    slot: Slot
    hold: str = Field(max_length=40)


class Book(Value):
    """Book exactly this slot for a chosen name and contact. Answered by Booked or Failed.

    `hold` is the key of a hold on it; `place` where the person will be; `remind` is our own matter."""

    kind: Literal["book"] = "book"
    slot: Slot
    name: str = Field(max_length=80)
    contact: str = Field(max_length=120)
    zone: str = Field(max_length=64)
    consented_at: AwareDatetime
    hold: str = Field(default="", max_length=40)
    voucher: str = Field(default="", max_length=40)
    place: Place = ""
    remind: Reminding = "none"


class Reschedule(Value):
    """Move an appointment to another slot. Answered by Booked, with the key that it had, or by Failed: then it stands
    as it did, unless that is not known."""

    kind: Literal["reschedule"] = "reschedule"
    appointment: Appointment
    slot: Slot


class Cancel(Value):
    """Cancel an appointment and free its slot. Answered by Changed("cancelled") or Failed."""

    kind: Literal["cancel"] = "cancel"
    appointment: Appointment


class Placed(Value):
    """The person will be here at the time of an appointment. Answered by Changed("placed"), or Failed("unlicensed")."""

    kind: Literal["placed"] = "placed"
    appointment: Appointment
    place: Place


class Wait(Value):
    """Put the person on a provider's waiting list. Answered by Listed or Failed. One place at a time.

    `wishes` and `remind` are our own matter."""

    kind: Literal["wait"] = "wait"
    provider: str = Field(default="", max_length=40)
    wishes: Wishes = Wishes()
    name: str = Field(max_length=80)
    contact: str = Field(max_length=120)
    zone: str = Field(max_length=64)
    consented_at: AwareDatetime
    voucher: str = Field(default="", max_length=40)
    remind: Reminding = "none"


class Unwait(Value):
    """Leave the waiting list, whatever is offered there. Takes place at once; the provider is told as soon as it can
    be."""

    kind: Literal["unwait"] = "unwait"


class TakeOffer(Value):
    """Book the slot that the waiting list offers. Answered by Booked or Failed; "slot_taken": it is offered no more."""

    kind: Literal["take_offer"] = "take_offer"
    slot: Slot
    key: str = Field(max_length=40)  # of the place on the list
    place: Place = ""
    remind: Reminding = "none"


class PassOffer(Value):
    """Let what is offered pass, for whoever waits next, and wait on. Takes place at once."""

    kind: Literal["pass_offer"] = "pass_offer"


class Share(Value):
    """Give this text, and nothing else, to whoever holds an appointment. Answered by Changed("shared") or Failed."""

    kind: Literal["share"] = "share"
    provider: str = Field(default="", max_length=40)
    reference: str = Field(max_length=80)  # of the appointment, the provider's own
    text: str = Field(min_length=1, max_length=800)
    consented_at: AwareDatetime


Asked = FindSlots | Hold | Book | Reschedule | Cancel | Placed | Wait | TakeOffer | Share
"""What somebody waits for: it is answered by an event. The others take place at once."""
