"""Dividends (주식배당정보) from FSC's open data: the whole table since 1985 in pages, all of them or nothing.

Each reading corrects what was read before: amounts of announced dividends change until they are paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet, last_asked, last_read
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.open_data_list import OpenDataList
from foresto_cli.datasets.open_data.dividend_rows import dividend_row, one_a_key
from foresto_cli.datasets.open_data.pages import is_isin
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream.fsc import Record

DATASET = DataSet(
    name="dividends.fsc",
    label="배당",
    table="dividend_history",
    command="stocks dividends",
    clients=("fsc",),
    batch="DIVIDEND",
    jobs=("quarterly",),
    newest=last_read("dividends.fsc"),
    asked=last_asked("dividends.fsc"),
)
MOVED = text(
    "DELETE FROM dividend_history d WHERE d.source_id = :source AND d.dvdn_bas_dt > :today AND NOT EXISTS (SELECT FROM"
    " unnest(CAST(:securities AS text[]), CAST(:days AS date[]), CAST(:kinds AS text[])) AS t (security, day, kind)"
    " WHERE (t.security, t.day, t.kind) = (d.security_id, d.dvdn_bas_dt, d.scrs_itms_kcd))"
)


@dataclass
class Dividends(OpenDataList):
    """Loader of the dividends; nothing that is past is taken out of the table: as many as are stored ought to be in it.

    Attributes:
        tickers: ISIN → ticker of everybody who is or was listed.
        pages: of some 72,000 records.
    """

    tickers: Mapping[str, str]
    data_set = DATASET
    pages = 16
    least_share = 0.9
    measured = ("Dt", "Amt", "Rt", "Prc")

    def ask(self, unit: Unit) -> list[Record]:
        return self.client.dividends()

    def row(self, record: Mapping[str, Any]) -> Row:
        return dividend_row(record, self.tickers)

    def believed(self, rows: list[Row], used: date, unit: Unit) -> Parsed:
        """Return one row an ISIN, record date and security kind; the reason names the table's own date.

        Raises:
            BadPayload: the table's date is to come.
        """
        if used > self.now.date():
            raise BadPayload(f"배당 자료의 기준일({used})이 오늘({self.now.date()})보다 뒤입니다.")
        return Parsed(one_a_key(rows), reason=f"기준일 {used}")

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the records; one whose record date was to come and that is not told any more was moved, and goes."""
        counts = super().store(connection, answer, parsed, provenance)
        told = [[row[name] for row in parsed.rows] for name in ("security_id", "dvdn_bas_dt", "scrs_itms_kcd")]
        gone = connection.execute(
            MOVED,
            dict(zip(("securities", "days", "kinds"), told, strict=True))
            | {"today": self.now.date(), "source": self.source_id},
        )
        return counts + Counts(changed=gone.rowcount)

    def check(self, row: Row) -> str | None:
        if not is_isin(row["isin_cd"]):
            return "ISIN이 아닙니다"
        if row["dvdn_bas_dt"] is None:
            return super().check(row) or "배당기준일이 없습니다"
        if not row["scrs_itms_kcd"]:
            return "증권 종류 코드가 없습니다"
        return "배당금이 음수입니다" if (row["stck_genr_dvdn_amt"] or 0) < 0 else None
