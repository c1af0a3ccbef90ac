"""ETF prices are a data set of their own, a unit is a trade date; ETFs have returns as stocks do."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("etfs", sa.Column("ytd_return", sa.Numeric()))
    op.add_column("etfs", sa.Column("one_year_return", sa.Numeric()))
    op.create_index("idx_etf_price_date", "etf_price_daily", ["trade_date"])
    op.execute(
        "UPDATE unit_ledger SET dataset = 'etfs.day', unit = split_part(unit, ':', 2)"
        " WHERE dataset = 'etfs' AND unit ~ '^prices:[0-9]{4}-[0-9]{2}-[0-9]{2}$'"
    )
