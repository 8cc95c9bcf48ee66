"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create subject, effect, seen and manager_action."""
    op.create_table(
        "subject",
        sa.Column("sid", sa.LargeBinary(16), primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("etag", sa.LargeBinary(16), nullable=False),
        sa.Column("dek", sa.LargeBinary, nullable=False),
        sa.Column("ops", sa.LargeBinary, nullable=False),
        sa.Column("private", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "effect",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due", sa.Integer, nullable=False),
        sa.Column("lease", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("effect_due", "effect", ["due"])
    op.create_table(
        "seen",
        sa.Column("tag", sa.LargeBinary(16), primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "manager_action",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("actor", sa.LargeBinary(16), nullable=False),
        sa.Column("team", sa.String(40), nullable=False),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("due", sa.Integer, nullable=False),
    )
