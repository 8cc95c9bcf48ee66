"""Speaks raw FHIR to the clinic, without the client."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.bot.providers.conftest import TOKEN

Json = dict[str, Any]
FHIR = {"Content-Type": "application/fhir+json"}


class Visitor:
    """Asks the clinic, with the token."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, expect: int = 200, **params: Any) -> Json:
        reply = await self.http.get(path, params=params or None)
        assert reply.status_code == expect
        assert reply.headers["content-type"] == "application/fhir+json"
        body: Json = reply.json()
        return body

    async def search(self, path: str, **params: Any) -> list[Json]:
        return [entry["resource"] for entry in (await self.get(path, **params)).get("entry", [])]

    async def free(self, n: int = 0, schedule: str = "ana") -> Json:
        return (await self.search("/Slot", status="free", schedule=schedule))[n]

    async def put(self, resource: Json, if_match: str | None) -> httpx.Response:
        headers = FHIR | ({} if if_match is None else {"If-Match": if_match})
        return await self.http.put(f"/{resource['resourceType']}/{resource['id']}", json=resource, headers=headers)

    async def post(self, resource: Json, if_none_exist: str | None = None) -> httpx.Response:
        headers = FHIR | ({} if if_none_exist is None else {"If-None-Exist": if_none_exist})
        return await self.http.post(f"/{resource['resourceType']}", json=resource, headers=headers)

    async def transact(self, *entries: Json) -> httpx.Response:
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}
        return await self.http.post("/", json=bundle, headers=FHIR)

    async def book(self, slot: Json, key: str = "k1") -> httpx.Response:
        return await self.transact(put_entry(slot | {"status": "busy"}), post_entry(appointment(slot, key)))

    async def everything(self) -> tuple[list[Json], list[Json]]:
        """All slots and appointments: what must be the same before and after a refusal."""
        return await self.search("/Slot"), await self.search("/Appointment")


def etag(resource: Json) -> str:
    return f'W/"{resource["meta"]["versionId"]}"'


def put_entry(resource: Json, if_match: str | None = "seen") -> Json:
    request = {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
    if if_match is not None:
        request["ifMatch"] = etag(resource) if if_match == "seen" else if_match
    return {"resource": resource, "request": request}


def post_entry(resource: Json, key: str | None = "same") -> Json:
    request = {"method": "POST", "url": "Appointment"}
    if key is not None:
        value = resource["identifier"][0]["value"] if key == "same" else key
        request["ifNoneExist"] = f"identifier=urn:haven:booking|{value}"
    return {"resource": resource, "request": request}


def appointment(slot: Json, key: str = "k1") -> Json:
    return {
        "resourceType": "Appointment",
        "identifier": [{"system": "urn:haven:booking", "value": key}],
        "status": "booked",
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "start": slot["start"],
        "end": slot["end"],
        "contained": [{"resourceType": "Patient", "id": "patient", "name": [{"text": "Sam"}]}],
        "participant": [{"actor": {"reference": "#patient"}, "status": "accepted"}],
    }


@pytest.fixture
async def visitor(clinic: FastAPI) -> AsyncIterator[Visitor]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(clinic),
        base_url="http://127.0.0.1",
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as http:
        yield Visitor(http)
