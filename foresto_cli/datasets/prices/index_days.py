"""Index levels by calendar year: KOSPI, KOSDAQ and KOSPI 200 from FinanceDataReader's mirror, KRX or Naver's chart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.readers import number
from foresto_cli.datasets.prices.index_tables import index_listing, index_price_daily
from foresto_cli.errors import UPSTREAM_ERRORS, BadPayload, Dead, ForestoError, NotYet
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import naver
from foresto_cli.upstream.http import UpstreamSession
from foresto_cli.upstream.naver import Naver

NAME = "prices.index"
CODES = {"KOSPI": "1001", "KOSDAQ": "2001", "KS200": "1028"}
"""Index code → KRX's number."""
NAMES = {
    "KOSPI": {"index_class": "KOSPI", "name": "코스피"},
    "KOSDAQ": {"index_class": "KOSDAQ", "name": "코스닥"},
    "KS200": {"index_class": "KOSPI", "name": "코스피 200"},
}
RATIO_TO_PERCENT = 100
LONGEST_BREAK = 15
"""Calendar days before the first one that reach to the session before it."""


@dataclass(frozen=True)
class IndexSource:
    """One way to the levels of an index.

    Attributes:
        source_id: as stored.
        fetch: records of an index code from a day to a day.
        rows: those as rows.
        sessions: its upstream sessions.
        judge: raises ``Dead`` when its newest day is too far behind the last session.
    """

    source_id: str
    fetch: Callable[[str, date, date], Sequence[Mapping[str, Any]]]
    rows: Callable[[str, Sequence[Mapping[str, Any]]], list[Row]]
    sessions: Sequence[UpstreamSession]
    judge: Callable[[date, date], None] = lambda *_: None


@dataclass
class IndexDays(Loader):
    """Loader of index levels; a unit is one index and one calendar year.

    Attributes:
        sources: in order of preference; a later one is asked when an earlier one lags behind.
        calendar: the sessions.
        start: first day wanted.
        now: the clock's reading.
        again: stored years are asked for once more.
    """

    sources: Sequence[IndexSource]
    calendar: Calendar
    start: date
    now: datetime
    again: bool = False
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
        return (
            not self.again
            and entry.status == "done"
            and entry.asked_at.replace(tzinfo=clock.KST) >= final_at(self._last(unit))
        )

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether the year has had another session since."""
        return since.date() < self._last(unit)

    def fetch(self, unit: Unit) -> Answer:
        """Ask for one year; when the first source lags behind, ask the next one too.

        Raises:
            ForestoError: of the first source that lives, when none answered.
        """
        code, first_day, last_day = self._span(unit)
        lagging: Answer | None = None
        passed_over: list[tuple[str, ForestoError]] = []
        for source in self.sources:
            asked_at = clock.wall()
            try:
                rows = source.rows(code, source.fetch(code, first_day, last_day))
                newest = max((row["trade_date"] for row in rows), default=first_day)
                answer = Answer(unit, source.source_id, rows, asked_at, passed_over=tuple(passed_over))
                if rows and newest >= last_day:
                    return answer
                lagging = answer if _newest(answer) > _newest(lagging) else lagging
                source.judge(newest, last_day)
            except UPSTREAM_ERRORS as error:
                passed_over.append((source.source_id, error))
        if lagging is None:
            failures = [error for _, error in passed_over]
            alive = [error for error in failures if not isinstance(error, Dead)]
            raise next(iter([*alive, *failures]), NotYet(f"{unit.label} 지수가 아직 나오지 않았습니다."))
        return replace(lagging, passed_over=tuple(one for one in passed_over if one[0] != lagging.source_id))

    def parse(self, answer: Answer) -> Parsed:
        """Return the levels of the year; provisional when the last session is missing or was not final when read.

        Raises:
            BadPayload: a session twice.
        """
        rows: list[Row] = answer.payload
        days = {row["trade_date"] for row in rows}
        if len(days) != len(rows):
            raise BadPayload(f"{answer.unit.label} 지수에 같은 날이 두 번 있습니다.")
        last = self._last(answer.unit)
        if max(days) < last:
            lack = f"{last} 지수가 아직 없습니다(마지막은 {max(days)})"
            return Parsed(rows, "provisional", lack, behind=f"{lack}. 다음 실행에서 다시 요청합니다.")
        if answer.asked_at.replace(tzinfo=clock.KST) < final_at(last):
            return Parsed(rows, "provisional", "장 마감 직후의 잠정 지수")
        if answer.source_id == naver.SOURCE_ID and self._has_better(answer):
            return Parsed(rows, "provisional", "네이버의 지수. 거래소의 지수를 다시 요청합니다")
        return Parsed(rows)

    def _has_better(self, answer: Answer) -> bool:
        """Say whether a source that lives may give the exchange's own numbers, with market values, another time."""
        dead = {name for name, error in answer.passed_over if isinstance(error, Dead)}
        return any(source.source_id not in {answer.source_id, *dead} for source in self.sources)

    def check(self, row: Row) -> str | None:
        """Say what makes a level impossible."""
        return None if row["close_price"] and row["close_price"] > 0 else "지수 종가가 없거나 0 이하입니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the levels, never over those of the OPEN API; Naver's only over its own."""
        code, is_naver = answer.unit.key.split(":")[0], answer.source_id == naver.SOURCE_ID
        last = max(row["trade_date"] for row in parsed.rows)
        named = {"index_code": code, **NAMES[code], "as_of_date": last, "source_id": answer.source_id}
        newer = "old.as_of_date < excluded.as_of_date OR old.source_id = 'NAVER'"
        upsert(connection, index_listing, [named], provenance, only_over=newer)
        over = "old.source_id = 'NAVER'" if is_naver else "old.source_id <> 'KRX_OPENAPI'"
        return upsert(connection, index_price_daily, parsed.rows, provenance, only_over=over)

    def _span(self, unit: Unit) -> tuple[str, date, date]:
        code, year = unit.key.split(":")
        return code, max(date(int(year), 1, 1), self.start), self._last(unit)

    def _last(self, unit: Unit) -> date:
        year = int(unit.key.split(":")[1])
        return min(self.calendar.latest_ended(self.now), self.calendar.previous(date(year + 1, 1, 1)))


def _newest(answer: Answer | None) -> date:
    """Return the newest day of an answer; none at all is older than any."""
    return max((row["trade_date"] for row in answer.payload), default=date.min) if answer else date.min


def rows_from_naver(code: str, records: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of Naver's chart: change and rate by the close before, volume to the thousand, no cap."""
    return [
        {
            "index_code": code,
            "trade_date": bar.day,
            "open_price": bar.open,
            "high_price": bar.high,
            "low_price": bar.low,
            "close_price": bar.close,
            "volume": bar.thousands * 1_000,
            "trading_value": None,
            "market_cap": None,
            "price_change": bar.close - before.close if before else None,
            "change_rate": round(100 * (bar.close / before.close - 1), 2) if before else None,
            "source_id": naver.SOURCE_ID,
        }
        for bar, before in ((record["bar"], record["before"]) for record in records)
    ]


def naver_records(client: Naver, code: str, start: date, end: date, today: date) -> list[dict[str, Any]]:
    """Return Naver's bars of a span, each with the one before it.

    Raises:
        ForestoError: as :mod:`foresto_cli.upstream.naver`.
    """
    bars = client.index_bars(code, (today - start).days + LONGEST_BREAK)
    pairs = zip(bars, [None, *bars], strict=False)
    return [{"bar": bar, "before": before} for bar, before in pairs if start <= bar.day <= end]


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
