"""The waiting list."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what a place on the list and an offer need."""
    op.add_column("appointment", sa.Column("since", sa.Integer))
    op.add_column("appointment", sa.Column("offered_until", sa.Integer))
    op.create_table(
        "offer",
        sa.Column("slot", sa.String(64), nullable=False),
        sa.Column("appointment", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("slot", "appointment", name="pk_offer"),
    )
