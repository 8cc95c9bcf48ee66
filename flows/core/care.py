"""The nouns of care: a slot that is free, an appointment that is booked, a check-in plan."""

from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, field_validator, model_validator

from flows.core.base import Value

Modality = Literal["video", "phone", "chat", "in_person"]
Profession = Literal["therapy", "gp", "psychiatry", "coaching", "group", "line"]
"""What somebody may be booked for: teletherapy, and what stands beside it in stepped care."""
REGULATED: Final[frozenset[Profession]] = frozenset({"therapy", "gp", "psychiatry"})
"""Professions that need a licence for the place where their client is at the time."""
Gender = Literal["", "female", "male", "other"]
Hours = Literal["early", "day", "evening", "weekend"]
"""When a talk begins on the person's wall: before 9, until 17, from then on; or on Saturday or Sunday."""
Topic = Literal[
    "stress",
    "worry",
    "low_mood",
    "sleep",
    "work",
    "relationships",
    "grief",
    "trauma",
    "substances",
    "parenting",
]
"""What can be asked for by topic: a directory may know more of them, which nobody is asked about."""
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)
Reminding = Literal["none", "both", "day", "hour"]
"""When somebody wants to be reminded of an appointment: a day before, an hour before, both, or not at all."""
Key = Annotated[str, Field(max_length=80, pattern=r"^[!-~]*$")]
Place = Annotated[str, Field(max_length=6, pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")]
"""A country or a part of one, as ISO 3166 writes it: "GB", "US-CA". Empty: not said."""
Page = Annotated[str, Field(max_length=200, pattern=r"^(https://[!#-;=?-\[\]-{}~]+)?$")]
"""A web address, without a quote, an angle, a bar or a backslash in it; or none."""
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
    provider: str = Field(default="", max_length=40)  # its key in providers.yaml; empty: the built-in clinic
    practitioner: Key = ""  # the provider's own reference of whose slot it is, as in Practitioner.key
    link: Page = ""  # where it is booked, on a page of theirs; empty: it is booked here


class Practitioner(Value):
    """Somebody who can be booked, as far as one may know them before choosing: from the provider's own directory.

    `provider` and `key` are as in their slots. Languages have two letters; `topics` may hold others than Topic. `price`
    is shown as it is given and decides on nothing but whether it is there: empty means that it costs nothing.
    """

    provider: str = Field(default="", max_length=40)
    key: Key
    name: str = Field(max_length=80)
    profession: Profession = "therapy"
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    modalities: tuple[Modality, ...] = ()
    gender: Gender = ""
    licensed: tuple[Place, ...] = ()
    price: str = Field(default="", max_length=40)

    def may_see(self, place: str) -> bool:
        """Tell whether they may see somebody who is at `place`: a licence for a country holds in all of its parts, one
        for a part of it only there. Where nobody said where they will be, nobody is known to have the licence."""
        return self.profession not in REGULATED or bool({place, place[:2]} & set(self.licensed) - {""})


class Wishes(Value):
    """What somebody looks for. Each of these that is given is kept to: it is never let go of without asking.

    `without` are practitioners (their keys) who were not a fit; `only` is the one wanted, if it must be them."""

    profession: Profession = "therapy"
    place: Place = ""  # where they will be at the time
    language: str = Field(default="", max_length=8)
    topic: Topic | Literal[""] = ""
    modality: Modality | Literal[""] = ""
    gender: Gender = ""
    hours: Hours | Literal[""] = ""
    free_only: bool = False
    without: tuple[Key, ...] = Field(default=(), max_length=9)
    only: Key = ""


Wish = Literal["language", "topic", "modality", "gender", "hours", "free_only"]
"""A preference of somebody's own, by the name of its field: offers are explained by it, and it may be let go of."""
WISHES: Final[tuple[Wish, ...]] = get_args(Wish)


class Offer(Value):
    """A slot that fits, why it does, and what it costs. `reasons` are preferences that the person stated."""

    slot: Slot
    reasons: tuple[Wish, ...] = ()
    price: str = Field(default="", max_length=40)


class Facets(Value):
    """What can be asked for at all, as the directories have it: nothing is offered that nobody has."""

    languages: tuple[str, ...] = Field(default=(), max_length=16)
    topics: tuple[Topic, ...] = ()
    modalities: tuple[Modality, ...] = ()
    genders: tuple[Gender, ...] = ()
    places: tuple[Place, ...] = Field(default=(), max_length=16)
    priced: bool = False


class Appointment(Value):
    """A booking that the provider confirmed by reading it back.

    `key` is our idempotency key (random, opaque, safe in a button); `reference` the provider's resource. `place` is
    where the person said that they will be, `remind` when they want to be reminded, `filed` that they took a calendar
    file of it, `reach` that the provider may be told if the chat no longer reaches them, `origin` the key that it was
    first booked under, if that is another: no provider learns of any of these.
    """

    key: str = Field(max_length=40)
    reference: str = Field(max_length=80, pattern=r"^[!-~]*$")
    slot: Slot
    link: str = Field(default="", max_length=200, pattern=r"^[!-~]*$")
    place: Place = ""
    remind: Reminding = "none"
    shares: bool = False  # whether the provider takes a message about it
    filed: bool = False
    reach: bool = False
    origin: str = Field(default="", max_length=40)


class Waiting(Value):
    """A place on a provider's waiting list; and the slot that is offered, if one is: kept for the person until then.
    Where it ran out, `until` says when it did.

    `key` is our idempotency key (random, opaque); `reference` the provider's resource, empty until the provider says
    that they are on its list. `wishes` and `remind` are our own matter: no provider learns of them. `passed` is until
    when the offer was kept that they let pass last.
    """

    key: str = Field(max_length=40)
    provider: str = Field(default="", max_length=40)
    reference: Key = ""
    since: AwareDatetime
    wishes: Wishes = Wishes()
    remind: Reminding = "none"
    offer: Slot | None = None
    until: AwareDatetime | None = None
    passed: AwareDatetime | None = None

    @field_validator("wishes")
    @classmethod
    def _fewer(cls, wishes: Wishes) -> Wishes:
        """Keep the latest of those who were not a fit: a record has room for so many."""
        return wishes.model_copy(update={"without": wishes.without[-6:], "only": ""})

    def offered(self, now: datetime) -> Slot | None:
        """Return the slot that is kept for the person now, if there is one."""
        return self.offer if self.offer and self.until and now < self.until else None


class Trouble(Value):
    """Something that did not come out well while the person was elsewhere: asked of the provider, or done by it.

    "withdrawn": the provider cancelled; "missed": the person did not come; "unlisted": they are on no waiting list, or
    not any more; "unshared": what they chose to share did not arrive."""

    key: str = Field(max_length=40)
    what: Literal["unsure", "failed", "cancel", "move", "withdrawn", "missed", "unlisted", "unshared"]
    start: AwareDatetime


class Intent(Value):
    """What somebody was looking for when no provider answered: kept because they want it kept, and to be told once when
    booking works again. It is theirs to take up `until` then."""

    wishes: Wishes = Wishes()
    until: AwareDatetime


class CallRequest(Value):
    """What the staffed contact gets when somebody asks to be called back: these items, those left empty not at all.

    `reach` is what the person typed, a phone number or an e-mail address; `urgency` is empty if they left it out.
    """

    name: str = Field(default="", max_length=40)
    reach: str = Field(default="", max_length=60)
    urgency: Literal["", "urgent", "routine"] = ""

    def items(self) -> dict[str, str]:
        """Return exactly what is sent, by name: the preview shows these items, and the payload is these items."""
        return {name: value for name, value in self.model_dump().items() if value}


Status = Literal["sending", "late", "sent", "taken", "missed", "lost", "refused"]


class Ticket(Value):
    """A request to be called back. `key` is random and opaque, so it is handed over once whatever happens on the way.

    `request` is held until the contact has it. "late": their desk does not answer, and is tried again; "sent": they
    have it; "taken": somebody there took it up in time; "missed": nobody did by `promised`; "lost": they never got it;
    "refused": they would not have it.
    """

    key: str = Field(max_length=40)
    promised: AwareDatetime
    status: Status = "sending"
    request: CallRequest | None = None

    @property
    def open(self) -> bool:
        """Tell whether somebody may still be in touch because of it."""
        return self.status in {"sending", "late", "sent", "taken"}


class Mood(Value):
    """How somebody said that things were, on a day. Kept only if they want that."""

    day: date
    mood: Literal["fine", "so_so", "rough"]


class Reminder(Value):
    """What a manager asked for: which approved text goes, or went, to which team, and when. Never a person."""

    team: str
    template: str
    when: AwareDatetime


class SafetyPlan(Value):
    """What somebody wrote down for hard hours, in six parts, any of which may be empty. Nobody else reads it."""

    signs: str = ""
    helps: str = ""
    reasons: str = ""
    people: str = ""
    places: str = ""
    professionals: str = ""


class Plan(Value):
    """The check-ins that somebody opted in to: a local wall-clock time on one weekday or two, in a named IANA zone.

    Nothing goes out from `quiet_from` up to `quiet_until`, and on public holidays, those of `part` if it is set, only
    if `on_holidays`."""

    days: tuple[Weekday, ...] = Field(min_length=1, max_length=2)
    at: time
    zone: str = Field(max_length=64)
    quiet_from: time = time(20)
    quiet_until: time = time(8)
    on_holidays: bool = False
    part: str = Field(default="", max_length=8)  # of the country, whose holidays count: ISO 3166-2; empty: not said
    paused_until: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_day(cls, data: Any) -> Any:
        """Read a plan from when there was one day only, and neither quiet hours nor holidays."""
        if isinstance(data, dict) and "day" in data:
            rest = {key: value for key, value in data.items() if key != "day"}
            return {**rest, "days": (data["day"],)}
        return data

    def rests(self, now: datetime) -> bool:
        """Tell whether it is paused today, as the day is in its zone. `now` is aware."""
        return self.paused_until is not None and self.paused_until > now.astimezone(ZoneInfo(self.zone)).date()
