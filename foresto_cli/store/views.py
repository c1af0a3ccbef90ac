"""The views of a database: what operators read instead of the tables underneath."""

_PIECES = ("a", "b", "c")
"""Annual reports before a period, the newest first."""


def _summed(name: str) -> str:
    """Return the SQL of one flow over twelve months: null where a report or an amount is missing."""
    more = "".join(
        f"\n      + CASE WHEN {piece}.ticker IS NULL THEN 0 ELSE {piece}.{name} END" for piece in _PIECES[1:]
    )
    return f"""CASE WHEN d.is_year THEN d.{name}
    ELSE d.{name} + a.{name}{more}
      - CASE WHEN coalesce(c.starts, b.starts, a.starts) = d.year_start THEN 0 ELSE p.{name} END
    END AS {name}"""


FINANCIAL_TWELVE_MONTHS = f"""
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
    {", ".join(_summed(name) for name in ("revenue", "operating_income", "net_income", "owners_net_income"))},
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
"""  # noqa: S608  # our own column names
"""The twelve months up to each period's end, as reports filed them: what is per year is computed from these.

A period shorter than a year is added to the annual reports before it, and of these what lies more than twelve months
back is taken off again where an interim report says how much that was. Where no such sum is whole, there is none and
``reason`` says why: TTM_INCOMPLETE (a report or an amount is missing) or FY_CHANGE (a fiscal year was not twelve months
long). Both terms of the year before come from reports of their own, so that what was stated anew later cancels.
"""

FINANCIAL_STATEMENT = """
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
"""
"""One row per period of a company: the consolidated report where there is one, in its newest version.

Its year is named by (ticker, fiscal_year, fiscal_quarter); a company that closes twice a year has two rows of one year.
Ratios in percent are of twelve months (``financial_twelve_months``), else NULL with ``ratio_reason``.

After these come statements of an adopted database, for periods that no report is stored of.
"""

VIEWS = {"financial_twelve_months": FINANCIAL_TWELVE_MONTHS, "financial_statement": FINANCIAL_STATEMENT}
"""Every view by its name, with its query."""
