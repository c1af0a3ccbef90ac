"""Versions of a score that a later run replaced, and what had changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLE = "compass_score_earlier"
AXES = ("financial", "valuation", "technical", "risk")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        TABLE,
        sa.Column("score_date", sa.Date(), nullable=False),
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("formula_version", sa.String(length=12), nullable=False),
        sa.Column("total_score", sa.Numeric(), nullable=True),
        sa.Column("total_percentile", sa.Numeric(), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        *(sa.Column(f"{axis}_score", sa.Numeric(), nullable=True) for axis in AXES),
        *(sa.Column(f"{axis}_raw", sa.Numeric(), nullable=True) for axis in AXES),
        *(sa.Column(f"{axis}_coverage", sa.Numeric(), nullable=False) for axis in AXES),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("price_date", sa.Date(), nullable=False),
        sa.Column("fs_period_end", sa.Date(), nullable=True),
        sa.Column("fs_rcept_dt", sa.Date(), nullable=True),
        sa.Column("fs_rcept_no", sa.String(length=14), nullable=True),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_by", sa.BigInteger(), nullable=False),
        sa.Column("replaced_because", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("score_date", "ticker", "formula_version", "run_id"),
    )
    op.create_index("idx_compass_earlier_ticker", TABLE, ["ticker", "score_date"], unique=False)
