"""Every table of foresto, in market words.

Times are ``timestamp without time zone`` in KST wall time, whatever the zone of the server. Prices are ``numeric`` won:
exact, and an operator's ``close_price / prev_close`` is not an integer division.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

foresto_meta = Table(
    "foresto_meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    comment="Facts about this database: whether it belongs to the sandbox",
)

data_source = Table(
    "data_source",
    metadata,
    Column("source_id", String(20), primary_key=True),
    Column("source_name", String(100), nullable=False),
    Column("source_type", String(20), nullable=False),
    Column("base_url", String(500)),
    Column("license_type", String(50)),
    Column("description", Text),
    comment="Where rows come from; source_id of every other table",
)

data_load_batch = Table(
    "data_load_batch",
    metadata,
    Column("batch_id", BigInteger, primary_key=True, autoincrement=True),
    Column("run_id", BigInteger, nullable=False),
    Column("batch_type", String(30), nullable=False),
    Column("as_of_date", Date, nullable=False),
    Column("status", String(20), nullable=False),
    Column("total_records", BigInteger, nullable=False, server_default="0"),
    Column("success_records", BigInteger, nullable=False, server_default="0"),
    Column("failed_records", BigInteger, nullable=False, server_default="0"),
    Column("skipped_records", BigInteger, nullable=False, server_default="0"),
    Column("error_message", Text),
    Column("started_at", DateTime, nullable=False),
    Column("completed_at", DateTime),
    CheckConstraint("status IN ('RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED')", name="chk_data_load_batch_status"),
    comment="One row per data set and run; rows name the batch that last changed them",
)

data_collection_log = Table(
    "data_collection_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("job_name", String(50), nullable=False),
    Column("job_label", String(100), nullable=False),
    Column("status", String(20), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("heartbeat_at", DateTime, nullable=False),
    Column("completed_at", DateTime),
    Column("duration_seconds", Float),
    Column("success_count", Integer, nullable=False, server_default="0"),
    Column("failed_count", Integer, nullable=False, server_default="0"),
    Column("total_count", Integer, nullable=False, server_default="0"),
    Column("exit_code", Integer),
    Column("host", String(100), nullable=False),
    Column("process_id", Integer, nullable=False),
    Column("progress", JSONB),
    Column("detail", JSONB),
    Column("error_message", Text),
    Index("idx_dcl_job", "job_name", "started_at"),
    comment="One row per command that loads, verifies or scores; status is the outcome word, or running",
)

data_quality_log = Table(
    "data_quality_log",
    metadata,
    Column("log_id", BigInteger, primary_key=True, autoincrement=True),
    Column("run_id", BigInteger, nullable=False),
    Column("table_name", String(50), nullable=False),
    Column("rule_id", String(40), nullable=False),
    Column("rule_name", String(100), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("found", BigInteger, nullable=False),
    Column("sample", JSONB, nullable=False),
    Column("expected_condition", String(300), nullable=False),
    Column("repair", String(200), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Index("idx_dq_log_run", "run_id"),
    comment="Findings of foresto verify",
)

unit_ledger = Table(
    "unit_ledger",
    metadata,
    Column("dataset", String(40), primary_key=True),
    Column("unit", String(60), primary_key=True),
    Column("status", String(12), nullable=False),
    Column("source_id", String(20)),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("row_count", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    Column("run_id", BigInteger, nullable=False),
    Column("asked_at", DateTime, nullable=False),
    CheckConstraint("status IN ('done', 'provisional', 'no_data', 'failed')", name="chk_unit_ledger_status"),
    comment="What was asked for and what became of it; a unit that is not here was never asked",
)

upstream_usage = Table(
    "upstream_usage",
    metadata,
    Column("upstream", String(20), primary_key=True),
    Column("usage_date", Date, primary_key=True),
    Column("used", Integer, nullable=False),
    comment="Requests per upstream and KST day; budgets survive processes",
)

upstream_block = Table(
    "upstream_block",
    metadata,
    Column("upstream", String(20), primary_key=True),
    Column("since", DateTime, nullable=False),
    Column("blocked_until", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
    comment="Breaker: an upstream that blocked us is not asked before blocked_until",
)

market_closure = Table(
    "market_closure",
    metadata,
    Column("trade_date", Date, primary_key=True),
    Column("is_closed", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("noted_at", DateTime, nullable=False),
    comment="Corrections of the published calendar: closed although it says session, or the other way round",
)

ops_alert = Table(
    "ops_alert",
    metadata,
    Column("alert_id", BigInteger, primary_key=True, autoincrement=True),
    Column("alert_type", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("alert_level", String(10), nullable=False),
    Column("alert_title", String(200), nullable=False),
    Column("alert_message", Text, nullable=False),
    Column("run_id", BigInteger),
    Column("created_at", DateTime, nullable=False),
    Column("last_seen_at", DateTime, nullable=False),
    Column("occurrences", Integer, nullable=False, server_default="1"),
    Column("resolved_at", DateTime),
    CheckConstraint("alert_level IN ('info', 'warning', 'critical')", name="chk_ops_alert_level"),
    # One open alert per incident: raising it again only counts.
    Index("uq_ops_alert_open", "alert_type", "subject", unique=True, postgresql_where="resolved_at IS NULL"),
    comment="Incidents: open until the cause is gone",
)

fdr_stock_listing = Table(
    "fdr_stock_listing",
    metadata,
    Column("ticker", String(6), primary_key=True),
    Column("isin", String(12)),
    Column("name", String(100), nullable=False),
    Column("market", String(20), nullable=False),
    Column("sector", String(100)),
    Column("industry", String(200)),
    Column("products", Text),
    Column("listing_date", Date),
    Column("settle_month", String(10)),
    Column("representative", String(200)),
    Column("homepage", String(300)),
    Column("region", String(50)),
    Column("shares", BigInteger),
    Column("marcap", BigInteger),
    Column("security_group", String(30)),
    Column("is_listed", Boolean, nullable=False),
    Column("delisting_date", Date),
    Column("delisting_reason", Text),
    Column("successor_ticker", String(6)),
    Column("as_of_date", Date, nullable=False),
    Column("source_id", String(20), nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    comment="Who is listed and who was: one row per ticker; sector is the 소속부, industry the 업종",
)

stocks = Table(
    "stocks",
    metadata,
    Column("ticker", String(6), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("market", String(20), nullable=False),
    Column("sector", String(50), nullable=False),
    Column("industry", String(200)),
    Column("crno", String(13)),
    Column("isin", String(12)),
    Column("is_active", Boolean, nullable=False),
    Column("current_price", Numeric),
    Column("market_cap", BigInteger),
    Column("shares", BigInteger),
    Column("listing_date", Date),
    Column("ytd_return", Numeric),
    Column("one_year_return", Numeric),
    Column("batch_id", BigInteger, nullable=False),
    Column("last_updated", DateTime, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Index("ix_stocks_name", "name"),
    comment="One row per stock as it is now; price and market_cap in won, returns in percent of adjusted closes",
)

stock_history = Table(
    "stock_history",
    metadata,
    Column("ticker", String(6), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("name", String(100), nullable=False),
    Column("market", String(20), nullable=False),
    Column("is_listed", Boolean, nullable=False),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="chk_stock_history_span"),
    comment="Who was listed under which name and where; from valid_from until the day before valid_to (null: now)",
)

stock_price_daily = Table(
    "stock_price_daily",
    metadata,
    Column("ticker", String(6), primary_key=True),
    Column("trade_date", Date, primary_key=True),
    Column("open_price", Numeric, nullable=False),
    Column("high_price", Numeric, nullable=False),
    Column("low_price", Numeric, nullable=False),
    Column("close_price", Numeric, nullable=False),
    Column("volume", BigInteger, nullable=False),
    Column("trading_value", BigInteger),
    Column("market_cap", BigInteger),
    Column("shares_outstanding", BigInteger),
    Column("prev_close", Numeric),
    Column("price_change", Numeric),
    Column("change_rate", Numeric),
    Column("name", String(100)),
    Column("market", String(10)),
    Column("is_halted", Boolean, nullable=False),
    Column("quality_flag", String(12), nullable=False),
    Column("source_id", String(20), nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    # The day's own event, never cumulative; written by foresto_cli.adjustment, not by loaders.
    Column("adj_factor", Float(53), nullable=False, server_default="1"),
    Column("adj_event", String(24)),
    Column("adj_review", Boolean, nullable=False, server_default="false"),
    Column("adj_evidence", JSONB),
    Column("adj_close_price", Numeric),
    CheckConstraint("adj_factor > 0 AND (adj_factor = 1 OR adj_event IS NOT NULL)", name="chk_stock_price_adj_factor"),
    CheckConstraint("close_price > 0", name="chk_stock_price_close_positive"),
    CheckConstraint("volume >= 0", name="chk_stock_price_volume_nonnegative"),
    CheckConstraint("quality_flag IN ('NORMAL', 'PROVISIONAL', 'ADJUSTED')", name="chk_stock_price_quality_flag"),
    Index("idx_stock_price_date", "trade_date"),
    Index("idx_stock_price_event", "ticker", "trade_date", postgresql_where="adj_event IS NOT NULL"),
    comment="KRX's own unadjusted numbers; prev_close is the official base price (기준가) of the day, in won",
)

adjustment_pending = Table(
    "adjustment_pending",
    metadata,
    Column("trade_date", Date, primary_key=True),
    Column("noted_at", DateTime, nullable=False),
    comment="Sessions whose prices were written and whose adjustment events have not been looked for since",
)

adjustment_override = Table(
    "adjustment_override",
    metadata,
    Column("ticker", String(6), primary_key=True),
    Column("trade_date", Date, primary_key=True),
    Column("factor", Float(53), nullable=False),
    Column("event", String(24), nullable=False),
    Column("note", Text),
    Column("created_at", DateTime, nullable=False, server_default=text("(now() AT TIME ZONE 'Asia/Seoul')")),
    CheckConstraint("factor > 0", name="chk_adjustment_override_factor"),
    comment="What the operator knows better than the rules about one ticker and day; wins from the next settlement on",
)

index_price_daily = Table(
    "index_price_daily",
    metadata,
    Column("index_code", String(20), primary_key=True),
    Column("trade_date", Date, primary_key=True),
    Column("open_price", Numeric),
    Column("high_price", Numeric),
    Column("low_price", Numeric),
    Column("close_price", Numeric, nullable=False),
    Column("volume", BigInteger),
    Column("trading_value", Numeric),
    Column("market_cap", Numeric),
    Column("price_change", Numeric),
    Column("change_rate", Numeric),
    Column("source_id", String(20), nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    CheckConstraint("close_price > 0", name="chk_index_price_close_positive"),
    comment="KOSPI, KOSDAQ and KS200 by session, in index points; change_rate in percent",
)
