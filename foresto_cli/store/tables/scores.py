"""The Compass Score: every run, every score with its reasons, and the components behind it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from foresto_cli.store.tables._metadata import metadata

compass_score_run = Table(
    "compass_score_run",
    metadata,
    # The number of the run in data_collection_log.
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("score_date", Date, nullable=False),
    Column("formula_version", String(12), nullable=False),
    Column("config_sha256", String(64), nullable=False),
    Column("code_version", String(40), nullable=False),
    Column("inputs_sha256", String(64), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("completed_at", DateTime, nullable=False),
    Column("is_provisional", Boolean, nullable=False),
    Column("price_max_date", Date, nullable=False),
    Column("price_rows", BigInteger, nullable=False),
    Column("fs_max_rcept_no", String(14)),
    Column("n_universe", Integer, nullable=False),
    Column("n_ref", Integer, nullable=False),
    Column("n_scored", Integer, nullable=False),
    Column("n_partial", Integer, nullable=False),
    Column("n_not_scored", Integer, nullable=False),
    Column("dq", JSONB, nullable=False),
    Index("idx_compass_run_date", "score_date"),
    comment="One row per run that stored scores: inputs, formula, counts; provisional: of provisional prices",
)

compass_score_history = Table(
    "compass_score_history",
    metadata,
    Column("score_date", Date, primary_key=True),
    Column("ticker", String(6), primary_key=True),
    Column("formula_version", String(12), primary_key=True),
    Column("total_score", Numeric),
    Column("total_percentile", Numeric),
    Column("grade", String(1)),
    Column("rank", Integer),
    Column("financial_score", Numeric),
    Column("valuation_score", Numeric),
    Column("technical_score", Numeric),
    Column("risk_score", Numeric),
    # The weighted mean of component percentiles before the axis is ranked; contributions add up to it.
    Column("financial_raw", Numeric),
    Column("valuation_raw", Numeric),
    Column("technical_raw", Numeric),
    Column("risk_raw", Numeric),
    # How much of an axis's weight (0-100) had a value.
    Column("financial_coverage", Numeric, nullable=False),
    Column("valuation_coverage", Numeric, nullable=False),
    Column("technical_coverage", Numeric, nullable=False),
    Column("risk_coverage", Numeric, nullable=False),
    Column("status", String(10), nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    Column("price_date", Date, nullable=False),
    Column("fs_period_end", Date),
    Column("fs_rcept_dt", Date),
    Column("fs_rcept_no", String(14)),
    Column("run_id", BigInteger, nullable=False),
    CheckConstraint("status IN ('SCORED', 'PARTIAL', 'NOT_SCORED')", name="chk_compass_history_status"),
    CheckConstraint("grade IN ('S', 'A', 'B', 'C', 'D', 'F')", name="chk_compass_history_grade"),
    CheckConstraint("(total_score IS NULL) = (status = 'NOT_SCORED')", name="chk_compass_history_total"),
    Index("idx_compass_history_ticker", "ticker", "score_date"),
    comment="Scores (0-100) of every stock with a price that day; append-only; NOT_SCORED rows say why in reasons",
)

compass_score_component = Table(
    "compass_score_component",
    metadata,
    Column("score_date", Date, primary_key=True),
    Column("ticker", String(6), primary_key=True),
    Column("formula_version", String(12), primary_key=True),
    Column("components", JSONB, nullable=False),
    Column("run_id", BigInteger, nullable=False),
    comment="[id, raw, percentile, weight, contribution] of every component; kept 30 days, month ends for ever",
)
