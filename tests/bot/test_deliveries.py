"""Every message that nobody asked for is somewhere, at any time, and in one place: queued, sent, failed, unreachable,
unknown or held."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from adapters.pacing import LAUNCH
from adapters.platform import Address, Declined, Public, Slow, Unreachable
from bot.deliveries import FEW, OUTCOMES, Kind, Wave
from flows.core.events import Said
from tests.fakes import Recorder
from tests.rig import Rig, rig, token_of

HOUR = timedelta(hours=1)


class Chat(Recorder):
    """A platform with a way to fail for each person, and a pace."""

    def __init__(self) -> None:
        super().__init__()
        self.ways: dict[str, Exception] = {}
        self.turns: list[str] = []
        self.tells: dict[str, bool] = {}  # of whom it tells whether the last message arrived
        self.mute = 0  # how often it fails to tell

    @asynccontextmanager
    async def turn(self, address: Address, channel: str = "") -> AsyncIterator[None]:
        self.turns.append(channel or address.user)
        if address.user == "away":
            raise Unreachable
        yield

    async def posted(self, address: Address, id: str) -> bool | None:
        if self.mute:
            self.mute -= 1
            raise OSError
        return self.tells.get(address.user)

    async def post(self, address: Address, message: Public) -> str:
        way, launch = self.ways.pop(address.user, None), LAUNCH.get()
        if launch and not isinstance(way, ConnectionRefusedError):
            launch.on_wire()
        if way:
            raise way
        return await super().post(address, message)

    async def announce(self, tenant: str, channel: str, message: Public) -> str:
        if way := self.ways.pop(channel, None):
            raise way
        return await super().announce(tenant, channel, message)


async def waves(haven: Rig) -> dict[Kind, Wave]:
    """Return the counts, if they fit what is planned."""
    found = await haven.service.store.transact(haven.service.desk.deliveries.waves)
    planned = Counter(getattr(each, "audience", None) for each in await haven.planned())
    assert {kind: wave.queued for kind, wave in found.items()} == {kind: planned[kind] for kind in found}
    return found


def exact(wave: Wave) -> dict[str, int]:
    return {outcome: getattr(wave, outcome) for outcome in ("queued", *OUTCOMES)}


async def test_every_check_in_of_a_tick_is_counted_where_it_is(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        haven.platform = chat = Chat()
        haven.service.platforms[chat.name], chat.drawn = chat, haven.service.desk.drawn
        for user in ("fine", "well", "declines", "left", "away", "lost", "slow", "unplugged", "stops", "forgets"):
            await haven.place(user, "checkin", {"at": "choosing", "zone": ""})
            await haven.fill(user, day="0", time="10:00", zone="Europe/London")
        chat.ways = {"declines": Declined(), "left": Unreachable(), "lost": OSError(), "slow": Slow(5)}
        chat.ways["unplugged"] = ConnectionRefusedError()
        haven.clock.later(2 * HOUR)
        await haven.service.schedule.tick()
        wave = (await waves(haven))["checkin"]
        assert (wave.audience, wave.queued, wave.held) == (10, 10, 0)

        await haven.deliver(haven.arrival("stops", event=Said(text="stop")))
        await haven.deliver(haven.arrival("forgets", event=Said(text="forget me")))
        await haven.deliver(haven.arrival("forgets", token=token_of(haven.shown("forgets"), "yes")))
        wave = (await waves(haven))["checkin"]
        assert (wave.queued, wave.held) == (9, 1)  # forgotten means forgotten
        await haven.service.errands.drain()
        wave = (await waves(haven))["checkin"]
        told = {"queued": 3, "sent": 2, "failed": 1, "unreachable": 2, "unknown": 0, "held": 2}
        assert exact(wave) == told
        assert sorted(chat.turns) == ["away", "declines", "fine", "left", "lost", "slow", "stops", "unplugged", "well"]
        haven.clock.later(timedelta(seconds=32))
        await haven.service.errands.drain()
        wave = (await waves(haven))["checkin"]
        assert exact(wave) == {**told, "queued": 0, "sent": 4, "unknown": 1}
        assert {user: len(chat.messages[user]) for user in ("fine", "slow", "lost")} == {
            "fine": 1,
            "slow": 1,
            "lost": 0,
        }
        assert await haven.rows("effect") == []

        await haven.jump(timedelta(days=7, hours=4))  # an outage: what is late does not go out
        wave = (await waves(haven))["checkin"]
        assert (wave.audience, wave.queued, wave.held) == (8, 0, 8)


async def test_what_nobody_answered_is_asked_for_and_never_said_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        haven.platform = chat = Chat()
        haven.service.platforms[chat.name], chat.drawn = chat, haven.service.desk.drawn
        for user in ("arrived", "lost"):
            await haven.place(user, "checkin", {"at": "choosing", "zone": ""})
            await haven.fill(user, day="0", time="10:00", zone="Europe/London")
        chat.ways = {"arrived": OSError(), "lost": OSError()}
        chat.tells, chat.mute = {"arrived": True, "lost": False}, 1
        haven.clock.later(2 * HOUR)
        await haven.service.schedule.tick()
        for seconds, ended in ((0, 0), (29, 0), (3, 1), (10, 2)):  # who cannot be told of at first is asked for again
            haven.clock.later(timedelta(seconds=seconds))
            await haven.service.errands.drain()
            wave = (await waves(haven))["checkin"]
            assert wave.sent + wave.unknown == ended, seconds
        assert (wave.audience, wave.sent, wave.unknown) == (2, 1, 1)
        assert "arrived" not in chat.messages
        assert "lost" not in chat.messages


async def test_a_reminder_is_counted_until_it_is_posted_called_off_or_cannot_be(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        haven.platform = chat = Chat()
        haven.service.platforms[chat.name], chat.drawn = chat, haven.service.desk.drawn
        await haven.agree("morgan")
        for step in ("team", "Customer Support", "template", "send"):
            await haven.tap("morgan", step)
        assert (await waves(haven))["reminder"].queued == 1
        chat.ways["#customer-support"] = Declined()
        await haven.later(timedelta(days=2))
        assert (await waves(haven))["reminder"].failed == 1
        (told,) = chat.messages["morgan"]  # so another may be asked for
        assert haven.words("team").dropped.fill(team="Customer Support") in told.screen.lines


def test_to_a_few_people_no_outcome_is_told_from_another() -> None:
    few, many = Wave(audience=FEW - 1, sent=3, held=1), Wave(audience=FEW, sent=3, held=1)
    assert few.counts() == {"queued": FEW - 5, "ended": 4}
    assert many.counts()["held"] == 1


async def test_what_is_on_the_wire_when_the_service_stops_is_waited_for(tmp_path: Path) -> None:
    """Sam's message is on the wire, and its answer is waited for; Kim's is on its way to it."""
    async with rig(tmp_path) as haven:
        haven.platform = chat = Chat()
        haven.service.platforms[chat.name], chat.drawn = chat, haven.service.desk.drawn
        for user in ("sam", "kim"):
            await haven.place(user, "checkin", {"at": "choosing", "zone": ""})
            await haven.fill(user, day="0", time="10:00", zone="Europe/London")
        haven.clock.later(2 * HOUR)
        await haven.service.schedule.tick()
        begun, both, answer = list[str](), asyncio.Event(), asyncio.Event()

        async def slowly(address: Address, message: Public) -> str:
            launch = LAUNCH.get()
            assert launch
            begun.append(address.user)
            if len(begun) == 1:
                launch.on_wire()
            else:
                both.set()
            await answer.wait()
            return address.user

        chat.post = slowly  # type: ignore[method-assign]
        await haven.service.start()
        await both.wait()
        ending = asyncio.create_task(haven.service.stop())
        await asyncio.sleep(0.1)  # whatever is told to end has ended
        answer.set()
        await ending
        await haven.restart()
        wave = (await waves(haven))["checkin"]
        assert (wave.sent, wave.unknown, wave.queued) == (2, 0, 0)
