"""The database: its migrations, how SQLite is opened, and what it refuses by itself."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError

from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.book import KEPT
from bot.providers.clinic.seal import Seal
from bot.providers.clinic.tables import VERSION_TABLE, Database, appointment, metadata, slot
from tests.bot.providers.clinic.conftest import Visitor, etag
from tests.bot.providers.conftest import ANA, KEY, NOW, StillClock


@pytest.fixture
def database(clinic: FastAPI) -> Database:
    opened: Database = clinic.state.practice._database
    return opened


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    def compare(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return list(compare_metadata(context, metadata))

    assert database.read(compare) == []
    indices = sa.inspect(database.engine).get_indexes("appointment")
    assert [(one["name"], one["unique"]) for one in indices] == [("uq_appointment_active_slot", 1)]


async def test_a_book_of_the_first_shape_is_brought_up_with_what_is_booked(tmp_path: Path, clock: StillClock) -> None:
    """A database as the first release made it, opened by this one: every booking stands, and a new one is made."""
    url = f"sqlite:///{tmp_path}/old.db"
    old = Database(url)
    old.upgrade("0001")
    stamp, start = int(NOW.timestamp() * 1000), int(NOW.timestamp()) + 3600
    document = Seal(KEY, clock).close({"participant": [], "contained": ["Sam"]}, "appointment", "document", "a")
    booked = ("a", "urn:haven:booking", "k1", "ana-202503030800", start, start + 3000, "booked", document, 1, stamp)

    def fill(connection: sa.Connection) -> None:
        run = connection.exec_driver_sql
        run("INSERT INTO practitioner VALUES ('ana', 'Ana Ruiz', 'Europe/Madrid', 1, 1, ?)", (stamp,))
        row = ("ana-202503030800", "ana", "video", start, start + 3000, "busy", 2, stamp)
        run("INSERT INTO slot VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        run("INSERT INTO appointment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", booked)

    old.write(fill)
    old.engine.dispose()
    app = create_clinic(url, KEY, clock, name="C", practitioners=[ANA], bearer=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        visitor = Visitor(http)
        (kept,) = await visitor.search("/Appointment", identifier="urn:haven:booking|k1")
        assert (kept["contained"], kept["slot"]) == (["Sam"], [{"reference": "Slot/ana-202503030800"}])
        assert [one["id"] for one in await visitor.search("/Slot", status="busy")] == ["ana-202503030800"]
        assert (await visitor.book(await visitor.free(), "k2")).status_code == 200
    app.state.practice.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
    ],
)
def test_sqlite_is_opened_as_it_must_be(database: Database, pragma: str, value: object) -> None:
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


async def test_a_restart_keeps_everything(visitor: Visitor, clinic: FastAPI, tmp_path: Path) -> None:
    await visitor.book(await visitor.free())
    before = await visitor.everything()
    clinic.state.practice.dispose()
    again = create_clinic(
        f"sqlite:///{tmp_path}/clinic.db", KEY, StillClock(), name="C", practitioners=[ANA], bearer=None
    )
    book = again.state.practice.book
    for resources in before:
        for one in resources:
            if one["status"] != "free":
                assert book.read(one["resourceType"], one["id"]) == one
    again.state.practice.dispose()


async def test_the_database_itself_refuses_a_second_booking(visitor: Visitor, database: Database) -> None:
    await visitor.book(await visitor.free())

    def copy(connection: sa.Connection, changes: Mapping[str, object]) -> None:
        row = connection.execute(sa.select(appointment)).one()._asdict()
        connection.execute(sa.insert(appointment).values(row | {"id": "other", "value": "k2"} | dict(changes)))

    for changes in ({}, {"slot": None, "value": "k1"}, {"slot": "none"}):
        with pytest.raises(IntegrityError):
            database.write(partial(copy, changes=changes))
    database.write(partial(copy, changes={"status": "cancelled"}))


def test_errors_of_the_database_hold_no_values(database: Database) -> None:
    query = sa.insert(appointment).values(id="x", system="s", value="canary", status="booked")
    with pytest.raises(IntegrityError) as caught:
        database.write(lambda connection: connection.execute(query))
    assert "canary" not in str(caught.value)


def test_a_writer_keeps_other_writers_out_from_its_beginning(database: Database, tmp_path: Path) -> None:
    def intrude(_connection: sa.Connection) -> None:
        other = sqlite3.connect(tmp_path / "clinic.db", timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
        finally:
            other.close()

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database.write(intrude)
    database.read(intrude)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_is_no_file_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="file"):
        Database(url)


async def test_what_is_known_of_a_patient_goes_in_the_end(
    visitor: Visitor, database: Database, clock: StillClock
) -> None:
    free = await visitor.search("/Slot", status="free", schedule="ana", _count=100)
    early, late, off = free[0], free[-1], free[-2]
    for n, one in enumerate((early, late, off)):
        assert (await visitor.book(one, f"k{n}")).status_code == 200
    (booked,) = await visitor.search("/Appointment", slot=f"Slot/{off['id']}")
    assert (await visitor.put(booked | {"status": "cancelled"}, etag(booked))).status_code == 200

    async def left(at: datetime) -> list[str]:
        clock.at = at
        await visitor.search("/Slot")
        rows = database.read(lambda connection: connection.execute(sa.select(appointment.c.value)).scalars().all())
        return sorted(rows)

    second = timedelta(seconds=1)
    ended = datetime.fromisoformat(early["end"])
    assert await left(NOW + KEPT) == ["k0", "k1", "k2"]
    assert await left(NOW + KEPT + timedelta(hours=1)) == ["k0", "k1"]  # cancelled, though its time was to come
    assert await left(ended + KEPT) == ["k0", "k1"]
    assert await left(ended + KEPT + timedelta(hours=1)) == ["k1"]
    assert await left(datetime.fromisoformat(late["end"]) + KEPT + second) == []
    busy = sa.select(slot.c.id).where(slot.c.status == "busy")
    assert database.read(lambda connection: connection.execute(busy).all()) == []
