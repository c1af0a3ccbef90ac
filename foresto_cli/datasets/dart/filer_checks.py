"""Checks of who files at DART and what was filed: lost rows, numbers of other companies, days that cannot be."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, Units, check, whole
from foresto_cli.datasets.dart import companies, filings
from foresto_cli.datasets.dart.reports import day_of

FURTHEST = 7
"""Days between the day in a receipt number and the day of receipt; in every recorded row they are the same."""


@check(
    "dart.companies_lost",
    "사라진 DART 고유번호",
    WARNING,
    "dart_company",
    "DART의 고유번호 목록에 있던 회사가 모두 저장되어 있다",
    level=WEEKLY,
    units=whole(companies.DATASET.name, companies.UNIT),
)
def lost_companies(scope: Scope) -> Rows:
    """Find fewer companies than the last list had, and companies that other tables know and this one does not."""
    return scope.rows(
        text(
            "SELECT row_count AS 기록, stored AS 실제, NULL AS 고유번호 FROM unit_ledger,"
            " (SELECT count(*) AS stored FROM dart_company) n"
            " WHERE dataset = :dataset AND unit = :unit AND status = 'done' AND stored < row_count"
            " UNION ALL SELECT NULL, NULL, corp_code FROM (SELECT corp_code FROM financial_report"
            "  UNION SELECT corp_code FROM corporate_actions) known"
            " WHERE EXISTS (SELECT FROM unit_ledger WHERE dataset = :dataset AND status = 'done')"
            " AND NOT EXISTS (SELECT FROM dart_company c WHERE c.corp_code = known.corp_code) ORDER BY 3 NULLS FIRST"
        ),
        dataset=companies.DATASET.name,
        unit=companies.UNIT,
    )


@check(
    "dart.companies",
    "DART 고유번호의 회사",
    WARNING,
    "dart_company",
    "회사마다 이름과 종목코드가 있고, 종목코드가 그 회사가 최근에 낸 재무제표의 것과 같다",
    level=WEEKLY,
    units=whole(companies.DATASET.name, companies.UNIT),
)
def mistaken_companies(scope: Scope) -> Rows:
    """Find companies that cannot be, or whose newest report bears another ticker."""
    return scope.rows(
        text(
            "SELECT c.corp_code AS 고유번호, c.ticker, c.name AS 이름, c.modify_date AS 바뀐_날, r.ticker AS 재무제표"
            " FROM dart_company c LEFT JOIN (SELECT DISTINCT ON (corp_code) corp_code, ticker FROM financial_report"
            "  ORDER BY corp_code, rcept_no DESC) r USING (corp_code)"
            " WHERE btrim(c.name) = '' OR c.corp_code !~ '^[0-9]{8}$' OR c.ticker !~ '^[0-9A-Z]{6}$'"
            " OR c.modify_date > :today OR r.ticker <> c.ticker ORDER BY 1"
        ),
        today=scope.now.date(),
    )


@check(
    "dart.groups",
    "DART에 함께 묻는 회사 묶음",
    WARNING,
    "dart_company",
    "회사를 100개씩 묶은 번호는 바뀌지 않고, 한 묶음에서 빠지는 회사가 없다",
    "foresto dart corp-codes && foresto dart financials",
    level=WEEKLY,
)
def shrunken_groups(scope: Scope) -> Rows:
    """Find hundreds with fewer companies than they were asked for with."""
    return scope.rows(
        text(
            "SELECT a.hundred AS 묶음, a.size AS 물은_회사, count(c.corp_code) AS 회사 FROM"
            " (SELECT CAST((m)[1] AS int) AS hundred, max(CAST((m)[2] AS int)) AS size FROM"
            "  (SELECT regexp_match(unit, '/h(\\d+)\\+(\\d+)$') AS m FROM unit_ledger"
            "   WHERE dataset = 'dart.statements' AND status = 'done') u WHERE m IS NOT NULL GROUP BY 1) a"
            " LEFT JOIN dart_company c ON c.hundred = a.hundred"
            # The whole list is another finding.
            " WHERE (SELECT count(*) FROM dart_company) >= coalesce((SELECT row_count FROM unit_ledger"
            "  WHERE dataset = :dataset AND unit = :unit AND status = 'done'), 0)"
            " GROUP BY 1, 2 HAVING count(c.corp_code) < a.size ORDER BY 1"
        ),
        dataset=companies.DATASET.name,
        unit=companies.UNIT,
    )


def _filings_since(scope: Scope, rows: Rows) -> Units:
    """Ask for the list from the first day on of which a receipt number is doubted."""
    today = scope.now.date()
    days = [day for row in rows if (day := day_of(row["접수번호"])) and day <= today]
    return {filings.DATASET.name: [f"{min(days, default=today)}"]}


@check(
    "dart.filings_lost",
    "사라진 정기공시",
    WARNING,
    "dart_filing",
    "공시 목록을 읽기 시작한 뒤에 접수된 재무제표의 공시가 모두 저장되어 있다",
    level=WEEKLY,
    units=_filings_since,
)
def lost_filings(scope: Scope) -> Rows:
    """Find reports that were received while the list was being read and are not in it."""
    return scope.rows(
        text(
            "SELECT DISTINCT r.rcept_no AS 접수번호, r.rcept_dt AS 접수일, r.ticker FROM financial_report r,"
            " (SELECT min(left(rcept_no, 8)) AS first FROM dart_filing"
            "  WHERE rcept_no ~ '^[0-9]{14}$') f,"
            " (SELECT asked_at::date AS last FROM unit_ledger WHERE dataset = :dataset AND unit = :unit"
            "  AND status IN ('done', 'no_data')) l"
            " WHERE to_char(r.rcept_dt, 'YYYYMMDD') > f.first AND r.rcept_dt < l.last"
            " AND NOT EXISTS (SELECT FROM dart_filing g WHERE g.rcept_no = r.rcept_no) ORDER BY 2, 1"
        ),
        dataset=filings.DATASET.name,
        unit=filings.UNIT,
    )


@check(
    "dart.filings",
    "정기공시의 날짜와 회사",
    WARNING,
    "dart_filing",
    "접수일이 접수번호의 날짜와 같고 오늘까지이며, 회사가 고유번호 목록과 같다",
    level=WEEKLY,
    units=_filings_since,
)
def mistaken_filings(scope: Scope) -> Rows:
    """Find filings whose day, company or name contradicts their number, the companies or their report."""
    return scope.rows(
        text(
            "SELECT f.rcept_no AS 접수번호, f.rcept_dt AS 접수일, f.ticker, c.ticker AS 회사의_종목코드,"
            " f.report_nm AS 보고서 FROM dart_filing f LEFT JOIN dart_company c USING (corp_code)"
            " LEFT JOIN (SELECT DISTINCT rcept_no, corp_code FROM financial_report) r ON r.rcept_no = f.rcept_no"
            " WHERE f.rcept_no !~ '^[0-9]{14}$' OR f.rcept_dt > :today"
            " OR left(f.rcept_no, 8) NOT BETWEEN to_char(f.rcept_dt - CAST(:furthest AS integer), 'YYYYMMDD')"
            " AND to_char(f.rcept_dt + CAST(:furthest AS integer), 'YYYYMMDD')"
            " OR f.report_nm !~ '보고서' OR f.corp_code !~ '^[0-9]{8}$'"
            " OR c.ticker <> f.ticker OR r.corp_code <> f.corp_code ORDER BY 2, 1"
        ),
        today=scope.now.date(),
        furthest=FURTHEST,
    )
