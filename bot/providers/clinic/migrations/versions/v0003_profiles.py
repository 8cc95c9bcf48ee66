"""What people may know of somebody before they choose."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the profile; it is filled from HR's file at the start that runs this."""
    op.add_column("practitioner", sa.Column("profile", sa.JSON, nullable=False, server_default="{}"))
