"""Statements of one company as of a day: standalone quarters, twelve months, fiscal years.

Twelve months are the view ``financial_twelve_months``' own (:func:`foresto_cli.store.views.twelve_months`), so that
ratios, score and this page say the same. A standalone quarter is the amount since the start of the fiscal year less
that of three months before, each as its own report filed it; the fourth is the annual report's less that of nine
months. Where a report says nothing of the time since the year began, what it says of its three months alone counts.
"""

from foresto_cli.store.fragments import Fragment, fragment, sql
from foresto_cli.store.views import twelve_months

INCOME = ("revenue", "operating_income", "net_income", "owners_net_income")
CASH = ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow")
BALANCE = ("total_assets", "total_liabilities", "total_equity", "owners_equity")
OWN = ("ticker", "fs_div", "fiscal_year", "fiscal_quarter", "period_end", "currency", "rcept_no", "rcept_dt")

KNOWN = Fragment("""
recent AS (
  SELECT * FROM financial_report WHERE ticker = :ticker AND rcept_dt <= :as_of
), basis AS (
  SELECT fs_div FROM recent ORDER BY period_end DESC, fs_div LIMIT 1
)
""")
"""What was known, and whether it is consolidated: as for the ratios of ``stocks``, never both."""
VERSION = Fragment("""
newest AS (
  SELECT DISTINCT ON (period_end) *, period_end + 1 AS after
  FROM recent WHERE fs_div = (SELECT fs_div FROM basis) ORDER BY period_end, rcept_no DESC
), version AS (
  SELECT *, coalesce(period_start, CAST(CASE
    WHEN fiscal_quarter < 4 THEN after - make_interval(months => 3 * fiscal_quarter)
    ELSE greatest(after - INTERVAL '12 months', 1 + max(period_end) FILTER (WHERE fiscal_quarter = 4)
      OVER (ORDER BY period_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
    END AS date)) AS starts
  FROM newest
)
""")
"""The newest version of each period, and when its fiscal year began: as in :func:`twelve_months`."""
ANNUAL = sql(
    "WITH {known}, {version} SELECT {own}, starts AS period_start, {amounts}, eps, NULL AS how, NULL AS reason"
    " FROM version WHERE fiscal_quarter = 4 ORDER BY period_end",
    known=KNOWN,
    version=VERSION,
    own=OWN,
    amounts=(*INCOME, *CASH, *BALANCE),
)


def _difference(name: str) -> Fragment:
    """Return the SQL of a flow of the three months."""
    return fragment(
        "CASE WHEN is_first THEN {name} WHEN has_before THEN {name} - before_{name} END AS {name}", name=name
    )


def _stated(name: str) -> Fragment:
    """Return the SQL of a flow of the three months, or else what an interim report says of them."""
    return fragment(
        "coalesce(CASE WHEN is_first THEN {name} WHEN has_before THEN {name} - before_{name} END, {name}_quarter)"
        " AS {name}",
        name=name,
    )


QUARTER = sql(
    """
WITH {known}, {version}, beside AS (
  SELECT v.*, v.starts IS NOT NULL AND v.starts >= v.after - INTERVAL '3 months' AS is_first,
    b.period_end IS NOT NULL AS has_before, {before}
  FROM version v LEFT JOIN version b ON b.starts = v.starts AND b.currency = v.currency
    AND b.after = CAST(v.after - INTERVAL '3 months' AS date)
)
SELECT {own}, CAST(after - INTERVAL '3 months' AS date) AS period_start, {income}, {cash}, {balance}, NULL AS eps,
  CASE WHEN is_first THEN 'AS_FILED' WHEN has_before AND net_income - before_net_income IS NOT NULL THEN 'DIFFERENCE'
    WHEN net_income_quarter IS NOT NULL THEN 'STATED' END AS how,
  CASE WHEN NOT is_first AND NOT has_before AND net_income_quarter IS NULL THEN 'QUARTER_INCOMPLETE' END AS reason
FROM beside ORDER BY period_end
""",
    known=KNOWN,
    version=VERSION,
    before=[fragment("b.{name} AS before_{name}", name=name) for name in (*INCOME, *CASH)],
    own=OWN,
    income=[_stated(name) for name in INCOME],
    cash=[_difference(name) for name in CASH],
    balance=BALANCE,
)
TTM = sql(
    """
WITH {known}, summed AS (
  SELECT * FROM ({twelve_months}) t WHERE fs_div = (SELECT fs_div FROM basis)
)
SELECT {own}, CAST(s.period_end + 1 - INTERVAL '12 months' AS date) AS period_start, {income}, {none}, {balance},
  NULL AS eps, NULL AS how, s.reason
FROM summed s JOIN recent v USING (ticker, fs_div, period_end, rcept_no) ORDER BY s.period_end
""",
    known=KNOWN,
    twelve_months=twelve_months("recent"),
    own=[f"s.{name}" for name in OWN],
    income=[f"s.{name}" for name in INCOME],
    none=[fragment("CAST(NULL AS numeric) AS {name}", name=name) for name in CASH],
    balance=[f"v.{name}" for name in BALANCE],
)
VERSIONS = sql(
    """
WITH {known}
SELECT {own}, period_start, {amounts}, eps, 'FILED' AS how, NULL AS reason
FROM recent WHERE fs_div = (SELECT fs_div FROM basis)
UNION ALL
SELECT {own}, period_start, {income}, {cash}, {balance}, NULL, 'RETOLD', NULL
FROM financial_restated WHERE ticker = :ticker AND rcept_dt <= :as_of AND fs_div = (SELECT fs_div FROM basis)
ORDER BY period_end, rcept_no
""",
    known=KNOWN,
    own=OWN,
    amounts=(*INCOME, *CASH, *BALANCE),
    income=INCOME,
    cash=CASH,
    balance=BALANCE,
)
ADOPTED = sql(
    "SELECT ticker, NULL AS fs_div, fiscal_year, fiscal_quarter, CAST(NULL AS date) AS period_end, 'KRW' AS currency,"
    " dart_rcept_no AS rcept_no, as_of_date AS rcept_dt, CAST(NULL AS date) AS period_start, revenue,"
    " operating_income, net_income, CAST(NULL AS numeric) AS owners_net_income, operating_cash_flow,"
    " investing_cash_flow, financing_cash_flow, total_assets, total_liabilities, total_equity,"
    " CAST(NULL AS numeric) AS owners_equity, NULL AS eps, 'ADOPTED' AS how, NULL AS reason FROM adopted_statement a"
    " WHERE ticker = :ticker AND fiscal_quarter = 4 AND NOT EXISTS (SELECT 1 FROM financial_report r"
    " WHERE r.ticker = a.ticker AND r.fiscal_year = a.fiscal_year AND r.fiscal_quarter = 4) ORDER BY fiscal_year"
)
"""Fiscal years of an adopted database that no report is stored of."""
