"""Whether a row's numbers are the regular session's, the after-market beside them, designations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLE = "stock_price_daily"


def upgrade() -> None:
    """Apply."""
    regular = "정규장 숫자. EXTENDED: 애프터마켓까지의 숫자이거나 정규장 숫자인지 증명되지 않은 것"
    op.add_column(
        TABLE,
        sa.Column(
            "price_basis",
            sa.String(length=8),
            server_default="REGULAR",
            nullable=False,
            comment=f"REGULAR: {regular}",
        ),
    )
    op.add_column(
        TABLE,
        sa.Column(
            "basis_evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="다음 거래일 기준가로 정규장 종가를 증명하거나 고친 근거. 없으면 NULL",
        ),
    )
    op.add_column(
        TABLE,
        sa.Column(
            "designation",
            sa.String(length=40),
            nullable=True,
            comment="관리종목·투자주의환기종목 지정(그날의 소속부). 지정이 없으면 NULL",
        ),
    )
    op.create_check_constraint("chk_stock_price_price_basis", TABLE, "price_basis IN ('REGULAR', 'EXTENDED')")
    op.create_index(
        "idx_stock_price_unproved",
        TABLE,
        ["trade_date"],
        unique=False,
        postgresql_where="quality_flag = 'PROVISIONAL'",
    )
    op.create_table(
        "after_market_daily",
        sa.Column("ticker", sa.String(length=6), nullable=False, comment="종목코드"),
        sa.Column("trade_date", sa.Date(), nullable=False, comment="거래일"),
        sa.Column("close_price", sa.Numeric(), nullable=False, comment="애프터마켓까지의 마지막 가격, 원"),
        sa.Column(
            "volume", sa.BigInteger(), nullable=True, comment="애프터마켓 거래량, 주. 정규장 거래량을 모르면 NULL"
        ),
        sa.Column(
            "trading_value",
            sa.BigInteger(),
            nullable=True,
            comment="애프터마켓 거래대금, 원. 정규장 거래대금을 모르면 NULL",
        ),
        sa.Column("total_volume", sa.BigInteger(), nullable=False, comment="정규장과 애프터마켓을 합친 거래량, 주"),
        sa.Column("total_value", sa.BigInteger(), nullable=True, comment="정규장과 애프터마켓을 합친 거래대금, 원"),
        sa.Column("source_id", sa.String(length=20), nullable=False, comment="출처"),
        sa.Column("batch_id", sa.BigInteger(), nullable=False, comment="적재 묶음"),
        sa.Column("created_at", sa.DateTime(), nullable=False, comment="처음 저장한 시각(KST)"),
        sa.Column("updated_at", sa.DateTime(), nullable=False, comment="마지막으로 바뀐 시각(KST)"),
        sa.PrimaryKeyConstraint("ticker", "trade_date"),
        comment="KRX's after-market (since 2026-09-14) by stock and session, read after its last trade",
    )
    op.create_table(
        "price_source_proof",
        sa.Column("source_id", sa.String(length=20), nullable=False, comment="출처"),
        sa.Column("regime_since", sa.Date(), nullable=False, comment="거래시간 제도의 첫 거래일"),
        sa.Column(
            "is_regular",
            sa.Boolean(),
            nullable=False,
            comment="장 마감 뒤에도 정규장 종가를 보여 준다고 증명되었는지",
        ),
        sa.Column("sessions", sa.BigInteger(), nullable=False, comment="견준 거래일 수"),
        sa.Column("stocks", sa.BigInteger(), nullable=False, comment="견준 종가 수"),
        sa.Column("differing", sa.BigInteger(), nullable=False, comment="다음 거래일 기준가와 다른 종가 수"),
        sa.Column("checked_at", sa.DateTime(), nullable=False, comment="마지막으로 확인한 시각(KST)"),
        sa.PrimaryKeyConstraint("source_id", "regime_since"),
        comment="Whether a source's closes, read while the after-market may be in them, are the regular session's",
    )
    # What was read of these sessions by the earlier rules may hold the after-market's numbers: marked so, and the units
    # are provisional again, so that the next price command reads or proves them and takes false events back.
    op.execute("""
        UPDATE stock_price_daily p SET price_basis = 'EXTENDED', quality_flag = 'PROVISIONAL'
        WHERE trade_date >= DATE '2026-09-14' AND source_id IN ('KRX', 'FDR', 'FSC')
          AND NOT (source_id = 'KRX' AND EXISTS (SELECT FROM unit_ledger l WHERE l.dataset = 'prices.day'
            AND l.unit = CAST(p.trade_date AS text) AND l.source_id = 'KRX'
            AND l.asked_at < p.trade_date + TIME '16:00'))""")
    op.execute("""
        UPDATE stock_price_daily SET quality_flag = 'PROVISIONAL'
        WHERE trade_date >= DATE '2026-09-14' AND source_id IN ('KRX', 'FDR', 'FSC')""")
    op.execute("""
        UPDATE stock_price_daily SET price_basis = 'EXTENDED'
        WHERE quality_flag = 'ADJUSTED' AND trade_date >= DATE '2026-09-14'""")
    op.execute("""
        UPDATE unit_ledger SET status = 'provisional' WHERE dataset = 'prices.day' AND status = 'done'
          AND source_id IN ('KRX', 'FDR', 'FSC') AND unit >= '2026-09-14'""")
    op.execute("""
        INSERT INTO adjustment_pending (trade_date, noted_at)
        SELECT DISTINCT trade_date, now() AT TIME ZONE 'Asia/Seoul' FROM stock_price_daily
        WHERE trade_date >= DATE '2026-09-14' ON CONFLICT (trade_date) DO NOTHING""")
