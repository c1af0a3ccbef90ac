"""Checks of statements against DART's kept answers: they say what every row has to say, to the won.

Reading one report of the whole market anew takes some ten seconds. The reports behind today's results are read every
day, of whole statements, an answer a company, every week; all others once a month.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from foresto_cli.collecting.checks import MONTHLY, WARNING, WEEKLY, Rows, Scope, Units, check
from foresto_cli.datasets.dart import details, reparse, statements
from foresto_cli.datasets.dart.filed_reports import MAIN, WHOLE
from foresto_cli.datasets.dart.kept_differences import SOURCELESS, Told, differences
from foresto_cli.datasets.dart.reports import DECEMBER, Report

BEHIND_TODAY = timedelta(days=460)
"""Reports whose period ended so long ago at most make today's sums of twelve months."""


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
    return list(differences(scope, [report for report in _kept(scope) if _is_new(scope, report)], main_only=True))


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
            " SELECT dataset AS 자료, unit AS 단위 FROM asked q WHERE NOT EXISTS (SELECT 1 FROM dart_answer a"
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
    return list(differences(scope, [report for report in _kept(scope) if _is_new(scope, report)]))


def _past(scope: Scope) -> Rows:
    return list(differences(scope, [report for report in _kept(scope) if not _is_new(scope, report)]))


def _place(row: Told) -> tuple[object, ...]:
    return tuple(row.get(name) for name in ("보고서", "표", "ticker", "fs_div", "접수번호"))
