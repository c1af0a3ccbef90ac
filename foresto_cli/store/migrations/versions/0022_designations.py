"""What a stock is designated as now, and since when, beside the stock."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "stocks",
        sa.Column("designation", sa.String(40), comment="지금의 지정(관리종목, 투자주의환기종목). 없으면 NULL"),
    )
    op.add_column(
        "stocks",
        sa.Column("designated_since", sa.Date, comment="그 지정이 이어진 첫 거래일(저장된 시세에서). 없으면 NULL"),
    )
    op.create_index(
        "idx_stock_price_designated",
        "stock_price_daily",
        ["ticker", "trade_date"],
        postgresql_where=sa.text("designation IS NOT NULL"),
    )
