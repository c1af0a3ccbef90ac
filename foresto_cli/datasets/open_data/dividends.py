"""Dividends (주식배당정보) from FSC's open data: the whole table since 1985 in pages, all of them or nothing.

Each reading corrects what was read before: amounts of announced dividends change until they are paid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DataSet, last_asked
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.open_data.dividend_rows import dividend_row, one_a_key
from foresto_cli.datasets.open_data.pages import Records, is_isin
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fsc
from foresto_cli.upstream.fsc import Fsc

DATASET = DataSet(
    name="dividends.fsc",
    label="배당",
    table="dividend_history",
    command="stocks dividends",
    clients=("fsc",),
    batch="DIVIDEND",
    jobs=("quarterly",),
    newest="SELECT max(unit)::date FROM unit_ledger WHERE dataset = 'dividends.fsc' AND status = 'done'",
    asked=last_asked("dividends.fsc"),
)
LEAST_SHARE = 0.9
"""A table with fewer records than this share of the stored ones is half a table: nothing is ever taken out of it."""
EXPECTED_PAGES = 16
"""Of some 72,000 records."""


@dataclass
class Dividends(Loader):
    """Loader of the dividends; a unit is the whole table on one day.

    Attributes:
        client: FSC's open data.
        calendar: the sessions.
        now: the clock's reading.
        tickers: ISIN → ticker of everybody who is or was listed.
        stored: how many of its rows are stored so far, to notice half a table.
    """

    client: Fsc
    calendar: Calendar
    now: datetime
    tickers: Mapping[str, str]
    stored: int
    data_set = DATASET
    source_id = fsc.SOURCE_ID
    _unreadable: dict[tuple[str, str], str] = field(default_factory=dict)

    def units(self) -> list[Unit]:
        """Return the table of the newest session that should be published."""
        day = self.calendar.latest_in_open_data(self.now)
        return [Unit(f"{day}", f"배당 {day}", EXPECTED_PAGES, fsc.POLICY.name)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the table was read since that day was published."""
        return entry.status == "done"

    def ask(self, unit: Unit) -> Records:
        return self.client.dividends()

    def parse(self, answer: Answer) -> Parsed:
        """Return one row an ISIN, record date and security kind; the reason names the table's own date.

        Raises:
            BadPayload: nothing, half a table, a date that cannot be, or a field missing.
        """
        records: Sequence[Mapping[str, Any]] = answer.payload
        if not records or len(records) < LEAST_SHARE * self.stored:
            raise BadPayload(
                f"배당 자료가 {len(records):,}건뿐입니다(저장된 것은 {self.stored:,}건). 일부만 온 자료입니다."
            )
        try:
            rows = one_a_key([self._row(record) for record in records])
            as_of = datetime.strptime(records[0]["basDt"], "%Y%m%d").date()  # noqa: DTZ007  # a date has no zone
        except (KeyError, ValueError) as error:
            raise BadPayload(f"배당 자료에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        if as_of > self.now.date():
            raise BadPayload(f"배당 자료의 기준일({as_of})이 오늘({self.now.date()})보다 뒤입니다.")
        return Parsed(rows, reason=f"기준일 {as_of}")

    def _row(self, record: Mapping[str, Any]) -> Row:
        try:
            return dividend_row(record, self.tickers)
        except ValueError as error:
            # Given without its values, so that it is counted and named when it is left out.
            key = (str(record["isinCd"]), str(record["dvdnBasDt"]))
            self._unreadable[key] = f"읽을 수 없는 값이 있습니다({error})"
            blank = dict.fromkeys((name for name in record if name.endswith(("Dt", "Amt", "Rt", "Prc"))), "")
            return dividend_row({**record, **blank}, self.tickers)

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        if not is_isin(row["isin_cd"]):
            return "ISIN이 아닙니다"
        if row["dvdn_bas_dt"] is None:
            unreadable = (reason for key, reason in self._unreadable.items() if key[0] == row["isin_cd"])
            return next(unreadable, "배당기준일이 없습니다")
        if not row["scrs_itms_kcd"]:
            return "증권 종류 코드가 없습니다"
        return "배당금이 음수입니다" if (row["stck_genr_dvdn_amt"] or 0) < 0 else None
