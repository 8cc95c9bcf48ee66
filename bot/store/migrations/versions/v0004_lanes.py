"""Whose pace an effect keeps, and how many messages of a kind are where."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add effect.lane, and create delivery."""
    op.add_column("effect", sa.Column("lane", sa.LargeBinary(8), nullable=False, server_default=sa.text("x''")))
    op.create_index("effect_lane", "effect", ["lane", "due"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
