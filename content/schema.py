"""What HR's files may hold: one closed model a file. Files with rules of their own have a room of their own."""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from content.problems import suggest
from content.values import (
    ConsoleUser,
    Country,
    Key,
    Label,
    Language,
    Message,
    Name,
    NudgeKey,
    Part,
    Phone,
    Sentence,
    SlackChannel,
    SlackUser,
    TeamsChannel,
    TeamsUser,
    TimeOfDay,
    Weekday,
    Zone,
    distinct,
    empty_is_none,
    refuse,
    subdivisions,
)
from flows.core.catalog import (
    Benefit,
    Cancelling,
    Season,
    Service,
    ServiceKind,
    Template,
    Theme,
    Tier,
)

_ONE_LINE: Final = "keep one of them"
_OWN_KEY: Final = "give each entry a key of its own"


class Custodian(Part):
    """Who runs this service: the employer, or somebody else (a custodian)."""

    name: Name
    tier: Tier


class Reminders(Part):
    """When reminders that managers ask for go out, in the organisation's zone."""

    days: Annotated[tuple[Weekday, ...], AfterValidator(distinct("", _ONE_LINE))] = Field(min_length=1)
    at: TimeOfDay


class Then(Part):
    """What happens when the talks that are paid for end, in a language."""

    then: Message


class BenefitEntry(Part):
    """What the organisation pays for: so many talks a year, what one costs after that, what then. What is left out is
    unknown, and people read that it is."""

    sessions: int | None = Field(default=None, ge=0, le=365)
    price_after: Annotated[str, Field(max_length=40)] = ""
    then: Message | Literal[""] = ""
    translations: dict[Language, Then] = Field(default_factory=dict)

    def said(self, locale: str) -> Benefit:
        """Return it in a language; what then, as it was written if it has no translation into that one."""
        then = self.translations[locale[:2]].then if locale[:2] in self.translations else self.then
        return Benefit(sessions=self.sessions, price_after=self.price_after, then=then)


class CancellingText(Part):
    """What cancelling late means, in a language."""

    text: Message


class CancellingEntry(CancellingText):
    """What cancelling or moving an appointment means, `hours` before it or later."""

    hours: int = Field(ge=1, le=168)
    translations: dict[Language, CancellingText] = Field(default_factory=dict)

    def said(self, locale: str) -> Cancelling:
        """Return it in a language; as it was written if it has no translation into that one."""
        return Cancelling(hours=self.hours, text=self.translations.get(locale[:2], self).text)


class Organisation(Part):
    """organisation.yaml: who we are, who runs this service, where we sit."""

    name: Name
    custodian: Custodian
    region: Annotated[Country | None, BeforeValidator(empty_is_none)]
    subdivision: Annotated[str | None, BeforeValidator(empty_is_none)] = None
    zone: Zone
    phone: Phone
    reminders: Reminders
    benefit: BenefitEntry = BenefitEntry()
    cancelling: CancellingEntry | None = None

    @model_validator(mode="after")
    def _in_the_country(self) -> Self:
        if self.subdivision is not None:
            known = subdivisions(self.region)
            if self.subdivision not in known:
                raise refuse(
                    f"{self.region} has no such part", suggest(self.subdivision, known, "parts"), "subdivision"
                )
        return self

    @property
    def part(self) -> str:
        """Return the part of the country where the organisation sits, as ISO 3166-2; empty if that is not said."""
        return f"{self.region}-{self.subdivision}" if self.subdivision else ""


class Members(Part):
    """People, by the platform where they are reached."""

    slack: Annotated[tuple[SlackUser, ...], AfterValidator(distinct("", _ONE_LINE))] = ()
    teams: Annotated[tuple[TeamsUser, ...], AfterValidator(distinct("", _ONE_LINE))] = ()
    console: Annotated[tuple[ConsoleUser, ...], AfterValidator(distinct("", _ONE_LINE))] = ()


class Channel(Part):
    """The team's own channel on each platform: a reminder goes there as one post."""

    slack: SlackChannel | None = None
    teams: TeamsChannel | None = None
    console: Name | None = None

    @property
    def any(self) -> bool:
        """Tell whether there is one at all."""
        return bool(self.slack or self.teams or self.console)


class TeamEntry(Part):
    """A team: who may remind it, who is in it, where it talks."""

    key: Key
    name: Name
    managers: Members
    members: Members
    channel: Channel
    external: bool = False
    zone: Zone | None = None
    languages: Annotated[tuple[Language, ...], AfterValidator(distinct("", _ONE_LINE))] = Field(
        default=(), max_length=5
    )

    @property
    def size(self) -> int:
        """Return the number of members on the platform with fewest, so that no platform's part is small."""
        return min(
            (len(each) for each in (self.members.slack, self.members.teams, self.members.console) if each), default=0
        )


class Teams(Part):
    """teams.yaml: the teams that can be reminded."""

    teams: Annotated[tuple[TeamEntry, ...], AfterValidator(distinct("key", _OWN_KEY))]


class NudgeEntry(Part):
    """A check-in line, what it is about, and the season if it fits one only."""

    key: NudgeKey
    theme: Theme
    season: Season | Literal[""] = ""
    text: Message


class Nudges(Part):
    """nudges.yaml: what check-ins say, in turn, in one language."""

    nudges: Annotated[tuple[NudgeEntry, ...], AfterValidator(distinct("key", _OWN_KEY))] = Field(min_length=1)


class TemplateEntry(Part):
    """A text that a manager may send to a whole team, or HR in a campaign: in `language`, and in `translations`."""

    key: Key
    name: Label
    text: Message
    language: Language = "en"
    translations: dict[Language, Message] = Field(default_factory=dict)

    def template(self) -> Template:
        """Return it as flows and campaigns read it."""
        return Template(**self.model_dump())


class Templates(Part):
    """templates.yaml: the texts that managers choose from, and campaigns say."""

    templates: Annotated[tuple[TemplateEntry, ...], AfterValidator(distinct("key", _OWN_KEY))] = Field(min_length=1)


class ServiceText(Part):
    """What a way to get help is called, what it is, in a sentence, and how to reach it."""

    name: Name
    text: Message
    reach: Sentence


class ServiceEntry(ServiceText):
    """A way to get help besides teletherapy, of a kind; `translations` by language, as far as there are any."""

    kind: ServiceKind = "other"
    translations: dict[Language, ServiceText] = Field(default_factory=dict)

    def said(self, locale: str) -> Service:
        """Return it in a language; as it was written if it has no translation into that one."""
        text = self.translations.get(locale[:2], self)
        return Service(name=text.name, text=text.text, reach=text.reach, kind=self.kind)


class Services(Part):
    """services.yaml: the other ways to get help."""

    services: Annotated[tuple[ServiceEntry, ...], AfterValidator(distinct("name", _ONE_LINE))]


Phrases = Annotated[tuple[Label, ...], AfterValidator(distinct("", _ONE_LINE))]


class Commands(Part):
    """commands.yaml: what people may type, from anywhere: their rights first, then the shortcuts."""

    help: Phrases = Field(min_length=1)
    stop: Phrases = Field(min_length=1)
    pause: Phrases = Field(min_length=1)
    human: Phrases = Field(min_length=1)
    my_data: Phrases = Field(min_length=1)
    forget: Phrases = Field(min_length=1)
    my_plan: Phrases = Field(min_length=1)
    home: Phrases = Field(min_length=1)
    not_now: Phrases = Field(min_length=1)
    check: Phrases = Field(min_length=1)
    exercise: Phrases = Field(min_length=1)
    options: Phrases = Field(min_length=1)
    book: Phrases = Field(min_length=1)
    checkins: Phrases = Field(min_length=1)
    remind: Phrases = Field(min_length=1)
    language: Phrases = Field(min_length=1)
    country: Phrases = Field(min_length=1)
    callback: Phrases = Field(min_length=1)

    @model_validator(mode="after")
    def _tell_apart(self) -> Self:
        taken: dict[str, str] = {}
        for name, phrases in self:
            for at, phrase in enumerate(phrases):
                if taken.setdefault(phrase.casefold(), name) != name:
                    message = f"{phrase} already means {taken[phrase.casefold()]}"
                    raise refuse(message, "keep it in one place", name, at)
        return self
