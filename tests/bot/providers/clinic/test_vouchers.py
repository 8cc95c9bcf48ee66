"""Vouchers: once, in the transaction that books, and never in the clear."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fhir.resources.R4B.operationoutcome import OperationOutcome

from bot.providers.base import VoucherRefused
from bot.providers.clinic import vouchers
from bot.providers.fhir import FhirProvider
from tests.bot.providers.clinic.conftest import Json, Visitor, appointment, etag, post_entry, put_entry
from tests.bot.providers.clinic.test_changes import refused
from tests.bot.providers.clinic.test_waiting import cancel, now, waiting
from tests.bot.providers.conftest import TOKEN, StillClock
from tests.bot.providers.test_fhir import WEEK, request


@pytest.fixture
def codes(clinic: FastAPI, clock: StillClock) -> list[str]:
    return vouchers.issue(clinic.state.practice._database, clock, 3)[1]


def used(clinic: FastAPI) -> int:
    (batch,) = vouchers.batches(clinic.state.practice._database)
    return batch.spent


def paid(body: Json, code: str) -> Json:
    return body | {"identifier": [*body["identifier"], {"system": "urn:haven:voucher", "value": code}]}


def booking(slot: Json, code: str, key: str = "k1") -> list[Json]:
    return [put_entry(slot | {"status": "busy"}), post_entry(paid(appointment(slot, key), code))]


async def test_a_voucher_books_once(visitor: Visitor, clinic: FastAPI, codes: list[str]) -> None:
    first, second = await visitor.free(0), await visitor.free(1)
    typed = codes[0].lower().replace("-", " ")
    assert (await visitor.transact(*booking(first, typed))).status_code == 200
    assert (await visitor.transact(*booking(first, typed))).status_code == 200  # sent again
    assert used(clinic) == 1
    for wrong in (codes[0], "ABCD-EFGH-JKMN-PQRS"):
        await refused(visitor, 422, *booking(second, wrong, "k2"))
        reply = await visitor.post(paid(appointment(second, "k2"), wrong))
        OperationOutcome.model_validate(reply.json())
        (issue,) = reply.json()["issue"]
        assert (reply.status_code, issue["code"]) == (422, "business-rule")
        assert issue["details"] == {"coding": [{"system": "urn:haven:problem", "code": "voucher"}]}
        assert wrong not in reply.text
    booked = await now(visitor, "k1")
    assert booked["identifier"][1]["value"] == typed
    other = booked | {"identifier": [booked["identifier"][0], {"system": "urn:haven:voucher", "value": codes[1]}]}
    assert (await visitor.put(other, etag(booked))).status_code == 422  # it is not changed afterwards
    await cancel(visitor, "k1")
    assert used(clinic) == 0  # cancelled in time: it books again
    assert (await visitor.transact(*booking(second, codes[0], "k3"))).status_code == 200


async def test_ten_who_use_one_voucher_at_once_get_one_booking(
    visitor: Visitor, clinic: FastAPI, codes: list[str]
) -> None:
    slots = await visitor.search("/Slot", status="free", _count=10)
    replies = await asyncio.gather(
        *(visitor.transact(*booking(slot, codes[0], f"k{n}")) for n, slot in enumerate(slots))
    )
    assert sorted(reply.status_code for reply in replies) == [200] + [422] * 9
    assert used(clinic) == 1
    assert len(await visitor.search("/Slot", status="busy")) == 1


async def test_somebody_who_waits_spends_it_when_they_book(visitor: Visitor, clinic: FastAPI, codes: list[str]) -> None:
    slot = await visitor.free(3)
    await visitor.book(slot)
    assert (await visitor.post(paid(waiting("w1"), codes[0]))).status_code == 201
    assert used(clinic) == 0
    await cancel(visitor, "k1")
    offered = await now(visitor, "w1")
    assert (await visitor.put(offered | {"status": "booked"}, etag(offered))).status_code == 200
    assert used(clinic) == 1


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_no_code_is_on_disk(visitor: Visitor, clinic: FastAPI, codes: list[str], tmp_path: Path) -> None:
    await visitor.transact(*booking(await visitor.free(), codes[0]))
    stored = on_disk(tmp_path)
    for code in codes:
        assert code.encode() not in stored
        assert code.replace("-", "").encode() not in stored
        assert vouchers.hashed(code) in stored


def test_codes_are_all_different_and_a_batch_has_an_end(clinic: FastAPI, clock: StillClock) -> None:
    database = clinic.state.practice._database
    _, made = vouchers.issue(database, clock, 500)
    assert len({vouchers.hashed(code) for code in made}) == 500
    assert {len(code) for code in made} == {19}
    for count in (0, vouchers.MOST + 1):
        with pytest.raises(ValueError, match="1 to 10000"):
            vouchers.issue(database, clock, count)


async def test_our_client_hears_that_it_is_the_voucher(clinic: FastAPI, clock: StillClock, codes: list[str]) -> None:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(clinic))
    provider = FhirProvider("http://127.0.0.1", clock=clock, token=TOKEN, client=http)
    first, second = await provider.find_slots(*WEEK, 2)
    await provider.book(request(first).model_copy(update={"voucher": codes[0]}))
    with pytest.raises(VoucherRefused):
        await provider.book(request(second, "k2").model_copy(update={"voucher": codes[0]}))
    await provider.aclose()


async def test_where_one_is_required_nothing_is_booked_without(
    visitor: Visitor, clinic: FastAPI, codes: list[str]
) -> None:
    slot = await visitor.free(3)
    assert (await visitor.post(paid(waiting("w0"), "ABCD-EFGH-JKMN-PQRS"))).status_code == 422  # said at once
    assert (await visitor.post(waiting("w0"))).status_code == 201
    clinic.state.practice.changes.vouchers = True
    await refused(visitor, 422, put_entry(slot | {"status": "busy"}), post_entry(appointment(slot)))
    assert (await visitor.post(waiting("w1"))).status_code == 422
    assert (await visitor.post(paid(waiting("w1"), codes[0]))).status_code == 201
    assert used(clinic) == 0
    assert (await visitor.transact(*booking(slot, codes[1]))).status_code == 200
