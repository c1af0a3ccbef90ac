"""A market day: listing, prices, indices, ledger, runs, alerts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


SOURCES = [
    {
        "source_id": "KRX",
        "source_name": "한국거래소 정보데이터시스템",
        "source_type": "EXCHANGE",
        "base_url": "https://data.krx.co.kr",
        "license_type": "RESTRICTED",
        "description": "pykrx 로 날짜별 전 종목 시세. 대량 자동 수집은 약관으로 금지.",
    },
    {
        "source_id": "KRX_OPENAPI",
        "source_name": "한국거래소 통계정보 OPEN API",
        "source_type": "EXCHANGE",
        "base_url": "https://data-dbg.krx.co.kr",
        "license_type": "NON_COMMERCIAL",
        "description": "비상업적 이용, 출처 표시, 재배포 금지.",
    },
    {
        "source_id": "FDR",
        "source_name": "FinanceDataReader",
        "source_type": "VENDOR",
        "base_url": "https://github.com/FinanceData/FinanceDataReader",
        "license_type": "OPEN",
        "description": "KRX 의 공개 미러: 상장 목록, 최신 시세, 지수.",
    },
    {
        "source_id": "NAVER",
        "source_name": "네이버 차트",
        "source_type": "VENDOR",
        "base_url": "https://fchart.stock.naver.com",
        "license_type": "PUBLIC",
        "description": "종목별 수정주가. 거래소 자료가 오면 바뀐다.",
    },
]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "data_collection_log",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("job_name", sa.String(length=50), nullable=False),
        sa.Column("job_label", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("success_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        comment="One row per command that loads, verifies or scores; status is the outcome word, or running",
    )
    op.create_index("idx_dcl_job", "data_collection_log", ["job_name", "started_at"], unique=False)
    op.create_table(
        "data_load_batch",
        sa.Column("batch_id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_type", sa.String(length=30), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("total_records", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("success_records", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failed_records", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("skipped_records", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("status IN ('RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED')", name="chk_data_load_batch_status"),
        sa.PrimaryKeyConstraint("batch_id"),
        comment="One row per data set and run; rows name the batch that last changed them",
    )
    op.create_table(
        "data_quality_log",
        sa.Column("log_id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.String(length=50), nullable=False),
        sa.Column("rule_id", sa.String(length=40), nullable=False),
        sa.Column("rule_name", sa.String(length=100), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("sample", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expected_condition", sa.String(length=300), nullable=False),
        sa.Column("repair", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("log_id"),
        comment="Findings of foresto verify",
    )
    op.create_index("idx_dq_log_run", "data_quality_log", ["run_id"], unique=False)
    sources = op.create_table(
        "data_source",
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("source_name", sa.String(length=100), nullable=False),
        sa.Column("source_type", sa.String(length=20), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=True),
        sa.Column("license_type", sa.String(length=50), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_id"),
        comment="Where rows come from; source_id of every other table",
    )
    op.create_table(
        "fdr_stock_listing",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("isin", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("market", sa.String(length=20), nullable=False),
        sa.Column("sector", sa.String(length=100), nullable=True),
        sa.Column("industry", sa.String(length=200), nullable=True),
        sa.Column("products", sa.Text(), nullable=True),
        sa.Column("listing_date", sa.Date(), nullable=True),
        sa.Column("settle_month", sa.String(length=10), nullable=True),
        sa.Column("representative", sa.String(length=200), nullable=True),
        sa.Column("homepage", sa.String(length=300), nullable=True),
        sa.Column("region", sa.String(length=50), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("marcap", sa.BigInteger(), nullable=True),
        sa.Column("security_group", sa.String(length=30), nullable=True),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("delisting_date", sa.Date(), nullable=True),
        sa.Column("delisting_reason", sa.Text(), nullable=True),
        sa.Column("successor_ticker", sa.String(length=6), nullable=True),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticker"),
        comment="Who is listed and who was: one row per ticker; sector is the 소속부, industry the 업종",
    )
    op.create_table(
        "foresto_meta",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        comment="Facts about this database: whether it belongs to the sandbox",
    )
    op.create_table(
        "index_price_daily",
        sa.Column("index_code", sa.String(length=20), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("open_price", sa.Numeric(), nullable=True),
        sa.Column("high_price", sa.Numeric(), nullable=True),
        sa.Column("low_price", sa.Numeric(), nullable=True),
        sa.Column("close_price", sa.Numeric(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=True),
        sa.Column("trading_value", sa.Numeric(), nullable=True),
        sa.Column("market_cap", sa.Numeric(), nullable=True),
        sa.Column("price_change", sa.Numeric(), nullable=True),
        sa.Column("change_rate", sa.Numeric(), nullable=True),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("close_price > 0", name="chk_index_price_close_positive"),
        sa.PrimaryKeyConstraint("index_code", "trade_date"),
        comment="KOSPI, KOSDAQ and KS200 by session, in index points; change_rate in percent",
    )
    op.create_table(
        "market_closure",
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("trade_date"),
        comment="Corrections of the published calendar: closed although it says session, or the other way round",
    )
    op.create_table(
        "ops_alert",
        sa.Column("alert_id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("alert_type", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("alert_level", sa.String(length=10), nullable=False),
        sa.Column("alert_title", sa.String(length=200), nullable=False),
        sa.Column("alert_message", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("occurrences", sa.Integer(), server_default="1", nullable=False),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("alert_level IN ('info', 'warning', 'critical')", name="chk_ops_alert_level"),
        sa.PrimaryKeyConstraint("alert_id"),
        comment="Incidents: open until the cause is gone",
    )
    op.create_index(
        "uq_ops_alert_open", "ops_alert", ["alert_type", "subject"], unique=True, postgresql_where="resolved_at IS NULL"
    )
    op.create_table(
        "stock_price_daily",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("open_price", sa.Numeric(), nullable=False),
        sa.Column("high_price", sa.Numeric(), nullable=False),
        sa.Column("low_price", sa.Numeric(), nullable=False),
        sa.Column("close_price", sa.Numeric(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("trading_value", sa.BigInteger(), nullable=True),
        sa.Column("market_cap", sa.BigInteger(), nullable=True),
        sa.Column("shares_outstanding", sa.BigInteger(), nullable=True),
        sa.Column("prev_close", sa.Numeric(), nullable=True),
        sa.Column("price_change", sa.Numeric(), nullable=True),
        sa.Column("change_rate", sa.Numeric(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("market", sa.String(length=10), nullable=True),
        sa.Column("is_halted", sa.Boolean(), nullable=False),
        sa.Column("quality_flag", sa.String(length=12), nullable=False),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "quality_flag IN ('NORMAL', 'PROVISIONAL', 'ADJUSTED')", name="chk_stock_price_quality_flag"
        ),
        sa.CheckConstraint("close_price > 0", name="chk_stock_price_close_positive"),
        sa.CheckConstraint("volume >= 0", name="chk_stock_price_volume_nonnegative"),
        sa.PrimaryKeyConstraint("ticker", "trade_date"),
        comment="KRX's own unadjusted numbers; prev_close is the official base price (기준가) of the day, in won",
    )
    op.create_index("idx_stock_price_date", "stock_price_daily", ["trade_date"], unique=False)
    op.create_table(
        "unit_ledger",
        sa.Column("dataset", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("source_id", sa.String(length=20), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("row_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("status IN ('done', 'provisional', 'no_data', 'failed')", name="chk_unit_ledger_status"),
        sa.PrimaryKeyConstraint("dataset", "unit"),
        comment="What was asked for and what became of it; a unit that is not here was never asked",
    )
    op.create_table(
        "upstream_block",
        sa.Column("upstream", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("upstream"),
        comment="Breaker: an upstream that blocked us is not asked before blocked_until",
    )
    op.create_table(
        "upstream_usage",
        sa.Column("upstream", sa.String(length=20), nullable=False),
        sa.Column("usage_date", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("upstream", "usage_date"),
        comment="Requests per upstream and KST day; budgets survive processes",
    )
    op.bulk_insert(sources, SOURCES)
