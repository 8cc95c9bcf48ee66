"""What the doctor says about Microsoft Teams: each seeded mistake is named, with the step and its remedy."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Response

from bot.clock import SystemClock
from bot.doctor import examine
from bot.doctor.finding import Finding
from bot.sandbox.serve import serve
from bot.sandbox.teams.demo import FINANCE, SUPPORT
from bot.sandbox.teams.identity import Key
from bot.sandbox.teams.workspace import Person
from content import default_root
from tests.adapters.teams.conftest import World, standing

SECRET = "the-secret-that-no-finding-holds"
NOBODYS = "11111111-2222-4333-8444-555555555555"
TEAM = "Teams, step 9: Customer Support"


@dataclass
class Site:
    """A tenant, Haven's own door, and what is set; tests spoil one thing of it."""

    world: World
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def teams(self, **changes: str) -> None:
        """Write teams.yaml with one team; a part that is given replaces ours."""
        people = [self.world.workspace.people[each] for each in self.world.workspace.conversation(SUPPORT).members]
        ids = ", ".join(each.aad_object_id for each in people if each.role == "user")
        told = {"members": f"teams: [{ids}]", "managers": f"teams: [{ids[:36]}]", "channel": f'teams: "{SUPPORT}"'}
        parts = "".join(f"    {name}:\n      {part}\n" for name, part in {**told, **changes}.items())
        text = f"teams:\n  - key: support\n    name: Customer Support\n{parts}"
        (self.folder / "content" / "org" / "teams.yaml").write_text(text)

    async def look(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Finding]:
        monkeypatch.chdir(self.folder)
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)
        return {each.what: each for each in await examine(SystemClock())}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    shutil.copytree(default_root(), tmp_path / "content", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    async with standing(playground=False) as world:
        workspace = world.workspace
        workspace.app_password = SECRET
        for number in range(3):
            person = workspace.join(
                Person(f"29:1more-{number}", f"5b000000-0000-4000-8000-00000000000{number}", "More")
            )
            workspace.conversation(SUPPORT).members.append(person.id)
        made = Site(world, tmp_path)
        made.env = {
            "HAVEN_DATABASE_URL": f"sqlite:///{tmp_path / 'haven.db'}",
            "HAVEN_CONTENT_DIR": str(tmp_path / "content"),
            "HAVEN_PUBLIC_URL": world.url,
            "HAVEN_TEAMS__APP_ID": workspace.app_id,
            "HAVEN_TEAMS__APP_PASSWORD": SECRET,
            "HAVEN_TEAMS__TENANT_ID": workspace.tenant_id,
            "HAVEN_TEAMS__OPENID_URL": f"{world.url}/v1/.well-known/openidconfiguration",
            "HAVEN_TEAMS__LOGIN_URL": world.url,
            "HAVEN_TEAMS__SERVICE_HOSTS": world.url,
        }
        made.teams()
        yield made


async def test_a_good_installation_is_good(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.world.workspace.recorded.clear()
    found = await site.look(monkeypatch)
    # the stand-in's address is http, so a package cannot be made for it: everything else is as in real life
    wrong = {what for what, each in found.items() if each.good is False}
    assert wrong == {"Teams, step 8: the app package"}
    assert {what for what in found if what.startswith("Teams")} == {
        "Teams, step 1: the address",
        "Teams, step 2 and 3: application and secret",
        "Teams, step 4: service hosts",
        "Teams, steps 5 and 6: in Azure",
        "Teams, step 7: Microsoft's signing keys",
        "Teams, step 8: the app package",
        TEAM,
    }
    assert "6 members" in found[TEAM].finding
    assert SECRET not in repr(found)


def env(**changes: str) -> Callable[[Site], None]:
    return lambda site: site.env.update(changes)


def named(**changes: str) -> Callable[[Site], None]:
    return lambda site: site.teams(**changes)


def small(site: Site) -> None:
    del site.world.workspace.conversation(SUPPORT).members[4:]


def expire(site: Site) -> None:
    site.world.workspace.secret_expired = True


def unendorse(site: Site) -> None:
    site.world.workspace.identity.key = Key("another", ("webchat",))


def unknown_issuer(site: Site) -> None:
    site.world.workspace.identity.openid = lambda url: {"issuer": "https://example.org", "jwks_uri": url}  # type: ignore[method-assign]


ALONE = "5c000000-0000-4000-8000-000000000001"
SEEDED: dict[str, tuple[Callable[[Site], Any], str, str]] = {
    "an address that is not set": (
        lambda it: it.env.pop("HAVEN_PUBLIC_URL"),
        "Teams, step 1: the address",
        "HAVEN_PUBLIC_URL",
    ),
    "an address where nobody is": (env(HAVEN_PUBLIC_URL="http://127.0.0.1:9"), "Teams, step 1: the address", "DNS"),
    "an address without HTTPS": (env(HAVEN_PUBLIC_URL="http://haven.example.org"), "settings", "HAVEN_PUBLIC_URL"),
    "a secret that is wrong": (env(HAVEN_TEAMS__APP_PASSWORD="its-id"), "Teams, step 3: secret", "not its Secret ID"),
    "a secret that has expired": (expire, "Teams, step 3: secret", "make a new one"),
    "an application that is unknown": (
        env(HAVEN_TEAMS__APP_ID=NOBODYS),
        "Teams, step 2: application",
        "HAVEN_TEAMS__APP_ID",
    ),
    "a tenant that is unknown": (
        env(HAVEN_TEAMS__TENANT_ID=NOBODYS),
        "Teams, step 2: application",
        "HAVEN_TEAMS__TENANT_ID",
    ),
    "a refusal that nobody foresaw": (
        lambda it: it.world.workspace.fail_next("token", 400),
        "Teams, step 2: application",
        "list of error codes",
    ),
    "a login that cannot be reached": (
        env(HAVEN_TEAMS__LOGIN_URL="http://127.0.0.1:9"),
        "Teams, step 2 and 3: application and secret",
        "port 443",
    ),
    "an id that is none": (env(HAVEN_TEAMS__APP_ID="haven"), "settings", "HAVEN_TEAMS__APP_ID"),
    "settings in part": (lambda it: it.env.pop("HAVEN_TEAMS__TENANT_ID"), "settings", "HAVEN_TEAMS__TENANT_ID"),
    "a wildcard of hosts": (
        env(HAVEN_TEAMS__SERVICE_HOSTS="*.trafficmanager.net"),
        "Teams, step 4: service hosts",
        "anybody",
    ),
    "somebody's host": (
        env(HAVEN_TEAMS__SERVICE_HOSTS="smba.trafficmanager.net,mine.trafficmanager.net"),
        "Teams, step 4: service hosts",
        "anybody",
    ),
    "any host at all": (
        env(HAVEN_TEAMS__SERVICE_HOSTS="*"),
        "Teams, step 4: service hosts",
        "without a path or a wildcard",
    ),
    "keys that cannot be fetched": (
        env(HAVEN_TEAMS__OPENID_URL="http://127.0.0.1:9/x"),
        "Teams, step 7: Microsoft's signing keys",
        "HAVEN_TEAMS__OPENID_URL",
    ),
    "keys for other channels": (unendorse, "Teams, step 7: Microsoft's signing keys", "HAVEN_TEAMS__OPENID_URL"),
    "somebody else's metadata": (unknown_issuer, "Teams, step 7: Microsoft's signing keys", "HAVEN_TEAMS__OPENID_URL"),
    "a team without the bot": (named(channel=f'teams: "{FINANCE}"'), TEAM, "add the app to the team"),
    "a channel that is not there": (named(channel='teams: "19:nowhere@thread.tacv2"'), TEAM, "Get link to channel"),
    "a channel without members": (named(members="console: [sam]"), TEAM, "object ids"),
    "members without a channel": (named(channel="console: here"), TEAM, "channel's id"),
    "a team that is too small": (small, TEAM, "could be guessed"),
    "members that are not the team's": (named(members=f"teams: [{ALONE}]"), TEAM, "list the team's members"),
    "an object id that is none": (named(managers="teams: [morgan@example.org]"), "content", "Object ID"),
    "a Bot Connector that does not take our token": (
        lambda it: it.world.workspace.fail_next("get_conversation_paged_members", 401),
        TEAM,
        "HAVEN_TEAMS__APP_ID",
    ),
}


@pytest.mark.parametrize("name", SEEDED)
async def test_what_is_wrong_is_named_with_its_remedy(site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    spoil, what, remedy = SEEDED[name]
    spoil(site)
    found = await site.look(monkeypatch)
    assert found[what].good is False, found
    assert remedy in found[what].remedy
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "as it is"),
        (301, "itself"),
        (401, "without a login"),
        (403, "without a login"),
        (404, "pass on /api/messages"),
        (405, "pass on /api/messages"),
        (502, "haven serve"),
        (503, "haven serve"),
    ],
)
async def test_a_proxy_in_the_way_is_named(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int, words: str
) -> None:
    async with proxy(status) as url:
        site.env["HAVEN_PUBLIC_URL"] = url
        found = (await site.look(monkeypatch))["Teams, step 1: the address"]
    assert found.good is False
    assert words in found.remedy


@contextlib.asynccontextmanager
async def proxy(status: int, says: str = "sign in", *, everything: bool = False) -> AsyncIterator[str]:
    app = FastAPI(openapi_url=None)
    if everything:
        app.add_api_route("/{path:path}", lambda path: path, methods=["GET"])

    @app.post("/api/messages")
    async def answer() -> Response:
        return Response(says, status, {"Location": "https://example.org/"} if status == 301 else None)

    async with serve(app) as url:
        yield url


async def test_a_proxy_that_passes_on_everything_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy(401, "not verified", everything=True) as url:
        site.env["HAVEN_PUBLIC_URL"] = url
        found = (await site.look(monkeypatch))["Teams, step 1: the address"]
    assert found.good is False
    assert "nothing else" in found.remedy


async def test_the_playground_is_pointed_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.env.pop("HAVEN_TEAMS__APP_PASSWORD")
    site.env["HAVEN_TEAMS__PLAYGROUND"] = "true"
    found = await site.look(monkeypatch)
    assert found["Teams"].good is None
    assert "HAVEN_TEAMS__PLAYGROUND" in found["Teams"].remedy


async def test_without_teams_nothing_is_said_of_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.env = {name: value for name, value in site.env.items() if "TEAMS" not in name}
    assert not any(what.startswith("Teams") for what in await site.look(monkeypatch))
