"""Time off of practitioners."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "time_off",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("practitioner", sa.String(40), nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("ends", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_time_off"),
        sa.ForeignKeyConstraint(["practitioner"], ["practitioner.id"], name="fk_time_off_practitioner"),
    )
