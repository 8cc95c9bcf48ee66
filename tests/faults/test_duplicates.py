"""Delivered again, tapped late, or made up: what happens twice has one effect, and what is old has none."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.platform import Forged
from bot.vault import decode, encode
from flows.core.events import Answered
from tests.rig import Rig, rig, token_of

ANSWERS = {"q1": "2", "q2": "2", "q3": "1", "q4": "1"}


async def test_everything_delivered_four_times_has_one_effect(tmp_path: Path) -> None:
    async with rig(tmp_path / "once") as once, rig(tmp_path / "often") as often:
        often.copies = 4
        for haven in (once, often):
            await haven.agree("morgan")
            await haven.check("morgan")
            await haven.book("morgan")
            await haven.tap("morgan", "done")
            for step in ("team", "Customer Support", "template", "send"):
                await haven.tap("morgan", step)
            assert "goes to Customer Support" in haven.text("morgan")
            await haven.later(timedelta(days=2))
        assert len(await often.booked()) == len(await once.booked()) == 1
        assert len(often.platform.posts) == len(once.platform.posts) == 1
        assert _texts(often) == _texts(once)
        assert len(await often.rows("manager_action")) == 1


async def test_a_repetition_changes_nothing_and_draws_only_what_nobody_confirmed(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        tap = haven.arrival("sam", token=token_of(haven.shown("sam"), "check"))
        lost = await haven.service.desk.receive(tap)  # committed, and never drawn
        again = await haven.service.desk.receive(tap)
        assert again == lost is not None
        assert again
        await haven.platform.show(tap.address, again)
        before = await haven.record("sam")
        assert await haven.service.desk.receive(tap) is None
        assert _held(await haven.record("sam")) == _held(before)


async def test_four_deliveries_at_the_same_moment(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.check("sam")
        await haven.tap("sam", "slot")
        values = {"name": "Sam", "contact": "sam@home.example", "consent": "yes"}
        form = haven.arrival("sam", event=Answered(values=values), token=haven.shown("sam").form)
        await asyncio.gather(*(haven.deliver(form) for _ in range(4)))
        await haven.service.errands.drain()
        assert len(await haven.booked()) == 1


async def test_a_tap_on_an_old_question_changes_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        menu = haven.shown("sam")
        await haven.check("sam")
        times = haven.shown("sam")
        await haven.tap("sam", "slot")
        before = _held(await haven.record("sam"))
        for place, key in ((menu, "my_data"), (menu, "checkin"), (times, "slot"), (times, "done")):
            shown = await haven.press("sam", place, key)
            assert shown.screen.lines[0] == haven.common.expired
            assert _held(await haven.record("sam")) == before


async def test_an_old_form_is_drawn_anew_and_not_taken(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.tap("sam", "check")
        old = haven.shown("sam").form
        await haven.tap("sam", "leave")
        await haven.tap("sam", "check")
        shown = await haven.deliver(haven.arrival("sam", event=Answered(values=ANSWERS), token=old))
        assert shown
        assert shown.screen.lines[0] == haven.common.expired
        assert shown.screen.fields
        assert shown.form != old
        await haven.service.errands.drain()
        assert haven.shown("sam").screen.fields  # nobody scored it


async def test_a_question_that_was_purged_is_closed(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.tap("sam", "check")
        form = haven.shown("sam").form
        await haven.later(timedelta(minutes=31))
        shown = await haven.deliver(haven.arrival("sam", event=Answered(values=ANSWERS), token=form))
        assert shown
        assert shown.screen.lines[:2] == (haven.common.expired, haven.words("home").question)


@pytest.mark.parametrize("form", [False, True], ids=["button", "form"])
async def test_what_we_did_not_make_for_this_person_is_forged(tmp_path: Path, form: bool) -> None:
    async with rig(tmp_path) as haven:
        for user in ("sam", "kim"):
            await haven.agree(user)
            await haven.tap(user, "check")
        event: dict[str, Any] = {"event": Answered(values=ANSWERS)} if form else {}
        theirs = haven.shown("kim").form if form else token_of(haven.shown("kim"), "leave")
        raw = decode(theirs) or b""
        flipped = [encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]) for at in range(len(raw))]
        before = _held(await haven.record("sam")), _held(await haven.record("kim"))
        for token in (theirs, "AAAA", "nonsense", "ü", "x" * 5000):
            with pytest.raises(Forged):
                await haven.service.desk.receive(haven.arrival("sam", token=token, **event))
        for token in flipped:
            with pytest.raises(Forged):
                await haven.service.desk.receive(haven.arrival("kim", token=token, **event))
        assert (_held(await haven.record("sam")), _held(await haven.record("kim"))) == before


async def test_a_standing_button_of_somebody_else_is_forged(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.tap("sam", "checkin")
        await haven.tap("sam", "start")
        await haven.fill("sam", day="0", time="10:00", zone="Europe/London")
        await haven.later(timedelta(days=1))
        (message,) = haven.platform.messages["sam"]
        for key in ("asked", "not_now", "pause", "stop"):
            with pytest.raises(Forged):
                await haven.press("kim", message, key)
        assert await haven.record("kim") is None
        raw = decode(token_of(message, "stop")) or b""
        until = int.from_bytes(raw[1:9], "big")
        later = raw[:1] + (until + 1).to_bytes(8, "big") + raw[9:]
        other = raw[:9] + (decode(token_of(message, "pause")) or b"")[9:12] + raw[12:]
        for forged in (later, other, raw + b"x", raw[:-1]):
            with pytest.raises(Forged):
                await haven.service.desk.receive(haven.arrival("sam", token=encode(forged)))


async def test_a_standing_button_expires(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        await haven.tap("sam", "checkin")
        await haven.tap("sam", "start")
        await haven.fill("sam", day="0", time="10:00", zone="Europe/London")
        await haven.later(timedelta(days=1))
        (message,) = haven.platform.messages["sam"]
        await haven.jump(timedelta(days=91))
        await haven.press("sam", message, "stop")
        record = await haven.record("sam")
        assert record
        assert record.ops.plan
        assert haven.text("sam").startswith(haven.common.expired)


def _held(record: Any) -> Any:
    return record and (record.ops, record.private)


def _texts(haven: Rig) -> list[str]:
    """Return what the person saw, one after another, without the repetitions that a redrawing makes."""
    lines = ["\n".join(shown.screen.lines) for shown in haven.platform.screens["morgan"]]
    return [line for before, line in zip(["", *lines], lines, strict=False) if line != before]
