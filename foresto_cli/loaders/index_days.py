"""Index levels by calendar year: KOSPI, KOSDAQ and KOSPI 200 from FinanceDataReader's mirror, else from KRX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.errors import UPSTREAM_ERRORS, BadPayload, ForestoError, NotYet
from foresto_cli.loaders import Answer, Parsed, Unit
from foresto_cli.loaders.price_rows import number
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.tables import index_price_daily
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream.http import UpstreamSession

NAME = "prices.index"
CODES = {"KOSPI": "1001", "KOSDAQ": "2001", "KS200": "1028"}
"""Index code → KRX's number."""
RATIO_TO_PERCENT = 100


@dataclass(frozen=True)
class IndexSource:
    """One way to the levels of an index.

    Attributes:
        source_id: as stored.
        fetch: records of an index code from a day to a day.
        rows: those as rows.
        sessions: its upstream sessions.
    """

    source_id: str
    fetch: Callable[[str, date, date], Sequence[Mapping[str, Any]]]
    rows: Callable[[str, Sequence[Mapping[str, Any]]], list[Row]]
    sessions: Sequence[UpstreamSession]


@dataclass
class IndexDays:
    """Loader of index levels; a unit is one index and one calendar year.

    Attributes:
        sources: in order of preference; a later one is asked when an earlier one lags behind.
        calendar: the sessions.
        start: first day wanted.
        now: the clock's reading.
    """

    sources: Sequence[IndexSource]
    calendar: Calendar
    start: date
    now: datetime
    name: str = NAME
    label: str = "지수"
    batch_type: str = "INDEX"
    table: str = "index_price_daily"

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return the sessions of every source."""
        return [session for source in self.sources for session in source.sessions]

    def units(self) -> list[Unit]:
        """Return each index and year, newest year first; a year without an ended session is not wanted yet."""
        latest = self.calendar.latest_ended(self.now)
        years = range(latest.year, self.start.year - 1, -1)
        return [Unit(f"{code}:{year}", f"{code} {year}년") for year in years for code in CODES]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the year was read after the numbers of its last session were final."""
        return entry.status == "done" and entry.asked_at.replace(tzinfo=clock.KST) >= final_at(self._last(unit))

    def fetch(self, unit: Unit) -> Answer:
        """Ask for one year; when the first source lags behind, ask the next one too.

        Raises:
            ForestoError: of the first source, when none answered.
        """
        code, first_day, last_day = self._span(unit)
        lagging: Answer | None = None
        failure: ForestoError | None = None
        for source in self.sources:
            asked_at = clock.wall()
            try:
                rows = source.rows(code, source.fetch(code, first_day, last_day))
            except UPSTREAM_ERRORS as error:
                failure = failure or error
                continue
            answer = Answer(unit, source.source_id, rows, asked_at)
            if rows and max(row["trade_date"] for row in rows) >= last_day:
                return answer
            lagging = lagging or answer
        if lagging is None or not lagging.payload:
            raise failure or NotYet(f"{unit.label} 지수가 아직 나오지 않았습니다.")
        return lagging

    def parse(self, answer: Answer) -> Parsed:
        """Return the levels of the year; provisional when the last session is missing or was read before 18:30.

        Raises:
            BadPayload: a session twice.
        """
        rows: list[Row] = answer.payload
        days = {row["trade_date"] for row in rows}
        if len(days) != len(rows):
            raise BadPayload(f"{answer.unit.label} 지수에 같은 날이 두 번 있습니다.")
        last = self._last(answer.unit)
        if max(days) < last:
            return Parsed(rows, "provisional", f"{last} 지수가 아직 없습니다")
        if answer.asked_at.replace(tzinfo=clock.KST) < final_at(last):
            return Parsed(rows, "provisional", "장 마감 직후의 잠정 지수")
        return Parsed(rows)

    def check(self, row: Row) -> str | None:
        """Say what makes a level impossible."""
        return None if row["close_price"] and row["close_price"] > 0 else "지수 종가가 없거나 0 이하입니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:  # noqa: ARG002  # the contract of loaders
        """Write the levels."""
        return upsert(connection, index_price_daily, parsed.rows, provenance)

    def _span(self, unit: Unit) -> tuple[str, date, date]:
        code, year = unit.key.split(":")
        return code, max(date(int(year), 1, 1), self.start), self._last(unit)

    def _last(self, unit: Unit) -> date:
        year = int(unit.key.split(":")[1])
        return min(self.calendar.latest_ended(self.now), self.calendar.previous(date(year + 1, 1, 1)))


def rows_from_fdr(code: str, records: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of the mirror's year files; their ``Change`` is a ratio, ours a percent.

    Raises:
        BadPayload: a field is missing or not a number.
    """
    try:
        return [
            {
                "index_code": code,
                "trade_date": record["Date"].date(),
                "open_price": number(record["Open"]),
                "high_price": number(record["High"]),
                "low_price": number(record["Low"]),
                "close_price": number(record["Close"]),
                "volume": number(record["Volume"]),
                "trading_value": number(record["Amount"]),
                "market_cap": number(record["MarCap"]),
                "price_change": number(record["Comp"]),
                "change_rate": None if record["Change"] is None else round(RATIO_TO_PERCENT * record["Change"], 6),
                "source_id": "FDR",
            }
            for record in records
        ]
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise BadPayload(f"{code} 지수 파일에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None


def rows_from_krx(code: str, records: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of MDCSTAT00301 (개별지수 시세).

    Raises:
        BadPayload: a field is missing or not a number.
    """
    try:
        return [
            {
                "index_code": code,
                "trade_date": datetime.strptime(record["TRD_DD"], "%Y/%m/%d").date(),  # noqa: DTZ007  # a date has no zone
                "open_price": number(record["OPNPRC_IDX"]),
                "high_price": number(record["HGPRC_IDX"]),
                "low_price": number(record["LWPRC_IDX"]),
                "close_price": number(record["CLSPRC_IDX"]),
                "volume": number(record["ACC_TRDVOL"]),
                "trading_value": number(record["ACC_TRDVAL"]),
                "market_cap": number(record["MKTCAP"]),
                "price_change": number(record["PRV_DD_CMPR"]),
                "change_rate": number(record["UPDN_RATE"]),
                "source_id": "KRX",
            }
            for record in records
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise BadPayload(f"KRX 지수 응답에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
