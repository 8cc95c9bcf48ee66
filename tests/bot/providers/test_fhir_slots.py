"""What of a server's slots is shown, and how soon a server that fails is told."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.providers.base import ProviderDown
from bot.providers.fhir import FhirProvider
from tests.bot.providers.conftest import StillClock
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK
from tests.bot.providers.trying import always, client


async def test_slots_that_cannot_be_shown_truly_are_left_out() -> None:
    server = Standin()
    odd: list[dict[str, Any]] = [
        {"start": "2025-03-04T10:00:00", "end": "2025-03-04T11:00:00"},
        {"start": 1741082400},
        {"start": "1741082400"},
        {"start": None},
        {"schedule": {"reference": "Schedule/x"}},
        {"schedule": "Kim"},
        {"end": "2025-03-04T09:00:00+01:00"},
        {"id": "a/b"},
        {"id": 7},
        {"status": "busy"},
        {"start": "2024-03-04T10:00:00Z"},
    ]
    good = server.store["Slot/s0"]
    server.store = {str(n): good | {"id": f"x{n}"} | change for n, change in enumerate(odd)}
    server.store["unversioned"] = good | {"meta": {}}
    assert await client(server).find_slots(*WEEK, 20) == ()
    server.store["good"] = good
    assert len(await client(server).find_slots(*WEEK, 20)) == 1


async def test_slots_of_a_server_that_does_not_sort_are_sorted() -> None:
    server = Standin()
    server.store = dict(reversed(server.store.items()))
    slots = await client(server).find_slots(*WEEK, 2)
    assert [slot.key for slot in slots] == ["Slot/s0", "Slot/s1"]


async def test_an_early_slot_on_a_late_page_is_found() -> None:
    """A server that does not sort: a page is no reason to stop before the next."""
    late, early = (Standin().store[f"Slot/s{n}"] for n in (2, 0))

    def answer(asked: httpx.Request) -> httpx.Response:
        last = asked.url.query == b"p=2"
        slots = [early] if last else [late, late | {"id": "s1", "start": "2025-03-04T11:00:00+01:00"}]
        links = [] if last else [{"relation": "next", "url": "?p=2"}]
        entries = [{"resource": slot} for slot in slots]
        bundle = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
        return httpx.Response(200, json=bundle)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    provider = FhirProvider("http://127.0.0.1", clock=StillClock(), client=http)
    assert [slot.key for slot in await provider.find_slots(*WEEK, 2)] == ["Slot/s0", "Slot/s1"]


@pytest.mark.parametrize("fault", ["500", "garbage", "lose_request", "503", "409"])
async def test_a_provider_that_fails_is_told_soon(fault: str) -> None:
    server = Standin(fault=always(fault))
    provider = client(server, 0.2)
    calls: list[Callable[[], Any]] = [
        lambda: provider.find_slots(*WEEK, 3),
        lambda: provider.status("k1"),
        provider.probe,
    ]
    async with asyncio.timeout(2):
        for call in calls:
            with pytest.raises(ProviderDown) as caught:
                await call()
            assert "127.0.0.1" not in str(caught.value)
            assert caught.value.__cause__ is None
            assert caught.value.__suppress_context__


async def test_alive_says_no_soon_and_never_raises() -> None:
    async with asyncio.timeout(3):
        assert not await client(Standin(fault=always("lose_request")), timeout=30).alive()
    for fault in ("500", "garbage", "409"):
        assert not await client(Standin(fault=always(fault))).alive()
    server = Standin()
    statements: list[dict[str, Any]] = [
        {},
        {"fhirVersion": "5.0.0", "rest": []},
        {"fhirVersion": "4.0.1", "rest": [{}]},
        {"rest": 1},
    ]
    for statement in statements:
        server.statement = statement
        assert not await client(server).alive()
