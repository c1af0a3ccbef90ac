"""Checks of what was filed: lost rows, days without any, days and companies that cannot be, types told otherwise."""

from datetime import date

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, Units, check, whole
from foresto_cli.collecting.derived import UNIT
from foresto_cli.datasets.dart import filing_marks, filings
from foresto_cli.datasets.dart.reports import day_of
from foresto_cli.store.fragments import Fragment, sql

FURTHEST = 7
"""Days between the day in a receipt number and the day of receipt; in every recorded row they are the same."""
READ = Fragment(
    "WITH read AS MATERIALIZED (SELECT CAST(unit AS date) AS day, row_count FROM unit_ledger WHERE dataset = :dataset"
    " AND status IN ('done', 'no_data') AND unit LIKE '____-__-__')"
)
"""The days that were read; revisions before 0029 called them all "all"."""


def _days(scope: Scope, rows: Rows) -> Units:
    """Name the days of the rows: of a filing the day in its receipt number, which nothing else contradicts."""
    today = scope.now.date()
    days = [
        row.get("거래일") or row.get("접수일") if row.get("접수번호") is None else day_of(row["접수번호"])
        for row in rows
    ]
    units = {filings.unit_day(day) for day in days if isinstance(day, date) and day <= today}
    return {filings.DATASET.name: [f"{day}" for day in sorted(units)]}


@check(
    "dart.filings_lost",
    "사라진 공시",
    WARNING,
    "dart_filing",
    "읽은 날마다 그때 찾은 공시와 재무제표의 공시가 모두 저장되어 있다",
    level=WEEKLY,
    units=_days,
)
def lost_filings(scope: Scope) -> Rows:
    """Find days with fewer filings than their list had, and reports of a day that was read which are not in it."""
    return scope.rows(
        sql(
            "{read}, stored AS (SELECT rcept_dt + CASE extract(isodow FROM rcept_dt) WHEN 6 THEN 2"
            "  WHEN 7 THEN 1 ELSE 0 END AS day, count(*) AS count FROM dart_filing GROUP BY 1)"
            " SELECT d.day AS 접수일, d.row_count AS 기록, coalesce(s.count, 0) AS 실제, CAST(NULL AS text) AS 접수번호"
            " FROM read d LEFT JOIN stored s USING (day) WHERE coalesce(s.count, 0) < d.row_count"
            " UNION ALL SELECT DISTINCT r.rcept_dt, CAST(NULL AS int), CAST(NULL AS bigint), r.rcept_no"
            " FROM financial_report r"
            " JOIN read d ON d.day = r.rcept_dt AND d.day < (SELECT max(day) FROM read)"
            " WHERE NOT EXISTS (SELECT 1 FROM dart_filing g WHERE g.rcept_no = r.rcept_no) ORDER BY 1, 4",
            read=READ,
        ),
        dataset=filings.DATASET.name,
    )


@check(
    "dart.filing_days",
    "공시가 없는 거래일",
    WARNING,
    "dart_filing",
    "처음 읽은 날부터 마지막으로 읽은 날까지 거래일마다 공시가 있다",
    units=_days,
)
def days_without_filings(scope: Scope) -> Rows:
    """Find sessions between the first and the last day read on which nobody has filed: there are none outside."""
    read = sql("{read} SELECT min(day) AS first, max(day) AS last FROM read", read=READ)
    span = scope.rows(read, dataset=filings.DATASET.name)[0]
    if span["first"] is None:
        return []
    filed = scope.rows(
        text("SELECT DISTINCT rcept_dt AS day FROM dart_filing WHERE rcept_dt BETWEEN :first AND :last"), **span
    )
    known = {row["day"] for row in filed}
    # The last day may have been read in the morning, before anybody filed.
    return [{"거래일": day} for day in scope.calendar.sessions(span["first"], span["last"])[:-1] if day not in known]


@check(
    "dart.filings",
    "공시의 날짜와 회사",
    WARNING,
    "dart_filing",
    "접수일이 접수번호의 날짜와 같고 오늘까지이며, 회사가 고유번호 목록과 같다",
    level=WEEKLY,
    units=_days,
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
            " OR f.corp_code !~ '^[0-9]{8}$' OR (r.rcept_no IS NOT NULL AND f.report_nm !~ '보고서')"
            " OR c.ticker <> f.ticker OR r.corp_code <> f.corp_code ORDER BY 2, 1"
        ),
        today=scope.now.date(),
        furthest=FURTHEST,
    )


@check(
    "dart.filing_types",
    "공시의 유형",
    WARNING,
    "dart_filing",
    "보고서 이름이 말하는 유형으로 표시되어 있다",
    "foresto filings load",
    level=WEEKLY,
    units=whole(filing_marks.DATASET.name, UNIT),
)
def mistaken_types(scope: Scope) -> Rows:
    """Find names of reports that are marked otherwise than they are to be."""
    return [{"보고서": name, "유형": code} for name, code in sorted(filing_marks.mistaken(scope.connection).items())]
