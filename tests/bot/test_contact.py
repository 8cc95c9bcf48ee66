"""Being called back: what is sent is what was shown, once; the truth when a promise is not kept; nothing left over."""

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot import tasks
from bot.contact import wire
from bot.sandbox.care.desk import CareDesk, create_desk
from bot.sandbox.serve import serve
from flows.core.care import CallRequest
from tests.fakes import NOW, FakeClock
from tests.rig import Rig, rig

SECRET = "whsec_" + "c2VjcmV0" * 4
NUMBER = "07700 900123"
BY = "Mon 23 Nov, 09:00"  # an hour after the beginning
HOUR = timedelta(hours=1)


@contextlib.asynccontextmanager
async def staffed(folder: Path) -> AsyncIterator[tuple[Rig, CareDesk]]:
    """Run the service with a desk behind it, which keeps the service's time."""
    desk = CareDesk(SECRET, lambda: NOW)
    async with serve(create_desk(desk)) as url, rig(folder, care={"url": f"{url}/requests", "secret": SECRET}) as haven:
        desk.now = haven.clock.now
        yield haven, desk


async def ask(haven: Rig, user: str = "sam", **given: str) -> None:
    """From home to the preview."""
    await haven.agree(user)
    await haven.tap(user, "callback")
    await haven.fill(user, **({"name": "Sam", "reach": NUMBER} | given))


def lying(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_exactly_what_was_shown_is_sent_once_and_let_go(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)  # of every library, the one that speaks HTTP among them
    async with staffed(tmp_path) as (haven, desk):
        haven.copies = 2  # everything is delivered twice
        await ask(haven)
        assert not desk.cases  # nothing without a yes
        await haven.tap("sam", haven.words("callback").drop_urgency)
        shown, preview = haven.shown("sam"), haven.text("sam").splitlines()
        await haven.tap("sam", "send")
        await haven.press("sam", shown, "send")
        (case,) = desk.cases.values()
        assert case.items == {"name": "Sam", "reach": NUMBER}
        assert json.loads(case.body) == case.items
        words = haven.words("callback")
        items = [words.item.fill(item=getattr(words, f"item_{key}"), value=each) for key, each in case.items.items()]
        assert [
            line for line in preview if line.startswith((words.item_name, words.item_reach, words.item_urgency))
        ] == items
        assert BY in haven.text("sam")
        record = await haven.record("sam")
        assert record
        assert record.private.ticket
        assert (record.private.ticket.status, record.private.ticket.request) == ("sent", None)
        assert all(screen.screen.private for screen in haven.platform.screens["sam"][-4:])
        assert NUMBER not in str([message.screen for message in haven.platform.messages["sam"]])
        assert NUMBER.encode() not in lying(tmp_path)
        assert caplog.text
        assert NUMBER not in caplog.text
        assert not desk.refused
        # the one recipient is the endpoint in the settings: nobody else on the platform hears of it
        assert set(haven.platform.screens) | set(haven.platform.messages) == {"sam"}
        assert not haven.platform.posts


async def test_a_promise_that_is_not_kept_is_told_with_two_other_ways(tmp_path: Path) -> None:
    async with staffed(tmp_path) as (haven, desk):
        await ask(haven)
        await haven.tap("sam", "send")
        await haven.later(HOUR - timedelta(minutes=1))
        assert not haven.platform.messages["sam"]
        await haven.restart()
        await haven.later(timedelta(minutes=2))
        (news,) = haven.platform.messages["sam"]  # neutral: the same line as for everything else that is new
        assert news.screen.lines == (haven.common.news,)
        await haven.press("sam", news, "callback")
        words, lines = haven.words("callback"), haven.text("sam").splitlines()
        assert lines[0] == words.missed.fill(contact="Harbour Wellbeing care team", when=BY)
        assert any("0808 157 0142" in line for line in lines)
        assert any("116 123" in line for line in lines)
        await haven.later(timedelta(days=2))
        record = await haven.record("sam")
        assert record
        assert record.private.ticket is None
        assert len(haven.platform.messages["sam"]) == 1
        assert len(desk.cases) == 1


async def test_who_was_called_back_hears_nothing_more(tmp_path: Path) -> None:
    async with staffed(tmp_path) as (haven, desk):
        await ask(haven)
        await haven.tap("sam", "send")
        (key,) = desk.cases
        desk.take(key)
        await haven.later(2 * HOUR)
        assert not haven.platform.messages["sam"]
        await haven.tap("sam", "back") if "back" in haven.keys("sam") else None
        await haven.say("sam", "call me")
        assert haven.text("sam") == haven.words("callback").taken.fill(contact="Harbour Wellbeing care team")


async def test_a_desk_that_is_down_is_tried_until_the_promised_time_and_that_is_told(tmp_path: Path) -> None:
    async with staffed(tmp_path) as (haven, desk):
        desk.down = True
        await ask(haven)
        await haven.tap("sam", "send")
        assert haven.text("sam").startswith("I cannot reach Harbour Wellbeing care team yet")
        assert NUMBER in str((await haven.say("sam", "my data")).screen.lines)
        await haven.later(timedelta(minutes=20))
        desk.down = False
        await haven.later(timedelta(minutes=10))
        assert [case.items["reach"] for case in desk.cases.values()] == [NUMBER]
        assert NUMBER not in str((await haven.say("sam", "my data")).screen.lines)
        # and one that never comes back: told at the promised time, and nothing is left to be sent later
        desk.down = True
        await ask(haven, "kim")
        await haven.tap("kim", "send")
        await haven.later(2 * HOUR)
        assert len(desk.cases) == 1
        kims = [message.screen.lines for message in haven.platform.messages["kim"]]
        await haven.say("kim", "call me")
        assert haven.text("kim").startswith("I could not get your request to")
        assert kims == [(haven.common.news,)]
        desk.down = False
        await haven.later(timedelta(days=1))
        assert len(desk.cases) == 1
        assert not [each for each in await haven.planned() if isinstance(each, tasks.Ticket | tasks.Withdraw)]


async def test_a_desk_that_died_after_it_took_the_request_has_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staffed(tmp_path) as (haven, desk):
        real = wire.Desk.hand_over

        async def lost(self: wire.Desk, key: str, items: dict[str, str]) -> None:
            await real(self, key, items)
            raise wire.DeskDown

        with monkeypatch.context() as patch:
            patch.setattr(wire.Desk, "hand_over", lost)
            await ask(haven)
            await haven.tap("sam", "send")
        await haven.restart()
        await haven.later(timedelta(minutes=1))
        assert len(desk.cases) == 1
        assert haven.text("sam").startswith("Harbour Wellbeing care team has your request")
        assert not desk.refused
        # its answers are lost until after the promised time, and somebody there has taken it up meanwhile
        with monkeypatch.context() as patch:
            patch.setattr(wire.Desk, "hand_over", lost)
            await ask(haven, "kim")
            await haven.tap("kim", "send")
            desk.take(list(desk.cases)[-1])
            await haven.later(2 * HOUR)
        assert not haven.platform.messages["kim"]
        await haven.say("kim", "call me")
        assert haven.text("kim").startswith("Harbour Wellbeing care team says that somebody has taken your request up")


async def test_taken_back_and_forgotten_it_is_gone_from_the_desk_too(tmp_path: Path) -> None:
    async with staffed(tmp_path) as (haven, desk):
        await ask(haven)
        await haven.tap("sam", "send")
        await haven.tap("sam", "withdraw")
        await ask(haven, "kim")
        await haven.tap("kim", "send")
        await haven.say("kim", "forget me")
        await haven.tap("kim", "yes")
        await haven.later(2 * HOUR)
        assert [(case.status, case.items) for case in desk.cases.values()] == [("withdrawn", {})] * 2
        assert not haven.platform.messages["sam"]
        assert not haven.platform.messages["kim"]
        assert not await haven.planned()


async def test_without_a_contact_nobody_is_offered_one(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        assert "callback" not in haven.keys("sam")
        await haven.say("sam", "call me")
        assert not haven.screen("sam").fields


async def test_from_crisis_help_and_back_to_it(tmp_path: Path) -> None:
    async with staffed(tmp_path) as (haven, desk):
        await haven.agree("sam")
        await haven.say("sam", "I want to die", secluded=False)
        await haven.tap("sam", "yes")
        await haven.tap("sam", "callback")
        await haven.fill("sam", reach=NUMBER)
        await haven.tap("sam", "send")
        assert [case.items for case in desk.cases.values()] == [{"reach": NUMBER, "urgency": "urgent"}]
        await haven.tap("sam", "back")
        assert "grounding" in haven.keys("sam")


async def test_the_desk_refuses_what_a_real_one_would() -> None:
    clock = FakeClock(NOW)
    desk = CareDesk(SECRET, clock.now)
    async with serve(create_desk(desk)) as url:
        ours = wire.Desk(f"{url}/requests", SECRET, clock)
        items = CallRequest(name="Sam", reach=NUMBER).items()
        await ours.hand_over("k1", items)
        await ours.hand_over("k1", items)  # again: the same answer
        with pytest.raises(wire.DeskRefused):
            await ours.hand_over("k1", items | {"name": "Kim"})
        with pytest.raises(wire.DeskRefused):
            await ours.hand_over("k2", {"name": "Sam"})
        with pytest.raises(wire.DeskRefused):
            await ours.hand_over("k3", items | {"employee": "E17"})
        stranger = wire.Desk(f"{url}/requests", "whsec_" + "b3RoZXIh" * 4, clock)
        with pytest.raises(wire.DeskRefused):
            await stranger.hand_over("k4", items)
        assert await stranger.taken("k1") is False
        late = FakeClock(NOW - timedelta(minutes=6))
        slow = wire.Desk(f"{url}/requests", SECRET, late)
        with pytest.raises(wire.DeskRefused):
            await slow.hand_over("k5", items)
        body, stamp = b'{"reach":"07700 900123"}', int(clock.now().timestamp())
        signed = {
            "webhook-id": "k6",
            "webhook-timestamp": str(stamp),
            "webhook-signature": wire.signature(SECRET, "k6", stamp, body),
        }
        async with httpx.AsyncClient() as client:
            for changed in (
                {"webhook-id": "k7"},
                {"webhook-timestamp": str(stamp + 1)},
                {"webhook-signature": "v1,AAAA"},
            ):
                assert (await client.post(f"{url}/requests", content=body, headers=signed | changed)).status_code == 401
            assert (await client.post(f"{url}/requests", content=body, headers=signed)).status_code == 202
        assert desk.refused == [409, 422, 422, 401, 401, 401, 401, 401, 401]
        assert set(desk.cases) == {"k1", "k6"}
        await ours.withdraw("k1")
        await ours.withdraw("never came")
        desk.down = True
        with pytest.raises(wire.DeskDown):
            await ours.hand_over("k8", items)
        for each in (ours, stranger, slow):
            await each.close()
