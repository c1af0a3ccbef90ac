"""Conditions that the operator keeps by name, and who fulfilled the watched ones when that was told last."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "saved_screen",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("is_watched", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("told_date", sa.Date()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "saved_screen_member",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("ticker", sa.String(6), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", "ticker"),
    )
