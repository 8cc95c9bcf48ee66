"""The clinic's own database: its tables, how SQLite is opened, and the migration to the newest shape."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

VERSION_TABLE = "clinic_version"
_WRITES = "clinic_writes"

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

practitioner = sa.Table(
    "practitioner",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("profile", sa.JSON, nullable=False, server_default="{}"),  # hours.Profile, and the modality
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),  # milliseconds since 1970, as are all `updated`
)

slot = sa.Table(
    "slot",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("practitioner", sa.String(40), sa.ForeignKey("practitioner.id"), nullable=False),
    sa.Column("modality", sa.String(16), nullable=False),
    sa.Column("starts", sa.Integer, nullable=False),  # seconds since 1970, as are all instants
    sa.Column("ends", sa.Integer, nullable=False),
    # free, busy, busy-tentative (held until `held_until`), busy-unavailable (out of the hours)
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("claim", sa.String(200)),  # the key that it is held or kept busy under
    sa.Column("held_until", sa.Integer),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),
    sa.Index(None, "starts", "id"),
)

time_off = sa.Table(
    "time_off",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("practitioner", sa.String(40), sa.ForeignKey("practitioner.id"), nullable=False),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("ends", sa.Integer, nullable=False),
)

appointment = sa.Table(
    "appointment",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("system", sa.String(200), nullable=False),
    sa.Column("value", sa.String(200), nullable=False),
    sa.Column("slot", sa.String(64), sa.ForeignKey("slot.id")),  # none: a cancelled record that held no time
    sa.Column("starts", sa.Integer),
    sa.Column("ends", sa.Integer),
    sa.Column("status", sa.String(20), nullable=False),  # booked, pending, waitlist, cancelled, noshow
    sa.Column("since", sa.Integer),  # when it was made, in milliseconds: the order of the waiting list
    sa.Column("offered_until", sa.Integer),  # of somebody on the list: until when `slot` is theirs to take
    sa.Column("document", sa.LargeBinary, nullable=False),  # everything else of the resource, sealed
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),
    sa.UniqueConstraint("system", "value"),
)
offer = sa.Table(  # who has had which slot offered since it was given up
    "offer",
    metadata,
    sa.Column("slot", sa.String(64), primary_key=True),
    sa.Column("appointment", sa.String(64), primary_key=True),
)
voucher = sa.Table(
    "voucher",
    metadata,
    sa.Column("hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("batch", sa.String(8), nullable=False),
    sa.Column("spent", sa.Boolean, nullable=False),
)
message = sa.Table(  # what somebody chose to share before an appointment
    "message",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("value", sa.String(401), nullable=False),  # system and value of its identifier
    sa.Column("appointment", sa.String(64), nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),  # all of it, sealed
    sa.Column("updated", sa.Integer, nullable=False),
    sa.UniqueConstraint("value"),
)
delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),  # the appointment's id and version
    sa.Column("reference", sa.String(80), nullable=False),
    sa.Column("since", sa.Integer, nullable=False),
    sa.Column("due", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
)
ACTIVE = ("booked", "pending")
"""An appointment that stands in its slot, confirmed or not."""
sa.Index(
    "uq_appointment_active_slot",
    appointment.c.slot,
    unique=True,
    sqlite_where=sa.text("status IN ('booked', 'pending')"),
)


def status_at(now: float) -> sa.ColumnElement[str]:
    """Return a slot's status at `now` (seconds since 1970): a hold that has run out is free, whoever looks, and
    whether or not the process that made it still lives."""
    over = (slot.c.status == "busy-tentative") & (slot.c.held_until <= now)
    return sa.case((over, "free"), else_=slot.c.status)


class Database:
    """The engine, with readers and writers told apart: a writer takes SQLite's lock when it begins."""

    def __init__(self, url: str) -> None:
        path = sa.make_url(url).database
        if not path or path == ":memory:":
            raise ValueError("the clinic's database is a file: sqlite:///path/clinic.db")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": 5})
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)
        self._writer = self.engine.execution_options(**{_WRITES: True})

    def read(self, work: Callable[[sa.Connection], Any]) -> Any:
        """Run `work` on one consistent view of the data and return its result."""
        with self.engine.begin() as connection:
            return work(connection)

    def write(self, work: Callable[[sa.Connection], Any]) -> Any:
        """Run `work` alone, and commit all of it, or none if it raises."""
        with self._writer.begin() as connection:
            return work(connection)

    def upgrade(self, to: str = "head") -> None:
        """Bring the tables to the newest shape, or to that of a revision, in one transaction."""
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))

        def run(connection: sa.Connection) -> None:
            config.attributes["connection"] = connection
            command.upgrade(config, to)

        self.write(run)


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    """Set SQLite up: durable, no remains of what was deleted, and no transaction that we did not begin."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
