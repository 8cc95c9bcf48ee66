"""Installs the app into a workspace: two addresses that an administrator's browser visits.

`/slack/install` sends the browser to Slack, `/slack/oauth_redirect` takes it back with a code, which is exchanged for
the workspace's token. Anybody can call both, so: the state is signed, good once and for ten minutes, and bound to
the browser that began; only workspaces and organisations on the list in the settings are let in; and codes are taken to
Slack one at a time, a few a minute.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urljoin

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from adapters.slack.installation import Installation
from adapters.slack.log import event, failure
from adapters.slack.scopes import SCOPES
from adapters.slack.workspaces import Credentials, Workspaces

INSTALL: Final = "/slack/install"
REDIRECT: Final = "/slack/oauth_redirect"
LIFE: Final = timedelta(minutes=10)
MOST: Final = 6  # codes a minute that are taken to Slack
COOKIE: Final = "haven_slack_install"
_GIVEN: Final = re.compile(r"[\x21-\x7e]{1,600}")  # what a code or state of Slack's or ours looks like
_PAGES: Final = {
    "done": (200, "Haven is installed", "Close this page. In Slack, write hello to Haven."),
    "denied": (200, "Nothing was installed", "You said no in Slack, so nothing was changed. You can close this page."),
    "stale": (
        400,
        "This link is over",
        "It works once, for ten minutes, in the browser in which it was opened. Start again at /slack/install.",
    ),
    "stranger": (
        403,
        "Not on the list",
        "This workspace is not among those that this Haven serves, so nothing was installed. Whoever runs Haven adds "
        "its id to HAVEN_SLACK__ALLOWED.",
    ),
    "narrow": (
        400,
        "Some permissions are missing",
        "Slack did not grant all that Haven needs, so nothing was installed. Bring the app up to date with "
        "haven manifest slack, then start again at /slack/install.",
    ),
    "crowded": (
        429,
        "Too many at once",
        "Others are installing Haven in this minute, so nothing was installed. Wait a minute, then start again at "
        "/slack/install.",
    ),
    "failed": (
        502,
        "Slack did not complete this",
        "Nothing was installed. Start again at /slack/install; haven doctor says what may be wrong.",
    ),
}
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class States(Protocol):
    """Makes and takes back what ties the way back from Slack to the way there."""

    def issue(self) -> tuple[str, str]:
        """Return a new state, and the secret that the browser keeps in a cookie."""

    async def redeem(self, state: str, browser: str) -> bool:
        """Tell whether a state was issued with this secret, within ten minutes, and not yet redeemed. Any text is
        answered."""


@dataclass(frozen=True)
class Offer:
    """What is needed to be installed: the app's credentials, our public address (https://host, no slash at its end),
    and the workspaces (T...) and organisations (E...) that may install it."""

    credentials: Credentials
    public_url: str
    allowed: frozenset[str]
    states: States

    @property
    def redirect(self) -> str:
        """Where Slack sends the browser back to."""
        return self.public_url + REDIRECT


def oauth(offer: Offer, workspaces: Workspaces, api_url: str, clock_now: Callable[[], datetime]) -> APIRouter:
    """Return the two routes. Every page is constant: nothing of what came in is on it."""
    router, exchanges = APIRouter(), Few(MOST, clock_now)

    @router.get(INSTALL, include_in_schema=False)
    async def begin() -> Response:
        state, browser = offer.states.issue()
        asked = {
            "client_id": offer.credentials.client_id,
            "scope": ",".join(SCOPES),
            "redirect_uri": offer.redirect,
            "state": state,
        }
        address = f"{urljoin(api_url, '/oauth/v2/authorize')}?{urlencode(asked)}"
        answer = Response(status_code=302, headers={**_HEADERS, "Location": address})
        secure = offer.public_url.startswith("https://")
        answer.set_cookie(
            COOKIE, browser, int(LIFE.total_seconds()), path=REDIRECT, secure=secure, httponly=True, samesite="lax"
        )
        return answer

    @router.get(REDIRECT, include_in_schema=False)
    async def back(request: Request) -> Response:
        outcome = await _take(request, offer, workspaces, exchanges, clock_now)
        event("slack_install", kind=outcome)
        return _page(outcome)

    return router


class Few:
    """Lets one through at a time, and no more than `most` a minute: anybody can come back with a code that they made
    up, and each costs a call to Slack."""

    def __init__(self, most: int, clock_now: Callable[[], datetime]) -> None:
        self._now = clock_now
        self._begun: deque[datetime] = deque(maxlen=most)
        self._busy = False

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Tell whether it may go on, and hold the place meanwhile."""
        now, full = self._now(), len(self._begun) == self._begun.maxlen
        if self._busy or (full and now < self._begun[0] + timedelta(minutes=1)):
            yield False
            return
        self._begun.append(now)
        self._busy = True
        try:
            yield True
        finally:
            self._busy = False


async def _take(
    request: Request, offer: Offer, workspaces: Workspaces, exchanges: Few, clock_now: Callable[[], datetime]
) -> str:
    """Carry out what the browser came back with; return the name of the page that says how it went."""
    state, browser = _only(request, "state"), request.cookies.get(COOKIE, "")
    if not (state and _GIVEN.fullmatch(browser) and await offer.states.redeem(state, browser)):
        return "stale"
    code = _only(request, "code")
    if not code:
        return "denied"
    with exchanges.one() as free:
        return await _exchange(code, offer, workspaces, clock_now) if free else "crowded"


async def _exchange(code: str, offer: Offer, workspaces: Workspaces, clock_now: Callable[[], datetime]) -> str:
    try:
        told = await workspaces.exchange(code=code, redirect_uri=offer.redirect)
        installation = granted(told, clock_now())
        refusal = _refusal(told, installation, offer.allowed)
        if refusal == "stranger":  # from nobody else: without rotation it can be the token that is at work there
            await workspaces.give_back(installation.token)
        if refusal:
            return refusal
        await workspaces.install(installation)
    except Exception as error:  # Slack refused, did not answer, or answered with something else
        failure("slack_install_failed", error)
        return "failed"
    return "done"


def granted(told: dict[str, Any], now: datetime) -> Installation:
    """Return the installation that oauth.v2.access tells of. Raises ValueError, KeyError or TypeError for anything
    that is not one for a bot. Source: Slack, oauth.v2.access."""
    if told.get("token_type") != "bot":
        raise ValueError("not a bot's token")
    tenant = told["enterprise"]["id"] if told.get("is_enterprise_install") else told["team"]["id"]
    rotates = told.get("refresh_token") is not None
    return Installation(
        tenant=tenant,
        token=SecretStr(told["access_token"]),
        refresh=SecretStr(told["refresh_token"]) if rotates else None,
        expires=now + timedelta(seconds=int(told["expires_in"])) if rotates else None,
        organisation=(told.get("enterprise") or {}).get("id"),
    )


def _refusal(told: dict[str, Any], installation: Installation, allowed: frozenset[str]) -> str:
    """Return the page of a refusal; empty if the workspace, or the organisation that it belongs to, is on the list."""
    if not installation.among(allowed):
        return "stranger"
    if not set(SCOPES) <= set(str(told.get("scope")).split(",")):
        return "narrow"
    return ""


def _only(request: Request, name: str) -> str:
    """Return a parameter; empty if it is absent, stands there twice, or is nothing that Slack or we could have made."""
    values = request.query_params.getlist(name)
    return values[0] if len(values) == 1 and _GIVEN.fullmatch(values[0]) else ""


def _page(outcome: str) -> Response:
    status, title, text = _PAGES[outcome]
    html = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><h1>{title}</h1><p>{text}</p></html>"
    )
    answer = Response(html, status, _HEADERS, "text/html")
    answer.delete_cookie(COOKIE, path=REDIRECT)
    return answer
