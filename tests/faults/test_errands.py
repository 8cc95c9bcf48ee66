"""What is asked of the provider and drawn on the platform comes to its end, whatever goes wrong on the way."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.platform import Address, Public, Unreachable
from bot.providers.base import Request
from bot.providers.fhir import FhirProvider
from flows.core.care import Appointment
from flows.core.events import Answered
from tests.fakes import nothing
from tests.rig import Rig, rig

FORM = Answered(values={"name": "Sam", "contact": "sam@home.example", "consent": "yes"})
MOMENT = timedelta(minutes=3)  # by then nothing can still be on its way


class Odd(Exception):
    """Nothing that anybody expected."""


async def _at_the_form(haven: Rig) -> None:
    await haven.agree("sam")
    await haven.check("sam")
    await haven.tap("sam", "slot")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", ["provider", "wire"])
async def test_a_booking_whose_answer_is_lost_is_asked_for_until_it_is_known(
    tmp_path: Path, when: str, how: str
) -> None:
    async with rig(tmp_path) as haven:
        await _at_the_form(haven)
        provider, down = haven.service.provider, False
        assert isinstance(provider, FhirProvider)
        await provider.probe()
        book = provider.book

        async def odd(request: Request) -> Appointment:
            if when == "after":
                await book(request)
            raise Odd

        async def lost(asked: str) -> None:
            nonlocal down
            down = down or asked == "POST /"
            if down:
                raise Odd

        if how == "provider":
            provider.book = odd  # type: ignore[method-assign]
        elif when == "before":
            haven.wire.before = lost
        else:
            haven.wire.after = lost
        await haven.fill("sam", **FORM.values)
        words = haven.words("booking")
        assert haven.text("sam").startswith(words.unsure.partition("{")[0])
        haven.wire.before = haven.wire.after = nothing
        (settle,) = (each for each in await haven.planned() if each.kind == "settle")
        assert settle.provider == ""  # where it was asked for: the built-in clinic
        await haven.later(MOMENT)
        booked = when == "after"
        assert haven.text("sam").startswith("Booked" if booked else words.down.partition("{")[0])
        assert len(await haven.booked()) == booked
        await haven.tap("sam", "done")
        await haven.tap("sam", "appointments")
        assert haven.keys("sam").count("cancel") == booked
        assert await haven.rows("effect") == []


async def test_a_screen_that_could_not_be_drawn_is_drawn_later(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _at_the_form(haven)
        form = haven.arrival("sam", event=FORM, token=haven.shown("sam").form)
        haven.platform.fails = Odd()
        with pytest.raises(Odd):
            await haven.deliver(form)
        await haven.service.errands.drain()
        assert len(await haven.booked()) == 1
        haven.platform.fails = None
        await haven.later(MOMENT)
        assert haven.text("sam").startswith("Booked")
        screens = len(haven.platform.screens["sam"])
        await haven.later(MOMENT)
        assert len(haven.platform.screens["sam"]) == screens
        assert len(await haven.booked()) == 1


async def test_who_cannot_be_reached_is_not_tried_for_ever(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _at_the_form(haven)
        await haven.deliver(haven.arrival("sam", event=FORM, token=haven.shown("sam").form))
        haven.platform.fails = Unreachable()
        for _ in range(3):
            await haven.service.errands.drain()
            haven.clock.later(MOMENT)
        assert await haven.rows("effect") == []
        assert len(await haven.booked()) == 1  # and is there when they come back
        haven.platform.fails = None
        await haven.open("sam")
        assert haven.text("sam").startswith("Booked")


async def test_a_check_in_that_may_have_arrived_is_not_sent_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.place("sam", "checkin", {"at": "choosing", "zone": ""})
        await haven.fill("sam", day="0", time="10:00", zone="Europe/London")
        haven.platform.fails = Odd()
        await haven.later(timedelta(hours=2))
        haven.platform.fails = None
        await haven.later(timedelta(days=6))
        assert haven.platform.messages["sam"] == []
        assert await haven.rows("effect") == []
        await haven.later(timedelta(days=1))
        assert len(haven.platform.messages["sam"]) == 1


async def test_who_has_left_the_conversation_gets_word_and_finds_it_booked(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _at_the_form(haven)
        await haven.deliver(haven.arrival("sam", event=FORM, token=haven.shown("sam").form))
        await haven.say("sam", "home")
        (news,) = haven.platform.messages["sam"]
        assert news.screen.lines == (haven.common.news,)
        await haven.press("sam", news, "mine")
        assert "cancel" in haven.keys("sam")
        assert len(await haven.booked()) == 1


async def test_one_that_hangs_holds_up_nobody_else_and_ends_with_the_service(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await _at_the_form(haven)
        await haven.place("kim", "checkin", {"at": "choosing", "zone": ""})
        await haven.fill("kim", day="0", time="10:00", zone="Europe/London")
        hangs, arrived, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        post = haven.platform.post

        async def silent(_: str) -> None:
            hangs.set()
            await go_on.wait()

        async def posted(address: Address, message: Public) -> str:
            arrived.set()
            return await post(address, message)

        haven.wire.before, haven.platform.post = silent, posted  # type: ignore[method-assign]
        await haven.deliver(haven.arrival("sam", event=FORM, token=haven.shown("sam").form))
        worker = asyncio.create_task(haven.service.errands.run())
        await hangs.wait()
        haven.clock.later(timedelta(hours=2))
        await haven.service.schedule.tick()
        await asyncio.wait_for(arrived.wait(), 3)
        worker.cancel()
        ended, _ = await asyncio.wait({worker}, timeout=2)
        assert ended  # it does not wait for the provider
        assert not [task for task in asyncio.all_tasks() if "Errands" in repr(task.get_coro())]
        go_on.set()


async def test_a_row_that_does_not_open_does_not_keep_the_service_from_starting(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        for user in ("sam", "kim"):
            await haven.agree(user)
        sid = haven.service.vault.sid(haven.address("sam"))
        spoil = "UPDATE subject SET ops = zeroblob(2076) WHERE sid = ?"
        await haven.service.store.transact(lambda conn: conn.exec_driver_sql(spoil, (sid,)))
        await haven.restart()
        await haven.tap("kim", "check")
        assert haven.screen("kim").fields
