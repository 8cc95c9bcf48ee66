"""A voucher: asked for where it is needed, wrong without loss, and gone from here once it has booked."""

import logging
import shutil
from pathlib import Path

import pytest

from bot.providers.clinic import vouchers
from content import default_root
from tests.rig import Rig, rig


def required(folder: Path) -> Path:
    """Return the shipped content, with a clinic that books with a voucher only."""

    shutil.copytree(default_root(), folder)
    file = folder / "org" / "providers.yaml"
    file.write_text(file.read_text().replace("\nclinic:", "\nvouchers: required\nclinic:", 1))
    return folder


async def held(haven: Rig) -> str:
    """Return everything that is held about somebody and planned for them, opened."""
    record = await haven.record("sam")
    assert record
    planned = [each.model_dump_json() for each in await haven.planned()]
    return "\n".join((record.ops.model_dump_json(), record.private.model_dump_json(), *planned))


async def test_asked_for_wrong_and_spent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with rig(tmp_path, content_dir=required(tmp_path / "content")) as haven:
        assert haven.service.clinic
        database = haven.service.clinic.state.practice._database
        code = vouchers.issue(database, haven.clock, 1)[1][0]
        await haven.agree("sam")
        await haven.say("sam", "book")
        await haven.tap("sam", "slot")
        entered = {"name": "Sam", "contact": "sam@home.example", "place": "GB", "remind": "day", "consent": "yes"}
        await haven.fill("sam", **entered)
        words = haven.words("booking")
        assert haven.screen("sam").errors == {"voucher": str(words.voucher_wrong)}
        await haven.fill("sam", **entered, voucher="ABCD-EFGH-JKMN-PQRS")
        (error,) = haven.screen("sam").errors.values()
        assert error == words.voucher_spent.fill(phone=haven.service.library.current.catalog("en").phone)
        shown = {field.key: field.value for field in haven.screen("sam").fields}
        assert shown == {**entered, "voucher": "ABCD-EFGH-JKMN-PQRS"}  # nothing is lost
        assert await haven.booked() == []
        await haven.fill("sam", **entered, voucher=code.lower())
        assert [each["identifier"][1]["value"] for each in await haven.booked()] == [code.lower()]
        assert vouchers.batches(database)[0].spent == 1
        now = await held(haven)
        assert "ABCD-EFGH" not in now
        assert code.lower() not in now
        assert code.lower() not in caplog.text
