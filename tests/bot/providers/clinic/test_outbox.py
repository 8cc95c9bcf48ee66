"""What the subscriber is told: once it takes it, signed, after any crash."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fhir.resources.R4B.subscription import Subscription

from bot.providers.clinic import app as clinic_app
from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.outbox import GIVE_UP, Outbox, Subscriber
from tests.bot.providers.clinic.conftest import Visitor
from tests.bot.providers.clinic.test_waiting import QUARTER, cancel, now, waiting
from tests.bot.providers.conftest import ANA, KEY, StillClock, serving

SECRET = b"between the two"


class Ear:
    """Hears hints, and answers as it is told."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.heard: list[tuple[str, bytes]] = []
        self.status = 202
        self.third = asyncio.Event()
        self.app = FastAPI()
        self.app.add_api_route("/hook", self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        self.heard.append((request.headers["x-haven-signature"], await request.body()))
        if len(self.heard) == 3:
            self.loop.call_soon_threadsafe(self.third.set)
        return Response(status_code=self.status)

    @property
    def references(self) -> list[str]:
        return [json.loads(body)["reference"] for _, body in self.heard]


@pytest.fixture
async def ear() -> Ear:
    return Ear(asyncio.get_running_loop())


@pytest.fixture
def told(ear: Ear, tmp_path: Path, clock: StillClock) -> Iterator[FastAPI]:
    with serving(ear.app) as url:
        app = create_clinic(
            f"sqlite:///{tmp_path}/told.db",
            KEY,
            clock,
            name="C",
            practitioners=[ANA],
            bearer=None,
            subscriber=Subscriber(f"{url}/hook", SECRET),
        )
        yield app
        app.state.practice.dispose()


@contextlib.asynccontextmanager
async def visiting(app: FastAPI) -> AsyncIterator[Visitor]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        yield Visitor(http)


async def test_what_the_clinic_changes_is_told_signed_and_what_it_was_asked_is_not(told: FastAPI, ear: Ear) -> None:
    practice = told.state.practice
    async with visiting(told) as visitor:
        await visitor.book(await visitor.free(3))
        booked = await now(visitor, "k1")
        await visitor.put(booked | {"comment": "x"}, None)
        assert await practice.outbox.deliver() == 0  # whoever changes something knows it
        practice.reception.call_off(practice.reception.find(booked["id"]), again=True)
        assert await practice.outbox.deliver() == 1
        ((signature, body),) = ear.heard
        assert signature == "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        assert json.loads(body) == {"id": f"{booked['id']}-3", "reference": f"Appointment/{booked['id']}"}
        assert await practice.outbox.deliver() == 0
        Subscription.model_validate(await visitor.get("/Subscription/service"))
        assert [one["id"] for one in await visitor.search("/Subscription")] == ["service"]
        extensions = (await visitor.get("/metadata"))["rest"][0]["extension"]
        assert "webhook" in [one["valueCode"] for one in extensions]
        assert (await visitor.http.post("/Subscription", json={})).status_code == 404  # nobody has it call an address
    await practice.outbox.aclose()


async def test_offers_are_told_to_each_in_their_turn(told: FastAPI, ear: Ear, clock: StillClock) -> None:
    practice = told.state.practice
    async with visiting(told) as visitor:
        await visitor.book(await visitor.free(3))
        for key in ("w1", "w2"):
            await visitor.post(waiting(key))
            clock.later(timedelta(seconds=1))
        ids = [(await now(visitor, key))["id"] for key in ("w1", "w2")]
        await cancel(visitor, "k1")
        await practice.outbox.deliver()
        assert ear.references == [f"Appointment/{ids[0]}"]
        clock.later(QUARTER)
        running = asyncio.create_task(practice.run())  # nobody asks meanwhile
        await asyncio.wait_for(ear.third.wait(), 5)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    assert set(ear.references[1:]) == {f"Appointment/{key}" for key in ids}  # gone for one, there for the other


async def test_it_is_told_again_later_and_later_after_any_crash(
    told: FastAPI, ear: Ear, clock: StillClock, tmp_path: Path
) -> None:
    practice = told.state.practice
    async with visiting(told) as visitor:
        await visitor.book(await visitor.free(3))
        practice.reception.call_off(practice.reception.find((await now(visitor, "k1"))["id"]))
    ear.status = 500
    waits, since = [], clock.at
    for _ in range(4):
        assert await practice.outbox.deliver() == 0
        before = len(ear.heard)
        while len(ear.heard) == before:
            clock.later(timedelta(seconds=5))
            await practice.outbox.deliver()
        waits.append((clock.at - since).total_seconds())
        since = clock.at
        ear.heard.pop()
    assert waits == [5, 10, 20, 40]
    practice.dispose()  # and another process takes it up
    ear.status = 204
    again = Outbox(practice._database, clock, practice.outbox._subscriber)
    clock.later(timedelta(hours=1))
    assert await again.deliver() == 1
    assert await again.deliver() == 0
    await again.aclose()
    await practice.outbox.aclose()


async def test_it_is_given_up_after_a_day_or_where_nobody_listens(told: FastAPI, ear: Ear, clock: StillClock) -> None:
    practice = told.state.practice
    async with visiting(told) as visitor:
        await visitor.book(await visitor.free(3))
        practice.reception.call_off(practice.reception.find((await now(visitor, "k1"))["id"]))
        ear.status = 404
        clock.later(GIVE_UP)
        assert await practice.outbox.deliver() == 0
        clock.later(timedelta(hours=2))
        await practice.outbox.deliver()
        assert len(ear.heard) == 1
    await practice.outbox.aclose()


@pytest.mark.parametrize("url", ["http://example.org/hook", "ftp://127.0.0.1/x", "http://127.0.0.1.example.org/x", ""])
def test_hints_go_over_https_or_stay_on_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Subscriber(url, SECRET)


def test_how_often_it_looks() -> None:
    assert clinic_app._EVERY <= 5
