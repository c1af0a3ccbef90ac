"""The months of a report's period, earlier figures as later reports state them, ratios of twelve months."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TWELVE_MONTHS = """CREATE VIEW financial_twelve_months AS
WITH version AS (
  SELECT DISTINCT ON (ticker, fs_div, period_end, fiscal_quarter)
    ticker, fs_div, period_end, fiscal_quarter, fiscal_year, rcept_no, rcept_dt, corp_code, currency, is_financial,
    period_start, total_assets, total_equity, owners_equity, revenue, operating_income, net_income, owners_net_income,
    CAST(period_end + 1 - INTERVAL '12 months' AS date) AS year_start
  FROM financial_report
  ORDER BY ticker, fs_div, period_end, fiscal_quarter, rcept_no DESC
), spanned AS (
  SELECT *, coalesce(period_start, CASE
    WHEN fiscal_quarter < 4 THEN CAST(period_end + 1 - make_interval(months => 3 * fiscal_quarter) AS date)
    ELSE greatest(year_start, 1 + max(period_end) FILTER (WHERE fiscal_quarter = 4)
      OVER (PARTITION BY ticker, fs_div ORDER BY period_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
    END) AS starts
  FROM version
), dated AS (
  SELECT *, fiscal_quarter = 4 AND period_end - starts BETWEEN 349 AND 379 AS is_year FROM spanned
), summed AS (
  SELECT d.ticker, d.fs_div, d.fiscal_year, d.fiscal_quarter, d.period_end, d.starts AS period_start, d.rcept_no,
    d.rcept_dt, d.corp_code, d.currency, d.is_financial, d.total_assets, d.total_equity, d.owners_equity,
    CASE WHEN d.is_year THEN d.revenue
    ELSE d.revenue + a.revenue
      + CASE WHEN b.ticker IS NULL THEN 0 ELSE b.revenue END
      + CASE WHEN c.ticker IS NULL THEN 0 ELSE c.revenue END
      - CASE WHEN coalesce(c.starts, b.starts, a.starts) = d.year_start THEN 0 ELSE p.revenue END
    END AS revenue, CASE WHEN d.is_year THEN d.operating_income
    ELSE d.operating_income + a.operating_income
      + CASE WHEN b.ticker IS NULL THEN 0 ELSE b.operating_income END
      + CASE WHEN c.ticker IS NULL THEN 0 ELSE c.operating_income END
      - CASE WHEN coalesce(c.starts, b.starts, a.starts) = d.year_start THEN 0 ELSE p.operating_income END
    END AS operating_income, CASE WHEN d.is_year THEN d.net_income
    ELSE d.net_income + a.net_income
      + CASE WHEN b.ticker IS NULL THEN 0 ELSE b.net_income END
      + CASE WHEN c.ticker IS NULL THEN 0 ELSE c.net_income END
      - CASE WHEN coalesce(c.starts, b.starts, a.starts) = d.year_start THEN 0 ELSE p.net_income END
    END AS net_income, CASE WHEN d.is_year THEN d.owners_net_income
    ELSE d.owners_net_income + a.owners_net_income
      + CASE WHEN b.ticker IS NULL THEN 0 ELSE b.owners_net_income END
      + CASE WHEN c.ticker IS NULL THEN 0 ELSE c.owners_net_income END
      - CASE WHEN coalesce(c.starts, b.starts, a.starts) = d.year_start THEN 0 ELSE p.owners_net_income END
    END AS owners_net_income,
    d.is_year, (d.fiscal_quarter = 4 AND NOT d.is_year) OR coalesce(NOT a.is_year, false) AS has_short_year
  FROM dated d
  LEFT JOIN dated a ON a.ticker = d.ticker AND a.fs_div = d.fs_div AND a.fiscal_quarter = 4
    AND a.period_end = d.starts - 1 AND d.starts > d.year_start
  LEFT JOIN dated b ON b.ticker = d.ticker AND b.fs_div = d.fs_div AND b.fiscal_quarter = 4
    AND b.period_end = a.starts - 1 AND a.starts > d.year_start
  LEFT JOIN dated c ON c.ticker = d.ticker AND c.fs_div = d.fs_div AND c.fiscal_quarter = 4
    AND c.period_end = b.starts - 1 AND b.starts > d.year_start
  LEFT JOIN dated p ON p.ticker = d.ticker AND p.fs_div = d.fs_div AND p.fiscal_quarter < 4
    AND p.period_end = d.year_start - 1 AND p.starts = coalesce(c.starts, b.starts, a.starts)
)
SELECT ticker, fs_div, fiscal_year, fiscal_quarter, period_end, period_start, rcept_no, rcept_dt, corp_code, currency,
  is_financial, total_assets, total_equity, owners_equity, revenue, operating_income, net_income, owners_net_income,
  CASE WHEN is_year OR net_income IS NOT NULL THEN NULL
    WHEN has_short_year THEN 'FY_CHANGE' ELSE 'TTM_INCOMPLETE' END AS reason
FROM summed
"""  # the twelve months up to each period's end

STATEMENT = """CREATE OR REPLACE VIEW financial_statement AS
(SELECT DISTINCT ON (r.ticker, r.fiscal_year, r.fiscal_quarter, r.period_end)
  r.ticker, r.fiscal_year, r.fiscal_quarter,
  CASE r.fiscal_quarter WHEN 4 THEN 'ANNUAL' ELSE 'Q' || r.fiscal_quarter END AS report_type,
  r.fs_div, r.period_end, r.currency, r.is_financial,
  r.revenue, r.operating_income, r.net_income, r.owners_net_income,
  r.total_assets, r.total_liabilities, r.total_equity, r.owners_equity,
  r.current_assets, r.current_liabilities, r.retained_earnings,
  r.operating_cash_flow, r.investing_cash_flow, r.financing_cash_flow, r.eps,
  round(100 * CASE
    WHEN y.owners_net_income IS NOT NULL AND r.owners_equity IS NOT NULL
    THEN y.owners_net_income / CASE WHEN r.owners_equity > 0 THEN r.owners_equity END
    ELSE y.net_income / CASE WHEN r.total_equity > 0 THEN r.total_equity END
  END, 4) AS roe,
  round(100 * y.net_income / CASE WHEN r.total_assets > 0 THEN r.total_assets END, 4) AS roa,
  round(100 * r.total_liabilities / CASE WHEN r.total_equity > 0 THEN r.total_equity END, 4) AS debt_ratio,
  round(100 * y.operating_income / CASE WHEN y.revenue > 0 THEN y.revenue END, 4) AS operating_margin,
  round(100 * y.net_income / CASE WHEN y.revenue > 0 THEN y.revenue END, 4) AS net_margin,
  r.corp_code, r.rcept_no AS dart_rcept_no, r.rcept_dt, r.rcept_dt AS as_of_date,
  r.source_id, r.batch_id, r.created_at, r.updated_at,
  r.period_start, r.period_months, y.reason AS ratio_reason
FROM financial_report r
LEFT JOIN financial_twelve_months y USING (ticker, fs_div, period_end, fiscal_quarter, rcept_no)
ORDER BY r.ticker, r.fiscal_year, r.fiscal_quarter, r.period_end, (r.fs_div = 'CFS') DESC, r.rcept_no DESC)
UNION ALL
SELECT ticker, fiscal_year, fiscal_quarter,
  CASE fiscal_quarter WHEN 4 THEN 'ANNUAL' ELSE 'Q' || fiscal_quarter END,
  CAST(NULL AS varchar(3)), CAST(NULL AS date), CAST(NULL AS varchar(3)), CAST(NULL AS boolean),
  revenue, operating_income, net_income, CAST(NULL AS numeric),
  total_assets, total_liabilities, total_equity, CAST(NULL AS numeric),
  CAST(NULL AS numeric), CAST(NULL AS numeric), CAST(NULL AS numeric),
  operating_cash_flow, investing_cash_flow, financing_cash_flow, CAST(NULL AS numeric),
  CASE WHEN fiscal_quarter = 4 THEN round(100 * net_income / CASE WHEN total_equity > 0 THEN total_equity END, 4) END,
  CASE WHEN fiscal_quarter = 4 THEN round(100 * net_income / CASE WHEN total_assets > 0 THEN total_assets END, 4) END,
  round(100 * total_liabilities / CASE WHEN total_equity > 0 THEN total_equity END, 4),
  CASE WHEN fiscal_quarter = 4 THEN round(100 * operating_income / CASE WHEN revenue > 0 THEN revenue END, 4) END,
  CASE WHEN fiscal_quarter = 4 THEN round(100 * net_income / CASE WHEN revenue > 0 THEN revenue END, 4) END,
  CAST(NULL AS varchar(8)), dart_rcept_no, CAST(NULL AS date), as_of_date,
  source_id, batch_id, created_at, updated_at,
  CAST(NULL AS date), CAST(NULL AS integer), CASE WHEN fiscal_quarter < 4 THEN 'TTM_INCOMPLETE' END
FROM adopted_statement a
WHERE NOT EXISTS (SELECT FROM financial_report r WHERE r.ticker = a.ticker
  AND r.fiscal_year = a.fiscal_year AND r.fiscal_quarter = a.fiscal_quarter)
"""  # new columns stand at its end


def upgrade() -> None:
    """Apply."""
    op.add_column("financial_report", sa.Column("period_start", sa.Date(), nullable=True))
    op.add_column("financial_report", sa.Column("period_months", sa.Integer(), nullable=True))
    op.create_table(
        "financial_restated",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("fiscal_quarter", sa.Integer(), nullable=False),
        sa.Column("fs_div", sa.String(length=3), nullable=False),
        sa.Column("rcept_no", sa.String(length=14), nullable=False),
        sa.Column("corp_code", sa.String(length=8), nullable=False),
        sa.Column("rcept_dt", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_months", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("revenue", sa.Numeric(), nullable=True),
        sa.Column("operating_income", sa.Numeric(), nullable=True),
        sa.Column("net_income", sa.Numeric(), nullable=True),
        sa.Column("owners_net_income", sa.Numeric(), nullable=True),
        sa.Column("operating_cash_flow", sa.Numeric(), nullable=True),
        sa.Column("investing_cash_flow", sa.Numeric(), nullable=True),
        sa.Column("financing_cash_flow", sa.Numeric(), nullable=True),
        sa.Column("eps", sa.Numeric(), nullable=True),
        sa.Column("total_assets", sa.Numeric(), nullable=True),
        sa.Column("total_liabilities", sa.Numeric(), nullable=True),
        sa.Column("total_equity", sa.Numeric(), nullable=True),
        sa.Column("owners_equity", sa.Numeric(), nullable=True),
        sa.Column("current_assets", sa.Numeric(), nullable=True),
        sa.Column("current_liabilities", sa.Numeric(), nullable=True),
        sa.Column("retained_earnings", sa.Numeric(), nullable=True),
        sa.Column("has_details", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("source_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("fiscal_quarter BETWEEN 1 AND 4", name="chk_financial_restated_quarter"),
        sa.CheckConstraint("fs_div IN ('CFS', 'OFS')", name="chk_financial_restated_fs_div"),
        sa.PrimaryKeyConstraint("ticker", "fiscal_year", "fiscal_quarter", "fs_div", "rcept_no"),
    )
    op.create_index("idx_financial_restated_receipt", "financial_restated", ["rcept_no"], unique=False)
    op.add_column("stocks", sa.Column("income_basis", sa.String(length=8), nullable=True))
    op.add_column("stocks", sa.Column("ratio_reason", sa.String(length=20), nullable=True))
    op.execute(TWELVE_MONTHS)
    op.execute(STATEMENT)
