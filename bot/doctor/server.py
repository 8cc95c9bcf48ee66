"""What every Haven needs: a database with its keys, the right time zones, good content, a provider that answers."""

from bot.clock import TZDATA, Clock, other_zones
from bot.doctor.finding import Finding
from bot.providers.fhir import FhirProvider
from bot.providing import elsewhere
from bot.settings import Settings, SettingsTrouble
from bot.store import queries
from bot.store.engine import connect, file_of, upgrade
from bot.vault import KeyTrouble, load_keys
from bot.wiring import WORDS, content_root
from content.booking import QUESTIONS
from content.check import check
from content.library import Library
from content.problems import ContentError
from content.regions import STALE


async def look(settings: Settings, clock: Clock) -> list[Finding]:
    """Return what was found about the data, the content and the provider."""
    own = [_data(settings, clock), _zones(), *_content(settings, clock), await _provider(settings, clock)]
    return [*own, *await _elsewhere(settings, clock)]


def _data(settings: Settings, clock: Clock) -> Finding:
    """Look at the database and its keys. Makes neither: a file of whoever runs the doctor, as root, would lock out
    whom the service runs as."""
    try:
        made = file_of(settings.database_url).exists()
        if not settings.keys.exists() and (not made or _is_empty(settings)):
            return Finding("database and keys", None, "not there yet", "the first `haven serve` makes them")
        load_keys(settings.keys, database_is_empty=False, clock=clock)
        if not made:
            return Finding("database and keys", None, "keys, no database yet", "the first `haven serve` makes it")
        _is_empty(settings)
    except (KeyTrouble, ValueError) as error:
        return Finding("database and keys", False, "not usable", str(error))
    except Exception as error:
        return Finding(
            "database and keys",
            False,
            type(error).__name__,
            "HAVEN_DATABASE_URL: is the file writable, the disk not full?",
        )
    return Finding("database and keys", True, "ready")


def _zones() -> Finding:
    """Look at the tables of time zones: with others than the locked ones, check-ins may come an hour off."""
    if other := other_zones():
        remedy = "install from requirements/run.txt, or use the image"
        return Finding("time zones", False, f"tzdata {other}, tested with {TZDATA}", remedy)
    return Finding("time zones", True, f"tzdata {TZDATA}, as locked")


def _is_empty(settings: Settings) -> bool:
    """Tell whether a database that is there holds nothing yet; its tables are brought up to date."""
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        with engine.begin() as connection:
            return queries.is_empty(connection)
    finally:
        engine.dispose()


def _content(settings: Settings, clock: Clock) -> list[Finding]:
    """Look at what HR writes, and at the days on which crisis lines were last called."""
    report = check(content_root(settings), WORDS, clock.now().date())
    if not report.good():
        return [Finding("content", False, "has mistakes; the last good version stays in use", str(report))]
    good = Finding("content", True, "good")
    old = [each for each in report.warnings if each.key.endswith("verified_on")]
    if not old:
        return [good, Finding("crisis lines", True, f"all checked within {STALE.days} days")]
    lines = ", ".join(str(each.line) for each in old)
    remedy = f"call each, and write the day: {old[0].file}, line {lines}"
    return [good, Finding("crisis lines", None, f"{len(old)} checked more than {STALE.days} days ago", remedy)]


async def _provider(settings: Settings, clock: Clock) -> Finding:
    if settings.provider.kind == "clinic" and not settings.provider.base_url:
        return Finding("provider", True, "the built-in clinic, part of the service")
    secret = settings.provider.token
    try:
        provider = FhirProvider(
            settings.provider.base_url or "", clock=clock, token=secret.get_secret_value() if secret else None
        )
    except ValueError as error:
        return Finding("provider", False, "not an address to use", f"HAVEN_PROVIDER__BASE_URL: {error}")
    try:
        if await provider.alive():
            return Finding("provider", True, "answers, and speaks FHIR R4")
    finally:
        await provider.aclose()
    return Finding(
        "provider",
        False,
        "does not answer as a FHIR R4 server",
        "HAVEN_PROVIDER__BASE_URL: open it with /metadata behind it; can this machine reach it?",
    )


async def _elsewhere(settings: Settings, clock: Clock) -> list[Finding]:
    """Look at each provider of providers.yaml; with content that cannot be read there is none to look at."""
    try:
        file = Library(content_root(settings), WORDS, lambda: clock.now().date()).current.providers
        opened = elsewhere(file, settings, clock)
    except ContentError:
        return []
    except SettingsTrouble as error:
        return [Finding("providers", False, "not set", str(error))]
    found = []
    for entry in file.providers:
        alive = await opened[entry.key].alive()
        await opened[entry.key].aclose()
        look = f"haven provider check {entry.key}"
        found.append(Finding(f"provider {entry.key}", alive, "answers" if alive else "does not answer", look))
        if len(entry.settled) < len(QUESTIONS):
            open_ = ", ".join(key for key in QUESTIONS if key not in entry.settled)
            found.append(Finding(f"provider {entry.key}", None, f"not settled: {open_}", look))
    return found
