"""Where waiting for a time stands. Their place on the list stands in what is known of the person, not here."""

from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.care import REGULATED, Place, Reminding, Slot, Wishes
from flows.core.forms import REACH


class Asking(Value):
    """The form. What was entered stays in it if something is wrong with it. `asks`: the provider wants a voucher;
    `spent`: it knew the voucher not, or it has been used."""

    at: Literal["asking"] = "asking"
    provider: str = Field(default="", max_length=40)
    wishes: Wishes = Wishes()
    asks: bool = False
    name: str = Field(default="", max_length=80)
    contact: str = Field(default="", max_length=120)
    remind: Reminding | Literal[""] = ""
    voucher: str = Field(default="", max_length=40)
    consent: bool = False
    wrong: bool = False
    spent: bool = False

    @property
    def place(self) -> Place:
        """Return where they will be, as far as they said."""
        return self.wishes.place

    def faults(self) -> frozenset[str]:
        """Return the keys of the fields that do not do."""
        fine = {
            "name": self.name,
            "contact": REACH.fullmatch(self.contact),
            "consent": self.consent,
            "place": self.place or self.wishes.profession not in REGULATED,
            "voucher": self.voucher or not self.asks,
        }
        return frozenset(key for key, good in fine.items() if not good)


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
