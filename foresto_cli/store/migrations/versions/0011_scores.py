"""The Compass Score: runs, scores with their reasons, components, and the newest score beside each stock."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "compass_score_component",
        sa.Column("score_date", sa.Date(), nullable=False),
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("formula_version", sa.String(length=12), nullable=False),
        sa.Column("components", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("score_date", "ticker", "formula_version"),
        comment="[id, raw, percentile, weight, contribution] of every component; kept 30 days, month ends for ever",
    )
    op.create_table(
        "compass_score_history",
        sa.Column("score_date", sa.Date(), nullable=False),
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("formula_version", sa.String(length=12), nullable=False),
        sa.Column("total_score", sa.Numeric(), nullable=True),
        sa.Column("total_percentile", sa.Numeric(), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("financial_score", sa.Numeric(), nullable=True),
        sa.Column("valuation_score", sa.Numeric(), nullable=True),
        sa.Column("technical_score", sa.Numeric(), nullable=True),
        sa.Column("risk_score", sa.Numeric(), nullable=True),
        sa.Column("financial_raw", sa.Numeric(), nullable=True),
        sa.Column("valuation_raw", sa.Numeric(), nullable=True),
        sa.Column("technical_raw", sa.Numeric(), nullable=True),
        sa.Column("risk_raw", sa.Numeric(), nullable=True),
        sa.Column("financial_coverage", sa.Numeric(), nullable=False),
        sa.Column("valuation_coverage", sa.Numeric(), nullable=False),
        sa.Column("technical_coverage", sa.Numeric(), nullable=False),
        sa.Column("risk_coverage", sa.Numeric(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("price_date", sa.Date(), nullable=False),
        sa.Column("fs_period_end", sa.Date(), nullable=True),
        sa.Column("fs_rcept_dt", sa.Date(), nullable=True),
        sa.Column("fs_rcept_no", sa.String(length=14), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(total_score IS NULL) = (status = 'NOT_SCORED')", name="chk_compass_history_total"),
        sa.CheckConstraint("grade IN ('S', 'A', 'B', 'C', 'D', 'F')", name="chk_compass_history_grade"),
        sa.CheckConstraint("status IN ('SCORED', 'PARTIAL', 'NOT_SCORED')", name="chk_compass_history_status"),
        sa.PrimaryKeyConstraint("score_date", "ticker", "formula_version"),
        comment="Scores (0-100) of every stock with a price that day; append-only; NOT_SCORED rows say why in reasons",
    )
    op.create_index("idx_compass_history_ticker", "compass_score_history", ["ticker", "score_date"], unique=False)
    op.create_table(
        "compass_score_run",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("score_date", sa.Date(), nullable=False),
        sa.Column("formula_version", sa.String(length=12), nullable=False),
        sa.Column("config_sha256", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.String(length=40), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("price_max_date", sa.Date(), nullable=False),
        sa.Column("price_rows", sa.BigInteger(), nullable=False),
        sa.Column("fs_max_rcept_no", sa.String(length=14), nullable=True),
        sa.Column("n_universe", sa.Integer(), nullable=False),
        sa.Column("n_ref", sa.Integer(), nullable=False),
        sa.Column("n_scored", sa.Integer(), nullable=False),
        sa.Column("n_partial", sa.Integer(), nullable=False),
        sa.Column("n_not_scored", sa.Integer(), nullable=False),
        sa.Column("dq", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        comment="One row per run that stored scores: inputs, formula, counts; provisional: of provisional prices",
    )
    op.create_index("idx_compass_run_date", "compass_score_run", ["score_date"], unique=False)
    op.add_column("stocks", sa.Column("compass_score", sa.Numeric(), nullable=True))
    op.add_column("stocks", sa.Column("compass_grade", sa.String(length=1), nullable=True))
    op.add_column("stocks", sa.Column("compass_financial_score", sa.Numeric(), nullable=True))
    op.add_column("stocks", sa.Column("compass_valuation_score", sa.Numeric(), nullable=True))
    op.add_column("stocks", sa.Column("compass_technical_score", sa.Numeric(), nullable=True))
    op.add_column("stocks", sa.Column("compass_risk_score", sa.Numeric(), nullable=True))
    op.add_column("stocks", sa.Column("compass_summary", sa.Text(), nullable=True))
    op.add_column("stocks", sa.Column("compass_commentary", sa.Text(), nullable=True))
    op.add_column("stocks", sa.Column("compass_updated_at", sa.DateTime(), nullable=True))
