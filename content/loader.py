"""Reads the whole content folder, or says everything that keeps it from being read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from content import schema
from content.approvals import FILE as APPROVALS
from content.booking import Providers
from content.campaign_check import read_campaigns
from content.crisis import Crisis
from content.exercises import read_exercises
from content.files import Files
from content.instruments import read_instruments
from content.lint import RULES_FILES
from content.loaded import DEFAULT_LOCALE, Loaded
from content.pins import LEARNED, PINS
from content.problems import ContentError, Problem, suggest
from content.regions import read_regions
from content.source import Source
from flows.core.catalog import Region, Template
from flows.core.locale import Locale
from flows.core.words import Words
from flows.safety import Lexicon

_ORG: Final = ("organisation", "teams", "providers", "templates", "services", "crisis", "campaigns")
NUDGES: Final = "nudges.yaml"
_OTHERS: Final = ("commands.yaml", "locale.yaml", "calm.yaml", "exercises.yaml", NUDGES)  # beside a language's words
_LOCALE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_ROOT_FILES: Final = (*RULES_FILES, APPROVALS)  # the linter's own, beside the content that ships


@dataclass(frozen=True)
class Reading:
    """What came of reading: `loaded` is None if there are problems; `sources` is what could be read; `held` is what
    nobody approved: in its place stands what ships."""

    loaded: Loaded | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    sources: tuple[Source, ...]
    files: int
    held: tuple[Problem, ...] = ()


def load(root: Path, words: Mapping[str, type[Words]], today: date) -> Loaded:
    """Read the content folder. `words` maps each words file's stem to its model, the same in every locale.

    `today` dates the warnings about crisis lines that were checked too long ago. Raises ContentError.
    """
    reading = read_all(root, words, today)
    if reading.loaded is None:
        raise ContentError(reading.problems)
    return reading.loaded


def read_all(root: Path, words: Mapping[str, type[Words]], today: date) -> Reading:
    """Read the content folder and collect every problem, instead of raising: all are known at once."""
    files = Files(root, today)
    locales = _folders(files, words)
    organisation = files.model("org/organisation.yaml", schema.Organisation, sentences=True)
    teams = files.model("org/teams.yaml", schema.Teams)
    providers = files.model("org/providers.yaml", Providers)
    templates = _templates(files, teams)
    services = files.model("org/services.yaml", schema.Services, sentences=True)
    crisis = files.model("org/crisis.yaml", Crisis)
    campaigns = read_campaigns(files, organisation, teams, templates)
    regions = read_regions(files)
    instruments = read_instruments(files)
    lexicons = _lexicons(files)
    spoken = {locale: _words(files, locale, words) for locale in locales}
    own = {locale: files.words(f"{locale}/locale.yaml", Locale) for locale in locales}
    commands = {locale: _commands(files, locale) for locale in locales}
    nudges = {locale: entries for locale in locales if (entries := _nudges(files, locale))}
    exercises = {locale: read_exercises(files, locale) for locale in locales}
    loaded = None
    if organisation and teams and providers and templates and services and crisis and not files.problems:
        _own_region(files, organisation, regions)
        loaded = Loaded(
            organisation=organisation,
            teams=teams.teams,
            providers=providers,
            words=spoken,
            commands=commands,
            locales={locale: each for locale, each in own.items() if each},
            instruments=instruments,
            regions=regions,
            nudges=nudges,
            templates=templates,
            campaigns=campaigns,
            services=services.services,
            contact=crisis.staffed_contact.contact() if crisis.staffed_contact else None,
            exercises=exercises,
            lexicons=lexicons,
            sources=tuple(files.sources),
            warnings=tuple(sorted(files.warnings)),
        )
    return Reading(
        loaded=loaded,
        problems=tuple(sorted(set(files.problems))),
        warnings=tuple(sorted(files.warnings)),
        sources=tuple(files.sources),
        files=files.count,
        held=tuple(sorted(files.held)),
    )


def _folders(files: Files, words: Mapping[str, type[Words]]) -> list[str]:
    """Return the locales there are; report folders and files that nothing reads."""
    if not files.root.is_dir():
        files.refuse(".", "there is no content folder here", "check the path that was given")
        return []
    names = [path.name for path in files.entries() if path.is_dir()]
    locales = [name for name in names if _LOCALE.fullmatch(name)]
    for name in set(names) - set(locales) - {"org", "crisis", "instruments"}:
        known = ("org", "crisis", "instruments", DEFAULT_LOCALE)
        files.refuse(name, "no folder of this name is read", suggest(name, known, "folders"))
    for path in files.entries():
        if path.suffix in (".yaml", ".yml") and path.name not in _ROOT_FILES:
            files.refuse(path.name, "no file is read here", "move it into the folder it belongs to, as org/")
    if DEFAULT_LOCALE not in locales:
        remedy = "put it back: these words are used where no others fit"
        files.refuse(DEFAULT_LOCALE, "the folder is missing", remedy)
    files.expect("org", [f"{name}.yaml" for name in _ORG])
    files.expect("instruments", PINS)
    files.expect("crisis", ["regions.yaml", *LEARNED, *(f"lexicon.{name}.yaml" for name in (*locales, DEFAULT_LOCALE))])
    for locale in locales:
        files.expect(locale, [*(f"{stem}.yaml" for stem in words), *_OTHERS])
    return locales


def _words(files: Files, locale: str, models: Mapping[str, type[Words]]) -> dict[str, Words]:
    words = {}
    for stem, model in models.items():
        if (valid := files.words(f"{locale}/{stem}.yaml", model)) is not None:
            words[stem] = valid
    return words


def _commands(files: Files, locale: str) -> dict[str, tuple[str, ...]]:
    commands = files.model(f"{locale}/commands.yaml", schema.Commands)
    return dict(commands) if commands else {}


def _nudges(files: Files, locale: str) -> tuple[schema.NudgeEntry, ...]:
    """Read a language's check-in lines. One that has none yet gets the English ones."""
    if locale != DEFAULT_LOCALE and not files.has(f"{locale}/{NUDGES}"):
        return ()
    read = files.model(f"{locale}/{NUDGES}", schema.Nudges, sentences=True)
    return read.nudges if read else ()


def _templates(files: Files, teams: schema.Teams | None) -> tuple[Template, ...]:
    """Read the texts of reminders; warn where one would reach a team in a language that it does not read."""
    source = files.source("org/templates.yaml", sentences=True)
    given = files.validate(source, schema.Templates) if source else None
    if source is None or given is None:
        return ()
    templates = tuple(each.template() for each in given.templates)
    reads = {language: team.key for team in reversed(teams.teams if teams else ()) for language in team.languages}
    for at, each in enumerate(templates):
        for language in sorted(reads.keys() - set(each.languages)):
            message = f"{reads[language]} reads {language}, and gets this in {each.language}"
            remedy = f"add translations: {{{language}: ...}} to {each.key}"
            files.warnings.append(source.problem(("templates", at), message, remedy))
    return templates


def _lexicons(files: Files) -> dict[str, Lexicon]:
    lexicons = {}
    for path in files.entries("crisis"):
        if name := re.fullmatch(rf"lexicon\.({_LOCALE.pattern})\.yaml", path.name):
            source = files.source(f"crisis/{path.name}")
            if source and (valid := files.validate(source, Lexicon)):
                lexicons[name[1]] = valid
    return lexicons


def _own_region(files: Files, organisation: schema.Organisation, regions: Mapping[str, Region]) -> None:
    if organisation.region and organisation.region not in regions:
        message = f"{organisation.region} has no crisis lines, so people get the international finder"
        remedy = "add its lines to crisis/regions.yaml"
        files.warnings.append(Problem("org/organisation.yaml", 1, "region", message, remedy))
