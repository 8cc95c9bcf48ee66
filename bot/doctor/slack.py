"""Slack: whether what is set can work, as far as a server can see. The steps are the README's."""

import hmac
import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any, Final

import httpx

from adapters.slack.door import PATH
from adapters.slack.installation import Installation
from adapters.slack.oauth import INSTALL
from adapters.slack.scopes import SCOPES
from adapters.slack.verify import FRESH
from bot.clock import Clock, token
from bot.doctor import slack_places
from bot.doctor.address import knock, read
from bot.doctor.finding import Finding
from bot.installations import SealedInstallations
from bot.settings import Settings
from bot.store.engine import Store, connect, file_of
from bot.vault import Vault, load_keys

_PATIENCE: Final = 5.0  # seconds for every question
_TOKEN: Final = {
    "account_inactive": ("the app was removed from the workspace", "install it again: your app, Install App"),
    "invalid_auth": ("Slack does not know the token", "copy it again: your app, OAuth & Permissions"),
    "not_allowed_token_type": ("it is another kind of token", "copy the Bot User OAuth Token, which starts with xoxb-"),
    "org_login_required": ("the workspace is moving into an organisation", "try again when Slack has moved it"),
    "token_expired": (
        "the token has expired: the app rotates its tokens",
        "only with OAuth can Haven renew them: make the app again from `haven manifest slack`, with rotation off",
    ),
    "token_revoked": ("the token was revoked", "install the app again: your app, Install App, and copy the new token"),
}
_SOCKET: Final = {
    "invalid_auth": ("Slack does not know the token", "copy it again: your app, Basic Information, App-Level Tokens"),
    "missing_scope": ("the token may not open connections", "make an app-level token with the scope connections:write"),
    "not_allowed_token_type": ("it is another kind of token", "make an App-Level Token, which starts with xapp-"),
}


async def look(settings: Settings, clock: Clock) -> list[Finding]:
    """Return what was found about Slack; nothing if it is not set."""
    slack = settings.slack
    if not slack.connected:
        return []
    async with httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False) as client:
        findings = await (_socket(client, settings) if slack.app_token else _http(client, settings, clock))
        if slack.several:
            findings += [await _credentials(client, settings), *await _installed(client, settings, clock)]
        elif slack.bot_token:
            bearer = slack.bot_token.get_secret_value()
            found, told = await _token(client, settings, bearer, slack.team_id, clock, "Slack, step 4")
            findings += found
            findings += await slack_places.look(client, settings, clock, bearer if told else "")
        return [*findings, *_unseen(settings)]


async def ask(client: httpx.AsyncClient, settings: Settings, method: str, bearer: str, **args: str) -> httpx.Response:
    """Call a method of the Web API. Raises httpx.HTTPError."""
    url = f"{settings.slack.api_url.rstrip('/')}/{method}"
    return await client.post(url, data=args, headers={"Authorization": f"Bearer {bearer}"})


# --- the way in


async def _http(client: httpx.AsyncClient, settings: Settings, clock: Clock) -> list[Finding]:
    secret = settings.slack.signing_secret
    assert secret is not None
    plain, what = secret.get_secret_value(), "Slack, step 5: the signing secret"
    if not re.fullmatch(r"[0-9a-f]{32}", plain):
        remedy = (
            "HAVEN_SLACK__SIGNING_SECRET: 32 digits and letters a to f; your app, Basic Information, Signing Secret"
        )
        return [
            await knock(client, settings.public_url, PATH, "Slack"),
            Finding(what, False, "not one of Slack's", remedy),
        ]
    address = await knock(client, settings.public_url, PATH, "Slack")
    if not address.good:
        return [address, Finding(what, None, "looks like one; not tried, as the address does not work yet", "step 1")]
    body = json.dumps({"type": "url_verification", "challenge": (challenge := token(clock))}).encode()
    stamp = str(int(clock.now().timestamp()))
    proof = hmac.new(plain.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={proof}",
        "Content-Type": "application/json",
    }
    try:
        answer = await client.post(f"{settings.public_url}{PATH}", content=body, headers=headers)
    except httpx.HTTPError as error:
        return [address, Finding(what, False, type(error).__name__, "run `haven doctor` again in a minute")]
    if answer.status_code == 200 and challenge in answer.text:
        return [address, Finding(what, True, "the running Haven answers Slack's trial of the address")]
    if answer.status_code == 401:
        remedy = "start `haven serve` again, so that it has the settings of now; is its machine's clock right?"
        return [address, Finding(what, False, "the running Haven has another one, or another time", remedy)]
    remedy = f"let the proxy pass on {PATH} as it is, headers X-Slack-* and body included"
    return [address, Finding(what, False, f"a signed delivery is answered with {answer.status_code}", remedy)]


async def _socket(client: httpx.AsyncClient, settings: Settings) -> list[Finding]:
    what, app_token = "Slack, step 1: Socket Mode", settings.slack.app_token
    assert app_token is not None
    try:
        told = read(await ask(client, settings, "apps.connections.open", app_token.get_secret_value()))
    except httpx.HTTPError as error:
        return [Finding(what, False, type(error).__name__, _reach(settings))]
    if told.get("ok"):
        return [Finding(what, True, "Slack offers a connection; nothing has to be reachable from outside")]
    word = str(told.get("error"))[:60]
    found, remedy = _SOCKET.get(word, (f"Slack says {word}", "your app, Socket Mode: switch it on"))
    return [Finding(what, False, found, f"HAVEN_SLACK__APP_TOKEN: {remedy}")]


# --- tokens


async def _token(
    client: httpx.AsyncClient, settings: Settings, bearer: str, tenant: str | None, clock: Clock, step: str
) -> tuple[list[Finding], dict[str, Any]]:
    """Return the findings about a token, and what auth.test told of it; empty if it does not work."""
    what = f"{step}: the token"
    try:
        answer = await ask(client, settings, "auth.test", bearer)
    except httpx.HTTPError as error:
        return [Finding(what, False, type(error).__name__, _reach(settings))], {}
    told, findings = read(answer), _clock(answer, clock)
    where = "install the app there again" if settings.slack.several else "HAVEN_SLACK__BOT_TOKEN"
    if not told.get("ok"):
        word = str(told.get("error"))[:60]
        found, remedy = _TOKEN.get(word, (f"Slack says {word}", "look the word up in Slack's reference of auth.test"))
        return [*findings, Finding(what, False, found, f"{where}: {remedy}")], {}
    real = told.get("enterprise_id") if told.get("is_enterprise_install") else told.get("team_id")
    if real != tenant:
        remedy = f"HAVEN_SLACK__TEAM_ID: set it to {real}, or copy the token of {tenant}"
        return [*findings, Finding(what, False, "it is of another workspace", remedy)], {}
    if not told.get("bot_id"):
        remedy = f"{where}: copy the Bot User OAuth Token, which starts with xoxb-"
        return [*findings, Finding(what, False, "it is a person's, not the bot's", remedy)], {}
    findings.append(Finding(what, True, f"it works, in {told.get('team')}"))
    return [*findings, _scopes(answer, step)], told


def _scopes(answer: httpx.Response, step: str) -> Finding:
    what, granted = f"{step}: permissions", set(filter(None, answer.headers.get("x-oauth-scopes", "").split(",")))
    granted = {each.strip() for each in granted}
    missing, excess = sorted(set(SCOPES) - granted), sorted(granted - set(SCOPES))
    if not missing and not excess:
        return Finding(what, True, "exactly those that are used")
    found = [f"missing: {' '.join(missing)}"] * bool(missing) + [f"not used: {' '.join(excess)}"] * bool(excess)
    remedy = "your app, App Manifest: paste what `haven manifest slack` prints, save, and install the app again"
    return Finding(what, False, "; ".join(found), remedy)


def _clock(answer: httpx.Response, clock: Clock) -> list[Finding]:
    """Compare our time with Slack's: what is signed is good for five minutes."""
    try:
        theirs = parsedate_to_datetime(answer.headers["date"])
        apart = abs(clock.now() - theirs)
    except (KeyError, ValueError, TypeError):
        return []
    if apart < FRESH - timedelta(minutes=1):
        return []
    found = f"it is {int(apart.total_seconds()) // 60} minutes from Slack's"
    return [Finding("Slack: the clock", False, found, "let the machine take its time from a time server (NTP)")]


# --- several workspaces


async def _credentials(client: httpx.AsyncClient, settings: Settings) -> Finding:
    """Offer Slack a code that nobody gave us: what it minds first is who we are."""
    what, slack = "Slack, step 3: client id and secret", settings.slack
    form = {
        "client_id": slack.client_id or "",
        "client_secret": slack.client_secret.get_secret_value() if slack.client_secret else "",
        "code": "none",
    }
    try:
        told = read(await client.post(f"{slack.api_url.rstrip('/')}/oauth.v2.access", data=form))
    except httpx.HTTPError as error:
        return Finding(what, False, type(error).__name__, _reach(settings))
    match told.get("error"):
        case "invalid_client_id":
            remedy = "HAVEN_SLACK__CLIENT_ID: copy it from your app, Basic Information"
            return Finding(what, False, "Slack knows no such app", remedy)
        case "bad_client_secret":
            remedy = "HAVEN_SLACK__CLIENT_SECRET: copy it from your app, Basic Information"
            return Finding(what, False, "the client secret is wrong", remedy)
        case "invalid_code":
            return Finding(what, True, "Slack knows them")
        case word:
            return Finding(what, None, f"Slack says {str(word)[:60]}", "run `haven doctor` again in a minute")


async def _installed(client: httpx.AsyncClient, settings: Settings, clock: Clock) -> list[Finding]:
    """Look at each workspace that may install the app, or has installed it."""
    try:
        kept = {each.tenant: each for each in await _kept(settings, clock)}
    except Exception:  # the finding about database and keys says why
        return []
    findings: list[Finding] = []
    allowed = {each.strip() for each in (settings.slack.allowed or "").split(",")}
    for tenant in sorted(allowed | kept.keys()):
        if (one := kept.get(tenant)) is None:
            remedy = f"an administrator of it opens {settings.public_url}{INSTALL}"
            findings.append(Finding(f"Slack, step 4: {tenant}", None, "not installed yet", remedy))
        elif not one.among(allowed):
            remedy = (
                "add it, or its organisation, to HAVEN_SLACK__ALLOWED and let its administrator open "
                f"{settings.public_url}{INSTALL}; or let them remove the app in Slack"
            )
            unserved = "installed, but not in HAVEN_SLACK__ALLOWED: nobody there is served"
            findings.append(Finding(f"Slack, step 4: {tenant}", None, unserved, remedy))
        elif one.expires and _over(one.expires, clock):
            remedy = "nothing: Haven renews it before its next call"
            findings.append(Finding(f"Slack, step 4: {tenant}", None, "its token is over", remedy))
        else:
            step = f"Slack, step 4: {tenant}"
            found, _ = await _token(client, settings, one.token.get_secret_value(), tenant, clock, step)
            findings += found
    return findings


async def _kept(settings: Settings, clock: Clock) -> Sequence[Installation]:
    """Return what is installed; nothing before the first start, which alone makes database and keys."""
    if not (settings.keys.exists() and file_of(settings.database_url).exists()):
        return ()
    vault = Vault(load_keys(settings.keys, database_is_empty=False, clock=clock), clock)
    store = Store(connect(settings.database_url))
    try:
        return await SealedInstallations(store, vault).all()
    finally:
        store.close()


def _over(expires: datetime, clock: Clock) -> bool:
    return clock.now() >= expires


# --- what a server cannot see


def _unseen(settings: Settings) -> list[Finding]:
    """Return what an administrator has to look at, and where health data may stand."""
    events = "over Socket Mode" if settings.slack.app_token else f"{settings.public_url or 'https://HOST'}{PATH}"
    findings = [
        Finding(
            "Slack, step 7: events and tabs",
            None,
            "a server cannot see them",
            f"your app, Event Subscriptions and Interactivity: on, {events}, Verified; App Home: Home Tab and Messages "
            "Tab on, and people may send messages from it",
        )
    ]
    if settings.surface != "room":
        findings.append(
            Finding(
                "Slack: health data",
                None,
                "private screens are Slack's windows",
                "a covered entity (HIPAA) must set HAVEN_SURFACE=room: Slack's terms leave no other place for them",
            )
        )
    return findings


def _reach(settings: Settings) -> str:
    return f"let this machine reach {settings.slack.api_url}, port 443"
