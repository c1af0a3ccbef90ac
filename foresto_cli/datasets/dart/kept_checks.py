"""Checks of statements against DART's kept answers: they say what every row has to say, to the won.

Reading one report of the whole market anew takes some ten seconds. The reports behind today's results are read every
day, of whole statements, an answer a company, every week; all others once a month.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, text

from foresto_cli.collecting.checks import MONTHLY, WARNING, WEEKLY, Rows, Scope, Units, check
from foresto_cli.datasets.dart import details, reparse, statements
from foresto_cli.datasets.dart.filed_reports import MAIN, WHOLE
from foresto_cli.datasets.dart.reparse import Found
from foresto_cli.datasets.dart.report_tables import financial_report
from foresto_cli.datasets.dart.reports import DECEMBER, QUARTERS, Report
from foresto_cli.errors import BadPayload

Told = dict[str, Any]
"""A finding's row."""

BEHIND_TODAY = timedelta(days=460)
"""Reports whose period ended so long ago at most make today's sums of twelve months."""
SAME_ACCOUNT = 1.3
"""Main accounts and whole statements are of one filing; an account that is so many times the other is another."""
FACTS = ("corp_code", "rcept_dt", "period_end", "currency")
NO_ROW, EXTRA_ROW, UNREADABLE, SOURCELESS = "없는 행", "응답에 없는 행", "읽을 수 없는 응답", "응답이 없는 접수번호"


def _reread_again(_: Scope, rows: Rows) -> Units:
    return {reparse.DATASET.name: sorted({row["보고서"] for row in rows})}


def _ask_again(_: Scope, rows: Rows) -> Units:
    units: dict[str, list[str]] = {}
    for row in rows:
        year, code, *_rest = row["단위"].split("/")
        # Under a key that was changed it is nobody's answer: the one that is then missing is another finding.
        if Report(int(year), code).is_one:
            units.setdefault(row["자료"], []).append(row["단위"])
            units.setdefault(reparse.DATASET.name, []).append(f"{year}/{code}")
    return {name: sorted(set(found)) for name, found in units.items()}


@check(
    "statements.reread",
    "DART가 답한 것과 다른 재무제표",
    WARNING,
    "financial_report",
    "최근 보고서의 값이 보관한 DART 응답을 다시 읽은 것과 같다",
    units=_reread_again,
)
def differing(scope: Scope) -> Rows:
    """Find rows of the reports behind today's results that do not say what the kept main accounts say."""
    return list(_differences(scope, [report for report in _kept(scope) if _is_new(scope, report)], main_only=True))


@check(
    "statements.reread_whole",
    "DART가 답한 것과 다른 전체 재무제표",
    WARNING,
    "financial_report",
    "최근 보고서의 값이 보관한 전체 재무제표를 다시 읽은 것과 같다",
    level=WEEKLY,
    units=_reread_again,
)
def differing_whole(scope: Scope) -> Rows:
    """Find the same by the whole statements, where a row was completed from them."""
    told = {_place(row) for row in scope.once(differing)}
    return [row for row in scope.once(_newest) if row["항목"] != SOURCELESS and _place(row) not in told]


@check(
    "statements.reread_past",
    "DART가 답한 것과 다른 옛 재무제표",
    WARNING,
    "financial_report",
    "모든 보고서의 값이 보관한 DART 응답을 다시 읽은 것과 같다",
    level=MONTHLY,
    units=_reread_again,
)
def differing_past(scope: Scope) -> Rows:
    """Find the same in all other reports."""
    return [row for row in scope.once(_past) if row["항목"] != SOURCELESS]


@check(
    "statements.sourceless",
    "응답이 없는 재무제표",
    WARNING,
    "financial_report",
    "저장된 재무제표마다 그 접수번호를 말한 DART의 응답이 보관되어 있다",
    "다시 받아서는 고쳐지지 않습니다. 그 접수번호의 보고서를 DART에서 찾아보고, 없으면 그 행을 지울지 정하세요",
    level=MONTHLY,
)
def sourceless(scope: Scope) -> Rows:
    """Find rows whose receipt number no kept answer names, of reports of which answers are kept."""
    return [row for find in (_newest, _past) for row in scope.once(find) if row["항목"] == SOURCELESS]


@check(
    "statements.kept",
    "없어진 DART 응답",
    WARNING,
    "dart_answer",
    "받은 재무제표마다 DART의 응답이 보관되어 있다",
    level=WEEKLY,
    units=_ask_again,
)
def lost_answers(scope: Scope) -> Rows:
    """Find stored units whose answer is not kept."""
    return scope.rows(
        text(
            "WITH asked AS (SELECT dataset, unit, CAST(split_part(unit, '/', 1) AS int) AS year,"
            " split_part(unit, '/', 2) AS code, split_part(unit, '/', 3) AS subject,"
            " CASE dataset WHEN :statements THEN :main ELSE :whole END AS endpoint FROM unit_ledger"
            " WHERE dataset IN (:statements, :details) AND status = 'done' AND unit ~ '^\\d{4}/')"
            " SELECT dataset AS 자료, unit AS 단위 FROM asked q WHERE NOT EXISTS (SELECT FROM dart_answer a"
            " WHERE a.endpoint = q.endpoint AND a.subject = q.subject AND a.bsns_year = q.year"
            " AND a.reprt_code = q.code) ORDER BY 1, 2"
        ),
        statements=statements.DATASET.name,
        details=details.DATASET.name,
        main=MAIN,
        whole=WHOLE,
    )


@check(
    "statements.damaged",
    "상한 DART 응답",
    WARNING,
    "dart_answer",
    "보관한 DART 응답이 모두 받은 그대로다(SHA-256이 같다)",
    level=WEEKLY,
    units=_ask_again,
)
def damaged_answers(scope: Scope) -> Rows:
    """Find kept answers that are not as they came; the same answer, asked for again, takes their place."""
    return [
        {
            "자료": (statements if row["endpoint"] == MAIN else details).DATASET.name,
            "단위": f"{row['bsns_year']}/{row['reprt_code']}/{row['subject']}{_version(scope, row)}",
        }
        for row in reparse.damaged(scope.connection)
    ]


def _version(scope: Scope, answer: Mapping[str, Any]) -> str:
    """Return what ends the unit of a whole statement: its newest receipt number; nothing for main accounts."""
    if answer["endpoint"] == MAIN:
        return ""
    found = scope.rows(
        text(
            "SELECT max(unit) AS unit FROM unit_ledger WHERE dataset = :dataset AND unit LIKE :unit",
        ),
        dataset=details.DATASET.name,
        unit=f"{answer['bsns_year']}/{answer['reprt_code']}/{answer['subject']}/%",
    )[0]["unit"]
    return f"/{found.rpartition('/')[2]}" if found else ""


def _kept(scope: Scope) -> list[Report]:
    return reparse.kept(scope.connection)


def _is_new(scope: Scope, report: Report) -> bool:
    return report.period_end(DECEMBER) >= scope.last - BEHIND_TODAY


def _newest(scope: Scope) -> Rows:
    return list(_differences(scope, [report for report in _kept(scope) if _is_new(scope, report)]))


def _past(scope: Scope) -> Rows:
    return list(_differences(scope, [report for report in _kept(scope) if not _is_new(scope, report)]))


def _place(row: Told) -> tuple[object, ...]:
    return tuple(row.get(name) for name in ("보고서", "표", "ticker", "fs_div", "접수번호"))


def _differences(scope: Scope, reports: list[Report], *, main_only: bool = False) -> Iterator[Told]:
    tickers = reparse.tickers_of(scope.connection)
    for report in reports:
        name = f"{report.year}/{report.code}"
        try:
            told = reparse.read(scope.connection, report, tickers, main_only=main_only)
        except BadPayload as error:
            yield {"보고서": name, "항목": UNREADABLE, "응답": f"{error}"}
            continue
        for table, found in told.items():
            for row in _compared(scope, table, found, main_only=main_only):
                yield {"보고서": name, "표": table.name, **row}
        if not main_only:
            yield from _without_answer(scope, report, told[financial_report])


def _compared(scope: Scope, table: Table, found: Found, *, main_only: bool) -> Iterator[Told]:
    stored = reparse.stored(scope.connection, table, found)
    for key in sorted(found.keys() | stored.keys(), key=str):
        row, own = found.get(key), stored.get(key)
        if own is None:
            yield _identity(found[key]) | {"항목": NO_ROW}
        elif row is None:
            # Whole statements can tell of a period that main accounts do not tell of.
            if not (main_only and own["has_details"]):
                yield _identity(own) | {"항목": EXTRA_ROW}
        elif (wrong := _wrong(row, own)) is not None:
            yield _identity(own) | {"항목": wrong, "저장": own[wrong], "응답": row[wrong]}


def _identity(row: Mapping[str, Any]) -> Told:
    return {"ticker": row["ticker"], "fs_div": row["fs_div"], "접수번호": row["rcept_no"]}


def _wrong(row: Mapping[str, Any], own: Mapping[str, Any]) -> str | None:
    """Return the first column that differs.

    Of a row that was completed from whole statements, main accounts alone tell only what cannot be.
    """
    if row["has_details"] or not own["has_details"]:
        return next((name for name, value in row.items() if own[name] != value), None)
    return next((name for name, value in row.items() if _is_contradicted(name, value, own)), None)


def _is_contradicted(name: str, value: object, own: Mapping[str, Any]) -> bool:
    given = own[name]
    if name in FACTS:
        return bool(given != value)
    is_left_out = own.get("is_financial", False) and name.startswith("revenue")
    if not isinstance(value, Decimal) or not value or is_left_out:
        return False
    return given is None or not 1 / SAME_ACCOUNT <= given / value <= SAME_ACCOUNT


def _without_answer(scope: Scope, report: Report, told: Found) -> Rows:
    return scope.rows(
        text(
            "SELECT CAST(:report AS text) AS 보고서, 'financial_report' AS 표, ticker, fs_div, rcept_no AS 접수번호,"
            " CAST(:sourceless AS text) AS 항목 FROM financial_report WHERE NOT rcept_no = ANY(:numbers)"
            " AND extract(year FROM period_end) = :year AND fiscal_quarter = :quarter ORDER BY 3, 4, 5"
        ),
        report=f"{report.year}/{report.code}",
        sourceless=SOURCELESS,
        numbers=sorted({f"{row['rcept_no']}" for row in told.values()}),
        year=report.year,
        quarter=QUARTERS[report.code],
    )
