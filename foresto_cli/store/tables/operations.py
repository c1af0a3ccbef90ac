"""What foresto knows about itself: the world, sources, batches, runs, findings, units, budgets, alerts."""

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
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from foresto_cli.store.tables._metadata import metadata

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
    Column("chain_id", BigInteger),
    Column("started_by", String(20)),
    Column("progress", JSONB),
    Column("detail", JSONB),
    Column("error_message", Text),
    Index("idx_dcl_job", "job_name", "started_at"),
    comment="One row per command that loads, verifies or scores, and per chain; status is the outcome word, or running."
    " chain_id: the chain it was a step of; started_by: the scheduler",
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

dead_source = Table(
    "dead_source",
    metadata,
    Column("source_id", String(20), primary_key=True, comment="출처"),
    Column("newest_session", Date, comment="그 출처의 마지막 거래일. 모르면 NULL"),
    Column("since", DateTime, nullable=False, comment="멈춘 것을 처음 안 시각(KST)"),
    Column("asked_at", DateTime, nullable=False, comment="마지막으로 요청한 시각(KST). 하루에 한 번 다시 요청한다"),
    Column("reason", Text, nullable=False, comment="무엇을 보고 멈췄다고 했는지"),
    comment="Sources that stand still: passed over, and tried again once a day",
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
    Column("acknowledged_at", DateTime),
    CheckConstraint("alert_level IN ('info', 'warning', 'critical')", name="chk_ops_alert_level"),
    # One open alert per incident: raising it again only counts.
    Index("uq_ops_alert_open", "alert_type", "subject", unique=True, postgresql_where="resolved_at IS NULL"),
    comment="Incidents: open until the cause is gone; acknowledged ones are not repeated",
)

alert_delivery = Table(
    "alert_delivery",
    metadata,
    Column("alert_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", String(20), primary_key=True),
    Column("first_told_at", DateTime, nullable=False),
    Column("last_told_at", DateTime, nullable=False),
    Column("told_level", String(10), nullable=False),
    Column("resolution_told_at", DateTime),
    comment="Which channel was told of which incident when",
)

notify_channel = Table(
    "notify_channel",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("succeeded_at", DateTime),
    Column("failed_at", DateTime),
    Column("failing_since", DateTime),
    Column("reason", Text),
    comment="How the channels of alerts are doing",
)

scheduled_job = Table(
    "scheduled_job",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("scheduler", String(20), nullable=False),
    Column("host", String(100), nullable=False),
    Column("since", DateTime, nullable=False),
    comment="Jobs that a scheduler starts: since then each start of the timetable is expected",
)
