"""The nouns of care: a slot that is free, an appointment that is booked, a check-in plan."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from flows.core.base import Value

Modality = Literal["video", "phone", "chat", "in_person"]
Weekday = Annotated[int, Field(ge=0, le=6)]  # 0 is Monday, as datetime.weekday()


class Slot(Value):
    """A free interval at a provider.

    `key` is the provider's own reference ("Slot/12") and `version` the version seen (an ETag value):
    a booking claims exactly what was shown. Instants are the provider's; zones are applied on display.
    """

    key: str = Field(max_length=80, pattern=r"^[!-~]*$")
    version: str = Field(max_length=40, pattern=r"^[!-~]*$")
    start: AwareDatetime
    end: AwareDatetime
    who: str = Field(max_length=80)
    modality: Modality


class Appointment(Value):
    """A booking that the provider confirmed by reading it back.

    `key` is our idempotency key (random, opaque, safe in a button); `reference` the provider's resource.
    """

    key: str = Field(max_length=40)
    reference: str = Field(max_length=80, pattern=r"^[!-~]*$")
    slot: Slot
    link: str = Field(default="", max_length=200, pattern=r"^[!-~]*$")


class Trouble(Value):
    """Something asked of the provider that did not come out well while the person was elsewhere."""

    key: str = Field(max_length=40)
    what: Literal["unsure", "failed", "cancel"]
    start: AwareDatetime


class SafetyPlan(Value):
    """What somebody wrote down for hard hours, in six parts, any of which may be empty. Nobody else reads it."""

    signs: str = ""
    helps: str = ""
    reasons: str = ""
    people: str = ""
    places: str = ""
    professionals: str = ""


class Plan(Value):
    """A check-in that somebody opted in to: local wall-clock time on one weekday, in a named IANA zone."""

    day: Weekday
    at: time
    zone: str = Field(max_length=64)
    paused_until: date | None = None

    def rests(self, now: datetime) -> bool:
        """Tell whether it is paused today, as the day is in its zone. `now` is aware."""
        return self.paused_until is not None and self.paused_until > now.astimezone(ZoneInfo(self.zone)).date()
