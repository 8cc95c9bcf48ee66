"""What a provider changes is what people read: at a hint at once, else by the next morning."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import watching
from bot.providers.fhir import FhirProvider
from flows.core.care import Appointment
from tests.fakes import nothing
from tests.rig import Rig, rig


@pytest.fixture
async def haven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(watching, "AGAIN", 0.0)
    async with rig(tmp_path) as opened:
        yield opened


async def booked(haven: Rig, user: str = "sam") -> Appointment:
    await haven.agree(user)
    await haven.check(user)
    await haven.book(user)
    sids = list(await haven.service.store.transact(lambda conn: list(haven.service.people.appointments(conn))))
    return next(one for _, one in sids)


async def held(haven: Rig) -> list[Appointment]:
    return [one for _, one in await haven.service.store.transact(lambda c: list(haven.service.people.appointments(c)))]


def news(haven: Rig) -> int:
    return len(haven.platform.messages["sam"])


async def test_an_appointment_that_the_provider_cancels_is_told_once(haven: Rig) -> None:
    appointment = await booked(haven)
    watch, before = haven.service.watch, news(haven)
    assert watch
    assert await watch.look() == 0  # nothing has changed, nothing is said
    assert await watch.look("", frozenset({appointment.reference})) == 0  # whatever a hint may say
    status, looks = haven.service.provider.status, 0

    async def behind(key: str) -> Appointment | None:  # a search that has not caught up yet
        nonlocal looks
        looks += 1
        return None if looks == 1 else await status(key)

    haven.service.provider.status = behind  # type: ignore[method-assign]
    assert await watch.look() == 0  # what is gone is looked for twice
    haven.service.provider.status = status  # type: ignore[method-assign]
    await haven.service.provider.cancel(appointment)
    assert await watch.look("", frozenset({"Appointment/other"})) == 0  # a hint about another one
    watch.heard("", frozenset({appointment.reference}))
    await watch.settle()
    await haven.service.errands.drain()
    assert await held(haven) == []
    assert news(haven) == before + 1
    for _ in range(2):
        watch.heard("", frozenset({appointment.reference}))
        await watch.settle()
    await haven.service.errands.drain()
    assert news(haven) == before + 1


async def test_an_appointment_that_the_provider_moves_is_where_it_is(haven: Rig) -> None:
    appointment = await booked(haven)
    provider, now = haven.service.provider, haven.clock.now()
    target = (await provider.find_slots(now, now + timedelta(days=7), 9))[4]
    await provider.reschedule(appointment, target, "m1")
    assert haven.service.watch
    assert await haven.service.watch.look() == 1
    (one,) = await held(haven)
    assert (one.key, one.slot.start) == (appointment.key, target.start)


async def test_a_provider_that_cannot_be_asked_says_nothing(haven: Rig) -> None:
    appointment = await booked(haven)
    provider, watch = haven.service.provider, haven.service.watch
    assert isinstance(provider, FhirProvider)
    assert watch
    await provider.cancel(appointment)

    async def down(_asked: str) -> None:
        raise ConnectionError

    haven.wire.before = down
    assert await watch.look() == 0
    assert await held(haven) == [appointment]
    haven.wire.before = nothing
    assert await watch.look() == 1
    assert await held(haven) == []


async def test_every_night_all_are_looked_at(haven: Rig) -> None:
    appointment = await booked(haven)
    watch = haven.service.watch
    assert watch
    provider, now = haven.service.provider, haven.clock.now()
    (*_, late) = await provider.find_slots(now, now + timedelta(days=7), 60)
    await provider.reschedule(appointment, late, "m1")
    assert await watch.look() == 1
    (appointment,) = await held(haven)
    await provider.cancel(appointment)
    await haven.jump(timedelta(hours=1))
    await watch.settle()
    assert await held(haven) == [appointment]  # it is day
    await haven.jump(timedelta(hours=20))
    await watch.settle()
    assert await held(haven) == []
