"""What the service asks of a booking provider, and how a provider may answer."""

from datetime import datetime
from typing import Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from flows.core.care import Appointment, Practitioner, Slot


class Whom(BaseModel):
    """Whom a provider is to expect, and nothing else of them; persisted with the random idempotency key of what is
    asked for before anything is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key: str = Field(max_length=40)
    name: str = Field(max_length=80)
    contact: str = Field(max_length=120)
    zone: str = Field(max_length=64)
    consented_at: AwareDatetime
    voucher: str = Field(default="", max_length=80)


class Request(Whom):
    """An intent to book."""

    slot: Slot
    hold: str = Field(default="", max_length=40)  # the key that the slot is held under, at exactly this version


class Place(BaseModel):
    """A place on a provider's waiting list, as the provider holds it: its own reference to it; and the slot that it
    offers, if it does, with the time until which it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: str
    slot: Slot | None = None
    until: AwareDatetime | None = None


class Held(BaseModel):
    """A slot that is kept for somebody: the version to book it at, how long the provider keeps it, and the key that it
    is held under."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slot: Slot
    until: AwareDatetime
    hold: str = Field(max_length=40)


class Capabilities(BaseModel):
    """What a provider can do, as it says itself and as was tried. What it cannot do is done otherwise or not offered.

    atomic: a change of several records is made whole or not at all. hold: a slot can be kept for a few minutes before
    it is booked. reschedule: an appointment is moved in one step. webhook: it tells us of changes. deep_link: booking
    is on the provider's own page only. advisory: it checks nothing when it books, so a booking is sure only after it
    has been read back among the others. sharing: it takes a message about an appointment. patient: where the person's
    name and contact go.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic: bool = False
    hold: bool = False
    reschedule: bool = False
    webhook: bool = False
    deep_link: bool = False
    advisory: bool = False
    waiting_list: bool = False
    vouchers: bool = False
    sharing: bool = False
    patient: Literal["contained", "created"] = "contained"


class ProviderError(Exception):
    """Base of all refusals. Messages are constant: they may reach a log, so they hold no data."""


class SlotTaken(ProviderError):
    """The slot is no longer free, or not as it was shown. Nothing of ours is booked."""


class Refused(ProviderError):
    """The provider understood and will not do it. Nothing of ours is booked or changed."""


class Unable(Refused):
    """The provider has no such thing: its capabilities say so."""


class VoucherRefused(Refused):
    """The voucher is unknown there, or spent."""


class ProviderDown(ProviderError):
    """The provider did not answer, and nothing of ours is booked or changed: try again later.

    `again`: after how many seconds, if the provider said so."""

    def __init__(self, message: str, again: float | None = None) -> None:
        super().__init__(message)
        self.again = again


class Uncertain(ProviderError):
    """The provider may or may not hold our booking and cannot be asked now: ask again by key, never
    book blindly a second time."""


class Provider(Protocol):
    """A booking provider. All methods are idempotent; what changes something is so by idempotency key."""

    async def capabilities(self) -> Capabilities:
        """Return what the provider can do; asked and tried once, then remembered. Raises ProviderDown."""

    async def find_services(self) -> tuple[Practitioner, ...]:
        """Return the people who can be booked, as the provider's own directory describes them.

        Raises ProviderDown."""

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[Slot, ...]:
        """Return up to `count` free slots that start in [start, end), earliest first.

        Raises ProviderDown."""

    async def hold(self, slot: Slot, key: str, until: datetime) -> Held:
        """Keep the slot for the booking that will be made under `key`, until then or a little less.

        Raises Unable where the provider cannot, SlotTaken, Refused, ProviderDown or Uncertain."""

    async def release(self, slot: Slot, key: str) -> None:
        """Give back a slot that is held under `key`; what is not held is left. Never raises: a hold ends by itself."""

    async def book(self, request: Request) -> Appointment:
        """Book the slot, read it back by the key, and only then return the appointment.

        Called again with the same key it finds the first call's appointment. Raises SlotTaken, Refused,
        ProviderDown or Uncertain."""

    async def reschedule(self, appointment: Appointment, slot: Slot, key: str) -> Appointment:
        """Move the appointment to another slot, read it back, and only then return it as it now is.

        The new slot is ours before the old one is given up. `key` is that of the new appointment, where the provider
        can move none and a new one takes its place. Called again with the same arguments it finds what the first
        call did. Raises SlotTaken or Refused (the appointment stands as it was), ProviderDown or Uncertain."""

    async def cancel(self, appointment: Appointment) -> None:
        """Cancel the appointment and free its slot; cancelling twice is success.

        Raises Refused, ProviderDown or Uncertain."""

    async def status(self, key: str) -> Appointment | None:
        """Return our active appointment with this key, or None if there is none. Raises ProviderDown."""

    async def wait(self, whom: Whom) -> Place:
        """Put somebody on the waiting list, read it back, and only then return their place.

        Called again with the same key it finds the first call's place. Raises Unable where there is no such list,
        VoucherRefused, Refused, ProviderDown or Uncertain."""

    async def waiting(self, key: str) -> Place | None:
        """Return the place with this key; None if there is none on the list, or none any more. Raises ProviderDown."""

    async def take(self, key: str, slot: Slot) -> Appointment:
        """Book the slot that is offered to the place with this key, read it back, and only then return the appointment.

        Called again it finds what the first call did. Raises SlotTaken (it is not offered any more), VoucherRefused,
        Refused, ProviderDown or Uncertain."""

    async def decline(self, key: str, slot: Slot) -> None:
        """Let this offer pass, if it stands still: the place on the list stays. Raises ProviderDown or Uncertain."""

    async def unwait(self, key: str) -> None:
        """Give the place with this key up, and what is offered to it; to do so twice is success.

        Raises ProviderDown or Uncertain."""

    async def reach(self, key: str) -> None:
        """Tell the provider that the chat no longer reaches whose appointment this is, and that they agreed to be
        reached by the contact that they gave. To do so twice is once. Raises Unable, Refused, ProviderDown or
        Uncertain."""

    async def missed(self, key: str) -> bool:
        """Tell whether the provider noted that nobody came to our appointment with this key. Raises ProviderDown."""

    async def share(self, reference: str, key: str, text: str, consented_at: datetime) -> None:
        """Give this text, byte for byte, to whoever holds the appointment with this reference of the provider's; read
        it back, and only then return. Called again with the same key it is not sent again.

        Raises Unable where the provider takes none, Refused, ProviderDown or Uncertain."""

    async def alive(self) -> bool:
        """Tell whether the provider answers and speaks what we need. Never raises."""

    async def aclose(self) -> None:
        """Close the connections."""


class NoList:
    """What a provider without a waiting list says to everything about it."""

    async def wait(self, whom: Whom) -> Place:
        """See Provider."""
        raise Unable("the provider has no waiting list")

    async def waiting(self, key: str) -> Place | None:
        """See Provider."""
        return None

    async def take(self, key: str, slot: Slot) -> Appointment:
        """See Provider."""
        raise SlotTaken("nothing is offered here")

    async def decline(self, key: str, slot: Slot) -> None:
        """See Provider."""

    async def unwait(self, key: str) -> None:
        """See Provider."""


class NoMessages:
    """What a provider that takes no message about an appointment says to one."""

    async def share(self, reference: str, key: str, text: str, consented_at: datetime) -> None:
        """See Provider."""
        raise Unable("the provider takes no messages")
