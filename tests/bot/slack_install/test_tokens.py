"""Tokens that rotate: renewed in time, once, whoever asks; kept over a restart."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.platform import Unreachable
from bot.wiring import build
from tests.bot.slack_install.conftest import HELLO, MONDAY, SAM, staged


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
