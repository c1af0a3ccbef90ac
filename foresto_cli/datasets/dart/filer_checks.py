"""Checks of who files at DART: lost companies, numbers of others, hundreds that have shrunk."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, check, whole
from foresto_cli.datasets.dart import companies


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
            " WHERE EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = :dataset AND status = 'done')"
            " AND NOT EXISTS (SELECT 1 FROM dart_company c WHERE c.corp_code = known.corp_code) ORDER BY 3 NULLS FIRST"
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
    "DART에 함께 요청하는 회사 묶음",
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
            "SELECT a.hundred AS 묶음, a.size AS 요청한_회사, count(c.corp_code) AS 회사 FROM"
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
