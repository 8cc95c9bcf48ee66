"""Tries bookings at a stand-in, and checks that what was said is what is."""

from collections.abc import Callable

import httpx

from bot.providers.base import ProviderDown, ProviderError, Refused, SlotTaken, Uncertain
from bot.providers.fhir import FhirProvider
from flows.core.care import Appointment, Slot
from tests.bot.providers.conftest import StillClock
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request

SHORT = 0.5  # seconds: where a server does not answer


def client(server: Standin, timeout: float = 20) -> FhirProvider:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(server))
    return FhirProvider("http://127.0.0.1", clock=StillClock(), timeout=timeout, client=http)


async def first(server: Standin) -> Slot:
    (slot,) = await client(server).find_slots(*WEEK, 1)
    return slot


def check(server: Standin, key: str, result: Appointment | BaseException) -> None:
    """What was said must be what is."""
    held = server.standing(key=key)
    if isinstance(result, Appointment):
        assert [one["status"] for one in held] == ["booked"]
        assert server.standing(slot=result.slot.key) == held
        assert result.reference == f"Appointment/{held[0]['id']}"
        assert server.store[result.slot.key]["status"] == "busy"
    elif isinstance(result, SlotTaken | Refused | ProviderDown):
        assert held == []
    else:
        assert isinstance(result, Uncertain)


async def attempt(provider: FhirProvider, slot: Slot, key: str) -> Appointment | BaseException:
    try:
        return await provider.book(request(slot, key))
    except ProviderError as error:
        return error


def sound(_n: int, _method: str) -> None:
    """No fault."""


def always(fault: str) -> Callable[[int, str], str]:
    return lambda _n, _method: fault


def posts(faults: list[str]) -> Callable[[int, str], str | None]:
    """These faults, one a POST, and none after them."""
    left = iter(faults)
    return lambda _n, method: next(left, None) if method == "POST" else None
