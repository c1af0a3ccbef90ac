"""Where stored statements differ from what DART's kept answers say."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, text

from foresto_cli.collecting.checks import Rows, Scope
from foresto_cli.datasets.dart import reparse
from foresto_cli.datasets.dart.reparse import Found
from foresto_cli.datasets.dart.report_tables import financial_report
from foresto_cli.datasets.dart.reports import QUARTERS, Report
from foresto_cli.errors import BadPayload

Told = dict[str, Any]
"""A finding's row."""
SAME_ACCOUNT = 1.3
"""Main accounts and whole statements are of one filing; an account that is so many times the other is another."""
NO_ROW, EXTRA_ROW, UNREADABLE, SOURCELESS = "없는 행", "응답에 없는 행", "읽을 수 없는 응답", "응답이 없는 접수번호"
FACTS = ("corp_code", "rcept_dt", "period_end", "currency")


def differences(scope: Scope, reports: list[Report], *, main_only: bool = False) -> Iterator[Told]:
    """Yield a finding for each row of ``reports`` that is not what the kept answer says, or that it has not.

    Args:
        scope: of the verification.
        reports: to be read anew, some ten seconds each.
        main_only: read main accounts alone.
    """
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
