"""An appointment to which nobody came: one kind word, in private, and nothing in the chat that says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.providers.clinic.reception import Unknown
from flows.core.care import Appointment
from tests.rig import Rig, rig

BLAME = ("miss", "no-show", "fail", "late", "appointment", "therap", "talk", "Okafor")


async def held(haven: Rig) -> list[Appointment]:
    return [one for _, one in await haven.service.store.transact(lambda c: list(haven.service.people.appointments(c)))]


def nobody_came(haven: Rig, one: Appointment) -> None:
    """The counsellor notes it, as `haven clinic noshow` does."""
    assert haven.service.clinic
    reception = haven.service.clinic.state.practice.reception
    reception.no_show(reception.find(one.reference.removeprefix("Appointment/")))


async def look(haven: Rig, one: Appointment) -> None:
    watch = haven.service.watch
    assert watch
    watch.heard("", frozenset({one.reference}))
    await watch.settle()
    await haven.service.errands.drain()


async def test_one_neutral_message_and_a_kind_word_behind_it(tmp_path: Path) -> None:
    """Noted in the afternoon; found at a hint, told once whatever comes after, and gone some days later."""
    async with rig(tmp_path, datetime(2026, 11, 23, 8, tzinfo=UTC)) as haven:
        await haven.agree("sam")
        await haven.check("sam")
        await haven.book("sam")
        (one,) = await held(haven)
        try:
            nobody_came(haven, one)
            raise AssertionError("it has not begun")
        except Unknown:
            pass
        await haven.later(one.slot.start - haven.clock.now() + timedelta(minutes=20))
        before = len(haven.platform.messages["sam"])
        await look(haven, one)
        assert await held(haven) == [one], "nobody said anything of it"
        nobody_came(haven, one)
        await look(haven, one)
        assert await held(haven) == []
        (message,) = haven.platform.messages["sam"][before:]
        assert message.screen.lines == (haven.common.news,)
        said = " ".join((*message.screen.lines, *(each.label for each in message.screen.buttons))).lower()
        assert not [each for each in BLAME if each.lower() in said]
        await haven.restart()
        await look(haven, one)
        await haven.later(timedelta(hours=30))
        assert len(haven.platform.messages["sam"]) == before + 1, "exactly once"
        await haven.press("sam", message, "mine")
        words = haven.words("booking")
        when = haven.service.library.current.catalog("en").when(one.slot.start, "Europe/London")
        assert words.mine_missed.fill(when=when) in haven.text("sam")
        assert "find" in haven.keys("sam")
        await haven.tap("sam", "find")
        assert haven.times("sam"), "and there is a time to book"
        await haven.later(timedelta(days=5))
        record = await haven.record("sam")
        assert record
        assert not record.private.troubles


async def test_found_at_night_it_is_told_in_the_morning_and_what_is_over_is_not_withdrawn(tmp_path: Path) -> None:
    async with rig(tmp_path, datetime(2026, 11, 23, 8, tzinfo=UTC)) as haven:
        for user in ("kim", "sam"):
            await haven.agree(user)
            await haven.check(user)
            await haven.book(user)
        came, one = sorted(await held(haven), key=lambda each: each.slot.start)
        await haven.later(datetime(2026, 11, 23, 18, tzinfo=UTC) - haven.clock.now())
        nobody_came(haven, one)
        await haven.service.provider.cancel(came)  # a book that is tidied up afterwards
        watch, before = haven.service.watch, len(haven.platform.messages["sam"])
        assert watch
        await haven.jump(datetime(2026, 11, 24, 3, 1, tzinfo=UTC) - haven.clock.now())
        await watch.settle()
        await haven.service.errands.drain()
        assert await held(haven) == [came]
        assert len(haven.platform.messages["sam"]) == before, "nobody is woken by it"
        await haven.later(timedelta(hours=5))
        assert len(haven.platform.messages["sam"]) == before + 1
        assert not haven.platform.messages["kim"]
        assert haven.clock.now() - one.slot.end < timedelta(hours=24)
