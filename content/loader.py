"""Reads the whole content folder, or says everything that keeps it from being read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from content import schema
from content.approvals import FILE as APPROVALS
from content.approvals import approvals, shipped, unapproved
from content.booking import Providers
from content.campaigns import Campaign, Campaigns, Check
from content.crisis import Crisis
from content.explain import explain
from content.lint import RULES_FILES
from content.loaded import DEFAULT_LOCALE, Loaded
from content.pins import LEARNED, PINS, is_pinned
from content.problems import ContentError, Problem, suggest
from content.source import Source, Where, fetch, parse
from content.typography import typeset
from flows.core.catalog import Helpline, Instrument, Region, Template
from flows.core.exercise import Exercise, ExerciseStep
from flows.core.locale import Locale
from flows.core.words import Words, blanks_of
from flows.safety import Lexicon

STALE: Final = timedelta(days=180)
_ORG: Final = ("organisation", "teams", "providers", "templates", "services", "crisis", "campaigns")
NUDGES: Final = "nudges.yaml"
CAMPAIGNS: Final = "org/campaigns.yaml"
_SAID: Final = {
    "org/organisation.yaml": ("benefit", "cancelling")
}  # what people read of it: the rest is names and days
_OTHERS: Final = ("commands.yaml", "locale.yaml", "calm.yaml", "exercises.yaml", NUDGES)  # beside a language's words
_LOCALE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_ROOT_FILES: Final = (*RULES_FILES, APPROVALS)  # the linter's own, beside the content that ships
M = TypeVar("M", bound=BaseModel)
W = TypeVar("W", bound=Words)


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
    """Read the content folder and collect every problem, instead of raising."""
    return _Reader(root, words, today).reading()


class _Reader:
    def __init__(self, root: Path, words: Mapping[str, type[Words]], today: date) -> None:
        self._root = root
        self._words_models = words
        self._today = today
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []
        self._sources: list[Source] = []
        self._files = 0
        self._approvals = approvals(root, today)
        self._problems += self._approvals.problems
        self._warnings += self._approvals.warnings
        self._held: list[Problem] = []

    def reading(self) -> Reading:
        """Read everything, so that all problems are known at once."""
        locales = self._folders()
        organisation = self._model("org/organisation.yaml", schema.Organisation, sentences=True)
        teams = self._model("org/teams.yaml", schema.Teams)
        providers = self._model("org/providers.yaml", Providers)
        templates = self._templates(teams)
        services = self._model("org/services.yaml", schema.Services, sentences=True)
        crisis = self._model("org/crisis.yaml", Crisis)
        campaigns = self._campaigns(organisation, teams, templates)
        regions = self._regions()
        instruments = self._instruments()
        lexicons = self._lexicons()
        words = {locale: self._words(locale) for locale in locales}
        own = {locale: self._sentences(f"{locale}/locale.yaml", Locale) for locale in locales}
        commands = {locale: self._commands(locale) for locale in locales}
        nudges = {locale: entries for locale in locales if (entries := self._nudges(locale))}
        exercises = {locale: self._exercises(locale) for locale in locales}
        loaded = None
        if organisation and teams and providers and templates and services and crisis and not self._problems:
            self._own_region(organisation, regions)
            loaded = Loaded(
                organisation=organisation,
                teams=teams.teams,
                providers=providers,
                words=words,
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
                sources=tuple(self._sources),
                warnings=tuple(sorted(self._warnings)),
            )
        return Reading(
            loaded=loaded,
            problems=tuple(sorted(set(self._problems))),
            warnings=tuple(sorted(self._warnings)),
            sources=tuple(self._sources),
            files=self._files,
            held=tuple(sorted(self._held)),
        )

    def _folders(self) -> list[str]:
        """Return the locales there are; report folders and files that nothing reads."""
        if not self._root.is_dir():
            self._refuse(".", "there is no content folder here", "check the path that was given")
            return []
        names = [path.name for path in self._entries(self._root) if path.is_dir()]
        locales = [name for name in names if _LOCALE.fullmatch(name)]
        for name in set(names) - set(locales) - {"org", "crisis", "instruments"}:
            known = ("org", "crisis", "instruments", DEFAULT_LOCALE)
            self._refuse(name, "no folder of this name is read", suggest(name, known, "folders"))
        for path in self._entries(self._root):
            if path.suffix in (".yaml", ".yml") and path.name not in _ROOT_FILES:
                self._refuse(path.name, "no file is read here", "move it into the folder it belongs to, as org/")
        if DEFAULT_LOCALE not in locales:
            remedy = "put it back: these words are used where no others fit"
            self._refuse(DEFAULT_LOCALE, "the folder is missing", remedy)
        self._expect("org", [f"{name}.yaml" for name in _ORG])
        self._expect("instruments", PINS)
        self._expect(
            "crisis", ["regions.yaml", *LEARNED, *(f"lexicon.{name}.yaml" for name in (*locales, DEFAULT_LOCALE))]
        )
        for locale in locales:
            self._expect(locale, [*(f"{stem}.yaml" for stem in self._words_models), *_OTHERS])
        return locales

    def _entries(self, folder: Path) -> Iterable[Path]:
        skipped = ("__pycache__", "README.md")
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        return [path for path in paths if not path.name.startswith(".") and path.name not in skipped]

    def _expect(self, folder: str, names: Iterable[str]) -> None:
        known = set(names)
        for path in self._entries(self._root / folder):
            # An editor's backup is nobody's mistake.
            if path.name not in known and not path.name.endswith("~"):
                remedy = suggest(path.name, known, "files")
                self._refuse(f"{folder}/{path.name}", "no file of this name is read", remedy)

    def _refuse(self, file: str, message: str, remedy: str) -> None:
        self._problems.append(Problem(file, 1, "", message, remedy))

    def _source(self, file: str, sentences: bool = False) -> Source | None:
        self._files += 1
        try:
            raw = fetch(self._root / file, file)
            source = parse(raw, file)
        except ContentError as error:
            self._problems += error.problems
            return None
        if sentences:
            self._sources.append(source.part(_SAID[file]) if file in _SAID else source)
        if not self._approvals.covers(file, raw):
            if before := shipped(file):
                self._held.append(unapproved(source, raw, before))
                source = parse(before, file)
            else:
                remedy = "put back the file that ships with Haven, or ask for a release that changes it"
                self._refuse(file, "this is the promise, or what somebody in a crisis reads: it was changed", remedy)
        return typeset(source)

    def _model(self, file: str, model: type[M], sentences: bool = False) -> M | None:
        source = self._source(file, sentences)
        return self._validate(source, model) if source else None

    def _validate(self, source: Source, model: type[M]) -> M | None:
        try:
            return model.model_validate(source.data)
        except ValidationError as error:
            self._problems += explain(error, source, model)
            return None

    def _words(self, locale: str) -> dict[str, Words]:
        words = {}
        for stem, model in self._words_models.items():
            if (valid := self._sentences(f"{locale}/{stem}.yaml", model)) is not None:
                words[stem] = valid
        return words

    def _sentences(self, file: str, model: type[W]) -> W | None:
        if (source := self._source(file, sentences=True)) is None:
            return None
        self._problems += _braces(source, model)
        return self._validate(source, model)

    def _commands(self, locale: str) -> dict[str, tuple[str, ...]]:
        commands = self._model(f"{locale}/commands.yaml", schema.Commands)
        return dict(commands) if commands else {}

    def _nudges(self, locale: str) -> tuple[schema.NudgeEntry, ...]:
        """Read a language's check-in lines. One that has none yet gets the English ones."""
        if locale != DEFAULT_LOCALE and not (self._root / locale / NUDGES).exists():
            return ()
        read = self._model(f"{locale}/{NUDGES}", schema.Nudges, sentences=True)
        return read.nudges if read else ()

    def _templates(self, teams: schema.Teams | None) -> tuple[Template, ...]:
        """Read the texts of reminders; warn where one would reach a team in a language that it does not read."""
        source = self._source("org/templates.yaml", sentences=True)
        given = self._validate(source, schema.Templates) if source else None
        if source is None or given is None:
            return ()
        templates = tuple(each.template() for each in given.templates)
        reads = {language: team.key for team in reversed(teams.teams if teams else ()) for language in team.languages}
        for at, each in enumerate(templates):
            for language in sorted(reads.keys() - set(each.languages)):
                message = f"{reads[language]} reads {language}, and gets this in {each.language}"
                remedy = f"add translations: {{{language}: ...}} to {each.key}"
                self._warnings.append(source.problem(("templates", at), message, remedy))
        return templates

    def _campaigns(
        self,
        organisation: schema.Organisation | None,
        teams: schema.Teams | None,
        templates: Sequence[Template],
    ) -> tuple[Campaign, ...]:
        """Read what HR plans ahead; a folder without that file plans nothing."""
        if not (self._root / CAMPAIGNS).exists():
            return ()
        source = self._source(CAMPAIGNS)
        given = self._validate(source, Campaigns) if source else None
        if source is None or given is None or organisation is None or teams is None or not templates:
            return ()
        check = Check(source, organisation, self._today)
        campaigns = check.all(given.campaigns, teams.teams, templates)
        self._problems += check.problems
        self._warnings += check.warnings
        return campaigns

    def _exercises(self, locale: str) -> tuple[Exercise, ...]:
        """Read the exercises for a crisis, then HR's own; a key or a name means one of them."""
        read: dict[str, Exercise] = {}
        for stem in ("calm", "exercises"):
            file = f"{locale}/{stem}.yaml"
            source = self._source(file, sentences=True)
            given = self._validate(source, schema.Exercises) if source else None
            if source is None or given is None:
                continue
            for at, entry in enumerate(given.exercises):
                if entry.key in read or entry.name in {each.name for each in read.values()}:
                    where, message = ("exercises", at), "an exercise of this key or name is in calm.yaml"
                    self._problems.append(source.problem(where, message, "give it a key and a name of its own"))
                steps = tuple(ExerciseStep(**each.model_dump()) for each in entry.steps)
                read[entry.key] = Exercise(key=entry.key, name=entry.name, steps=steps, calm=stem == "calm")
        return tuple(read.values())

    def _lexicons(self) -> dict[str, Lexicon]:
        lexicons = {}
        for path in self._entries(self._root / "crisis"):
            if name := re.fullmatch(rf"lexicon\.({_LOCALE.pattern})\.yaml", path.name):
                source = self._source(f"crisis/{path.name}")
                if source and (valid := self._validate(source, Lexicon)):
                    lexicons[name[1]] = valid
        return lexicons

    def _instruments(self) -> dict[str, dict[str, Instrument]]:
        instruments: dict[str, dict[str, Instrument]] = {}
        for name in PINS:
            file = f"instruments/{name}"
            self._files += 1
            try:
                raw = fetch(self._root / file, file)
                source = parse(raw, file) if name.endswith(".yaml") else None
            except ContentError as error:
                self._problems += error.problems
                continue
            if not is_pinned(name, raw):
                remedy = "put back the file that ships with Haven"
                self._refuse(file, "a standard text was changed, so it is not offered", remedy)
            elif source and (given := self._validate(source, schema.InstrumentFile)):
                instrument = Instrument.model_validate(given.model_dump(exclude={"language"}))
                instruments.setdefault(given.language, {})[given.key] = instrument
        return instruments

    def _regions(self) -> dict[str, Region]:
        source = self._source("crisis/regions.yaml")
        given = self._validate(source, schema.Regions) if source else None
        if source is None or given is None:
            return {}
        regions = {}
        for code, entry in given.regions.items():
            where = ("regions", code)
            lines = self._lines(source, entry.lines, (*where, "lines"))
            special = {
                kind: self._lines(source, each, (*where, "special", kind)) for kind, each in entry.special.items()
            }
            if lines:
                regions[code] = Region(emergency=entry.emergency, lines=lines, special=special)
            else:
                message = "no line is left here, so people there get the international finder"
                self._warnings.append(source.problem(where, message, "check a line and date it"))
        return regions

    def _lines(self, source: Source, lines: Iterable[schema.CrisisLine], where: Where) -> tuple[Helpline, ...]:
        return tuple(
            Helpline(**line.model_dump(exclude={"verified_on"}))
            for at, line in enumerate(lines)
            if self._shown(source, line, (*where, at))
        )

    def _shown(self, source: Source, line: schema.CrisisLine, where: Where) -> bool:
        """Tell whether a line may be shown; warn if its check is old. A page to visit has no number."""
        if line.how == "visit":
            return True
        if line.verified_on is None:
            message, remedy = (
                "this number was never checked, so it is left out",
                "check it and add verified_on",
            )
            self._warnings.append(source.problem(where, message, remedy))
            return False
        at = (*where, "verified_on")
        if line.verified_on > self._today:
            self._problems.append(source.problem(at, "this day is yet to come", "write the day of the check"))
        if self._today - line.verified_on > STALE:
            days = (self._today - line.verified_on).days
            message = f"this number was checked {days} days ago"
            self._warnings.append(source.problem(at, message, "check it again and write the day"))
        return True

    def _own_region(self, organisation: schema.Organisation, regions: Mapping[str, Region]) -> None:
        if organisation.region and organisation.region not in regions:
            message = f"{organisation.region} has no crisis lines, so people get the international finder"
            remedy = "add its lines to crisis/regions.yaml"
            self._warnings.append(Problem("org/organisation.yaml", 1, "region", message, remedy))


def _braces(source: Source, model: type[Words]) -> Iterable[Problem]:
    """Report every wrong blank of a words file; the model itself stops at the first."""
    data = source.data if isinstance(source.data, dict) else {}
    for name, allowed in blanks_of(model).items():
        text = data.get(name, "")
        if not isinstance(text, str):
            continue
        may = ", ".join(f"{{{each}}}" for each in allowed) or "no blanks"
        for blank in re.findall(r"\{([^{}]*)\}", text):
            if blank not in allowed:
                yield source.problem((name,), f"unknown blank {{{blank}}}", f"this line may use {may}")
        if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text)):
            yield source.problem(
                (name,), "a { or } has no partner", f"write blanks as {{name}}; this line may use {may}"
            )
