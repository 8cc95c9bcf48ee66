"""What the counsellor calls off reaches the service: signed by the clinic, and known at the service's own door."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.providers.clinic import searching
from bot.providers.clinic.changes import Change
from bot.providers.clinic.resources import AppointmentBody
from bot.watching import Watch
from tests.bot.providers.clinic.conftest import appointment
from tests.rig import rig


async def test_the_service_hears_of_what_its_clinic_calls_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, frozenset[str]]] = []
    monkeypatch.setattr(Watch, "heard", lambda _self, key, references: heard.append((key, references)))
    async with rig(tmp_path) as haven:
        assert haven.service.clinic
        assert haven.service.hooks
        practice = haven.service.clinic.state.practice
        app = FastAPI()
        app.include_router(haven.service.hooks.router)
        practice.outbox._client = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        slot = practice.book.slots(searching.slots([("status", "free")])).matches[0]
        (done,) = practice.changes.apply([Change(AppointmentBody.model_validate(appointment(slot)))])
        practice.reception.call_off(practice.reception.find(done.resource["id"]))
        assert await practice.outbox.deliver() == 1
        assert heard == [("", frozenset({f"Appointment/{done.resource['id']}"}))]
        await practice.outbox.aclose()
