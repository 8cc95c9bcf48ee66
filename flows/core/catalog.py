"""What flows may read of the content: typed here, filled from files by `content/`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from flows.core.base import Value
from flows.core.care import Profession, Weekday
from flows.core.contact import StaffedContact
from flows.core.exercise import Exercise
from flows.core.locale import Locale

Tier = Literal["employer", "custodian"]
Theme = Literal[
    "sleep", "breaks", "asking", "therapy", "booking", "confidential", "kindness", "company", "moving", "seasons"
]
Season = Literal["spring", "summer", "autumn", "winter"]
Surface = Literal["in_app", "offered", "room"]
"""Where private screens are: in windows of the chat's app; there, and on a page of ours for who likes; there only."""


class Item(Value):
    """One question of an instrument, verbatim."""

    key: str
    text: str


class Difficulty(Value):
    """The question that follows the PHQ-9's nine, verbatim: how hard all of it makes life. It is not scored."""

    text: str
    options: tuple[str, ...]


class Instrument(Value):
    """A validated questionnaire in the person's language, verbatim. Its scoring is `flows.screening.scoring`."""

    key: str
    title: str
    stem: str
    items: tuple[Item, ...]
    options: tuple[str, ...]  # option n scores n points
    difficulty: Difficulty | None = None


class Screening(Value):
    """What whoever runs the service chose for the private check: a setting, not content.

    `signposting`: no score, band or other label of how bad it is reaches anybody, or a disk. `clinical_partner`: the
    person may see the numbers. `phq9`: the PHQ-9 stands in for the PHQ-8, where a staffed contact answers.
    `who5`: the WHO-5 comes first, where it is there in the person's language.
    """

    mode: Literal["signposting", "clinical_partner"] = "signposting"
    phq9: bool = False
    who5: bool = False


class Helpline(Value):
    """A crisis line. `dial` is exactly what to dial or text; hours and languages are as the line states."""

    name: str
    how: str
    dial: str
    hours: str
    url: str = ""


INTERNATIONAL: Final = "XX"
"""The region of whoever's country is unknown or has no line here."""

SpecialKind = Literal["abuse", "eating", "other"]
"""What a country may have lines of its own for: violence at home, eating, worry about somebody else."""


class Region(Value):
    """Crisis help of one country: its emergency number and lines, best first."""

    emergency: str
    lines: tuple[Helpline, ...]
    special: Mapping[SpecialKind, tuple[Helpline, ...]] = Field(default_factory=dict)

    def lines_for(self, kind: str) -> tuple[Helpline, ...]:
        """Return the lines for what it is about: special ones first, then those for everything."""
        return (*next((lines for name, lines in self.special.items() if name == kind), ()), *self.lines)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return every number that can be dialled."""
        lines = (*self.lines, *(line for lines in self.special.values() for line in lines))
        return (self.emergency, *(line.dial for line in lines if line.how.startswith("call")))


class Team(Value):
    """A team as the organisation files know it; `size` counts its members."""

    key: str
    name: str
    size: int
    external: bool = False  # people from outside are in its channel, so nothing is posted there
    zone: str = ""  # where it works, if elsewhere than the organisation
    languages: tuple[str, ...] = ()  # that it reads, as HR's files say; none: a reminder goes out as it was written
    closed: tuple[date, ...] = ()  # public holidays there in the coming weeks: filled for a manager's reminders only


class Template(Value):
    """An approved text, for a manager's reminder or HR's campaign: in `language`, and in `translations`."""

    key: str
    name: str = ""
    text: str
    language: str = "en"
    translations: Mapping[str, str] = Field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that it is there in."""
        return (self.language, *self.translations)

    def said(self, language: str) -> str:
        """Return it in a language; as it was written if it has no translation into that one."""
        return self.translations.get(language, self.text)

    def read_in(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Return the languages that it goes out in for a team that reads these, in that order; the one it was written
        in stands for each that it is not there in, and for none."""
        found = dict.fromkeys(each if each in self.languages else self.language for each in languages)
        return tuple(found) or (self.language,)


class Feature(Value):
    """What a campaign says in place of somebody's next check-in, from each of its days on."""

    key: str
    text: str
    days: tuple[date, ...]  # in order


class NudgeLine(Value):
    """What a check-in may say; `season` if it fits one only."""

    key: str
    theme: Theme
    season: Season | Literal[""] = ""
    text: str


ServiceKind = Literal["line", "doctor", "coaching", "group", "other"]
"""What sort of help a service is: it decides on its place in a list, never on whether it is there."""


class Service(Value):
    """A way to get help besides teletherapy: what it is, in a sentence, and how to reach it."""

    name: str
    text: str
    reach: str
    kind: ServiceKind = "other"


class Benefit(Value):
    """What the organisation pays for: talks a year, what one costs after that, what then. None or empty: unknown."""

    sessions: int | None = None
    price_after: str = ""
    then: str = ""


class Cancelling(Value):
    """What cancelling or moving so many hours before, or later, means."""

    hours: int
    text: str


class Catalog(Value):
    """Everything of the content that a flow may read, for one locale."""

    organisation: str
    custodian: str  # who runs this service, by name
    surface: Surface = "in_app"
    tier: Tier  # "employer": the employer runs the server; "custodian": somebody else does
    region: str | None  # ISO 3166 alpha-2, where the organisation sits, used if the person's is unknown
    zone: str  # the organisation's IANA zone, for reminders to teams
    reminder_days: tuple[Weekday, ...]
    reminder_time: time
    instruments: Mapping[str, Instrument]  # "phq9", "gad7" and, if it is on, "who5", as far as this language has them
    screening: Screening = Screening()
    regions: Mapping[str, Region]  # by ISO 3166 alpha-2; "XX" is the international finder
    teams: Mapping[str, Team]
    templates: tuple[Template, ...]
    alike: Mapping[str, str] = Field(default_factory=dict)  # that all get the same, in each language of the templates
    nudges: tuple[NudgeLine, ...] = Field(min_length=1)
    features: tuple[Feature, ...] = ()
    services: tuple[Service, ...]
    exercises: tuple[Exercise, ...] = Field(min_length=1)  # those for a crisis come first, and there is one
    phone: str  # the assistance line that answers when nobody is free online
    benefit: Benefit = Benefit()
    cancelling: Cancelling | None = None
    places: Mapping[str, str] = Field(default_factory=dict)  # where somebody may be at the time, and what it is called
    bookable: tuple[Profession, ...] = ("therapy",)
    vouchers: tuple[str, ...] = ()  # keys of the providers that book with a voucher only
    contact: StaffedContact | None = None  # who calls back; None if nobody does, or requests have nowhere to go
    locale: Locale  # how days and dates are written
    languages: Mapping[str, str]  # every locale there is, and what it calls itself

    def when(self, instant: datetime, zone: str) -> str:
        """Say an instant as somebody in `zone` reads it on their wall: "Tue 24 Nov, 09:00"."""
        local = instant.astimezone(ZoneInfo(zone))
        weekday, month = self.locale.weekdays[local.weekday()], self.locale.months[local.month - 1]
        time = self.clock(instant, zone)
        return self.locale.when.fill(weekday=weekday, day=str(local.day), month=month, time=time)

    def clock(self, instant: datetime, zone: str) -> str:
        """Say a time of the day as somebody in `zone` reads it on their wall: "09:00".

        A minute that their clock shows twice, as it is put back, is told from the other: "01:30 (UTC+1)"."""
        local = instant.astimezone(ZoneInfo(zone))
        said = f"{local:%H:%M}"
        if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
            return said
        offset = local.utcoffset() or timedelta()
        hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
        sign = "-" if offset < timedelta() else "+"
        return f"{said} (UTC{sign}{hours}{f':{minutes:02d}' if minutes else ''})"

    def date(self, day: date) -> str:
        """Say a day of the year: "24 Nov"."""
        return self.locale.date.fill(day=str(day.day), month=self.locale.months[day.month - 1])

    @property
    def calm(self) -> tuple[Exercise, ...]:
        """Return the exercises that are offered in a crisis, the first one foremost."""
        return tuple(each for each in self.exercises if each.calm)

    def exercise(self, key: str) -> Exercise | None:
        """Return an exercise by its key; None if there is none of that key (any more)."""
        return next((each for each in self.exercises if each.key == key), None)

    def dials(self, region: str | None, lines: Iterable[str]) -> tuple[str, ...]:
        """Return the numbers in some lines that somebody in this country can dial."""
        text = "\n".join(lines)
        return tuple(dict.fromkeys(each for each in (*self.help_for(region).numbers, self.phone) if each in text))

    def help_for(self, region: str | None) -> Region:
        """Crisis help for a country; the international finder if there is none, never another country's."""
        return self.regions.get(region or INTERNATIONAL) or self.regions[INTERNATIONAL]

    def place(self, code: str) -> str:
        """Return what a country is called; its two letters where it has no name here."""
        return self.places.get(code) or self.locale.places.get(code, code)
