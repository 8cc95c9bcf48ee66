"""Somebody is not in the chat any more: their provider is asked to use their contact if they wanted that, nobody else
hears of it, and after thirty days nothing of them is left."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.platform import Address, Left, Public
from bot.providers.fhir_bundles import REACH
from flows.core.retention import LEFT
from tests.confidentiality.test_provider import listening
from tests.rig import Rig, rig

DAY = timedelta(days=1)


async def book(haven: Rig, user: str) -> None:
    """Book the last time on screen, and be reminded an hour before."""
    await haven.agree(user)
    await haven.say(user, "book")
    await haven.tap(user, [each for each in haven.times(user) if "Okafor" in each][-1])
    await haven.fill(user, name=user, contact=f"{user}@home.example", consent="yes", place="GB", remind="hour")


async def comments(haven: Rig) -> dict[str, str]:
    """Return what stands beside each appointment in the provider's book, by the name given to it."""
    booked: list[dict[str, Any]] = await haven.booked()
    return {each["contained"][0]["name"][0]["text"]: each.get("comment", "") for each in booked}


async def test_the_provider_is_asked_where_that_was_wanted_and_the_row_goes(tmp_path: Path) -> None:
    async with rig(tmp_path, datetime(2026, 11, 20, 18, tzinfo=UTC)) as haven:  # a Friday evening
        for user in ("sam", "kim", "ana"):
            await book(haven, user)
        words = haven.words("booking")
        await haven.tap("sam", "extras")
        assert words.reach_set not in haven.text("sam"), "nothing is set by itself"
        await haven.tap("sam", "leaving")
        assert words.leaving_learns in haven.text("sam")
        await haven.tap("sam", "reach")
        assert words.reach_set in haven.text("sam")
        posted = haven.platform.post
        gone = {"sam", "kim", "ana"}

        async def post(address: Address, message: Public) -> str:
            if address.user in gone:
                raise Left("they have left")
            return await posted(address, message)

        haven.platform.post = post  # type: ignore[method-assign]
        assert set((await comments(haven)).values()) == {""}
        (before,) = [each for each in await haven.booked() if each["contained"][0]["name"][0]["text"] == "sam"]
        with listening(haven) as listener:
            await haven.later(7 * DAY)  # their reminders come back
        (told,) = [sent for sent, _ in listener.exchanges if sent.method == "PUT"]
        assert told.body == before | {"comment": REACH}, "one sentence, and nothing else that was not there"
        assert await comments(haven) == {"sam": REACH, "kim": "", "ana": ""}
        assert haven.platform.posts == []
        for user in gone:
            record = await haven.record(user)
            assert record
            assert record.ops.left
        gone.discard("ana")
        await haven.say("ana", "home")
        await haven.jump(LEFT)
        held = {user: await haven.record(user) is not None for user in ("sam", "kim", "ana")}
        assert held == {"sam": False, "kim": False, "ana": True}, "who writes again is there"
        assert not [each for each in await haven.planned() if getattr(each, "sid", None)]
