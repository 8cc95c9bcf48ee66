"""Slots can be held for a while, and a booking that is not yet confirmed stands in its slot as well."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what a hold needs; make pending bookings count."""
    op.add_column("slot", sa.Column("claim", sa.String(200)))
    op.add_column("slot", sa.Column("held_until", sa.Integer))
    op.drop_index("uq_appointment_active_slot", "appointment")
    op.create_index(
        "uq_appointment_active_slot",
        "appointment",
        ["slot"],
        unique=True,
        sqlite_where=sa.text("status IN ('booked', 'pending')"),
    )
