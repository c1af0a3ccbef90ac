"""Adjusted prices, quarters, twelve months and valuations as views, and what valuations rest on."""

# ruff: noqa: E501  # the queries as store/more_views.py made them then

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

PRICE_ADJUSTED = """CREATE VIEW price_adjusted AS
SELECT ticker, trade_date,
  trim_scale(round(open_price * factor, 4)) AS open_price,
  trim_scale(round(high_price * factor, 4)) AS high_price,
  trim_scale(round(low_price * factor, 4)) AS low_price,
  adj_close_price AS close_price,
  CAST(round(volume / factor) AS bigint) AS volume,
  trading_value, change_rate, market_cap, factor, is_halted, quality_flag, price_basis
FROM (
  SELECT ticker, trade_date, open_price, high_price, low_price, adj_close_price, volume, trading_value, change_rate,
    market_cap, is_halted, quality_flag, price_basis, adj_close_price / close_price AS factor
  FROM stock_price_daily
) p
"""
STATEMENT_QUARTER = """CREATE VIEW statement_quarter AS
WITH version AS (
  SELECT DISTINCT ON (ticker, fs_div, period_end) ticker, fs_div, fiscal_year, fiscal_quarter, period_end, currency,
    is_financial, rcept_no, rcept_dt, total_assets, total_liabilities, total_equity, owners_equity, revenue, operating_income, net_income, owners_net_income, revenue_quarter, operating_income_quarter, net_income_quarter, owners_net_income_quarter, operating_cash_flow, investing_cash_flow, financing_cash_flow,
    coalesce(period_months, CASE fiscal_quarter WHEN 4 THEN 12 ELSE 3 * fiscal_quarter END) AS months
  FROM financial_report ORDER BY ticker, fs_div, period_end, rcept_no DESC
), placed AS (
  SELECT *, first_value(revenue) OVER before AS before_revenue, first_value(operating_income) OVER before AS before_operating_income, first_value(net_income) OVER before AS before_net_income, first_value(owners_net_income) OVER before AS before_owners_net_income, first_value(operating_cash_flow) OVER before AS before_operating_cash_flow, first_value(investing_cash_flow) OVER before AS before_investing_cash_flow, first_value(financing_cash_flow) OVER before AS before_financing_cash_flow,
    first_value(fiscal_quarter) OVER before AS before_quarter, first_value(fiscal_year) OVER before AS before_year,
    first_value(months) OVER before AS before_months, first_value(rcept_dt) OVER before AS before_rcept_dt
  FROM version
  WINDOW before AS (PARTITION BY ticker, fs_div ORDER BY period_end + 1
    RANGE BETWEEN INTERVAL '3 months' PRECEDING AND INTERVAL '3 months' PRECEDING)
), told AS (
  SELECT *, coalesce(before_year = fiscal_year AND before_quarter = fiscal_quarter - 1 AND before_months = months - 3
    AND months = 3 * fiscal_quarter, false) AS has_before
  FROM placed
)
SELECT ticker, fs_div, fiscal_year, fiscal_quarter,
  CAST(period_end + 1 - INTERVAL '3 months' AS date) AS period_start, period_end, currency, is_financial,
  coalesce(CASE WHEN months = 3 THEN revenue WHEN has_before THEN revenue - before_revenue END,
    revenue_quarter) AS revenue,
  coalesce(CASE WHEN months = 3 THEN operating_income WHEN has_before THEN operating_income - before_operating_income END,
    operating_income_quarter) AS operating_income,
  coalesce(CASE WHEN months = 3 THEN net_income WHEN has_before THEN net_income - before_net_income END,
    net_income_quarter) AS net_income,
  coalesce(CASE WHEN months = 3 THEN owners_net_income WHEN has_before THEN owners_net_income - before_owners_net_income END,
    owners_net_income_quarter) AS owners_net_income,
  coalesce(CASE WHEN months = 3 THEN operating_cash_flow WHEN has_before THEN operating_cash_flow - before_operating_cash_flow END,
    CAST(NULL AS numeric)) AS operating_cash_flow,
  coalesce(CASE WHEN months = 3 THEN investing_cash_flow WHEN has_before THEN investing_cash_flow - before_investing_cash_flow END,
    CAST(NULL AS numeric)) AS investing_cash_flow,
  coalesce(CASE WHEN months = 3 THEN financing_cash_flow WHEN has_before THEN financing_cash_flow - before_financing_cash_flow END,
    CAST(NULL AS numeric)) AS financing_cash_flow, total_assets, total_liabilities, total_equity, owners_equity, rcept_no,
  CASE WHEN has_before THEN greatest(rcept_dt, before_rcept_dt) ELSE rcept_dt END AS known_from
FROM told WHERE fiscal_quarter < 4 OR months IN (3, 12)
"""
STATEMENT_TTM = """CREATE VIEW statement_ttm AS
SELECT DISTINCT ON (ticker, period_end)
  ticker, period_end, fs_div, fiscal_year, fiscal_quarter, currency, is_financial,
  revenue, operating_income, net_income, owners_net_income, total_assets, total_equity, owners_equity,
  round(100 * CASE WHEN owners_net_income IS NOT NULL AND owners_equity IS NOT NULL
    THEN owners_net_income / CASE WHEN owners_equity > 0 THEN owners_equity END
    ELSE net_income / CASE WHEN total_equity > 0 THEN total_equity END END, 4) AS roe,
  round(100 * operating_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS operating_margin,
  round(100 * net_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS net_margin,
  rcept_no, rcept_dt, reason
FROM financial_twelve_months
ORDER BY ticker, period_end, fs_div, fiscal_quarter DESC
"""
VALUATION_DAILY = """CREATE VIEW valuation_daily AS
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
LEFT JOIN valuation_known k ON k.ticker = p.ticker AND k.known_from <= p.trade_date AND k.known_to >= p.trade_date
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "valuation_known",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("known_to", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("fs_div", sa.String(length=3), nullable=True),
        sa.Column("fresh_until", sa.Date(), nullable=True),
        sa.Column("income", sa.Numeric(), nullable=True),
        sa.Column("income_until", sa.Date(), nullable=True),
        sa.Column("income_basis", sa.String(length=8), nullable=True),
        sa.Column("net_income", sa.Numeric(), nullable=True),
        sa.Column("revenue", sa.Numeric(), nullable=True),
        sa.Column("equity", sa.Numeric(), nullable=True),
        sa.Column("other_shares", sa.BigInteger(), nullable=False),
        sa.Column("dividend", sa.Numeric(), nullable=True),
        sa.Column("dividend_year", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticker", "known_from"),
    )
    for query in (PRICE_ADJUSTED, STATEMENT_QUARTER, STATEMENT_TTM, VALUATION_DAILY):
        op.execute(query)
