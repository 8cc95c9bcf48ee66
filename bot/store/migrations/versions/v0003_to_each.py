"""Reminders to each member, beside those in a team's channel."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell the two apart; what was there went to channels."""
    op.add_column("manager_action", sa.Column("to_each", sa.Integer, nullable=False, server_default="0"))
