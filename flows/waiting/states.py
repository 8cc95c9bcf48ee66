"""Where waiting for a time stands. Their place on the list stands in what is known of the person, not here."""

from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.care import REGULATED, Slot, Wishes
from flows.core.forms import Form


class Asking(Form):
    """The form, and what they wish for."""

    at: Literal["asking"] = "asking"
    provider: str = Field(default="", max_length=40)
    wishes: Wishes = Wishes()

    def faults(self) -> frozenset[str]:
        """Return the keys of the fields that do not do; where they will be must be known, where a licence counts."""
        placed = self.wishes.place or self.wishes.profession not in REGULATED
        return super().faults() | (frozenset() if placed else {"place"})


class Standing(Value):
    """They are on the list, or about to be: an offer, if there is one, stands in their place. `note` is what came of
    the last one. `form`: what was entered, while the provider has not answered."""

    at: Literal["standing"] = "standing"
    note: Literal["", "passed", "down", "refused", "unlicensed", "used"] = ""
    form: Asking | None = None


class Taking(Value):
    """The provider is booking what it offered."""

    at: Literal["taking"] = "taking"
    slot: Slot


class Leaving(Value):
    """Really leave the list?"""

    at: Literal["leaving"] = "leaving"


class Away(Value):
    """They are on no list. `why`: they left it; or the provider did not take them."""

    at: Literal["away"] = "away"
    why: Literal["left", "nowhere", "down", "refused", "unsure"] = "nowhere"


State = Annotated[Asking | Standing | Taking | Leaving | Away, Field(discriminator="at")]
