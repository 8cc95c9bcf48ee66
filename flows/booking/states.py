"""Where a booking stands."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from flows.core.base import Value
from flows.core.care import Appointment, Facets, Offer, Place, Slot, Wish, Wishes
from flows.core.forms import Form


class Searching(Value):
    """The provider is being asked. `taken`: because the chosen time was just taken by somebody else; `moving`: the key
    of the appointment that is to be moved."""

    at: Literal["searching"] = "searching"
    taken: bool = False
    wishes: Wishes = Wishes()
    moving: str = Field(default="", max_length=40)


class Choosing(Value):
    """Times to choose from, earliest first; `down` if the provider does not answer. Where there is none, `relax` are
    the wishes of which letting one go brings some, and `waiting` is a provider with a waiting list."""

    at: Literal["choosing"] = "choosing"
    offers: tuple[Offer, ...] = ()
    taken: bool = False
    down: bool = False
    wishes: Wishes = Wishes()
    relax: tuple[Wish, ...] = ()
    facets: Facets = Facets()
    moving: str = Field(default="", max_length=40)
    waiting: str | None = Field(default=None, max_length=40)


class Wishing(Value):
    """What matters to you? All of it may be left out."""

    at: Literal["wishing"] = "wishing"
    wishes: Wishes = Wishes()
    facets: Facets = Facets()


class Holding(Value):
    """The provider is asked to keep the time for a few minutes."""

    at: Literal["holding"] = "holding"
    slot: Slot
    wishes: Wishes = Wishes()


class Confirming(Form):
    """One time, and the form. `until`: the provider keeps it until then, under the key `hold`."""

    at: Literal["confirming"] = "confirming"
    slot: Slot
    place: Place = ""
    wishes: Wishes = Wishes()
    until: AwareDatetime | None = None
    hold: str = Field(default="", max_length=40)


class Working(Value):
    """The provider is booking. `form`: what was entered, which comes back if the provider asks for another voucher."""

    at: Literal["working"] = "working"
    slot: Slot
    wishes: Wishes = Wishes()
    form: Confirming | None = None


class Confirmed(Value):
    """It is booked, or `moved`; the provider was read back."""

    at: Literal["confirmed"] = "confirmed"
    appointment: Appointment
    moved: bool = False


class Later(Value):
    """No provider answers, and what they look for is kept, as they wanted."""

    at: Literal["later"] = "later"
    wishes: Wishes = Wishes()


class Trouble(Value):
    """Not done, or not known. `unsure`: it may be booked, and the service goes on asking; `move`: it stands as it did;
    `unlicensed`: they may not see anybody there."""

    at: Literal["trouble"] = "trouble"
    what: Literal["unsure", "refused", "down", "cancel", "move", "unlicensed"]
    wishes: Wishes = Wishes()


class Mine(Value):
    """The person's appointments. `full`: no further one can be held; `placed`: where they will be is fine."""

    at: Literal["mine"] = "mine"
    full: bool = False
    placed: bool = False


class Extras(Value):
    """What else there is about one of them: its reminders, a calendar file."""

    at: Literal["extras"] = "extras"
    appointment: Appointment


class Timing(Value):
    """When shall I remind you?"""

    at: Literal["timing"] = "timing"
    appointment: Appointment


class Filing(Value):
    """What a calendar file would hold, and who may see that. There is none yet."""

    at: Literal["filing"] = "filing"
    appointment: Appointment


class Filed(Value):
    """The file is there to be taken."""

    at: Literal["filed"] = "filed"
    appointment: Appointment


class Leaving(Value):
    """May the provider be told, if this chat no longer reaches you?"""

    at: Literal["leaving"] = "leaving"
    appointment: Appointment


class Coming(Value):
    """One is soon: what helps, and whether they will be where they said."""

    at: Literal["coming"] = "coming"
    appointment: Appointment


class Placing(Value):
    """Where will you be?"""

    at: Literal["placing"] = "placing"
    appointment: Appointment


class Checking(Value):
    """Whether they may see somebody there is being looked up. `unlicensed`: they may not; it is booked still."""

    at: Literal["checking"] = "checking"
    appointment: Appointment
    place: Place = ""
    unlicensed: bool = False


class Releasing(Value):
    """Really cancel?"""

    at: Literal["releasing"] = "releasing"
    appointment: Appointment


class Moving(Value):
    """Really move it there?"""

    at: Literal["moving"] = "moving"
    appointment: Appointment
    slot: Slot


class Shifting(Value):
    """The provider is moving it."""

    at: Literal["shifting"] = "shifting"
    appointment: Appointment


class Ending(Value):
    """The provider is being told."""

    at: Literal["ending"] = "ending"
    appointment: Appointment | None = None


class Released(Value):
    """Cancelled, and the time is free for somebody else. `appointment`: the one that was, if it is known."""

    at: Literal["released"] = "released"
    appointment: Appointment | None = None


State = Annotated[
    Searching
    | Choosing
    | Wishing
    | Holding
    | Confirming
    | Working
    | Confirmed
    | Trouble
    | Later
    | Mine
    | Extras
    | Timing
    | Filing
    | Filed
    | Leaving
    | Coming
    | Placing
    | Checking
    | Releasing
    | Moving
    | Shifting
    | Ending
    | Released,
    Field(discriminator="at"),
]


def offered(frozen: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 2, which had slots in place of offers."""
    if frozen.get("at") != "choosing":
        return dict(frozen)
    rest = {key: value for key, value in frozen.items() if key != "slots"}
    return {**rest, "offers": [{"slot": slot} for slot in frozen.get("slots", ())]}
