"""How workspaces install the app: browsers, codes, tokens that rotate, leaving and coming back, over real HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.platform import Address, Public, Unreachable
from adapters.slack.app import SlackPlatform
from adapters.slack.oauth import MOST, Few
from adapters.slack.scopes import SCOPES
from adapters.slack.workspaces import Workspace as SlackWorkspace
from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.installing import App
from bot.sandbox.slack.look import text_of
from bot.sandbox.slack.workspace import Workspace
from bot.settings import Settings, SlackSettings
from bot.web import create_app
from bot.wiring import Service, build, running
from flows.core.screen import Screen

SAM = "U0SAM"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HELLO = Public(screen=Screen(lines=("Hello.",)))


@dataclass
class Stage:
    """Slack with three workspaces, Haven, and an administrator's browser."""

    slack: App
    service: Service
    clock: ShiftedClock
    base: str
    browser: httpx.AsyncClient
    hands: dict[str, Hands]

    @property
    def platform(self) -> SlackPlatform:
        """Return the platform under test."""
        door = self.service.doors[0]
        assert isinstance(door, SlackPlatform)
        return door

    def workspace(self, team: str) -> Workspace:
        """Return a workspace by its id."""
        return next(each for each in self.slack.workspaces if each.team_id == team)

    async def begin(self) -> httpx.Response:
        """Open the first address, without going where it leads."""
        return await self.browser.get(f"{self.base}/slack/install")

    async def install(self, team: str) -> httpx.Response:
        """Visit the first address in a browser that is signed in to this workspace, and follow."""
        self.slack.visitor = self.workspace(team)
        return await self.browser.get(f"{self.base}/slack/install", follow_redirects=True)

    async def answered(self, team: str, user: str = SAM) -> bool:
        """Say hello, and tell whether Haven answered in this workspace."""
        before = len(self.hands[team].messages(user))
        await self.hands[team].say(user, "hello")
        for _ in range(1500):
            told = self.hands[team].messages(user)[before + 1 :]
            if any("I am a program" in text_of(each) for each in told):
                return True
            await asyncio.sleep(0.01)
        return False

    def to(self, team: str, user: str = SAM) -> Address:
        """Return somebody's address."""
        return Address(platform="slack", tenant=team, user=user)


@asynccontextmanager
async def staged(
    folder: Path, *, rotates: bool = False, allowed: str = "T0HAVEN,T0SISTER,E0ORG", prepare: Callable[[App], Any] = id
) -> AsyncIterator[Stage]:
    clock = ShiftedClock(MONDAY)
    first = demo_workspace(clock)
    workspaces = [first]
    for team, more in {"T0SISTER": {}, "T0FOREIGN": {}, "T0ORG": {"organisation": "E0ORG", "org_wide": True}}.items():
        other = Workspace(clock, team_id=team, signing_secret=first.signing_secret, pace=None, **more)  # type: ignore[arg-type]
        for member in demo_workspace(clock).members.values():
            member.team_id = team if member.team_id == first.team_id else member.team_id
            other.join(member)
        workspaces.append(other)
    slack, shell = App(clock, workspaces, rotates=rotates), FastAPI()
    async with serve(create_slack(first, slack)) as url, serve(shell) as base:
        slack.redirects.append(base)
        prepare(slack)
        settings = Settings(
            database_url=f"sqlite:///{folder / 'haven.db'}",
            public_url=base,
            slack=SlackSettings(
                signing_secret=first.signing_secret,
                client_id=slack.client_id,
                client_secret=slack.client_secret,
                allowed=allowed,
                api_url=f"{url}/api/",
            ),
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        async with running(service), httpx.AsyncClient() as browser:
            hands = {each.team_id: Hands(each, base, clock, retries=0) for each in workspaces}
            yield Stage(slack, service, clock, base, browser, hands)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


# --- installing


async def test_two_workspaces_install_and_each_is_served_with_its_own_token(stage: Stage) -> None:
    for team in ("T0HAVEN", "T0SISTER"):
        page = await stage.install(team)
        assert (page.status_code, "Haven is installed" in page.text) == (200, True)
    for team in ("T0HAVEN", "T0SISTER"):
        assert await stage.answered(team)
    # the same member id lives in both: what one of them is told, the other is not
    for team in ("T0HAVEN", "T0SISTER"):
        assert len([each for each in stage.hands[team].messages(SAM) if each["user"] == "U0HAVEN"]) == 1


async def test_nobody_is_served_before_the_app_is_installed(stage: Stage) -> None:
    delivery = await stage.hands["T0HAVEN"].say(SAM, "hello")
    assert (delivery.status, delivery.text) == (403, "not this workspace")
    with pytest.raises(Unreachable):
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)


async def test_an_organisation_installs_once_for_all_its_workspaces(stage: Stage) -> None:
    await stage.install("T0ORG")
    assert await stage.answered("T0ORG")
    assert [each.tenant for each in await stage.platform.workspaces._installations.all()] == ["E0ORG"]
    await stage.platform.post(stage.to("E0ORG"), HELLO)
    with pytest.raises(Unreachable):
        await stage.platform.post(stage.to("T0ORG"), HELLO)


async def test_a_workspace_of_a_listed_organisation_may_install_for_itself(stage: Stage) -> None:
    stage.workspace("T0ORG").org_wide = False
    assert "Haven is installed" in (await stage.install("T0ORG")).text
    assert await stage.answered("T0ORG")


async def test_a_workspace_that_is_not_listed_is_refused_and_its_token_given_back(stage: Stage) -> None:
    page = await stage.install("T0FOREIGN")
    assert (page.status_code, "Not on the list" in page.text) == (403, True)
    foreign = stage.workspace("T0FOREIGN")
    assert all(grant.revoked for token, grant in foreign.grants.given.items() if token == foreign.bot_token)
    assert not await stage.platform.workspaces._installations.all()
    assert (await stage.hands["T0FOREIGN"].say(SAM, "hello")).status == 403


async def test_installing_asks_for_exactly_what_is_needed(stage: Stage) -> None:
    asked = parse_qs(urlsplit((await stage.begin()).headers["location"]).query)
    assert asked["scope"] == [",".join(SCOPES)]
    assert asked["redirect_uri"] == [f"{stage.base}/slack/oauth_redirect"]


async def test_fewer_permissions_than_needed_are_refused(stage: Stage) -> None:
    there = (await stage.begin()).headers["location"]
    stage.slack.visitor = stage.workspace("T0HAVEN")
    page = await stage.browser.get(re.sub(r"users%3Aread", "team%3Aread", there), follow_redirects=True)
    assert (page.status_code, "Some permissions are missing" in page.text) == (400, True)
    assert not await stage.platform.workspaces._installations.all()
    # without rotation it can be the token of an installation that is at work: it is not given back
    grants = stage.workspace("T0HAVEN").grants.given
    assert not any(grant.revoked for grant in grants.values())


async def test_whoever_is_taken_off_the_list_is_not_served_after_a_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with staged(tmp_path) as stage:
        for team in ("T0HAVEN", "T0SISTER"):
            await stage.install(team)
        stage.workspace("T0ORG").org_wide = False
        await stage.install("T0ORG")  # a workspace of E0ORG
        settings = stage.service.settings
        slack = settings.slack.model_copy(update={"allowed": "T0SISTER,E0ORG"})
        again = build(settings.model_copy(update={"slack": slack}), stage.clock, base_url=stage.base)
        door = again.doors[0]
        await door.start()
        await door.post(stage.to("T0SISTER"), HELLO)
        await door.post(stage.to("T0ORG"), HELLO)
        with pytest.raises(Unreachable):
            await door.post(stage.to("T0HAVEN"), HELLO)
        assert [each.getMessage() for each in caplog.records].count("slack_not_allowed") == 1
        await door.stop()
        await again.close()


async def test_codes_are_taken_to_slack_one_at_a_time_and_a_few_a_minute(stage: Stage) -> None:
    async def made_up(browser: httpx.AsyncClient) -> int:
        there = await browser.get(f"{stage.base}/slack/install")
        state = parse_qs(urlsplit(there.headers["location"]).query)["state"][0]
        return (await browser.get(f"{stage.base}/slack/oauth_redirect?code=made-up&state={state}")).status_code

    few = Few(MOST, stage.clock.now)
    with few.one() as first, few.one() as meanwhile:
        assert (first, meanwhile) == (True, False)
    with few.one() as afterwards:
        assert afterwards
    assert [await made_up(stage.browser) for _ in range(8)] == [502] * MOST + [429] * (8 - MOST)
    assert len(stage.slack.exchanges) == MOST
    stage.clock.later(timedelta(minutes=1))
    assert (await stage.install("T0HAVEN")).status_code == 200


async def test_saying_no_changes_nothing(stage: Stage) -> None:
    stage.slack.says_no = True
    page = await stage.install("T0HAVEN")
    assert (page.status_code, "Nothing was installed" in page.text) == (200, True)
    assert not stage.slack.exchanges


async def test_a_wrong_client_secret_is_said_without_showing_it(stage: Stage) -> None:
    before, stage.slack.client_secret = stage.slack.client_secret, "another"
    page = await stage.install("T0HAVEN")
    assert (page.status_code, "Slack did not complete this" in page.text) == (502, True)
    assert before not in page.text


# --- the state


async def way_back(stage: Stage) -> str:
    """Begin, and say yes at Slack; return the address that Slack sends the browser back to."""
    stage.slack.visitor = stage.workspace("T0HAVEN")
    there = await stage.browser.get((await stage.begin()).headers["location"])
    return there.headers["location"]


async def test_a_state_works_once(stage: Stage) -> None:
    back = await way_back(stage)
    cookie = stage.browser.cookies.get("haven_slack_install", path="/slack/oauth_redirect")
    assert (await stage.browser.get(back)).status_code == 200
    again = await stage.browser.get(back, headers={"Cookie": f"haven_slack_install={cookie}"})
    assert (again.status_code, "This link is over" in again.text) == (400, True)
    assert len(stage.slack.exchanges) == 1


@pytest.mark.parametrize(("seconds", "status"), [(590, 200), (610, 400)])
async def test_a_state_works_for_ten_minutes(stage: Stage, seconds: int, status: int) -> None:
    back = await way_back(stage)
    stage.clock.later(timedelta(seconds=seconds))
    assert (await stage.browser.get(back)).status_code == status
    assert len(stage.slack.exchanges) == (status == 200)


async def test_a_state_works_in_the_browser_that_began(stage: Stage) -> None:
    back = await way_back(stage)
    async with httpx.AsyncClient() as another:
        assert (await another.get(back)).status_code == 400
        assert (await another.get(back, headers={"Cookie": "haven_slack_install=guessed"})).status_code == 400
        await another.get(f"{stage.base}/slack/install")
        assert (await another.get(back)).status_code == 400
    assert not stage.slack.exchanges
    assert (await stage.browser.get(back)).status_code == 200


@pytest.mark.parametrize("spoilt", ["", "x", "%00", "A" * 43, "é", "state&state=other", "A" * 5000])
async def test_a_state_that_is_not_ours_is_refused(stage: Stage, spoilt: str) -> None:
    back = re.sub(r"state=[^&]*", f"state={spoilt}", await way_back(stage))
    assert (await stage.browser.get(back)).status_code == 400
    assert not stage.slack.exchanges


async def test_a_state_that_was_changed_by_a_letter_is_refused(stage: Stage) -> None:
    back = await way_back(stage)
    state = parse_qs(urlsplit(back).query)["state"][0]
    changed = ("B" if state[20] == "A" else "A").join((state[:20], state[21:]))  # not in the expiry
    assert (await stage.browser.get(back.replace(state, changed))).status_code == 400


async def test_the_pages_are_constant_and_closed(stage: Stage) -> None:
    page = await stage.browser.get(f"{stage.base}/slack/oauth_redirect?error=<script>canary</script>&state=canary")
    assert "canary" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    cookie = (await stage.begin()).headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/slack/oauth_redirect", "max-age=600"} <= set(cookie.split("; "))


# --- tokens that rotate


async def test_a_message_that_goes_out_by_itself_renews_the_token(tmp_path: Path) -> None:
    async with staged(tmp_path, rotates=True) as stage:
        await stage.install("T0HAVEN")
        first = stage.workspace("T0HAVEN").bot_token
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        stage.clock.later(timedelta(hours=9, minutes=59))
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        assert stage.workspace("T0HAVEN").bot_token == first
        stage.clock.later(timedelta(minutes=2))  # two hours before its end
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        assert stage.workspace("T0HAVEN").bot_token != first
        stage.clock.later(timedelta(days=30))  # nobody wrote for a month
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        assert [each["grant_type"] for each in stage.slack.exchanges].count("refresh_token") == 2


async def test_however_many_ask_at_once_it_is_renewed_once(tmp_path: Path) -> None:
    async with staged(tmp_path, rotates=True) as stage:
        await stage.install("T0HAVEN")
        stage.clock.later(timedelta(hours=13))
        addresses = [stage.to("T0HAVEN", user) for user in (SAM, "U0ALEX", "U0MORGAN")] * 4
        await asyncio.gather(*(stage.platform.post(each, HELLO) for each in addresses))
        assert len(stage.slack.exchanges) == 2


async def test_a_renewed_token_is_kept_over_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path, rotates=True) as stage:
        await stage.install("T0HAVEN")
        stage.clock.later(timedelta(hours=13))
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        workspaces = stage.platform.workspaces
        await workspaces.stop()
        workspaces._open.clear()
        await workspaces.start()
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        stage.clock.later(timedelta(hours=13))
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        assert len(stage.slack.exchanges) == 3


async def test_a_token_that_slack_calls_expired_is_renewed_and_the_call_repeated(tmp_path: Path) -> None:
    async with staged(tmp_path, rotates=True) as stage:
        await stage.install("T0HAVEN")
        workspace = stage.workspace("T0HAVEN")
        workspace.grants.given[workspace.bot_token].expires = MONDAY  # by Slack's clock it is over
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        assert len(stage.hands["T0HAVEN"].messages(SAM)) == 1


async def test_another_process_may_have_renewed_it(tmp_path: Path) -> None:
    async with staged(tmp_path, rotates=True) as stage:
        await stage.install("T0HAVEN")
        stage.clock.later(timedelta(hours=13))
        other = build(stage.service.settings, stage.clock, base_url=stage.base)  # as `haven send-due` beside it
        await other.doors[0].start()
        await other.doors[0].post(stage.to("T0HAVEN"), HELLO)
        await other.doors[0].stop()
        await other.close()
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        assert len(stage.slack.exchanges) == 2


async def test_a_refresh_token_that_slack_does_not_take_makes_people_unreachable(tmp_path: Path) -> None:
    async with staged(tmp_path, rotates=True) as stage:
        await stage.install("T0HAVEN")
        stage.slack.refreshes.clear()
        stage.clock.later(timedelta(hours=13))
        with pytest.raises(Unreachable):
            await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        await stage.install("T0HAVEN")
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)


async def test_an_old_token_serves_while_slack_does_not_renew(tmp_path: Path) -> None:
    async with staged(tmp_path, rotates=True) as stage:
        await stage.install("T0HAVEN")
        stage.clock.later(timedelta(hours=11))
        secret, stage.slack.client_secret = stage.slack.client_secret, "another"
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        stage.clock.later(timedelta(hours=2))
        with pytest.raises(Exception, match="Slack refused the call"):
            await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        stage.slack.client_secret = secret
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)


# --- leaving, and coming back


@pytest.mark.parametrize("told", ["uninstalled", "revoked"])
async def test_a_workspace_that_leaves_takes_nobody_along(stage: Stage, told: str) -> None:
    for team in ("T0HAVEN", "T0SISTER"):
        await stage.install(team)
        assert await stage.answered(team)
    stage.slack.uninstall(stage.workspace("T0HAVEN"))
    assert (await getattr(stage.hands["T0HAVEN"], told)()).status == 200
    assert [each.tenant for each in await stage.platform.workspaces._installations.all()] == ["T0SISTER"]
    assert (await stage.hands["T0HAVEN"].say(SAM, "hello")).status == 403
    with pytest.raises(Unreachable):
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
    await stage.platform.post(stage.to("T0SISTER"), HELLO)
    assert await stage.answered("T0SISTER", "U0MORGAN")

    await stage.install("T0HAVEN")
    await stage.platform.post(stage.to("T0HAVEN"), HELLO)


async def test_a_notice_that_comes_after_it_was_installed_again_changes_nothing(stage: Stage) -> None:
    await stage.install("T0HAVEN")
    stage.slack.uninstall(stage.workspace("T0HAVEN"))
    await stage.install("T0HAVEN")
    assert (await stage.hands["T0HAVEN"].uninstalled()).status == 200
    assert await stage.answered("T0HAVEN")


async def test_a_notice_during_which_it_is_installed_again_removes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.install("T0HAVEN")
    stage.slack.uninstall(stage.workspace("T0HAVEN"))
    workspaces = stage.platform.workspaces
    looks = workspaces._alive

    async def meanwhile(workspace: SlackWorkspace) -> bool:
        alive = await looks(workspace)
        await stage.install("T0HAVEN")
        return alive

    monkeypatch.setattr(workspaces, "_alive", meanwhile)
    assert (await stage.hands["T0HAVEN"].uninstalled()).status == 200
    assert len(await workspaces._installations.all()) == 1
    await stage.platform.post(stage.to("T0HAVEN"), HELLO)


async def test_what_is_stored_is_replaced_by_who_knows_it_only(stage: Stage) -> None:
    await stage.install("T0HAVEN")
    installations = stage.platform.workspaces._installations
    (first,) = await installations.all()
    second, third = (first.model_copy(update={"token": SecretStr(f"xoxb-{name}")}) for name in ("second", "third"))
    assert await installations.replace(first, second)
    assert not await installations.replace(first, third)
    assert await installations.all() == [second]
    await installations.drop("T0HAVEN")
    assert not await installations.replace(second, third)
    assert await installations.all() == []


async def test_a_notice_that_cannot_be_looked_into_is_delivered_again(stage: Stage) -> None:
    await stage.install("T0HAVEN")
    workspace = stage.workspace("T0HAVEN")
    stage.slack.uninstall(workspace)
    workspace.fail_next("auth.test", status=500)
    assert (await stage.hands["T0HAVEN"].uninstalled()).status == 500
    assert (await stage.hands["T0HAVEN"].uninstalled()).status == 200
    assert not stage.platform.workspaces.knows("T0HAVEN")


async def test_installing_again_replaces_the_token(stage: Stage) -> None:
    await stage.install("T0HAVEN")
    stage.workspace("T0HAVEN").grants.revoke()
    await stage.install("T0HAVEN")
    await stage.platform.post(stage.to("T0HAVEN"), HELLO)
    assert len(await stage.platform.workspaces._installations.all()) == 1


async def test_nothing_of_an_installation_can_be_read_in_the_files_or_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    async with staged(tmp_path, rotates=True) as stage:
        for team in ("T0HAVEN", "T0ORG", "T0FOREIGN"):
            await stage.install(team)
        stage.clock.later(timedelta(hours=13))
        await stage.platform.post(stage.to("T0HAVEN"), HELLO)
        workspaces = stage.platform.workspaces
        secrets = [token for each in stage.slack.workspaces for token in each.grants.given]
        secrets += [*stage.slack.refreshes, *stage.slack.codes, stage.slack.client_secret]
        held = repr([*await workspaces._installations.all(), stage.platform, workspaces, stage.service.settings])
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240  a few small files
    assert len(secrets) > 6
    haven = [record.getMessage() + repr(record.__dict__) for record in caplog.records if record.name == "haven"]
    for secret in [*secrets, "T0HAVEN", "E0ORG", "T0FOREIGN"]:
        assert secret.encode() not in files
        assert not any(secret in line for line in haven)
    for secret in secrets:
        assert secret not in held
