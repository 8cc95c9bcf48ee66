"""The content once it is read and found good: frozen, and turned into what flows may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, get_args

from content.booking import Providers
from content.campaigns import Campaign
from content.problems import Problem
from content.schema import NudgeEntry, Organisation, ServiceEntry, TeamEntry
from content.source import Source
from flows.core.care import Profession
from flows.core.catalog import INTERNATIONAL, Catalog, Instrument, NudgeLine, Region, Screening, Surface, Team, Template
from flows.core.contact import StaffedContact
from flows.core.exercise import Exercise
from flows.core.locale import Locale
from flows.core.words import Line, Words
from flows.country import IN
from flows.safety import Lexicon, normalise
from flows.team import TeamWords

DEFAULT_LOCALE: Final = "en"


@dataclass(frozen=True)
class Loaded:
    """All of the content. Mappings by locale hold at least `en`; `instruments` only languages with one.

    `sources` are the files whose sentences HR writes, for the linter; `lexicons`, by language, are what the
    safety reader reads with; `surface`, `staffed` and `screening` are no file's, but settings of who runs the
    service: without `staffed` requests to be called back have nowhere to go, and there is no contact for anybody.
    """

    organisation: Organisation
    teams: tuple[TeamEntry, ...]
    providers: Providers
    words: Mapping[str, Mapping[str, Words]]
    commands: Mapping[str, Mapping[str, tuple[str, ...]]]
    locales: Mapping[str, Locale]
    instruments: Mapping[str, Mapping[str, Instrument]]
    regions: Mapping[str, Region]
    nudges: Mapping[str, tuple[NudgeEntry, ...]]
    templates: tuple[Template, ...]
    services: tuple[ServiceEntry, ...]
    exercises: Mapping[str, tuple[Exercise, ...]]
    lexicons: Mapping[str, Lexicon]
    sources: tuple[Source, ...]
    warnings: tuple[Problem, ...]
    campaigns: tuple[Campaign, ...] = ()
    contact: StaffedContact | None = None
    surface: Surface = "in_app"
    staffed: bool = False
    screening: Screening = field(default_factory=Screening)

    def locale(self, wanted: str) -> str:
        """Return the locale for somebody whose platform says `wanted` ("en-GB"); English if none fits."""
        tag = wanted.replace("_", "-").casefold()
        return self._names.get(tag) or self._names.get(tag[:2]) or DEFAULT_LOCALE

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {name.casefold(): name for name in self.words}

    @cached_property
    def managed(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Return the keys of the teams that each manager has, by platform and id: asked at every turn of everybody."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for team in self.teams:
            for platform, users in team.managers:
                for user in users:
                    found[platform, user] = (*found.get((platform, user), ()), team.key)
        return found

    def phrases(self, locale: str) -> Mapping[str, tuple[str, ...]]:
        """Return what may be typed for each command: in the person's language first, and in every other, because
        people in need write in their own. What their language says already means nothing else."""
        return self._phrases[self.locale(locale)]

    @cached_property
    def _phrases(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        return {locale: self._understood(locale) for locale in self.words}

    def typed(self, locale: str) -> Mapping[str, tuple[str, ...]]:
        """Return all that may be typed at any time: the commands' phrases, and by the key of its button what says that
        one is in a country."""
        return self._typed[self.locale(locale)]

    @cached_property
    def _typed(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        countries = {f"{IN}{code}": phrases for code, phrases in self.countries.items()}
        return {locale: {**phrases, **countries} for locale, phrases in self._phrases.items()}

    def _understood(self, locale: str) -> Mapping[str, tuple[str, ...]]:
        own = self.commands[locale]
        said = {phrase.casefold() for phrases in own.values() for phrase in phrases}
        others = [commands for name, commands in self.commands.items() if name != locale]
        return {
            name: (*phrases, *(each for other in others for each in other[name] if each.casefold() not in said))
            for name, phrases in own.items()
        }

    @cached_property
    def countries(self) -> Mapping[str, tuple[str, ...]]:
        """Return, by a country's two letters, what can be typed to say that one is there: its name, alone or as each
        language says it. Understood whatever somebody's language is."""
        said: dict[str, dict[str, None]] = {}
        for locale in self.locales.values():
            for code, place in locale.places.items():
                for name in (place, *locale.also.get(code, ())):
                    said.setdefault(code, {}).update(dict.fromkeys((name, *(f"{each} {name}" for each in locale.here))))
        return {code: tuple(phrases) for code, phrases in said.items()}

    def catalog(self, locale: str) -> Catalog:
        """Return what flows may read, for a locale; an unknown one gets the closest."""
        return self._catalogs[self.locale(locale)]

    @cached_property
    def by_letter(self) -> frozenset[str]:
        """Return what can be typed to be understood by the letter, in any language: commands, countries, labels of
        buttons, and the answers that a questionnaire offers."""
        commands = (each for by_name in self.commands.values() for several in by_name.values() for each in several)
        countries = (each for phrases in self.countries.values() for each in phrases)
        words = (value for by_flow in self.words.values() for each in by_flow.values() for _, value in each)
        labels = (value for value in words if isinstance(value, str) and not isinstance(value, Line))
        names = (each.name for exercises in self.exercises.values() for each in exercises)
        answers = (each for held in self.instruments.values() for one in held.values() for each in one.options)
        return frozenset(normalise(each) for each in (*commands, *countries, *labels, *names, *answers))

    @cached_property
    def _catalogs(self) -> Mapping[str, Catalog]:
        return {locale: self._catalog(locale) for locale in self.words}

    def _catalog(self, locale: str) -> Catalog:
        contact = self.contact if self.staffed else None
        answered = contact is not None and locale[:2] in contact.languages  # else nobody hears what the PHQ-9 asks
        asked = dict(self.instruments.get(locale[:2], {}))
        if not self.screening.who5:
            asked.pop("who5", None)
        return Catalog(
            organisation=self.organisation.name,
            custodian=self.organisation.custodian.name,
            surface=self.surface,
            tier=self.organisation.custodian.tier,
            region=self.organisation.region,
            zone=self.organisation.zone,
            reminder_days=self.organisation.reminders.days,
            reminder_time=self.organisation.reminders.at,
            instruments=asked,
            regions=self.regions,
            teams={
                team.key: Team(
                    key=team.key,
                    name=team.name,
                    size=team.size,
                    external=team.external,
                    zone=team.zone or "",
                    languages=team.languages,
                )
                for team in self.teams
            },
            templates=self.templates,
            alike=self._alike,
            nudges=tuple(
                NudgeLine(**each.model_dump()) for each in self.nudges.get(locale, self.nudges[DEFAULT_LOCALE])
            ),
            features=tuple(each.feature(locale) for each in self.campaigns if each.entry.to == "check-ins"),
            services=tuple(each.said(locale) for each in self.services),
            exercises=self.exercises[locale],
            phone=self.organisation.phone,
            benefit=self.organisation.benefit.said(locale),
            cancelling=self.organisation.cancelling.said(locale) if self.organisation.cancelling else None,
            places=self._places(self.locales[locale]),
            bookable=self._bookable,
            vouchers=self._vouchers,
            contact=contact,
            screening=self.screening.model_copy(update={"phq9": self.screening.phq9 and answered}),
            locale=self.locales[locale],
            languages={name: each.name for name, each in self.locales.items()},
        )

    @cached_property
    def _alike(self) -> Mapping[str, str]:
        languages = {language for each in self.templates for language in each.languages}
        words = {each: self.words[self.locale(each)].get("team") for each in languages}
        return {language: each.alike for language, each in words.items() if isinstance(each, TeamWords)}

    @property
    def _bookable(self) -> tuple[Profession, ...]:
        """Return what somebody can be booked for, as far as the file says whom there is: a provider elsewhere may have
        therapists that it does not name."""
        file = self.providers
        people = (*file.practitioners, *(each for one in file.providers for each in one.people))
        there = {each.profession for each in people} | ({"therapy"} if not file.practitioners else set())
        return tuple(each for each in get_args(Profession) if each in there)

    @property
    def _vouchers(self) -> tuple[str, ...]:
        """Return the keys of the providers that book with a voucher only; the organisation's own has none."""
        file = self.providers
        own = ("",) if file.vouchers else ()
        return (*own, *(each.key for each in file.providers if each.vouchers))

    def _places(self, locale: Locale) -> Mapping[str, str]:
        """Return where somebody may be: the countries of our crisis lines, and where somebody has a licence; our own
        first, the others by name. A part of a country is named by its code."""
        file, own = self.providers, self.organisation.region
        people = (*file.practitioners, *(each for one in file.providers for each in one.people))
        codes = {place for each in people for place in each.licensed} | set(self.regions) - {INTERNATIONAL}
        codes |= {own} if own else set()
        of = {code: locale.places.get(code[:2], code[:2]) for code in codes}
        named = {code: f"{country} {code[2:]}".strip() for code, country in of.items()}
        return dict(sorted(named.items(), key=lambda each: (each[0] != own, each[1])))
