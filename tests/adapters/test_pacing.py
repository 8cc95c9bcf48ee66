"""The pace, in time that is not spent, against the limits that the stand-ins enforce."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pacing import Bucket, Pacer, Rate
from adapters.slack import web as slack
from adapters.teams import sender as teams
from bot.sandbox.slack.pace import Pace as SlackPace
from bot.sandbox.teams.pace import Pace as TeamsPace
from tests.adapters.virtual import VirtualLoop, spent

Gate = Callable[[str, datetime], int]
"""Counts a message to a chat, or returns after how many seconds to try again."""


def _slack() -> tuple[Pacer, Gate, float]:
    return Pacer(slack.WORKSPACE, slack.CHANNEL), SlackPace().wait, 300 / 60


def _teams() -> tuple[Pacer, Gate, float]:
    pace = TeamsPace()
    return Pacer(teams.TENANT, teams.THREAD, teams.SECOND), lambda chat, now: pace.wait("send", chat, now), 50.0


async def _all(pacer: Pacer, gate: Gate, people: int, replies: float) -> dict[str, Any]:
    """Send to everybody, with an answer that takes 0.2 to 0.4 seconds, beside so many replies a second."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    told: dict[str, Any] = {"sent": [], "refused": 0, "replies": 0, "replies refused": 0}
    done = asyncio.Event()

    async def one(number: int, room: asyncio.Semaphore) -> None:
        async with room:
            while True:
                async with pacer.turn(f"D{number}"):
                    await asyncio.sleep(number % 3 / 200)  # marked as on its way, and put on the wire
                    pacer.spent(f"D{number}")
                await asyncio.sleep(0.02 + number % 7 / 1000)  # to the platform, some quicker than others
                late = gate(f"D{number}", loop.now())
                await asyncio.sleep(0.2 + number % 5 / 20)
                if not late:
                    told["sent"].append(number)
                    return
                told["refused"] += 1
                pacer.slow(late)

    async def answering() -> None:
        while replies and not done.is_set():
            await asyncio.sleep(1 / replies)
            told["replies"] += 1
            chat = f"R{told['replies'] % 97}"
            pacer.spent(chat)
            told["replies refused"] += bool(gate(chat, loop.now()))

    answers, room, begun = asyncio.create_task(answering()), asyncio.Semaphore(32), loop.time()
    await asyncio.gather(*(one(number, room) for number in range(people)))
    told["seconds"] = loop.time() - begun
    done.set()
    await answers
    return told


@pytest.mark.parametrize("platform", [_slack, _teams])
def test_ten_thousand_people_at_almost_the_limit_and_hardly_one_refused(
    platform: Callable[[], tuple[Pacer, Gate, float]],
) -> None:
    pacer, gate, limit = platform()
    told = spent(_all(pacer, gate, 10_000, 0))
    assert sorted(told["sent"]) == list(range(10_000))
    assert told["refused"] < 10
    assert 10_000 / told["seconds"] >= 0.95 * limit


@pytest.mark.parametrize("platform", [_slack, _teams])
def test_replies_wait_for_nobody_and_what_nobody_asked_for_makes_room(
    platform: Callable[[], tuple[Pacer, Gate, float]],
) -> None:
    """People take a third of what the platform allows, while thousands of check-ins wait."""
    pacer, gate, limit = platform()
    told = spent(_all(pacer, gate, 1_000, limit / 3))
    assert len(told["sent"]) == 1_000
    assert told["replies"] > 250
    assert told["replies refused"] <= told["replies"] * 0.01
    assert (1_000 + told["replies"]) / told["seconds"] >= 0.9 * limit


def test_a_pace_that_is_asked_to_wait_waits() -> None:
    async def waits() -> list[float]:
        pacer, times = Pacer(Rate(10, 1), Rate(1, 1)), []
        for chat in ("a", "b", "a", "c"):
            async with pacer.turn(chat):
                pacer.spent(chat)
                times.append(asyncio.get_running_loop().time())
            if chat == "b":
                pacer.slow(30)
        return times

    assert spent(waits()) == pytest.approx([0, 0.1, 30.1, 30.2])


def test_a_chat_that_must_wait_holds_up_no_other() -> None:
    async def order() -> list[str]:
        pacer, told = Pacer(Rate(10, 1), Rate(0.1, 1)), list[str]()

        async def one(chat: str) -> None:
            async with pacer.turn(chat):
                pacer.spent(chat)
                told.append(chat)

        await asyncio.gather(*(one(chat) for chat in ("a", "a", "b", "c")))
        return told

    assert spent(order()) == ["a", "b", "c", "a"]


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.floats(0.2, 20), st.integers(1, 5))
def test_no_stretch_of_time_sees_more_than_the_rate(pauses: list[float], rate: float, burst: int) -> None:
    """Whoever waits as they are told to never takes more than burst + rate * t in any t seconds."""
    bucket, now, taken = Bucket(Rate(rate, burst), burst, 0.0), 0.0, list[float]()
    for pause in pauses:
        now += pause
        now += bucket.wait(now)
        bucket.take(now)
        taken.append(now)
    for first, start in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + rate * (taken[last] - start) + 1e-3


def test_what_is_remembered_of_chats_has_an_end() -> None:
    async def many() -> int:
        pacer = Pacer(Rate(1e6, 1), Rate(1, 1))
        for number in range(25_000):
            pacer.spent(f"D{number}")
            if number % 5_000 == 0:
                await asyncio.sleep(2)
        return len(pacer._buckets)

    assert spent(many()) <= 10_001
