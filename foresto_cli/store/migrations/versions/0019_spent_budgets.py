"""An upstream that called the day's requests used up is remembered until KST midnight."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("upstream_usage", sa.Column("spent_at", sa.DateTime))
    op.add_column("upstream_usage", sa.Column("spent_reason", sa.Text))
