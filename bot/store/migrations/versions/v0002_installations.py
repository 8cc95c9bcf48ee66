"""Where the app is installed, by OAuth."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create installation."""
    op.create_table(
        "installation",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
