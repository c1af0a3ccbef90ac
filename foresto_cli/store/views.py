"""The views of a database: what operators read instead of the tables underneath."""

from sqlalchemy import Connection, text

from foresto_cli.store import more_views
from foresto_cli.store.fragments import Fragment, fragment, joined, sql

_FLOWS = ("revenue", "operating_income", "net_income", "owners_net_income")
_BACK = (3, 6, 9, 12)
"""Months before a period's end where the end of another one is looked for."""
_FOUND = [
    fragment(
        "first_value({name}) OVER (ends RANGE BETWEEN INTERVAL '{months} months' PRECEDING"
        " AND INTERVAL '{months} months' PRECEDING) AS {name}_{months}",
        name=name,
        months=months,
    )
    for months in _BACK
    for name in ("flows", "length", "is_annual")
]


def _at(name: str, place: Fragment) -> Fragment:
    """Return the SQL of a column of the annual report that ends ``place`` months before a period's end."""
    cases = (fragment("WHEN {months} THEN {name}_{months}", months=months, name=name) for months in _BACK[:-1])
    return fragment("CASE {place} {cases} END", place=place, cases=joined(" ", cases))


def _piece(name: str, place: Fragment) -> Fragment:
    """Return the SQL of the flows and the length of one annual report that is added."""
    return fragment(
        "{flows} AS {name}_flows,\n    CASE WHEN {is_annual} THEN {length} END AS {name}_length",
        name=name,
        flows=_at("flows", place),
        is_annual=_at("is_annual", place),
        length=_at("length", place),
    )


def _summed(place: int) -> Fragment:
    return fragment(
        """CASE WHEN length = 12 THEN flows[{place}]
    WHEN reached >= 12 THEN flows[{place}] + a_flows[{place}]
      + CASE WHEN length + a_length < 12 THEN b_flows[{place}] ELSE 0 END
      + CASE WHEN length + a_length + b_length < 12 THEN c_flows[{place}] ELSE 0 END
      - CASE WHEN reached = 12 THEN 0 WHEN NOT is_annual_12 AND length_12 = reached - 12 THEN flows_12[{place}] END
    END AS {name}""",
        place=place,
        name=_FLOWS[place - 1],
    )


def twelve_months(reports: str) -> Fragment:
    """Return the query of :data:`FINANCIAL_TWELVE_MONTHS` over ``reports``, a relation like ``financial_report``."""
    return fragment(
        """
WITH version AS (
  SELECT DISTINCT ON (ticker, fs_div, period_end)
    ticker, fs_div, fiscal_year, fiscal_quarter, period_end, period_start, rcept_no, rcept_dt, corp_code, currency,
    is_financial, total_assets, total_equity, owners_equity, ARRAY[{flows}] AS flows,
    fiscal_quarter = 4 AS is_annual, period_end + 1 AS after
  FROM {reports}
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
    {found}
  FROM dated
  WINDOW ends AS (PARTITION BY ticker, fs_div ORDER BY after)
), first_piece AS (
  SELECT *, {first_piece} FROM found
), second_piece AS (
  SELECT *, {second_piece} FROM first_piece
), third_piece AS (
  SELECT *, {third_piece} FROM second_piece
), pieces AS (
  SELECT *, CASE
    WHEN length + a_length >= 12 THEN length + a_length
    WHEN length + a_length + b_length >= 12 THEN length + a_length + b_length
    ELSE length + a_length + b_length + c_length END AS reached
  FROM third_piece
), summed AS (
  SELECT ticker, fs_div, fiscal_year, fiscal_quarter, period_end, starts AS period_start, rcept_no, rcept_dt, corp_code,
    currency, is_financial, total_assets, total_equity, owners_equity,
    {summed},
    coalesce(length, 0) = 12 AS is_year,
    (is_annual AND coalesce(length, 0) <> 12) OR coalesce(a_length, 12) <> 12
      OR coalesce({is_annual} AND a_length IS NULL, false) AS has_short_year
  FROM pieces
)
SELECT ticker, fs_div, fiscal_year, fiscal_quarter, period_end, period_start, rcept_no, rcept_dt, corp_code, currency,
  is_financial, total_assets, total_equity, owners_equity, {flows},
  CASE WHEN is_year OR net_income IS NOT NULL THEN NULL
    WHEN has_short_year THEN 'FY_CHANGE' ELSE 'TTM_INCOMPLETE' END AS reason
FROM summed
""",
        reports=reports,
        flows=_FLOWS,
        found=joined(",\n    ", _FOUND),
        first_piece=_piece("a", Fragment("length")),
        second_piece=_piece("b", Fragment("length + a_length")),
        third_piece=_piece("c", Fragment("length + a_length + b_length")),
        summed=[_summed(place) for place in range(1, len(_FLOWS) + 1)],
        is_annual=_at("is_annual", Fragment("length")),
    )


FINANCIAL_TWELVE_MONTHS = twelve_months("financial_report")
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
"""
"""One row per period of a company: the consolidated report where there is one, in its newest version.

Its year is named by (ticker, fiscal_year, fiscal_quarter); a company that closes twice a year has two rows of one year.
Ratios in percent are of twelve months (``financial_twelve_months``), else NULL with ``ratio_reason``.

After these come statements of an adopted database, for periods that no report is stored of.
"""

VIEWS = {
    "financial_twelve_months": FINANCIAL_TWELVE_MONTHS,
    "financial_statement": FINANCIAL_STATEMENT,
    **more_views.MORE,
}
"""Every view by its name, with its query."""
_THERE = text("SELECT count(*) FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NOT NULL")


def lack(connection: Connection) -> bool:
    """Say whether a view of this version is missing: an operator who divides a table drops those that read it."""
    return bool(connection.execute(_THERE, {"names": list(VIEWS)}).scalar_one() < len(VIEWS))


def add(connection: Connection) -> None:
    """Make the views that are missing."""
    for name, query in VIEWS.items():
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is None:
            connection.execute(sql("CREATE VIEW {name} AS {query}", name=name, query=Fragment(query)))
