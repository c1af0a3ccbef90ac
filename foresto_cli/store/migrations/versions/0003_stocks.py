"""Stocks as they are now, and who was listed when under which name."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SOURCES: list[dict[str, str | None]] = [
    {
        "source_id": "FORESTO",
        "source_name": "foresto",
        "source_type": "OWN",
        "base_url": None,
        "license_type": None,
        "description": "이 데이터베이스의 다른 표에서 계산.",
    },
    {
        "source_id": "FSC",
        "source_name": "금융위원회 공공데이터",
        "source_type": "PUBLIC",
        "base_url": "https://apis.data.go.kr",
        "license_type": "KOGL_TYPE4",
        "description": "상장종목의 법인등록번호. 비상업적 이용, 변경 금지, 재배포 금지.",
    },
]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "stock_history",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("market", sa.String(length=20), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="chk_stock_history_span"),
        sa.PrimaryKeyConstraint("ticker", "valid_from"),
        comment="Who was listed under which name and where; from valid_from until the day before valid_to (null: now)",
    )
    op.create_table(
        "stocks",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("market", sa.String(length=20), nullable=False),
        sa.Column("sector", sa.String(length=50), nullable=False),
        sa.Column("industry", sa.String(length=200), nullable=True),
        sa.Column("crno", sa.String(length=13), nullable=True),
        sa.Column("isin", sa.String(length=12), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("current_price", sa.Numeric(), nullable=True),
        sa.Column("market_cap", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("listing_date", sa.Date(), nullable=True),
        sa.Column("ytd_return", sa.Numeric(), nullable=True),
        sa.Column("one_year_return", sa.Numeric(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("last_updated", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticker"),
        comment="One row per stock as it is now; price and market_cap in won, returns in percent of adjusted closes",
    )
    op.create_index("ix_stocks_name", "stocks", ["name"], unique=False)
    sources = sa.table(
        "data_source",
        *(
            sa.column(name, sa.String())
            for name in ("source_id", "source_name", "source_type", "base_url", "license_type", "description")
        ),
    )
    op.bulk_insert(sources, SOURCES)
