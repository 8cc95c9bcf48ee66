"""Who may install the app, and what for: workspaces and organisations on the list, with exactly what is needed."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from adapters.platform import Unreachable
from adapters.slack.oauth import MOST, Few
from adapters.slack.scopes import SCOPES
from bot.wiring import build
from tests.bot.slack_install.conftest import HELLO, SAM, Stage, staged


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
