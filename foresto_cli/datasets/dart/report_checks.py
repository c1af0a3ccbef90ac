"""Checks of what companies report: is every year there, and do the sums hold."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, check

LEAST_SHARE = 0.9
TOLERANCE = 0.001
"""Of the assets: filers round each line by itself."""
ALL_FILED = timedelta(days=120)
"""After the end of a fiscal year: 90 days until the report is due, and a month for latecomers."""


def _annual_reports_again(rows: Rows) -> str:
    """Return the command that asks once more for the annual reports of the years in ``rows``, as many as fit."""
    years = sorted({row["사업연도"] for row in rows}, reverse=True)
    return " && ".join(f"foresto dart financials --year {year} --again" for year in years[:4])


@check(
    "statements.years",
    "해마다의 재무제표",
    WARNING,
    "financial_report",
    "받은 해마다 그때 상장된 회사의 90% 이상이 사업보고서를 냈다",
    _annual_reports_again,
    level=WEEKLY,
)
def thin_years(scope: Scope) -> Rows:
    """Find fiscal years of which fewer than 90 % of the companies listed then, and still listed, have annual figures.

    Years that were never asked for are no finding; who closes in another month than December is left out.
    """
    return scope.rows(
        text(
            "SELECT y.fiscal_year AS 사업연도, count(*) AS 회사, count(r.ticker) AS 재무제표"
            " FROM (SELECT DISTINCT fiscal_year FROM financial_report WHERE fiscal_quarter = 4"
            "   AND make_date(fiscal_year, 12, 31) < :filed) y"
            " JOIN fdr_stock_listing l ON l.is_listed AND right(l.ticker, 1) = '0'"
            "   AND coalesce(l.settle_month, '12월') = '12월' AND l.listing_date <= make_date(y.fiscal_year, 12, 31)"
            " JOIN (SELECT DISTINCT ticker FROM dart_company) c ON c.ticker = l.ticker"
            " LEFT JOIN (SELECT DISTINCT ticker, fiscal_year FROM financial_report WHERE fiscal_quarter = 4) r"
            "   ON r.ticker = l.ticker AND r.fiscal_year = y.fiscal_year"
            " GROUP BY 1 HAVING count(r.ticker) < :least * count(*) ORDER BY 1 DESC"
        ),
        filed=scope.last - ALL_FILED,
        least=LEAST_SHARE,
    )


@check(
    "statements.balance",
    "자산 = 부채 + 자본",
    WARNING,
    "financial_report",
    "자산과 부채·자본의 합이 0.1% 넘게 다르지 않다",
    "foresto dart reparse",
    level=WEEKLY,
)
def unbalanced(scope: Scope) -> Rows:
    """Find reports received in the span whose assets differ from liabilities and equity together."""
    return scope.rows(
        text(
            "SELECT ticker, fiscal_year, fiscal_quarter, fs_div, rcept_no, total_assets - total_liabilities"
            " - total_equity AS 차이 FROM financial_report WHERE rcept_dt >= :first"
            " AND abs(total_assets - total_liabilities - total_equity) > :tolerance * abs(total_assets)"
            " ORDER BY 1, 2, 3"
        ),
        first=scope.sessions[0],
        tolerance=TOLERANCE,
    )


@check(
    "statements.periods",
    "보고서의 기간",
    WARNING,
    "financial_report",
    "받은 해마다 보고서의 첫날과 개월 수를 읽었다(6개월이나 3개월짜리 사업연도를 1년으로 셈하지 않도록)",
    "foresto dart reparse",
    level=WEEKLY,
)
def unread_periods(scope: Scope) -> Rows:
    """Find years whose reports were stored before foresto read the days of a period; their answers are kept.

    One report may leave them out, a whole year of reports does not.
    """
    return scope.rows(
        text(
            "SELECT fiscal_year AS 사업연도, count(*) AS 보고서 FROM financial_report"
            " WHERE EXISTS (SELECT FROM dart_answer WHERE endpoint = 'fnlttMultiAcnt')"
            " GROUP BY 1 HAVING count(period_months) = 0 ORDER BY 1 DESC"
        )
    )
