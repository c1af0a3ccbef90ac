"""The views of a database: what operators read instead of the tables underneath."""

FINANCIAL_STATEMENT = """
(SELECT DISTINCT ON (ticker, fiscal_year, fiscal_quarter)
  ticker, fiscal_year, fiscal_quarter,
  CASE fiscal_quarter WHEN 4 THEN 'ANNUAL' ELSE 'Q' || fiscal_quarter END AS report_type,
  fs_div, period_end, currency, is_financial,
  revenue, operating_income, net_income, owners_net_income,
  total_assets, total_liabilities, total_equity, owners_equity,
  current_assets, current_liabilities, retained_earnings,
  operating_cash_flow, investing_cash_flow, financing_cash_flow, eps,
  round(100 * CASE
    WHEN owners_net_income IS NOT NULL AND owners_equity IS NOT NULL
    THEN owners_net_income / CASE WHEN owners_equity > 0 THEN owners_equity END
    ELSE net_income / CASE WHEN total_equity > 0 THEN total_equity END
  END, 4) AS roe,
  round(100 * net_income / CASE WHEN total_assets > 0 THEN total_assets END, 4) AS roa,
  round(100 * total_liabilities / CASE WHEN total_equity > 0 THEN total_equity END, 4) AS debt_ratio,
  round(100 * operating_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS operating_margin,
  round(100 * net_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS net_margin,
  corp_code, rcept_no AS dart_rcept_no, rcept_dt, rcept_dt AS as_of_date,
  source_id, batch_id, created_at, updated_at
FROM financial_report
ORDER BY ticker, fiscal_year, fiscal_quarter, (fs_div = 'CFS') DESC, rcept_no DESC)
UNION ALL
SELECT ticker, fiscal_year, fiscal_quarter,
  CASE fiscal_quarter WHEN 4 THEN 'ANNUAL' ELSE 'Q' || fiscal_quarter END,
  CAST(NULL AS varchar(3)), CAST(NULL AS date), CAST(NULL AS varchar(3)), CAST(NULL AS boolean),
  revenue, operating_income, net_income, CAST(NULL AS numeric),
  total_assets, total_liabilities, total_equity, CAST(NULL AS numeric),
  CAST(NULL AS numeric), CAST(NULL AS numeric), CAST(NULL AS numeric),
  operating_cash_flow, investing_cash_flow, financing_cash_flow, CAST(NULL AS numeric),
  round(100 * net_income / CASE WHEN total_equity > 0 THEN total_equity END, 4),
  round(100 * net_income / CASE WHEN total_assets > 0 THEN total_assets END, 4),
  round(100 * total_liabilities / CASE WHEN total_equity > 0 THEN total_equity END, 4),
  round(100 * operating_income / CASE WHEN revenue > 0 THEN revenue END, 4),
  round(100 * net_income / CASE WHEN revenue > 0 THEN revenue END, 4),
  CAST(NULL AS varchar(8)), dart_rcept_no, CAST(NULL AS date), as_of_date,
  source_id, batch_id, created_at, updated_at
FROM adopted_statement a
WHERE NOT EXISTS (SELECT FROM financial_report r WHERE r.ticker = a.ticker
  AND r.fiscal_year = a.fiscal_year AND r.fiscal_quarter = a.fiscal_quarter)
"""
"""One row per (ticker, fiscal_year, fiscal_quarter): the consolidated report where there is one, in its newest version.

After these come statements of an adopted database, for periods that no report is stored of.
"""

VIEWS = {"financial_statement": FINANCIAL_STATEMENT}
"""Every view by its name, with its query."""
