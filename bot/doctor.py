"""Looks at everything that has to be right before people can be helped, and names the remedy where it is not."""

from dataclasses import dataclass

import httpx

from bot.clock import Clock
from bot.providers.fhir import FhirProvider
from bot.settings import Settings, SettingsTrouble, load_settings
from bot.store import queries
from bot.store.engine import connect, upgrade
from bot.vault import KeyTrouble, load_keys
from bot.wiring import WORDS, content_root
from content.check import check


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    finding: str
    remedy: str = ""


async def examine(clock: Clock) -> list[Finding]:
    """Return what was found, in the order in which to mend it. Reads only, but for migrations of the tables."""
    try:
        settings = load_settings()
        settings.check()
    except SettingsTrouble as error:
        return [Finding("settings", False, "incomplete or wrong", str(error))]
    findings = [Finding("settings", True, f"profile {settings.profile}")]
    findings += [_data(settings, clock), _content(settings, clock)]
    findings.append(await _provider(settings, clock))
    if settings.slack.bot_token:
        findings.append(await _slack(settings))
    return findings


def _data(settings: Settings, clock: Clock) -> Finding:
    try:
        engine = connect(settings.database_url)
        upgrade(engine)
        with engine.begin() as connection:
            empty = queries.is_empty(connection)
        engine.dispose()
        load_keys(settings.keys, database_is_empty=empty, clock=clock)
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


def _content(settings: Settings, clock: Clock) -> Finding:
    report = check(content_root(settings), WORDS, clock.now().date())
    if report.good():
        return Finding("content", True, "good")
    return Finding("content", False, "has mistakes; the last good version stays in use", str(report))


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


async def _slack(settings: Settings) -> Finding:
    token = settings.slack.bot_token
    assert token is not None
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
            answer = (await client.post(settings.slack.api_url.rstrip("/") + "/auth.test", headers=headers)).json()
    except (httpx.HTTPError, ValueError) as error:
        return Finding("Slack", False, type(error).__name__, "Can this machine reach HAVEN_SLACK__API_URL?")
    if not answer.get("ok"):
        return Finding(
            "Slack",
            False,
            f"refuses the token ({answer.get('error')})",
            "HAVEN_SLACK__BOT_TOKEN: copy it again from Slack",
        )
    if answer.get("team_id") != settings.slack.team_id:
        return Finding(
            "Slack",
            False,
            "the token is of another workspace",
            f"HAVEN_SLACK__TEAM_ID: it says {answer.get('team_id')}",
        )
    return Finding("Slack", True, "the token works")
