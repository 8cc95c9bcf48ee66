"""What providers.yaml may hold: the built-in clinic's people and hours, and the providers elsewhere."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from holidays import list_supported_countries
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from content.values import (
    WEEKDAYS,
    Day,
    Hours,
    Key,
    Language,
    Name,
    Part,
    Url,
    Weekday,
    Zone,
    distinct,
    empty_is_none,
    refuse,
)
from flows.core.care import Modality, Profession

NO_HOLIDAYS: Final = "none"
"""Who sees people on public holidays, too."""
_OWN_KEY: Final = "give each entry a key of its own"
_SECRETS: Final = frozenset({"token", "secret", "password", "api_key", "apikey", "private_key", "client_secret"})


def _place(value: str) -> str:
    """Return a country, or a part of one."""
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", value):
        raise refuse("this is not a place", "use two letters for a country, as GB, or with its part, as US-CA")
    return value


def _holidays(value: str) -> str:
    """Return a place whose public holidays are known, or "none"."""
    if value in ("", NO_HOLIDAYS):
        return value
    country, _, part = value.partition("-")
    known = list_supported_countries()
    if country not in known or (part and part not in known[country]):
        parts = ", ".join(f"{country}-{one}" for one in known.get(country, []))
        remedy = f"use one of {parts}, or {country} alone" if parts else "use two letters for a country, as GB"
        raise refuse(f"the public holidays of {value} are not known", remedy + "; none: works on all of them")
    return value


def _reference(value: Any) -> Any:
    """Return the provider's own number or reference as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _address(value: str) -> str:
    """Refuse an address that carries a secret, or where others could read on the way."""
    if not re.fullmatch(r"https://\S+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/\S*)?", value):
        raise refuse("this is not a safe web address", "copy the whole of it, with https://")
    parts = urlsplit(value)
    if parts.username or parts.password or parts.query or parts.fragment:
        remedy = "leave out everything from ? or before @; secrets go into the settings of whoever runs the service"
        raise refuse("this address carries more than an address", remedy)
    return value.rstrip("/")


Place = Annotated[str, AfterValidator(_place)]
Settled = Literal["licence", "contract", "data", "emergency", "accessibility", "languages"]
QUESTIONS: Final[Mapping[Settled, str]] = {
    "licence": "Who is licensed where, for whom, and who tells us when that changes?",
    "contract": "Is there a contract, with the price, what is paid for, and how it ends?",
    "data": "Is there an agreement on data processing: what is kept, where, how long, who sees it, how it is deleted?",
    "emergency": "What do they do when somebody is in danger during a talk, and whom do we call when we hear of it?",
    "accessibility": "Can people with a disability book and take part: captions, text, step-free rooms?",
    "languages": "In which languages are the talks, and in which are their own e-mails to people?",
}
"""What an organisation settles with a provider before going live."""
Some = AfterValidator(distinct("", "keep it once"))


class Profile(Part):
    """What people may know of somebody before they choose: only what was settled with them. `licensed` are the places
    where they may see somebody; `price` is shown as it is written, empty where nobody pays."""

    profession: Profession = "therapy"
    languages: Annotated[tuple[Language, ...], Some] = Field(default=(), max_length=12)
    topics: Annotated[tuple[Key, ...], Some] = Field(default=(), max_length=12)
    gender: Literal["", "female", "male", "other"] = ""
    licensed: Annotated[tuple[Place, ...], Some] = Field(default=(), max_length=12)
    price: Annotated[str, Field(max_length=40)] = ""


class Practitioner(Profile):
    """Somebody whom the built-in clinic books: appointments of `minutes` within weekly hours, local to `zone`. Day 0 is
    Monday.

    `room` is the link to their video room, if they have one. On a day of `exceptions` its hours take the place of the
    week's. `holidays`: the place whose public holidays they keep; empty: the country of their zone; or "none".
    """

    key: Key
    name: Name
    modality: Modality
    room: Annotated[Url | None, BeforeValidator(empty_is_none)] = None
    zone: Zone
    minutes: int = Field(ge=10, le=240)
    weekly: dict[Weekday, Hours] = Field(min_length=1)
    exceptions: dict[Day, Hours] = Field(default={}, max_length=100)
    holidays: Annotated[str, AfterValidator(_holidays)] = ""

    @model_validator(mode="after")
    def _bookable(self) -> Self:
        if self.room and self.modality != "video":
            raise refuse("only somebody seen by video has a room", "leave the room out, or set the modality", "room")
        named = [("weekly", WEEKDAYS[day], spans) for day, spans in self.weekly.items()]
        named += [("exceptions", day.isoformat(), spans) for day, spans in self.exceptions.items()]
        for where, day, spans in named:
            for at, span in enumerate(spans):
                if span.minutes < self.minutes:
                    message = f"these {span.minutes} minutes are shorter than one appointment"
                    remedy = f"make them {self.minutes} minutes or more, or leave them out"
                    raise refuse(message, remedy, where, day, at)
        return self


class Listed(Profile):
    """Somebody at a provider elsewhere, as far as its own directory does not say it. `key` is the provider's own: for
    FHIR a reference as Practitioner/12, for Cal.com the number of the event type, for SMART Scheduling Links whose the
    schedule is, as PractitionerRole/12 or Location/12."""

    key: Annotated[str, BeforeValidator(_reference), Field(min_length=1, max_length=80, pattern=r"^[!-~]+$")]
    name: Name
    modalities: Annotated[tuple[Modality, ...], Some] = ()


class ProviderEntry(Part):
    """A provider elsewhere: where its system answers, and what it speaks. Its token or key is not here: whoever runs
    the service sets HAVEN_PROVIDERS__<KEY>__TOKEN, or __CLIENT_ID and __KEY_FILE.

    `patient`: whether the person's name goes into the appointment (contained) or into a record of its own (created).
    `settled`: what was agreed with them before going live; `haven provider check` asks for it. `vouchers`: required,
    where they book with a voucher only: then everybody is asked for theirs.
    A provider of kind links is booked with on its own page only.
    """

    key: Key
    name: Name
    kind: Literal["fhir", "calcom", "links"]
    url: Annotated[str, AfterValidator(_address)]
    patient: Literal["contained", "created"] = "contained"
    settled: Annotated[tuple[Settled, ...], Some] = ()
    vouchers: Literal["", "required"] = ""
    people: Annotated[tuple[Listed, ...], AfterValidator(distinct("key", _OWN_KEY))] = ()

    @model_validator(mode="before")
    @classmethod
    def _no_secret(cls, data: Any) -> Any:
        for name in data if isinstance(data, dict) else ():
            if str(name).lower() in _SECRETS:
                remedy = "take it out, and have it changed, as it has been read here; it goes into the settings of "
                raise refuse("a secret does not belong in this file", remedy + "whoever runs the service", name)
        return data

    @model_validator(mode="after")
    def _event_types(self) -> Self:
        if self.vouchers and self.kind != "fhir":
            raise refuse("only a FHIR server takes vouchers", "leave vouchers out", "vouchers")
        if self.kind != "calcom":
            return self
        if not self.people:
            raise refuse("Cal.com does not say whom it books", "add people: one entry an event type", "kind")
        for at, one in enumerate(self.people):
            if not re.fullmatch(r"[1-9][0-9]{0,11}", one.key):
                remedy = "use the number of the event type, as it stands in its address at Cal.com"
                raise refuse("this is not an event type of Cal.com", remedy, "people", at, "key")
            if len(one.modalities) != 1:
                remedy = "say in which one this event type meets: video, phone, chat or in_person"
                raise refuse("an event type of Cal.com meets in one way", remedy, "people", at, "modalities")
        return self


class Providers(Part):
    """providers.yaml: the people whom the built-in clinic books, and the providers elsewhere; one of them at least.
    `vouchers`: required, where the clinic books with a voucher only."""

    clinic: Name = ""
    vouchers: Literal["", "required"] = ""
    practitioners: Annotated[tuple[Practitioner, ...], AfterValidator(distinct("key", _OWN_KEY))] = ()
    providers: Annotated[tuple[ProviderEntry, ...], AfterValidator(distinct("key", _OWN_KEY))] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.practitioners or self.providers):
            remedy = "add practitioners of the built-in clinic, or providers elsewhere"
            raise refuse("nobody can be booked", remedy)
        if bool(self.practitioners) != bool(self.clinic):
            remedy = "name it under clinic, and its people under practitioners; or leave both out"
            raise refuse("the built-in clinic has a name and people", remedy)
        return self
