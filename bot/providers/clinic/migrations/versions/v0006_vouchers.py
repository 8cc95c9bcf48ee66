"""Vouchers: what is kept of each is its hash."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "voucher",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("batch", sa.String(8), nullable=False),
        sa.Column("spent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_voucher"),
    )
