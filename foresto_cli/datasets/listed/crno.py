"""Company numbers (법인등록번호) of stocks, from FSC's listed items, once a week.

Matched by ISIN and never by name; preferred shares, which the list lacks, have their issuer's number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.open_data_list import OpenDataList
from foresto_cli.datasets.open_data.pages import is_isin
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream.fsc import Record

DATASET = DataSet(name="stocks.crno", label="법인등록번호", table="stocks", command="stocks load", clients=("fsc",))
NAME = DATASET.name
WEEK = timedelta(days=7)
NUMBER = re.compile(r"[0-9]{13}")

UPDATE = text(
    "WITH own AS (SELECT s.ticker, g.crno FROM stocks s"
    " JOIN unnest(CAST(:isins AS text[]), CAST(:numbers AS text[])) AS g (isin, crno) USING (isin)),"
    " wanted AS (SELECT s.ticker, coalesce(own.crno, issuer.crno) AS crno FROM stocks s"
    " LEFT JOIN own ON own.ticker = s.ticker LEFT JOIN own issuer ON issuer.ticker = left(s.ticker, 5) || '0'"
    " WHERE own.crno IS NOT NULL OR issuer.crno IS NOT NULL),"
    " written AS (UPDATE stocks s SET crno = w.crno, batch_id = :batch_id, updated_at = :updated_at"
    " FROM wanted w WHERE w.ticker = s.ticker AND s.crno IS DISTINCT FROM w.crno RETURNING 1)"
    " SELECT (SELECT count(*) FROM wanted) AS wanted, (SELECT count(*) FROM written) AS written"
)


@dataclass
class CompanyNumbers(OpenDataList):
    """Loader of company numbers; as many rows as common shares are listed ought to be in the list.

    Attributes:
        known: what the ledger has.
    """

    known: Mapping[str, Entry]
    data_set = DATASET
    key = "isin"

    def wanted(self) -> date:
        """Return the newest published session, or the one of less than a week ago that is there."""
        newest = super().wanted()
        done = [date.fromisoformat(key) for key, entry in self.known.items() if entry.status == "done"]
        return max((day for day in done if newest - day < WEEK), default=newest)

    def ask(self, unit: Unit) -> list[Record]:
        return self.newest(self.client.listed_items, unit)

    def row(self, record: Mapping[str, Any]) -> Row:
        return {"isin": record["isinCd"].strip(), "crno": record["crno"].strip()}

    def believed(self, rows: list[Row], used: date, unit: Unit) -> Parsed:
        """Return ISINs with numbers, also of an older list; foreign companies have none and are left out.

        Raises:
            BadPayload: an ISIN twice.
        """
        found = super().believed(rows, used, unit)
        return Parsed([row for row in found.rows if row["crno"]], reason=f"{used}의 목록")

    def check(self, row: Row) -> str | None:
        if not is_isin(row["isin"]):
            return "ISIN이 아닙니다"
        return None if NUMBER.fullmatch(row["crno"]) else "법인등록번호가 열세 자리 숫자가 아닙니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Give every stock whose ISIN is in the list its number, and preferred shares their issuer's."""
        found = connection.execute(
            UPDATE,
            {
                "isins": [row["isin"] for row in parsed.rows],
                "numbers": [row["crno"] for row in parsed.rows],
                "batch_id": provenance["batch_id"],
                "updated_at": provenance["updated_at"],
            },
        ).one()
        return Counts(changed=found.written, unchanged=found.wanted - found.written)
