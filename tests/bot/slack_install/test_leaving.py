"""Leaving and coming back; and that nothing of an installation can be read anywhere."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.platform import Unreachable
from adapters.slack.workspaces import Workspace as SlackWorkspace
from tests.bot.slack_install.conftest import HELLO, SAM, Stage, staged


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
