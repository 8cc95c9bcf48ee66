"""A token that is renewed is never lost: however slow Slack is, whoever is quicker, whatever the storage does."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.platform import Unreachable
from adapters.slack.installation import Installation
from adapters.slack.tokens import AGAIN, Spent, Token

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
FIRST = Installation(
    tenant="T0ABC",
    token=SecretStr("xoxb-1"),
    refresh=SecretStr("xoxe-1"),
    expires=NOW + timedelta(hours=1),
    organisation="E0ORG",
)


class Kept:
    """What is stored; the next writes fail if `broken` says so."""

    def __init__(self) -> None:
        self.installation: Installation | None = FIRST
        self.broken = 0

    async def all(self) -> Sequence[Installation]:
        return [self.installation] if self.installation else []

    async def get(self, tenant: str) -> Installation | None:
        return self.installation

    async def put(self, installation: Installation) -> None:
        self.installation = installation

    async def replace(self, before: Installation, after: Installation) -> bool:
        if self.broken:
            self.broken -= 1
            raise OSError("the disk is full")
        if self.installation != before:
            return False
        self.installation = after
        return True

    async def drop(self, tenant: str) -> None:
        self.installation = None


class Slack:
    """Takes each refresh token once, and answers after `seconds`."""

    def __init__(self) -> None:
        self.good, self.count, self.asked, self.seconds = "xoxe-1", 1, 0, 0.0

    async def exchange(self, refresh: str) -> dict[str, Any]:
        self.asked += 1
        if refresh != self.good:
            raise Spent
        self.count += 1
        self.good, number = f"xoxe-{self.count}", self.count
        await asyncio.sleep(self.seconds)
        return {"access_token": f"xoxb-{number}", "refresh_token": f"xoxe-{number}", "expires_in": 43200}


class Site:
    """One installation, and as many processes as are asked for."""

    def __init__(self) -> None:
        self.kept, self.slack, self.now = Kept(), Slack(), NOW

    def process(self) -> Token:
        return Token(FIRST, self.kept, self.slack.exchange, lambda: self.now)

    @property
    def refresh(self) -> str:
        assert self.kept.installation
        assert self.kept.installation.refresh
        return self.kept.installation.refresh.get_secret_value()


@pytest.fixture
def site() -> Site:
    return Site()


async def test_whoever_runs_out_of_patience_does_not_lose_the_renewal(site: Site) -> None:
    token, site.slack.seconds = site.process(), 0.2
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(token.current(), 0.05)
    assert await token.current() == "xoxb-2"
    assert (site.refresh, site.slack.asked) == (site.slack.good, 1)


async def test_a_service_that_stops_waits_for_what_slack_has_granted(site: Site) -> None:
    token, site.slack.seconds = site.process(), 0.2
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(token.current(), 0.05)
    await token.stop()
    assert site.refresh == site.slack.good


async def test_a_renewed_installation_belongs_to_the_same_organisation(site: Site) -> None:
    await site.process().current()
    assert site.kept.installation
    assert site.kept.installation.among({"E0ORG"})


@pytest.mark.parametrize("failures", [1, 3])
async def test_a_storage_that_fails_does_not_lose_the_new_pair(site: Site, failures: int) -> None:
    token, site.kept.broken = site.process(), failures
    assert await token.current() == "xoxb-2"
    site.now += AGAIN
    assert await token.current() == "xoxb-2"
    assert (site.refresh, site.slack.asked) == (site.slack.good, 1)


async def test_what_could_not_be_stored_is_stored_at_the_end(site: Site) -> None:
    token, site.kept.broken = site.process(), 3
    await token.current()
    await token.stop()
    assert site.refresh == site.slack.good


@pytest.mark.parametrize("hours", [0, 2])  # the old token is good still, or over
async def test_whoever_is_slower_than_another_process_takes_what_that_one_got(site: Site, hours: int) -> None:
    site.slack.seconds, site.now = 0.1, NOW + timedelta(hours=hours)
    tokens = await asyncio.gather(site.process().current(), site.process().current())
    assert set(tokens) <= {"xoxb-2"} | ({"xoxb-1"} if hours == 0 else set())
    assert site.refresh == site.slack.good


async def test_a_token_that_is_not_renewed_serves_until_its_end_and_slack_is_not_pestered(site: Site) -> None:
    token, site.slack.good = site.process(), "none"
    for _ in range(10):
        assert await token.current() == "xoxb-1"
    assert site.slack.asked == 1
    site.now += timedelta(hours=1)
    with pytest.raises(Unreachable, match="install the app again"):
        await token.current()


async def test_a_token_that_slack_calls_expired_is_not_used_again(site: Site) -> None:
    token, site.slack.good = site.process(), "none"
    assert await token.current() == "xoxb-1"
    with pytest.raises(Unreachable):
        await token.current(refused="xoxb-1")


async def test_a_renewal_that_ends_after_the_app_was_installed_again_keeps_the_new_one(site: Site) -> None:
    token, site.slack.seconds = site.process(), 0.2
    waiting = asyncio.create_task(token.current())
    await asyncio.sleep(0.05)
    again = FIRST.model_copy(update={"token": SecretStr("xoxb-again"), "refresh": SecretStr("xoxe-again")})
    await site.kept.put(again)
    assert await waiting == "xoxb-again"
    assert site.kept.installation == again


async def test_a_renewal_that_ends_after_the_app_was_removed_brings_nothing_back(site: Site) -> None:
    token, site.slack.seconds = site.process(), 0.2
    waiting = asyncio.create_task(token.current())
    await asyncio.sleep(0.05)
    await site.kept.drop("T0ABC")
    with pytest.raises(Unreachable, match="not installed"):
        await waiting
    assert site.kept.installation is None
