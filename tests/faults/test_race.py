"""Fifty people want the same time: one gets it, and everybody is told the truth."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot import in_time
from bot.providers.fhir import FhirProvider
from flows.core.events import Answered
from tests.rig import rig

PATIENCE = 60.0  # seconds for an answer: this is about who gets the time, however slow the machine is
PEOPLE = [f"person{number}" for number in range(50)]


async def test_one_of_fifty_gets_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with rig(tmp_path) as haven:
        provider = haven.service.provider
        assert isinstance(provider, FhirProvider)
        provider._wire._timeout = PATIENCE
        monkeypatch.setattr(in_time, "PATIENCE", PATIENCE)
        now = haven.clock.now()
        first, *others = await provider.find_slots(now, now + timedelta(days=1), 3)
        for user in PEOPLE:
            await haven.place(user, "booking", {"at": "confirming", "slot": first.model_dump(mode="json")})

        forms = [
            haven.arrival(
                user,
                event=Answered(values={"name": user, "contact": f"{user}@home.example", "consent": "yes"}),
                token=haven.shown(user).form,
            )
            for user in PEOPLE
        ]
        await asyncio.gather(*(haven.deliver(form) for form in forms))
        await asyncio.gather(haven.service.errands.drain(), haven.service.errands.drain())

        words = haven.words("booking")
        lucky = [user for user in PEOPLE if haven.text(user).startswith("Booked")]
        told = [user for user in PEOPLE if haven.text(user).startswith(words.taken)]
        assert (len(lucky), len(told)) == (1, 49)
        (booked,) = await haven.booked()
        assert booked["slot"] == [{"reference": first.key}]
        for user in told:
            times = haven.times(user)
            assert len(times) == 3
            assert haven.times(told[0]) == times
        assert others[0].start.strftime("%H:%M") in haven.times(told[0])[0]

        held = {user: record.private.appointments for user in PEOPLE if (record := await haven.record(user))}
        assert [user for user in PEOPLE if held[user]] == lucky
        assert await haven.rows("effect") == []
