"""``financial_report`` read anew from the kept answers, nobody being asked: what a better account mapping is for."""

import zlib
from collections.abc import Mapping

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.datasets.dart import comparatives, filed_reports, reports
from foresto_cli.datasets.dart.filed_reports import KEY, MAIN, WHOLE
from foresto_cli.datasets.dart.report_tables import financial_report
from foresto_cli.datasets.dart.reports import EARLIER, Report
from foresto_cli.datasets.dart.restated_tables import financial_restated
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import dart

DATASET = DataSet(name="dart.reparse", label="재무제표 다시 읽기", table="financial_report", command="dart reparse")
REPORTS = text("SELECT DISTINCT bsns_year, reprt_code FROM dart_answer WHERE endpoint IN (:main, :whole) ORDER BY 1, 2")
# Main accounts first: whole statements win over them, and later answers over earlier ones.
ANSWERS = text(
    "SELECT endpoint, subject, fs_div, period_end, body FROM dart_answer WHERE endpoint IN (:main, :whole)"
    " AND bsns_year = :year AND reprt_code = :code ORDER BY endpoint = :whole, answered_at"
)
BOTH = {"main": MAIN, "whole": WHOLE}


def write(connection: Connection, provenance: Row) -> Counts:
    """Parse every kept answer again in the caller's transaction and return exact counts.

    Raises:
        BadPayload: an answer that was understood once is not any more.
    """
    tickers = {
        row.corp_code: row.ticker for row in connection.execute(text("SELECT corp_code, ticker FROM dart_company"))
    }
    counts = Counts()
    for row in connection.execute(REPORTS, BOTH).all():
        rows, earlier = _read(connection, Report(row.bsns_year, row.reprt_code), tickers)
        for table, found in ((financial_report, rows), (financial_restated, earlier)):
            counts += upsert(connection, table, filed_reports.with_receipt(connection, found), provenance)
    return counts


def _read(connection: Connection, report: Report, tickers: Mapping[str, str]) -> tuple[list[Row], list[Row]]:
    """Return what all answers about one report say together; what is not said any more becomes null.

    The second are the earlier periods that the report speaks of.
    """
    found: dict[tuple[object, ...], Row] = {}
    earlier: dict[tuple[object, ...], Row] = {}
    for answer in connection.execute(ANSWERS, {**BOTH, "year": report.year, "code": report.code}):
        records = dart.rows_of(dart.read(zlib.decompress(answer.body)))
        if answer.endpoint == MAIN:
            rows = reports.main_rows(records, report, tickers)
        else:
            company = {
                "ticker": tickers[answer.subject],
                "corp_code": answer.subject,
                "fs_div": answer.fs_div,
                "period_end": answer.period_end,
                "periods": filed_reports.periods(row for row in found.values() if row["corp_code"] == answer.subject),
            }
            rows = reports.whole_rows(records, report, company)
        for row in rows:
            if reports.impossible(row) is None:
                own = {name: value for name, value in row.items() if name != EARLIER}
                found[_key(own)] = filed_reports.merged(found.get(_key(own)), own)
                earlier |= {_key(one): comparatives.together(earlier.get(_key(one)), one) for one in row[EARLIER]}
    if not found:
        raise BadPayload(f"보관한 {report.label} 응답에서 재무제표를 하나도 읽지 못했습니다.")
    return list(found.values()), list(earlier.values())


def _key(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in KEY)
