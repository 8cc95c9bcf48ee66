"""The first tables: practitioners, slots, and appointments with what they say of a patient sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "practitioner",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practitioner"),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("practitioner", sa.String(40), nullable=False),
        sa.Column("modality", sa.String(16), nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("ends", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slot"),
        sa.ForeignKeyConstraint(["practitioner"], ["practitioner.id"], name="fk_slot_practitioner"),
    )
    op.create_index("ix_slot_starts_id", "slot", ["starts", "id"])
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("system", sa.String(200), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("slot", sa.String(64)),
        sa.Column("starts", sa.Integer),
        sa.Column("ends", sa.Integer),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        sa.ForeignKeyConstraint(["slot"], ["slot.id"], name="fk_appointment_slot"),
        sa.UniqueConstraint("system", "value", name="uq_appointment_system_value"),
    )
    op.create_index(
        "uq_appointment_active_slot",
        "appointment",
        ["slot"],
        unique=True,
        sqlite_where=sa.text("status = 'booked'"),
    )
