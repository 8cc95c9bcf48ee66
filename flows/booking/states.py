"""Where a booking stands, and the words of it."""

import re
from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.care import Appointment, Slot
from flows.core.words import Blanks, Label, Line, Title, Words

_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s()/.-]{6,30}")


class BookingWords(Words):
    """From choosing a time to letting it go."""

    title: Title
    looking: Line
    look_again: Label
    choose: Line
    taken: Line
    none_free: Annotated[Line, Blanks("phone")]
    down: Annotated[Line, Blanks("phone")]
    confirm: Annotated[Line, Blanks("when", "minutes", "who")]
    shared: Line
    name: Line
    name_hint: Line
    contact: Line
    contact_hint: Line
    contact_wrong: Line
    name_wrong: Line
    consent: Line
    consent_yes: Label
    consent_wrong: Line
    submit: Title
    other_times: Label
    working: Line
    booked: Annotated[Line, Blanks("when", "who")]
    booked_link: Annotated[Line, Blanks("link")]
    booked_next: Line
    unsure: Annotated[Line, Blanks("phone")]
    refused: Annotated[Line, Blanks("phone")]
    mine: Label
    mine_about: Line
    mine_none: Line
    mine_full: Line
    mine_unsure: Annotated[Line, Blanks("when", "phone")]
    mine_failed: Annotated[Line, Blanks("when")]
    mine_uncancelled: Annotated[Line, Blanks("when", "phone")]
    cancel: Label
    cancelling: Line
    cancel_confirm: Annotated[Line, Blanks("when", "who")]
    cancel_yes: Label
    cancel_no: Label
    cancelled: Line
    cancel_failed: Annotated[Line, Blanks("phone")]
    find: Label
    done: Label


class Searching(Value):
    """The provider is being asked. `taken`: because the chosen time was just taken by somebody else."""

    at: Literal["searching"] = "searching"
    taken: bool = False


class Choosing(Value):
    """Times to choose from, earliest first; `down` if the provider does not answer."""

    at: Literal["choosing"] = "choosing"
    slots: tuple[Slot, ...] = ()
    taken: bool = False
    down: bool = False


class Confirming(Value):
    """One time, and the form. What was entered stays in the form if something is wrong with it."""

    at: Literal["confirming"] = "confirming"
    slot: Slot
    name: str = Field(default="", max_length=80)
    contact: str = Field(default="", max_length=120)
    consent: bool = False
    wrong: bool = False

    def faults(self) -> frozenset[str]:
        """Return the keys of the fields that do not do: a name, a way to be reached and a yes are needed."""
        fine = {"name": self.name, "contact": _CONTACT.fullmatch(self.contact), "consent": self.consent}
        return frozenset(key for key, good in fine.items() if not good)


class Working(Value):
    """The provider is booking or cancelling."""

    at: Literal["working"] = "working"
    slot: Slot


class Confirmed(Value):
    """It is booked; the provider was read back."""

    at: Literal["confirmed"] = "confirmed"
    appointment: Appointment


class Trouble(Value):
    """Not done, or not known. `unsure`: it may be booked, and the service goes on asking."""

    at: Literal["trouble"] = "trouble"
    what: Literal["unsure", "refused", "down", "cancel"]


class Mine(Value):
    """The person's appointments. `full`: no further one can be held."""

    at: Literal["mine"] = "mine"
    full: bool = False


class Releasing(Value):
    """Really cancel?"""

    at: Literal["releasing"] = "releasing"
    appointment: Appointment


class Ending(Value):
    """The provider is being told."""

    at: Literal["ending"] = "ending"


class Released(Value):
    """Cancelled, and the time is free for somebody else."""

    at: Literal["released"] = "released"


State = Annotated[
    Searching | Choosing | Confirming | Working | Confirmed | Trouble | Mine | Releasing | Ending | Released,
    Field(discriminator="at"),
]
