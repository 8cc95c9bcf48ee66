"""The content once it is read and found good: frozen, and turned into what flows may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from content.problems import Problem
from content.schema import Organisation, Providers, TeamEntry
from content.source import Source
from flows.core.catalog import Catalog, Instrument, Region, Service, Surface, Team, Template
from flows.core.words import Words
from flows.safety import Lexicon

DEFAULT_LOCALE: Final = "en"


@dataclass(frozen=True)
class Loaded:
    """All of the content. Mappings by locale hold at least `en`; `instruments` only languages with one.

    `sources` are the files whose sentences HR writes, for the linter; `lexicons`, by language, are what the
    safety reader reads with; `surface` is no file's, but a setting of who runs the service.
    """

    organisation: Organisation
    teams: tuple[TeamEntry, ...]
    providers: Providers
    words: Mapping[str, Mapping[str, Words]]
    commands: Mapping[str, Mapping[str, tuple[str, ...]]]
    instruments: Mapping[str, Mapping[str, Instrument]]
    regions: Mapping[str, Region]
    nudges: tuple[Template, ...]
    templates: tuple[Template, ...]
    services: tuple[Service, ...]
    lexicons: Mapping[str, Lexicon]
    sources: tuple[Source, ...]
    warnings: tuple[Problem, ...]
    surface: Surface = "in_app"

    def locale(self, wanted: str) -> str:
        """Return the locale for somebody whose platform says `wanted` ("en-GB"); English if none fits."""
        names = {name.casefold(): name for name in self.words}
        tag = wanted.replace("_", "-").casefold()
        return names.get(tag) or names.get(tag[:2]) or DEFAULT_LOCALE

    def catalog(self, locale: str) -> Catalog:
        """Return what flows may read, for a locale; an unknown one gets the closest."""
        return self._catalogs[self.locale(locale)]

    @cached_property
    def _catalogs(self) -> Mapping[str, Catalog]:
        return {locale: self._catalog(locale) for locale in self.words}

    def _catalog(self, locale: str) -> Catalog:
        return Catalog(
            organisation=self.organisation.name,
            custodian=self.organisation.custodian.name,
            surface=self.surface,
            tier=self.organisation.custodian.tier,
            region=self.organisation.region,
            zone=self.organisation.zone,
            reminder_days=self.organisation.reminders.days,
            reminder_time=self.organisation.reminders.at,
            instruments=self.instruments.get(locale[:2], {}),
            regions=self.regions,
            teams={team.key: Team(key=team.key, name=team.name, size=team.size) for team in self.teams},
            templates=self.templates,
            nudges=self.nudges,
            services=self.services,
            phone=self.organisation.phone,
        )
