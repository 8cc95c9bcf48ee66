"""What the service asks of a booking provider, and how a provider may answer."""

from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from flows.core.care import Appointment, Slot


class Request(BaseModel):
    """An intent to book: persisted with its random idempotency key before anything is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key: str = Field(max_length=40)
    slot: Slot
    name: str = Field(max_length=80)
    contact: str = Field(max_length=120)
    zone: str = Field(max_length=64)
    consented_at: AwareDatetime


class ProviderError(Exception):
    """Base of all refusals. Messages are constant: they may reach a log, so they hold no data."""


class SlotTaken(ProviderError):
    """The slot is no longer free, or not as it was shown. Nothing of ours is booked."""


class Refused(ProviderError):
    """The provider understood and will not do it. Nothing of ours is booked or changed."""


class ProviderDown(ProviderError):
    """The provider did not answer, and nothing of ours is booked or changed: try again later."""


class Uncertain(ProviderError):
    """The provider may or may not hold our booking and cannot be asked now: ask again by key, never
    book blindly a second time."""


class Provider(Protocol):
    """A booking provider. All methods are idempotent; `book` and `cancel` are by idempotency key."""

    async def find_slots(self, start: datetime, end: datetime, count: int) -> tuple[Slot, ...]:
        """Return up to `count` free slots that start in [start, end), earliest first.

        Raises ProviderDown."""

    async def book(self, request: Request) -> Appointment:
        """Book the slot, read it back by the key, and only then return the appointment.

        Called again with the same key it finds the first call's appointment. Raises SlotTaken, Refused,
        ProviderDown or Uncertain."""

    async def cancel(self, appointment: Appointment) -> None:
        """Cancel the appointment and free its slot; cancelling twice is success.

        Raises Refused, ProviderDown or Uncertain."""

    async def status(self, key: str) -> Appointment | None:
        """Return our active appointment with this key, or None if there is none. Raises ProviderDown."""

    async def alive(self) -> bool:
        """Tell whether the provider answers and speaks what we need. Never raises."""
