"""``dart_filing``: periodic reports as they are filed, corrections included: what can be new, and known since when.

One question a hundred filings, from the last day read until today; on an ordinary day one question. History is not
read back: a report's receipt number begins with its day of receipt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from foresto_cli import clock
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.errors import BadPayload
from foresto_cli.store import ledger
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

DATASET = DataSet(
    name="dart.filings", label="정기공시 목록", table="dart_filing", command="dart financials", clients=("dart",)
)
UNIT = "all"
PERIODIC = "A"
"""정기공시: annual, half-year and quarterly reports."""
BEGINNING = timedelta(days=3)
"""So far back the first list goes: figures of the newest filings may appear a little later than the filing."""
NUMBER_LENGTH = 14
CORP_CODE_LENGTH = 8


@dataclass
class Filings(Loader):
    """Loader of the list of filings; its only unit is what was filed since it was read last.

    Attributes:
        client: DART.
        now: the clock's reading.
        known: what the ledger has.
        first: read the list once more from this day on.
    """

    client: Dart
    now: datetime
    known: Mapping[str, Entry]
    first: date | None = None
    data_set = DATASET
    source_id = dart.SOURCE_ID

    @property
    def since(self) -> date:
        """Return the day on which the list was read last, before that day was over; else a few days ago."""
        today = self.now.date()
        if self.first is not None:
            return min(self.first, today)
        read = self.known.get(UNIT)
        if read is None or read.status == "failed" or read.asked_at == ledger.NEVER:
            return today - BEGINNING
        return min(read.asked_at.date(), today)

    def units(self) -> list[Unit]:
        return [self.unit(UNIT, f"정기공시 {self.since}~{self.now.date()}")]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say no: reports are filed until the evening."""
        return False

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether another day has begun: its list is another."""
        return since.date() < self.now.date()

    def ask(self, unit: Unit) -> list[dart.Record]:
        return self.client.filings(self.since, self.now.date(), pblntf_ty=PERIODIC)

    def parse(self, answer: Answer) -> Parsed:
        """Return the filings.

        Raises:
            BadPayload: a field is missing, or a day cannot be read.
        """
        records: Sequence[Mapping[str, Any]] = answer.payload
        try:
            rows = [
                {
                    "rcept_no": record["rcept_no"],
                    "corp_code": record["corp_code"].strip(),
                    "ticker": record["stock_code"].strip() or None,
                    "report_nm": record["report_nm"].strip(),
                    "rcept_dt": clock.day_of(record["rcept_dt"]),
                    "rm": (record.get("rm") or "").strip() or None,
                }
                for record in records
            ]
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise BadPayload(f"정기공시 목록에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        if any(len(row["corp_code"]) != CORP_CODE_LENGTH for row in rows):
            raise BadPayload("정기공시 목록에 고유번호가 여덟 자리가 아닌 회사가 있습니다.")
        return Parsed(rows, "done" if rows else "no_data")

    def check(self, row: Row) -> str | None:
        if len(row["rcept_no"]) != NUMBER_LENGTH or not row["rcept_no"].isdecimal():
            return "접수번호가 열네 자리 숫자가 아닙니다"
        return None
