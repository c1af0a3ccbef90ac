"""ETFs and their daily prices."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "etf_price_daily",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("open_price", sa.Numeric(), nullable=False),
        sa.Column("high_price", sa.Numeric(), nullable=False),
        sa.Column("low_price", sa.Numeric(), nullable=False),
        sa.Column("close_price", sa.Numeric(), nullable=False),
        sa.Column("price_change", sa.Numeric(), nullable=True),
        sa.Column("change_rate", sa.Numeric(), nullable=True),
        sa.Column("nav", sa.Numeric(), nullable=True),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("trading_value", sa.BigInteger(), nullable=True),
        sa.Column("market_cap", sa.BigInteger(), nullable=True),
        sa.Column("net_assets", sa.BigInteger(), nullable=True),
        sa.Column("shares_outstanding", sa.BigInteger(), nullable=True),
        sa.Column("index_close", sa.Numeric(), nullable=True),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("close_price > 0", name="chk_etf_price_close_positive"),
        sa.PrimaryKeyConstraint("ticker", "trade_date"),
        comment="ETF prices by session, in won; change_rate in percent",
    )
    op.create_table(
        "etfs",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("isin", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("category", sa.String(length=50), nullable=True),
        sa.Column("index_name", sa.String(length=200), nullable=True),
        sa.Column("leverage", sa.String(length=20), nullable=True),
        sa.Column("is_actively_managed", sa.Boolean(), nullable=True),
        sa.Column("manager", sa.String(length=100), nullable=True),
        sa.Column("expense_ratio", sa.Numeric(), nullable=True),
        sa.Column("listing_date", sa.Date(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("current_price", sa.Numeric(), nullable=True),
        sa.Column("nav", sa.Numeric(), nullable=True),
        sa.Column("aum", sa.BigInteger(), nullable=True),
        sa.Column("price_date", sa.Date(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticker"),
        comment="Exchange-traded funds; expense_ratio (총보수) in percent a year, aum (순자산총액) and prices in won",
    )
