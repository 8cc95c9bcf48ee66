"""What the doctor says about Slack: each seeded mistake is named, with the step and its remedy."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import SecretStr

from adapters.slack.door import PATH
from adapters.slack.installation import Installation
from bot.clock import ShiftedClock
from bot.doctor import examine
from bot.doctor.finding import Finding
from bot.installations import SealedInstallations
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.installing import App
from bot.sandbox.slack.workspace import SlackError, Workspace
from bot.settings import Settings, SlackSettings
from bot.vault import load_keys
from bot.web import create_app
from bot.wiring import build, running
from content import default_root

ADDRESS = "Slack, step 1: the address"
SOCKET = "Slack, step 1: Socket Mode"
APP = "Slack, step 3: client id and secret"
TOKEN = "Slack, step 4: the token"
SCOPES = "Slack, step 4: permissions"
SECRET = "Slack, step 5: the signing secret"
TEAM = "Slack, step 8: Customer Support"


@dataclass
class Site:
    """A workspace, Haven behind its address, and what is set; tests spoil one thing of it."""

    slack: App
    folder: Path
    clock: ShiftedClock
    env: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Request], Any] | None = None
    open: bool = False

    @property
    def workspace(self) -> Workspace:
        """Return the workspace."""
        return self.slack.workspaces[0]

    def set(self, **values: str | None) -> None:
        """Set some of Slack's settings, or unset them."""
        for name, value in values.items():
            self.env.pop(f"HAVEN_SLACK__{name.upper()}", None)
            if value is not None:
                self.env[f"HAVEN_SLACK__{name.upper()}"] = value

    def teams(self, members: str = "U0SAM, U0ALEX", managers: str = "U0MORGAN", channel: str = "C0SUPPORT") -> None:
        """Write teams.yaml with one team."""
        parts = {"members": f"[{members}]", "managers": f"[{managers}]", "channel": channel}
        text = "".join(f"    {name}:\n      slack: {value}\n" for name, value in parts.items())
        path = self.folder / "content" / "org" / "teams.yaml"
        path.write_text(f"teams:\n  - key: support\n    name: Customer Support\n{text}")

    async def look(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Finding]:
        monkeypatch.chdir(self.folder)
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)
        found = {each.what: each for each in await examine(self.clock)}
        secrets = [*self.workspace.grants.given, self.slack.client_secret, self.slack.app_token]
        secrets.append(self.workspace.signing_secret)
        assert not [each for each in found.values() for secret in secrets if secret in repr(each)]
        assert all(each.remedy for each in found.values() if each.good is False)
        return found


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    shutil.copytree(default_root(), tmp_path / "content", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    clock = ShiftedClock(datetime.now(UTC))  # noqa: TID251  Slack's time comes from a real server
    workspace = demo_workspace(clock)
    workspace.scopes -= {"usergroups:read"}
    slack, shell = App(clock, [workspace]), FastAPI()
    site = Site(slack, tmp_path, clock)

    @shell.middleware("http")
    async def spoil(request: Request, call_next: Any) -> Any:
        if site.answer:
            return site.answer(request)
        return await call_next(request) if request.url.path == PATH or site.open else Response("", 404)

    async with serve(create_slack(workspace, slack)) as url, serve(shell) as base:
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'running.db'}",
            slack=SlackSettings(
                signing_secret=workspace.signing_secret,
                bot_token=workspace.bot_token,
                team_id=workspace.team_id,
                api_url=f"{url}/api/",
            ),
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        site.env = {
            "HAVEN_DATABASE_URL": f"sqlite:///{tmp_path / 'haven.db'}",
            "HAVEN_CONTENT_DIR": str(tmp_path / "content"),
            "HAVEN_PUBLIC_URL": base,
        }
        site.set(
            signing_secret=workspace.signing_secret,
            bot_token=workspace.bot_token,
            team_id=workspace.team_id,
            api_url=f"{url}/api/",
        )
        site.teams()
        async with running(service):
            yield site


async def test_all_is_well(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await site.look(monkeypatch)
    assert {what for what, each in found.items() if each.good is False} == set()
    assert all(found[what].good for what in (ADDRESS, TOKEN, SCOPES, SECRET, TEAM))
    # what a server cannot see is a note, and says where to look
    assert "/invite @haven" in found["Slack, step 9: channels"].remedy
    assert "C0SUPPORT" in found["Slack, step 9: channels"].remedy
    assert "Messages Tab" in found["Slack, step 7: events and tabs"].remedy
    assert "HAVEN_SURFACE=room" in found["Slack: health data"].remedy
    assert not [each for each in site.workspace.recorded if each.method.startswith("chat.")], "nothing is written"


def _answers(status: int, text: str = "", **headers: str) -> Callable[[Site], None]:
    def spoil(site: Site) -> None:
        site.answer = lambda _: Response(text, status, headers)

    return spoil


def _only_first(site: Site) -> None:
    """Let the proxy drop Slack's headers: what is signed arrives without its proof."""
    site.answer = lambda request: (
        Response("not verified", 401) if "x-slack-signature" not in request.headers else Response("", 415)
    )


def _revoked(site: Site) -> None:
    site.workspace.grants.revoke()


def _expired(site: Site) -> None:
    site.workspace.grants.given[site.workspace.bot_token].expires = site.clock.now()


def _fails(error: str) -> Callable[[Site], None]:
    return lambda site: site.workspace.fail_next("auth.test", error)


def _all(site: Site) -> None:
    site.open = True


def _another(site: Site) -> None:
    site.workspace.team_id = "T0OTHER"


def _person(site: Site) -> None:
    site.workspace.bot_id = ""


def _scoped(*more: str, without: str = "") -> Callable[[Site], None]:
    def spoil(site: Site) -> None:
        site.workspace.scopes = (site.workspace.scopes | {*more}) - {without}

    return spoil


def _with(**values: str | None) -> Callable[[Site], None]:
    return lambda site: site.set(**values)


def _late(site: Site) -> None:
    site.clock.later(timedelta(minutes=7))


def _team(**parts: str) -> Callable[[Site], None]:
    return lambda site: site.teams(**parts)


def _url(value: str) -> Callable[[Site], None]:
    return lambda site: site.env.update(HAVEN_PUBLIC_URL=value)


def _no_url(site: Site) -> None:
    del site.env["HAVEN_PUBLIC_URL"]


MISTAKES: list[tuple[Callable[[Site], None], str, str, str]] = [
    # what is wrong, where the doctor says so, in which words, with which remedy
    (_no_url, ADDRESS, "not set", "HAVEN_PUBLIC_URL"),
    (_url("http://127.0.0.1:9"), ADDRESS, "nobody answers", "proxy"),
    (_answers(404), ADDRESS, "something else answers", PATH),
    (_answers(301, location="https://elsewhere.example"), ADDRESS, "leads elsewhere", "answer"),
    (_answers(502), ADDRESS, "does not reach Haven", "haven serve"),
    (_answers(401, "log in"), ADDRESS, "somebody else refuses", "without a login"),
    (_all, ADDRESS, "for this machine only", "nothing else"),
    (_with(signing_secret="a" * 32), SECRET, "another one, or another time", "start `haven serve` again"),
    (_with(signing_secret="the client secret"), SECRET, "not one of Slack's", "Basic Information, Signing Secret"),
    (_only_first, SECRET, "answered with 415", "X-Slack-*"),
    (_with(bot_token="xoxb-wrong"), TOKEN, "does not know the token", "OAuth & Permissions"),
    (_revoked, TOKEN, "revoked", "Install App"),
    (_expired, TOKEN, "has expired", "rotation off"),
    (_fails("account_inactive"), TOKEN, "was removed", "install it again"),
    (_fails("team_access_not_granted"), TOKEN, "Slack says team_access_not_granted", "reference"),
    (_another, TOKEN, "another workspace", "T0OTHER"),
    (_person, TOKEN, "a person's", "Bot User OAuth Token"),
    (_with(api_url="http://127.0.0.1:9/"), TOKEN, "ConnectError", "let this machine reach"),
    (_scoped(without="users:read"), SCOPES, "missing: users:read", "haven manifest slack"),
    (_scoped("channels:history"), SCOPES, "not used: channels:history", "haven manifest slack"),
    (_late, "Slack: the clock", "7 minutes", "NTP"),
    (_team(members="U0SAM, U0NOBODY"), TEAM, "U0NOBODY is unknown", "Copy member ID"),
    (_team(managers="U0GONE"), TEAM, "U0GONE is deactivated", "Copy member ID"),
    (_team(members="U0GUEST, U0ROBOT, U0STRANGER"), TEAM, "U0ROBOT is a bot, a guest", "Copy member ID"),
    (_with(app_token="xapp-1"), "settings", "incomplete or wrong", "HAVEN_SLACK__APP_TOKEN"),
    (_with(client_id="1.2"), "settings", "incomplete or wrong", "HAVEN_SLACK__CLIENT_ID"),
    (_with(bot_token="xoxp-1"), "settings", "incomplete or wrong", "starts with xoxb-"),
    (_with(team_id=None), "settings", "incomplete or wrong", "HAVEN_SLACK__TEAM_ID"),
    (_with(team_id="haven"), "settings", "incomplete or wrong", "starts with T"),
]


@pytest.mark.parametrize(("spoil", "what", "words", "remedy"), MISTAKES, ids=[f"{m[1]}: {m[2]}" for m in MISTAKES])
async def test_each_mistake_is_named_with_its_remedy(
    site: Site, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Site], None], what: str, words: str, remedy: str
) -> None:
    spoil(site)
    finding = (await site.look(monkeypatch))[what]
    assert finding.good is False
    assert words in finding.finding
    assert remedy in finding.remedy


# --- Socket Mode


def _socket(site: Site) -> None:
    site.set(signing_secret=None, app_token=site.slack.app_token)
    site.slack.socket_mode = True


async def test_over_a_socket_nothing_has_to_be_reached(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _socket(site)
    del site.env["HAVEN_PUBLIC_URL"]
    found = await site.look(monkeypatch)
    assert found[SOCKET].good
    assert {what for what, each in found.items() if each.good is False} == set()
    assert "Socket Mode" in found["Slack, step 7: events and tabs"].remedy


@contextlib.contextmanager
def _refusing(site: Site, error: str) -> Iterator[None]:
    def connect(_: str) -> Any:
        raise SlackError(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site.slack, "connect", connect)
        yield


@pytest.mark.parametrize(
    ("error", "words", "remedy"),
    [
        ("missing_scope", "may not open connections", "connections:write"),
        ("not_allowed_token_type", "another kind of token", "App-Level Token"),
        ("invalid_auth", "does not know", "App-Level Tokens"),
        ("access_denied", "Slack says access_denied", "Socket Mode: switch it on"),
    ],
)
async def test_a_socket_that_slack_refuses_is_explained(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: str, words: str, remedy: str
) -> None:
    _socket(site)
    with _refusing(site, error):
        finding = (await site.look(monkeypatch))[SOCKET]
    assert finding.good is False
    assert words in finding.finding
    assert remedy in finding.remedy


# --- several workspaces


def _several(site: Site, **more: str) -> None:
    site.set(bot_token=None, team_id=None)
    given = {"client_id": site.slack.client_id, "client_secret": site.slack.client_secret, "allowed": "T0HAVEN, T0NEW"}
    site.set(**{**given, **more})


async def test_workspaces_that_may_install_are_looked_at_one_by_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _several(site)
    found = await site.look(monkeypatch)
    assert found[APP].good
    for team in ("T0HAVEN", "T0NEW"):
        assert found[f"Slack, step 4: {team}"].good is None
        assert "/slack/install" in found[f"Slack, step 4: {team}"].remedy


@pytest.mark.parametrize(
    ("wrong", "words", "remedy"),
    [
        ({"client_id": "1.2"}, "knows no such app", "HAVEN_SLACK__CLIENT_ID"),
        ({"client_secret": "f" * 32}, "client secret is wrong", "HAVEN_SLACK__CLIENT_SECRET"),
    ],
)
async def test_a_wrong_client_is_named(
    site: Site, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], words: str, remedy: str
) -> None:
    _several(site, **wrong)
    finding = (await site.look(monkeypatch))[APP]
    assert finding.good is False
    assert words in finding.finding
    assert remedy in finding.remedy


async def test_a_workspace_that_is_not_on_the_list_any_more_is_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _several(site, allowed="T0NEW, E0NEW")
    settings = Settings(database_url=site.env["HAVEN_DATABASE_URL"])
    service = build(settings, site.clock, base_url="http://127.0.0.1:1")
    installations = SealedInstallations(service.store, service.vault)
    for tenant, organisation in {"T0OLD": None, "T0OURS": "E0NEW"}.items():
        token = SecretStr("xoxb-old")
        await installations.put(Installation(tenant=tenant, token=token, organisation=organisation))
    await service.close()
    found = await site.look(monkeypatch)
    assert "nobody there is served" in found["Slack, step 4: T0OLD"].finding
    assert "HAVEN_SLACK__ALLOWED" in found["Slack, step 4: T0OLD"].remedy
    assert "does not know the token" in found["Slack, step 4: T0OURS: the token"].finding


@pytest.mark.parametrize("keys", [False, True])
async def test_before_the_first_start_the_doctor_makes_no_file(
    site: Site, monkeypatch: pytest.MonkeyPatch, keys: bool
) -> None:
    _several(site)
    if keys:  # brought along, from a backup
        load_keys(site.folder / "haven.keys.json", database_is_empty=True, clock=site.clock)
    before = {*site.folder.iterdir()}
    await site.look(monkeypatch)
    assert {*site.folder.iterdir()} == before
