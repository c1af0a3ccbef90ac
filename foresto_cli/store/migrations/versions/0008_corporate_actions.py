"""Decisions about shares: increases, reductions, mergers, divisions, splits, by filing."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "corporate_actions",
        sa.Column("rcept_no", sa.String(length=14), nullable=False),
        sa.Column("corp_code", sa.String(length=8), nullable=False),
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("action_type", sa.String(length=20), nullable=False),
        sa.Column("report_name", sa.String(length=300), nullable=True),
        sa.Column("rcept_dt", sa.Date(), nullable=False),
        sa.Column("remark", sa.String(length=20), nullable=True),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("corrected_by", sa.String(length=14), nullable=True),
        sa.Column("ratio", sa.Numeric(), nullable=True),
        sa.Column("exchange_ratio", sa.Numeric(), nullable=True),
        sa.Column("record_date", sa.Date(), nullable=True),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("shares_before", sa.BigInteger(), nullable=True),
        sa.Column("shares_after", sa.BigInteger(), nullable=True),
        sa.Column("new_shares", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("price_event_date", sa.Date(), nullable=True),
        sa.Column("price_event", sa.String(length=24), nullable=True),
        sa.Column("price_factor", sa.Float(precision=53), nullable=True),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("ratio > 0", name="chk_corporate_actions_ratio"),
        sa.PrimaryKeyConstraint("rcept_no"),
        comment="Decisions about shares by filing (접수번호): ratio is shares after / before; known from rcept_dt on",
    )
    op.create_index("idx_corporate_actions_date", "corporate_actions", ["rcept_dt"], unique=False)
    op.create_index("idx_corporate_actions_ticker", "corporate_actions", ["ticker", "rcept_dt"], unique=False)
