"""What a watched stock was told to be designated as: a designation that begins or ends is news."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("watchlist", sa.Column("last_notified_designation", sa.String(40)))
