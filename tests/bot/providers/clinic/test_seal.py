"""What is sealed stays sealed: every byte, every place, and the files on disk."""

import json
import sqlite3
from pathlib import Path

import httpx
import pytest
from cryptography.exceptions import InvalidTag
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.seal import SIZE, Seal, TooLong
from tests.bot.providers.clinic.conftest import FHIR, Visitor, appointment, etag
from tests.bot.providers.conftest import ANA, KEY, TOKEN, StillClock

PLACE = ("appointment", "document", "a1")
CANARIES = ("Zebulon Quux", "zebulon@quux.example", "Zone/Quux", "urn:quux", "rooms.clinic.example")


@pytest.fixture(scope="module")
def seal() -> Seal:
    return Seal(KEY, StillClock())


@given(document=st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=8))
def test_what_is_sealed_opens_and_has_one_size(seal: Seal, document: dict[str, str]) -> None:
    sealed = seal.close(document, *PLACE)
    assert len(sealed) == 12 + SIZE + 16
    assert seal.open(sealed, *PLACE) == document


@given(at=st.integers(0, 12 + SIZE + 15), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(seal: Seal, at: int, bit: int) -> None:
    sealed = bytearray(seal.close({"a": "b"}, *PLACE))
    sealed[at] ^= 1 << bit
    with pytest.raises(InvalidTag):
        seal.open(bytes(sealed), *PLACE)


@pytest.mark.parametrize(
    "place",
    [
        ("appointment", "document", "a2"),
        ("appointment", "other", "a1"),
        ("slot", "document", "a1"),
        ("appointmen", "tdocument", "a1"),
    ],
)
def test_a_moved_row_is_refused(seal: Seal, place: tuple[str, str, str]) -> None:
    with pytest.raises(InvalidTag):
        seal.open(seal.close({"a": "b"}, *PLACE), *place)


def test_two_seals_of_one_document_differ(seal: Seal) -> None:
    assert seal.close({}, *PLACE) != seal.close({}, *PLACE)


def test_a_document_that_does_not_fit_is_refused(seal: Seal) -> None:
    with pytest.raises(TooLong):
        seal.close({"a": "b" * SIZE}, *PLACE)


@pytest.mark.parametrize("key", [b"", b"k" * 16, b"k" * 33])
def test_a_key_of_another_length_is_refused(key: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        create_clinic(f"sqlite:///{tmp_path}/c.db", key, StillClock(), name="C", practitioners=[], bearer=None)


async def visit(visitor: Visitor) -> None:
    """Book, change and cancel for somebody whose every word is a canary."""
    slot = await visitor.free()
    resource = appointment(slot) | {
        "contained": [
            {
                "resourceType": "Patient",
                "id": "patient",
                "extension": [{"url": CANARIES[3], "valueCode": CANARIES[2]}],
                "name": [{"text": CANARIES[0]}],
                "telecom": [{"value": CANARIES[1]}],
            }
        ],
        "comment": CANARIES[0],
    }
    assert (await visitor.post(resource)).status_code == 201
    (booked,) = await visitor.search("/Appointment")
    changed = await visitor.put(booked | {"description": CANARIES[0]}, etag(booked))
    assert changed.status_code == 200
    seen = (await visitor.http.get("/Appointment")).text
    assert all(word in seen for word in CANARIES)
    assert (await visitor.put(changed.json() | {"status": "cancelled"}, None)).status_code == 200


def hits(folder: Path) -> list[str]:
    files = sorted(folder.iterdir())
    assert [one.name for one in files] == ["clinic.db", "clinic.db-shm", "clinic.db-wal"]
    assert files[2].stat().st_size > 0
    return [
        word
        for one in files
        for word in CANARIES
        for form in (word.encode(), word.encode("utf-16-le"))
        if form in one.read_bytes()
    ]


async def test_nothing_of_a_patient_is_on_disk(visitor: Visitor, tmp_path: Path) -> None:
    await visit(visitor)
    assert hits(tmp_path) == []


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Seal, "close", lambda _self, document, *_place: json.dumps(document).encode())
    monkeypatch.setattr(Seal, "open", lambda _self, document, *_place: json.loads(document))


@pytest.mark.usefixtures("unsealed")
async def test_the_canaries_would_be_found_without_the_seal(tmp_path: Path) -> None:
    app = create_clinic(
        f"sqlite:///{tmp_path}/clinic.db", KEY, StillClock(), name="C", practitioners=[ANA], bearer=TOKEN
    )
    transport = httpx.ASGITransport(app)
    headers = FHIR | {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as http:
        await visit(Visitor(http))
    assert set(hits(tmp_path)) == set(CANARIES)
    app.state.practice.dispose()


async def test_a_row_swapped_on_disk_is_not_served(clinic: FastAPI, visitor: Visitor, tmp_path: Path) -> None:
    for n in range(2):
        assert (await visitor.book(await visitor.free(), f"k{n}")).status_code == 200
    file = sqlite3.connect(tmp_path / "clinic.db")
    with file:
        other = "SELECT document FROM appointment b WHERE b.id <> appointment.id"
        file.execute(f"UPDATE appointment SET document = ({other})")
    file.close()
    assert (await visitor.http.get("/Appointment")).status_code == 500
