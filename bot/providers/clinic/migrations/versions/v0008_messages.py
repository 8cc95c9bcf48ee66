"""What somebody chose to share before an appointment."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "message",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("value", sa.String(401), nullable=False),
        sa.Column("appointment", sa.String(64), nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("value", name="uq_message_value"),
    )
