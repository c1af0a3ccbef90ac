"""The stocks whose score is watched, and the market mail of each session."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "market_email_log",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("sent_date", sa.Date(), nullable=False),
        sa.Column("session_date", sa.Date(), nullable=False),
        sa.Column("total_subscribers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("success_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fail_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("deliveries", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("status IN ('sending', 'completed', 'failed')", name="chk_market_email_log_status"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sent_date", name="uq_market_email_log_date"),
        sa.UniqueConstraint("session_date", name="uq_market_email_log_session"),
        comment="The market mail: at most one a day and one a session",
    )
    op.create_table(
        "watchlist",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("last_notified_score", sa.Numeric(), nullable=True),
        sa.Column("last_notified_grade", sa.String(length=1), nullable=True),
        sa.Column("last_notified_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticker"),
        comment="Stocks whose score is watched, and the score and grade that were told last (null: none seen yet)",
    )
