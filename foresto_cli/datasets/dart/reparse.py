"""``financial_report`` read anew from the kept answers, nobody being asked: what a better account mapping is for.

Verification reads them in the same way, to see whether the tables still say what DART said.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select, text, tuple_

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
    "SELECT endpoint, subject, fs_div, period_end, sha256, body FROM dart_answer WHERE endpoint IN (:main, :whole)"
    " AND bsns_year = :year AND reprt_code = :code ORDER BY endpoint = :whole, answered_at"
)
TICKERS = text(
    "SELECT corp_code, ticker FROM dart_company UNION ALL SELECT DISTINCT ON (r.corp_code) r.corp_code, r.ticker"
    " FROM financial_report r WHERE NOT EXISTS (SELECT 1 FROM dart_company c WHERE c.corp_code = r.corp_code)"
)
"""Who is not in the list of companies is called as in the reports that are stored."""
EVERY_ANSWER = text("SELECT endpoint, subject, bsns_year, reprt_code, sha256, body FROM dart_answer")
ANSWERS_AT_ONCE = 100
BOTH = {"main": MAIN, "whole": WHOLE}

Key = tuple[object, ...]
"""The values of :data:`KEY`; both tables have it."""
Found = dict[Key, Row]


def write(connection: Connection, provenance: Row, only: Iterable[Report] = ()) -> Counts:
    """Parse every kept answer again in the caller's transaction and return exact counts.

    Rows that bear the receipt number of an answer and are not in it go: their key was changed after they were stored.

    Args:
        connection: the database.
        provenance: of the rows.
        only: these reports, if any are named.

    Raises:
        BadPayload: an answer that was understood once is not any more.
    """
    tickers = tickers_of(connection)
    counts = Counts()
    for report in only or kept(connection):
        for table, found in read(connection, report, tickers).items():
            before = stored(connection, table, found)
            counts += upsert(
                connection, table, [_joined(before.get(key), row) for key, row in found.items()], provenance
            )
            strays = before.keys() - found.keys()
            if strays:
                columns = tuple_(*(table.c[name] for name in KEY))
                counts += Counts(changed=connection.execute(table.delete().where(columns.in_(strays))).rowcount)
    return counts


def kept(connection: Connection) -> list[Report]:
    """Return the reports of which answers are kept, the oldest first; :func:`damaged` tells of what names none."""
    found = [Report(row.bsns_year, row.reprt_code) for row in connection.execute(REPORTS, BOTH)]
    return [report for report in found if report.is_one]


def tickers_of(connection: Connection) -> dict[str, str]:
    """Return the ticker of every company that has or had one."""
    return {row.corp_code: row.ticker for row in connection.execute(TICKERS)}


def stored(connection: Connection, table: Table, found: Found) -> dict[Key, Row]:
    """Return the stored rows of the receipt numbers in ``found``."""
    numbers = {f"{row['rcept_no']}" for row in found.values()}
    rows = connection.execute(select(table).where(table.c.rcept_no.in_(numbers))).mappings()
    return {_key(row): dict(row) for row in rows}


def read(
    connection: Connection, report: Report, tickers: Mapping[str, str], *, main_only: bool = False
) -> dict[Table, Found]:
    """Return what all kept answers about one report say together: the versions of it, and of the periods before it.

    What is not said any more becomes null. Damaged answers are left out: :func:`damaged`.

    Args:
        connection: the database.
        report: which report.
        tickers: company number → ticker.
        main_only: leave the whole statements out, an answer for every company.

    Raises:
        BadPayload: an answer is not understood.
    """
    found: Found = {}
    earlier: Found = {}
    names = {"main": MAIN, "whole": MAIN if main_only else WHOLE}
    for answer in connection.execute(ANSWERS, {**names, "year": report.year, "code": report.code}):
        if not _is_intact(answer.sha256, answer.body):
            continue
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
    return {
        table: {_key(row): row for row in filed_reports.with_receipt(connection, list(rows.values()))}
        for table, rows in ((financial_report, found), (financial_restated, earlier))
    }


def damaged(connection: Connection) -> list[Row]:
    """Return the kept answers that are not as they came: ``endpoint``, ``subject``, ``bsns_year``, ``reprt_code``.

    Neither is one under a year or a code of report that there is not.
    """
    # Options of a connection would stay with it, and with every check that asks after this one.
    answers = connection.execute(EVERY_ANSWER, execution_options={"yield_per": ANSWERS_AT_ONCE}).mappings()
    return [
        {name: value for name, value in answer.items() if name != "body"}
        for answer in answers
        if not (
            Report(answer["bsns_year"], answer["reprt_code"]).is_one and _is_intact(answer["sha256"], answer["body"])
        )
    ]


def _is_intact(sha256: str, packed: bytes) -> bool:
    try:
        return hashlib.sha256(zlib.decompress(packed)).hexdigest() == sha256
    except zlib.error:
        return False


def _joined(own: Row | None, row: Row) -> Row:
    """Return ``row`` with what whole statements said, where their answer is not kept any more."""
    if own is None or row["has_details"] or not own["has_details"]:
        return row
    return filed_reports.merged(own, row) if "is_financial" in row else comparatives.together(own, row)


def _key(row: Mapping[str, Any] | RowMapping) -> Key:
    return tuple(row[name] for name in KEY)
