"""The state that Slack sends a browser back with: it works once, for ten minutes, where it began. And the pages."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.bot.slack_install.conftest import Stage


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
