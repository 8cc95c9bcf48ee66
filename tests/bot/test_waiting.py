"""Waiting for a time, from the chat: told once when something comes free, and booked, passed on or left."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.platform import Public
from bot.providers.base import Request
from bot.providers.fhir import FhirProvider
from bot.tls import trusted
from bot.wiring import CLINIC
from tests.fakes import nothing
from tests.rig import Rig, rig

LOOK = timedelta(minutes=2)
FORM = {"name": "Sam", "contact": "sam@home.example", "place": "GB", "remind": "hour", "consent": "yes"}


@pytest.fixture
async def haven(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as opened:
        yield opened


def provider(haven: Rig) -> FhirProvider:
    found = haven.service.provider
    assert isinstance(found, FhirProvider)
    return found


async def full(haven: Rig) -> str:
    """Leave one time in the clinic's hours, and book it for somebody else; return under which key."""
    assert haven.service.clinic
    now, practice = haven.clock.now(), haven.service.clinic.state.practice
    (slot,) = await provider(haven).find_slots(now + timedelta(days=1), now + timedelta(days=29), 1)
    for one in practice.book.people("Practitioner"):
        practice.reception.leave(one["id"], slot.end, now + timedelta(days=30))
        if one["id"] not in slot.practitioner:
            practice.reception.leave(one["id"], now, slot.end)
    request = Request(key="other", slot=slot, name="O", contact="o@x.example", zone="Europe/London", consented_at=now)
    await provider(haven).book(request)
    return request.key


async def give_up(haven: Rig, key: str) -> None:
    found = await provider(haven).status(key)
    assert found
    await provider(haven).cancel(found)


async def wait(haven: Rig, user: str) -> None:
    await haven.agree(user)
    await haven.tap(user, "options")
    await haven.say(user, "book")
    await haven.tap(user, "wait")
    await haven.fill(user, **FORM)


async def look(haven: Rig, by: timedelta = LOOK) -> None:
    await haven.jump(by)
    assert haven.service.watch
    await haven.service.watch.settle()
    await haven.service.errands.drain()


async def on_the_list(haven: Rig) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {haven.service.vault.clinic_token()}"}
    async with httpx.AsyncClient(headers=headers, verify=trusted()) as client:
        answer = await client.get(f"{haven.base}{CLINIC}/Appointment", params={"status": "waitlist"})
    return [entry["resource"] for entry in answer.json().get("entry", [])]


def offers(haven: Rig, user: str) -> list[Public]:
    return [each for each in haven.platform.messages[user] if each.screen.buttons[0].key == "offer"]


async def test_what_comes_free_is_told_once_taken_and_booked(haven: Rig) -> None:
    """The whole story, with every arrival delivered twice: two wait, one lets it pass, the other books it."""
    haven.copies = 2
    other = await full(haven)
    await wait(haven, "sam")
    words = haven.words("waiting")
    assert haven.text("sam").splitlines()[-1] == str(words.waiting_next)
    haven.clock.later(timedelta(seconds=1))
    await wait(haven, "kim")
    assert len(await on_the_list(haven)) == 2
    await look(haven)
    assert offers(haven, "sam") == []
    await give_up(haven, other)
    await look(haven)
    await look(haven)
    (message,) = offers(haven, "sam")
    until = haven.clock.now() - LOOK
    assert offers(haven, "kim") == []
    (line,) = message.screen.lines
    assert line == words.message.fill(until=f"{(until - LOOK + timedelta(minutes=15)):%H:%M}")
    await haven.press("sam", message, "offer")
    assert haven.keys("sam")[:3] == ["take", "not_this", "leave"]

    async def down(asked: str) -> None:
        if asked.startswith("PUT"):
            raise ConnectionError

    haven.wire.before = down
    await haven.tap("sam", "not_this")
    await look(haven)  # the provider has not heard of it yet, and offers it still
    assert len(offers(haven, "sam")) == 1
    assert "take" not in haven.keys("sam")
    haven.wire.before = nothing
    await look(haven)
    await look(haven)
    assert len(offers(haven, "sam")) == 1  # what was let pass is not told again
    (message,) = offers(haven, "kim")
    await haven.press("kim", message, "offer")
    await haven.tap("kim", "take")
    record = await haven.record("kim")
    assert record
    (mine,) = record.private.appointments
    assert (record.private.waiting, mine.remind, mine.place) == (None, "hour", "GB")
    assert str(haven.words("booking").booked_next) in haven.text("kim")
    assert [each["identifier"][0]["value"] for each in await haven.booked()].count(mine.key) == 1
    assert [task.kind for task in await haven.planned()].count("upcoming") == 1  # reminded as they wished
    await haven.press("kim", message, "offer")  # the old message
    assert haven.text("kim") == str(words.nowhere)
    assert len(await on_the_list(haven)) == 1


async def test_an_offer_that_runs_out_is_the_next_ones(haven: Rig) -> None:
    other = await full(haven)
    await wait(haven, "sam")
    await give_up(haven, other)
    await look(haven)
    await haven.press("sam", offers(haven, "sam")[0], "offer")
    await look(haven, timedelta(minutes=20))
    await haven.tap("sam", "take")
    assert str(haven.words("waiting").gone) in haven.text("sam")
    record = await haven.record("sam")
    assert record
    assert record.private.waiting
    assert record.private.waiting.offer is None


async def test_what_does_not_fit_is_let_pass_unseen(haven: Rig) -> None:
    other = await full(haven)
    await wait(haven, "sam")
    record = await haven.record("sam")
    assert record
    assert record.private.waiting
    wishes = record.private.waiting.wishes.model_copy(update={"place": "FR"})  # nobody here may see people there
    record.set_private(waiting=record.private.waiting.model_copy(update={"wishes": wishes}))
    await haven.service.store.transact(lambda conn: haven.service.people.save(conn, record))
    await give_up(haven, other)
    await look(haven)
    assert offers(haven, "sam") == []
    (place,) = await on_the_list(haven)
    assert "slot" not in place


@pytest.mark.parametrize("how", ["leave", "forget"])
async def test_who_leaves_is_on_no_list(haven: Rig, how: str) -> None:
    other = await full(haven)
    await wait(haven, "sam")
    await give_up(haven, other)
    await look(haven)
    if how == "leave":
        await haven.press("sam", offers(haven, "sam")[0], "offer")
        await haven.tap("sam", "leave")
        await haven.tap("sam", "yes")
        record = await haven.record("sam")
        assert record
        assert record.private.waiting is None
    else:
        await haven.say("sam", "my data")
        assert str(haven.common.held_waiting) in haven.text("sam")
        await haven.say("sam", "forget me")
        await haven.tap("sam", "yes")
    assert await on_the_list(haven) == []
    await look(haven, timedelta(minutes=2))
    assert await haven.planned() == []


async def test_killed_and_answers_lost_there_is_one_place_and_one_booking(haven: Rig) -> None:
    """The answers to what puts somebody on the list, and to what books the offer, are lost, and we are killed."""
    other = await full(haven)

    cut: list[str] = []  # the line is cut once something was changed: it took effect, and nobody can look

    async def dies(asked: str) -> None:
        if asked.startswith(("POST /Appointment", "PUT")):
            cut.append(asked)
        if cut:
            raise ConnectionError

    async def silent(_asked: str) -> None:
        if cut:
            raise ConnectionError

    def restored() -> None:
        cut.clear()
        haven.wire.after = haven.wire.before = nothing

    haven.wire.before = silent
    haven.wire.after = dies
    await wait(haven, "sam")
    assert haven.text("sam") == str(haven.words("waiting").joining)
    restored()
    await haven.restart()
    await haven.jump(timedelta(minutes=1))
    assert len(await on_the_list(haven)) == 1
    record = await haven.record("sam")
    assert record
    assert record.private.waiting
    assert record.private.waiting.reference
    await give_up(haven, other)
    await look(haven)
    await haven.press("sam", offers(haven, "sam")[0], "offer")
    haven.wire.after, haven.wire.before = dies, silent
    await haven.tap("sam", "take")
    assert str(haven.words("booking").booked_next) not in haven.text("sam")
    restored()
    await haven.restart()
    await haven.jump(timedelta(minutes=2))
    record = await haven.record("sam")
    assert record
    assert [each.key for each in record.private.appointments] == [
        each["identifier"][0]["value"] for each in await haven.booked() if len(each["identifier"][0]["value"]) > 5
    ]
    assert len(record.private.appointments) == 1
    assert record.private.waiting is None
