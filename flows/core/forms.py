"""What forms have in common that ask how to reach somebody: what does as an answer, and where they will be."""

import re
from typing import Annotated, Final, Literal

from pydantic import Field as Limited

from flows.core.base import Value
from flows.core.care import Reminding
from flows.core.flow import Moment
from flows.core.screen import Field, Option
from flows.core.words import Blanks, Label, Line, Words

REACH: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s()/.-]{6,30}")
"""An e-mail address, or a phone number."""
ELSEWHERE: Final = "elsewhere"
"""The option that stands for a place that is not listed."""


def plain(text: str) -> str:
    """Return a typed line without what cannot be seen: it would only take up room in what is sealed."""
    return "".join(char for char in text if char.isprintable()).strip()


def place(chosen: str, label: str, elsewhere: str, at: Moment) -> Field:
    """Ask where somebody will be at the time. May be left out."""
    options = tuple(Option(key=key, label=name) for key, name in at.catalog.places.items())
    value = chosen if chosen in at.catalog.places else ""
    options = (*options, Option(key=ELSEWHERE, label=elsewhere))
    return Field(key="place", label=label, options=options, value=value, optional=True)


class FormWords(Words):
    """The words of a form for an appointment."""

    name: Line
    name_hint: Line
    name_wrong: Line
    contact: Line
    contact_hint: Line
    contact_wrong: Line
    voucher: Line
    voucher_hint: Line
    voucher_wrong: Line
    voucher_spent: Annotated[Line, Blanks("phone")]
    place: Line
    elsewhere: Label
    remind: Line
    remind_hint: Line
    remind_both: Label
    remind_day: Label
    remind_hour: Label
    remind_none: Label
    consent: Line
    consent_yes: Label
    consent_wrong: Line


class Form(Value):
    """What somebody entered who wants an appointment. It stays if something is `wrong` with it. `asks`: the provider
    wants a voucher; `spent`: it did not know this one, or it has been used."""

    name: str = Limited(default="", max_length=80)
    contact: str = Limited(default="", max_length=120)
    asks: bool = False
    voucher: str = Limited(default="", max_length=40)
    spent: bool = False
    remind: Reminding | Literal[""] = ""
    consent: bool = False
    wrong: bool = False

    def faults(self) -> frozenset[str]:
        """Return the keys of the fields that do not do: a name, a way to be reached and a yes are needed."""
        fine = {
            "name": self.name,
            "contact": REACH.fullmatch(self.contact),
            "consent": self.consent,
            "voucher": self.voucher or not self.asks,
        }
        return frozenset(key for key, good in fine.items() if not good)


def appointment(form: Form, where: str, words: FormWords, at: Moment) -> tuple[Field, ...]:
    """Ask what a provider needs to know of somebody, with what was entered and what is wrong with it. `where` they
    will be, as far as they said. `words` has a NAME_wrong for each fault."""
    errors = {key: str(getattr(words, f"{key}_wrong")) for key in (form.faults() if form.wrong else ())}
    if form.spent:
        errors["voucher"] = words.voucher_spent.fill(phone=at.catalog.phone)

    def text(key: str, most: int) -> Field:
        label, hint = getattr(words, key), getattr(words, f"{key}_hint")
        value, error = getattr(form, key), errors.get(key, "")
        return Field(key=key, label=label, hint=hint, max_length=most, value=value, error=error)

    asked = place(where, words.place, words.elsewhere, at).model_copy(update={"error": errors.get("place", "")})
    reminders = ("both", "day", "hour", "none")
    return (
        text("name", 80),
        text("contact", 120),
        *((text("voucher", 40),) if form.asks else ()),
        *((asked,) if at.catalog.places else ()),
        Field(
            key="remind",
            label=words.remind,
            hint=words.remind_hint,
            options=tuple(Option(key=each, label=getattr(words, f"remind_{each}")) for each in reminders),
            value=form.remind,
            optional=True,
        ),
        Field(
            key="consent",
            label=words.consent,
            options=(Option(key="yes", label=words.consent_yes),),
            value="yes" if form.consent else "",
            error=errors.get("consent", ""),
        ),
    )
