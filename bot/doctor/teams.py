"""Microsoft Teams: whether what is set can work, as far as a server can see. The steps are the README's."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from adapters.teams.door import PATH
from adapters.teams.login import SCOPE
from adapters.teams.reference import ServiceHosts
from adapters.teams.token import CHANNEL, ISSUER
from bot.clock import Clock
from bot.doctor.address import knock, read
from bot.doctor.finding import Finding
from bot.manifest.teams import VERSION
from bot.settings import Settings
from bot.wiring import WORDS, content_root
from content.library import Library
from content.problems import ContentError
from content.schema import TeamEntry
from flows.team import FLOOR

_PATIENCE: Final = 5.0  # seconds for every question
_PAGE: Final = 500
_LOGIN: Final = {
    7000215: (
        "step 3",
        "the client secret is wrong",
        "copy the secret's Value, not its Secret ID, from Certificates & secrets",
    ),
    7000222: (
        "step 3",
        "the client secret has expired",
        "make a new one in Certificates & secrets, and note when it ends",
    ),
    700016: (
        "step 2",
        "this tenant knows no such application",
        "HAVEN_TEAMS__APP_ID: copy it from the bot's Configuration page",
    ),
    7000229: (
        "step 2",
        "the application has no place in this tenant",
        "in Entra, add an enterprise application for it",
    ),
    90002: ("step 2", "there is no such tenant", "HAVEN_TEAMS__TENANT_ID: copy it from the bot's Configuration page"),
    900023: ("step 2", "there is no such tenant", "HAVEN_TEAMS__TENANT_ID: copy it from the bot's Configuration page"),
    53003: ("step 2", "a conditional access policy keeps the application out", "exclude it from the policy, in Entra"),
}
"""What Entra answers, by its number: the step, what is wrong, the remedy. Source: Microsoft Entra error codes."""


async def look(settings: Settings, clock: Clock) -> list[Finding]:
    """Return what was found about Teams; nothing if it is not set."""
    teams = settings.teams
    if not teams.app_id:
        return []
    hosts = _hosts(teams.service_hosts)
    async with httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False) as client:
        if teams.playground:
            remedy = "development only: unset HAVEN_TEAMS__PLAYGROUND to let people in"
            return [Finding("Teams", None, "the Agents Playground: nobody proves who they are", remedy), hosts]
        token, login = await _login(client, settings)
        address = await knock(client, settings.public_url, PATH, "Teams")
        findings = [address, login, hosts, _azure(settings)]
        findings += [await _keys(client, teams.openid_url), _package(settings)]
        findings += await _places(client, settings, clock, token) if hosts.good else []
    return findings


def _hosts(given: str) -> Finding:
    what = "Teams, step 4: service hosts"
    try:
        ServiceHosts(given.split(","))
    except ValueError as error:
        return Finding(what, False, "not a list to trust", f"HAVEN_TEAMS__SERVICE_HOSTS: {error}")
    return Finding(what, True, f"only {given} is ever answered")


async def _login(client: httpx.AsyncClient, settings: Settings) -> tuple[str, Finding]:
    teams = settings.teams
    what = "Teams, step 2 and 3: application and secret"
    form = {
        "grant_type": "client_credentials",
        "client_id": teams.app_id or "",
        "client_secret": teams.app_password.get_secret_value() if teams.app_password else "",
        "scope": SCOPE,
    }
    try:
        answer = await client.post(f"{teams.login_url}/{teams.tenant_id}/oauth2/v2.0/token", data=form)
        told = read(answer)
    except httpx.HTTPError as error:
        host = urlsplit(teams.login_url).hostname
        return "", Finding(what, False, type(error).__name__, f"let this machine reach https://{host}, port 443")
    if isinstance(token := told.get("access_token"), str) and token:
        return token, Finding(what, True, "Microsoft gives a token")
    number = _number(told)
    step, found, remedy = _LOGIN.get(
        number,
        (
            "step 2",
            f"Microsoft says no (AADSTS{number or '?'})",
            f"look AADSTS{number} up in Microsoft's list of error codes",
        ),
    )
    if step == "step 3":
        remedy = f"HAVEN_TEAMS__APP_PASSWORD: {remedy}"
    return "", Finding(f"Teams, {step}: {'secret' if step == 'step 3' else 'application'}", False, found, remedy)


def _number(told: dict[str, Any]) -> int:
    codes = told.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return codes[0]
    named = re.match(r"AADSTS(\d{1,9})", str(told.get("error_description")))
    return int(named.group(1)) if named else 0


async def _keys(client: httpx.AsyncClient, openid_url: str) -> Finding:
    what = "Teams, step 7: Microsoft's signing keys"
    remedy = (
        f"let this machine reach https://{urlsplit(openid_url).hostname}, port 443; leave HAVEN_TEAMS__OPENID_URL alone"
    )
    try:
        metadata = read(await client.get(openid_url))
        where = str(metadata.get("jwks_uri"))
        if urlsplit(where)[:2] != urlsplit(openid_url)[:2] or metadata.get("issuer") != ISSUER:
            return Finding(what, False, "the metadata are not the Bot Framework's", remedy)
        keys = read(await client.get(where)).get("keys")
    except httpx.HTTPError as error:
        return Finding(what, False, type(error).__name__, remedy)
    listed = [each for each in keys if isinstance(each, dict)] if isinstance(keys, list) else []
    endorsed = [each for each in listed if CHANNEL in (each.get("endorsements") or ())]
    if not endorsed:
        return Finding(what, False, "none of them may speak for Teams", remedy)
    return Finding(what, True, f"{len(endorsed)} may speak for Teams")


def _azure(settings: Settings) -> Finding:
    return Finding(
        "Teams, steps 5 and 6: in Azure",
        None,
        "a server cannot see them",
        f"the messaging endpoint must be {settings.public_url or 'https://HOST'}{PATH}; the channel Teams, on",
    )


def _package(settings: Settings) -> Finding:
    what = "Teams, step 8: the app package"
    if not (settings.public_url or "").startswith("https://"):
        return Finding(what, False, "cannot be made", "HAVEN_PUBLIC_URL: https:// and the host that Teams reaches")
    remedy = (
        f"the Teams admin centre, Manage apps, Haven, must say {VERSION}; else upload what `haven manifest teams` makes"
    )
    return Finding(what, None, f"this Haven goes with version {VERSION}", remedy)


# --- step 9: the places of teams.yaml


@dataclass(frozen=True)
class _Roster:
    """Who is in a team, by the directory's ids; `trouble` says why nobody knows, and what to do."""

    people: frozenset[str] = frozenset()
    trouble: tuple[str, str] | None = None


async def _places(client: httpx.AsyncClient, settings: Settings, clock: Clock, token: str) -> list[Finding]:
    try:
        library = Library(content_root(settings), WORDS, lambda: clock.now().date())
    except ContentError:
        return []  # the content's own finding says so
    entries = [each for each in library.current.teams if each.channel.teams or each.members.teams]
    if not entries:
        finding = "teams.yaml names no channel in Teams, so nobody can be reminded there"
        return [
            Finding("Teams, step 9: teams", None, finding, "org/teams.yaml: add `teams:` to channel, members, managers")
        ]
    service = ServiceHosts(settings.teams.service_hosts.split(",")).everywhere
    return [await _place(client, service, token, each) for each in entries]


async def _place(client: httpx.AsyncClient, service: str, token: str, entry: TeamEntry) -> Finding:
    what = f"Teams, step 9: {entry.name}"
    named = f"org/teams.yaml, {entry.key}"
    if not entry.channel.teams:
        return Finding(
            what,
            False,
            "has members in Teams and no channel there",
            f"{named}: add the channel's id under channel, teams",
        )
    if not (entry.members.teams and entry.managers.teams):
        return Finding(
            what, False, "has a channel in Teams, but no members or managers there", f"{named}: add their object ids"
        )
    if not token:
        return Finding(what, None, "not looked at: the application is not let in", "mend steps 2 and 3 first")
    roster = await _roster(client, service, token, entry.channel.teams)
    if roster.trouble:
        found, remedy = roster.trouble
        return Finding(what, False, found, f"{named}: {remedy}")
    if len(roster.people) < FLOOR:
        return Finding(
            what,
            False,
            f"has {len(roster.people)} members in Teams, fewer than {FLOOR}",
            f"{named}: take it out: who asks for help could be guessed",
        )
    if roster.people != set(entry.members.teams):
        here, there = len(roster.people - set(entry.members.teams)), len(set(entry.members.teams) - roster.people)
        return Finding(
            what,
            False,
            f"{here} people are in the team and not in the file, {there} the other way round",
            f"{named}: list the team's members",
        )
    return Finding(what, True, f"Haven is in the team, with {len(roster.people)} members")


async def _roster(client: httpx.AsyncClient, service: str, token: str, channel: str) -> _Roster:
    """Return the members of the team that a channel belongs to, without guests."""
    url = f"{service}v3/conversations/{quote(channel, safe='')}/pagedmembers"
    people: set[str] = set()
    more: str | None = ""
    while more is not None:
        query = {"pageSize": str(_PAGE), **({"continuationToken": more} if more else {})}
        try:
            answer = await client.get(url, params=query, headers={"Authorization": f"Bearer {token}"})
            told = read(answer)
        except httpx.HTTPError as error:
            return _Roster(trouble=(type(error).__name__, "can this machine reach HAVEN_TEAMS__SERVICE_HOSTS?"))
        if answer.status_code != 200:
            return _Roster(trouble=_refused(answer.status_code))
        for each in told.get("members") or []:
            if isinstance(each, dict) and each.get("userRole") in {"user", None} and each.get("aadObjectId"):
                people.add(str(each["aadObjectId"]))
        more = told.get("continuationToken") or None
    return _Roster(frozenset(people))


def _refused(status: int) -> tuple[str, str]:
    match status:
        case 403:
            return "Haven is not in this team", "add the app to the team: the team's menu, Manage team, Apps"
        case 404:
            return "there is no such channel", "copy the channel's id again: its menu, Get link to channel"
        case 401:
            return (
                "the Bot Connector does not take our token",
                "is HAVEN_TEAMS__APP_ID the bot's own, not another application's?",
            )
        case _:
            return f"the Bot Connector answers {status}", "run `haven doctor` again in a minute"
