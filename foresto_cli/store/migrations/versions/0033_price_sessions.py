"""How many rows of stock prices each session has; valuations keep their values where prices are distributed."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

VALUATION_DAILY = """CREATE OR REPLACE VIEW valuation_daily AS
SELECT p.ticker, p.trade_date, p.close_price, p.market_cap,
  round(p.close_price * (p.shares_outstanding + coalesce(k.other_shares, 0))
    / CASE WHEN k.income > 0 AND p.trade_date <= k.income_until THEN k.income END, 4) AS per,
  round(p.close_price * (p.shares_outstanding + coalesce(k.other_shares, 0))
    / CASE WHEN k.equity > 0 AND p.trade_date <= k.fresh_until THEN k.equity END, 4) AS pbr,
  round(p.close_price * (p.shares_outstanding + coalesce(k.other_shares, 0))
    / CASE WHEN k.revenue > 0 AND p.trade_date <= k.fresh_until THEN k.revenue END, 4) AS psr,
  round(100 * k.dividend / p.close_price, 4) AS dividend_yield,
  k.income_basis, k.period_end, k.dividend_year, k.known_from
FROM stock_price_daily p
LEFT JOIN (SELECT * FROM valuation_known) k
  ON k.ticker = p.ticker AND k.known_from <= p.trade_date AND k.known_to >= p.trade_date
"""


def upgrade() -> None:
    """Apply."""
    table = op.create_table(
        "price_sessions",
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("official_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("trade_date"),
    )
    # Read, then written: prices may lie on other servers, some of which refuse an INSERT that reads them.
    counted = op.get_bind().execute(
        sa.text(
            "SELECT trade_date, count(*) AS row_count, count(*) FILTER (WHERE quality_flag <> 'ADJUSTED') AS"
            " official_count FROM stock_price_daily GROUP BY 1 ORDER BY 1"
        )
    )
    op.bulk_insert(table, [dict(row) for row in counted.mappings()])
    op.execute(VALUATION_DAILY)
