"""Checks of what companies report: was everybody asked, and do the sums hold."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, Units, check
from foresto_cli.datasets.dart import kept_checks, statements
from foresto_cli.datasets.dart.expected_reports import ODD_YEARS, due
from foresto_cli.datasets.dart.reports import DECEMBER, QUARTERS, Report

TOLERANCE = 0.02
"""Of the assets: filers round each line by itself, and some forget one."""
MOST_TIMES = 20
"""Between the assets of two reports: of 75,000 real ones all that were further apart were in thousands or millions."""


def _unasked_again(_: Scope, rows: Rows) -> Units:
    return {statements.DATASET.name: [row["단위"] for row in rows]}


@check(
    "statements.unasked",
    "요청하지 않은 재무제표",
    WARNING,
    "unit_ledger",
    "한 해의 보고서를 받았으면 그때 상장된 모든 회사의 것을 요청했고, 받은 해 사이에 빠진 해가 없다",
    level=WEEKLY,
    units=_unasked_again,
)
def unasked(scope: Scope) -> Rows:
    """Find hundreds of December companies that were not asked about a report about which the others were asked.

    A report that nobody was asked about counts where the years before and after it were asked for. Other closing
    months file at other times: their hundreds are asked each by itself.
    """
    hundreds = scope.rows(
        text(
            "SELECT c.hundred, count(*) AS size, min(coalesce(l.listing_date, '1900-01-01')) FILTER (WHERE l.is_listed)"
            " AS since FROM dart_company c LEFT JOIN fdr_stock_listing l ON l.ticker = c.ticker"
            " WHERE c.hundred < :odd GROUP BY 1 HAVING bool_or(l.is_listed) ORDER BY 1"
        ),
        odd=ODD_YEARS,
    )
    known = {
        (Report(int(row["year"]), row["code"]), int(row["hundred"]))
        for row in scope.rows(
            text(
                "SELECT m[1] AS year, m[2] AS code, m[3] AS hundred FROM"
                " (SELECT regexp_match(unit, '^(\\d{4})/(\\d{5})/h(\\d+)\\+') AS m FROM unit_ledger"
                "  WHERE dataset = :dataset) u WHERE m IS NOT NULL"
            ),
            dataset=statements.DATASET.name,
        )
        if row["code"] in QUARTERS
    }
    return [
        {
            "단위": f"{report.year}/{report.code}/h{one['hundred']}+{one['size']}",
            "보고서": report.label,
            "묶음": one["hundred"],
        }
        for report in _asked(known, len(hundreds))
        if due(report, DECEMBER) < scope.last
        for one in hundreds
        if (report, one["hundred"]) not in known and one["since"] <= report.period_end(DECEMBER)
    ]


def _asked(known: set[tuple[Report, int]], hundreds: int) -> list[Report]:
    """Return the reports about which half of the hundreds were asked, and those between two such years."""
    reports = {report for report, _ in known}
    asked = {
        report
        for report in reports
        if 2 * sum(one == report and hundred < ODD_YEARS for one, hundred in known) >= hundreds
    }
    between = {
        Report(report.year + 1, report.code) for report in asked if Report(report.year + 2, report.code) in asked
    }
    return sorted(asked | between, reverse=True)


@check(
    "statements.sums",
    "재무제표 안의 합과 크기",
    WARNING,
    "financial_report",
    "자산이 부채와 자본의 합이고, 부분이 전체보다 크지 않으며, 자산이 앞뒤 보고서의 20배 안에 있다",
    "foresto dart reparse",
    level=WEEKLY,
)
def contradicted(scope: Scope) -> Rows:
    """Find reports received in the span whose amounts contradict one another, or the company's other reports.

    Those that differ from DART's answers are another finding; what is left is what DART says.
    """
    told = {
        (row.get("ticker"), row.get("fs_div"), row.get("접수번호"))
        for find in (kept_checks.differing, kept_checks.differing_whole)
        for row in scope.once(find)
    }
    found = scope.rows(
        text(
            "WITH near AS (SELECT *, lag(total_assets) OVER w AS before, lag(total_assets, 2) OVER w AS before_that,"
            "  lead(total_assets) OVER w AS after FROM financial_report"
            "  WINDOW w AS (PARTITION BY ticker, fs_div, currency ORDER BY period_end, rcept_no)),"
            " judged AS (SELECT *, CASE"
            "  WHEN num_nulls(total_assets, total_liabilities, total_equity) BETWEEN 1 AND 2 THEN '빠진 합계'"
            "  WHEN total_assets <= 0 OR total_liabilities < 0 OR current_assets < 0 OR current_liabilities < 0"
            "   THEN '음수'"
            "  WHEN abs(total_assets - total_liabilities - total_equity) > :tolerance * abs(total_assets)"
            "   THEN '자산 = 부채 + 자본'"
            "  WHEN current_assets > total_assets * (1 + :tolerance) THEN '유동자산'"
            "  WHEN current_liabilities > total_liabilities * (1 + :tolerance) THEN '유동부채'"
            "  WHEN owners_equity - total_equity > total_assets THEN '지배주주 지분'"
            "  WHEN rcept_dt > :today OR rcept_dt <= period_end THEN '접수일'"
            "  WHEN before IS NOT NULL"
            "   AND coalesce(total_assets / nullif(before, 0) NOT BETWEEN 1.0 / :most AND :most, true)"
            "   AND coalesce(total_assets / nullif(before_that, 0) NOT BETWEEN 1.0 / :most AND :most, true)"
            "   AND coalesce(total_assets / nullif(after, 0) NOT BETWEEN 1.0 / :most AND :most, true)"
            "   THEN '금액의 단위'"
            " END AS wrong FROM near WHERE rcept_dt >= :first)"
            " SELECT ticker, fiscal_year AS 사업연도, fiscal_quarter AS 분기, fs_div, rcept_no AS 접수번호,"
            " total_assets AS 자산, wrong AS 어긋난_것 FROM judged WHERE wrong IS NOT NULL ORDER BY 1, 2, 3"
        ),
        first=scope.sessions[0],
        tolerance=TOLERANCE,
        most=MOST_TIMES,
        today=scope.now.date(),
    )
    return [row for row in found if (row["ticker"], row["fs_div"], row["접수번호"]) not in told]


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
            " WHERE EXISTS (SELECT 1 FROM dart_answer WHERE endpoint = 'fnlttMultiAcnt')"
            " GROUP BY 1 HAVING count(period_months) = 0 ORDER BY 1 DESC"
        )
    )
