"""The months of a report's period, earlier figures as later reports state them, ratios of twelve months."""

# ruff: noqa: E501  # the queries as store/views.py made them then

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TWELVE_MONTHS = """CREATE VIEW financial_twelve_months AS
WITH version AS (
  SELECT DISTINCT ON (ticker, fs_div, period_end)
    ticker, fs_div, fiscal_year, fiscal_quarter, period_end, period_start, rcept_no, rcept_dt, corp_code, currency,
    is_financial, total_assets, total_equity, owners_equity, ARRAY[revenue, operating_income, net_income, owners_net_income] AS flows,
    fiscal_quarter = 4 AS is_annual, period_end + 1 AS after
  FROM financial_report
  ORDER BY ticker, fs_div, period_end, rcept_no DESC
), spanned AS (
  SELECT *, coalesce(period_start, CAST(CASE
    WHEN NOT is_annual THEN after - make_interval(months => 3 * fiscal_quarter)
    ELSE greatest(after - INTERVAL '12 months', 1 + max(period_end) FILTER (WHERE is_annual) OVER (PARTITION BY ticker,
      fs_div ORDER BY period_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
    END AS date)) AS starts
  FROM version
), dated AS (
  SELECT *, CASE
    WHEN is_annual AND after - starts BETWEEN 350 AND 380 THEN 12
    WHEN starts = after - INTERVAL '3 months' THEN 3
    WHEN starts = after - INTERVAL '6 months' THEN 6
    WHEN starts = after - INTERVAL '9 months' THEN 9
    END AS length
  FROM spanned
), found AS (
  SELECT *,
    first_value(flows) OVER (ends RANGE BETWEEN INTERVAL '3 months' PRECEDING AND INTERVAL '3 months' PRECEDING) AS flows_3,
    first_value(length) OVER (ends RANGE BETWEEN INTERVAL '3 months' PRECEDING AND INTERVAL '3 months' PRECEDING) AS length_3,
    first_value(is_annual) OVER (ends RANGE BETWEEN INTERVAL '3 months' PRECEDING AND INTERVAL '3 months' PRECEDING) AS is_annual_3,
    first_value(flows) OVER (ends RANGE BETWEEN INTERVAL '6 months' PRECEDING AND INTERVAL '6 months' PRECEDING) AS flows_6,
    first_value(length) OVER (ends RANGE BETWEEN INTERVAL '6 months' PRECEDING AND INTERVAL '6 months' PRECEDING) AS length_6,
    first_value(is_annual) OVER (ends RANGE BETWEEN INTERVAL '6 months' PRECEDING AND INTERVAL '6 months' PRECEDING) AS is_annual_6,
    first_value(flows) OVER (ends RANGE BETWEEN INTERVAL '9 months' PRECEDING AND INTERVAL '9 months' PRECEDING) AS flows_9,
    first_value(length) OVER (ends RANGE BETWEEN INTERVAL '9 months' PRECEDING AND INTERVAL '9 months' PRECEDING) AS length_9,
    first_value(is_annual) OVER (ends RANGE BETWEEN INTERVAL '9 months' PRECEDING AND INTERVAL '9 months' PRECEDING) AS is_annual_9,
    first_value(flows) OVER (ends RANGE BETWEEN INTERVAL '12 months' PRECEDING AND INTERVAL '12 months' PRECEDING) AS flows_12,
    first_value(length) OVER (ends RANGE BETWEEN INTERVAL '12 months' PRECEDING AND INTERVAL '12 months' PRECEDING) AS length_12,
    first_value(is_annual) OVER (ends RANGE BETWEEN INTERVAL '12 months' PRECEDING AND INTERVAL '12 months' PRECEDING) AS is_annual_12
  FROM dated
  WINDOW ends AS (PARTITION BY ticker, fs_div ORDER BY after)
), first_piece AS (
  SELECT *, CASE length WHEN 3 THEN flows_3 WHEN 6 THEN flows_6 WHEN 9 THEN flows_9 END AS a_flows,
    CASE WHEN CASE length WHEN 3 THEN is_annual_3 WHEN 6 THEN is_annual_6 WHEN 9 THEN is_annual_9 END THEN CASE length WHEN 3 THEN length_3 WHEN 6 THEN length_6 WHEN 9 THEN length_9 END END AS a_length FROM found
), second_piece AS (
  SELECT *, CASE length + a_length WHEN 3 THEN flows_3 WHEN 6 THEN flows_6 WHEN 9 THEN flows_9 END AS b_flows,
    CASE WHEN CASE length + a_length WHEN 3 THEN is_annual_3 WHEN 6 THEN is_annual_6 WHEN 9 THEN is_annual_9 END THEN CASE length + a_length WHEN 3 THEN length_3 WHEN 6 THEN length_6 WHEN 9 THEN length_9 END END AS b_length FROM first_piece
), third_piece AS (
  SELECT *, CASE length + a_length + b_length WHEN 3 THEN flows_3 WHEN 6 THEN flows_6 WHEN 9 THEN flows_9 END AS c_flows,
    CASE WHEN CASE length + a_length + b_length WHEN 3 THEN is_annual_3 WHEN 6 THEN is_annual_6 WHEN 9 THEN is_annual_9 END THEN CASE length + a_length + b_length WHEN 3 THEN length_3 WHEN 6 THEN length_6 WHEN 9 THEN length_9 END END AS c_length FROM second_piece
), pieces AS (
  SELECT *, CASE
    WHEN length + a_length >= 12 THEN length + a_length
    WHEN length + a_length + b_length >= 12 THEN length + a_length + b_length
    ELSE length + a_length + b_length + c_length END AS reached
  FROM third_piece
), summed AS (
  SELECT ticker, fs_div, fiscal_year, fiscal_quarter, period_end, starts AS period_start, rcept_no, rcept_dt, corp_code,
    currency, is_financial, total_assets, total_equity, owners_equity,
    CASE WHEN length = 12 THEN flows[1]
    WHEN reached >= 12 THEN flows[1] + a_flows[1]
      + CASE WHEN length + a_length < 12 THEN b_flows[1] ELSE 0 END
      + CASE WHEN length + a_length + b_length < 12 THEN c_flows[1] ELSE 0 END
      - CASE WHEN reached = 12 THEN 0 WHEN NOT is_annual_12 AND length_12 = reached - 12 THEN flows_12[1] END
    END AS revenue, CASE WHEN length = 12 THEN flows[2]
    WHEN reached >= 12 THEN flows[2] + a_flows[2]
      + CASE WHEN length + a_length < 12 THEN b_flows[2] ELSE 0 END
      + CASE WHEN length + a_length + b_length < 12 THEN c_flows[2] ELSE 0 END
      - CASE WHEN reached = 12 THEN 0 WHEN NOT is_annual_12 AND length_12 = reached - 12 THEN flows_12[2] END
    END AS operating_income, CASE WHEN length = 12 THEN flows[3]
    WHEN reached >= 12 THEN flows[3] + a_flows[3]
      + CASE WHEN length + a_length < 12 THEN b_flows[3] ELSE 0 END
      + CASE WHEN length + a_length + b_length < 12 THEN c_flows[3] ELSE 0 END
      - CASE WHEN reached = 12 THEN 0 WHEN NOT is_annual_12 AND length_12 = reached - 12 THEN flows_12[3] END
    END AS net_income, CASE WHEN length = 12 THEN flows[4]
    WHEN reached >= 12 THEN flows[4] + a_flows[4]
      + CASE WHEN length + a_length < 12 THEN b_flows[4] ELSE 0 END
      + CASE WHEN length + a_length + b_length < 12 THEN c_flows[4] ELSE 0 END
      - CASE WHEN reached = 12 THEN 0 WHEN NOT is_annual_12 AND length_12 = reached - 12 THEN flows_12[4] END
    END AS owners_net_income,
    coalesce(length, 0) = 12 AS is_year,
    (is_annual AND coalesce(length, 0) <> 12) OR coalesce(a_length, 12) <> 12
      OR coalesce(CASE length WHEN 3 THEN is_annual_3 WHEN 6 THEN is_annual_6 WHEN 9 THEN is_annual_9 END AND a_length IS NULL, false) AS has_short_year
  FROM pieces
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
FROM financial_twelve_months y JOIN financial_report r USING (ticker, fiscal_year, fiscal_quarter, fs_div, rcept_no)
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
