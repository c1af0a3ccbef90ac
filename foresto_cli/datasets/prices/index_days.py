"""Index levels by calendar year: KOSPI, KOSDAQ and KOSPI 200 from FinanceDataReader's mirror, KRX or Naver's chart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DAILY, DataSet, ended
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.datasets.prices.index_tables import index_listing, index_price_daily
from foresto_cli.errors import UPSTREAM_ERRORS, Dead, ForestoError, NotYet
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import naver

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

DATASET = DataSet(
    name="prices.index",
    label="지수",
    table="index_price_daily",
    command="prices index",
    clients=("fdr", "krx", "naver"),
    batch="INDEX",
    jobs=DAILY,
    newest="SELECT max(trade_date) FROM index_price_daily",
    reached=ended,
)
CODES = {"KOSPI": "1001", "KOSDAQ": "2001", "KS200": "1028"}
"""Index code → KRX's number."""
NAMES = {
    "KOSPI": {"index_class": "KOSPI", "name": "코스피"},
    "KOSDAQ": {"index_class": "KOSDAQ", "name": "코스닥"},
    "KS200": {"index_class": "KOSPI", "name": "코스피 200"},
}


@dataclass(frozen=True)
class IndexSource:
    """One way to the levels of an index.

    Attributes:
        source_id: as stored.
        levels: rows of an index code from a day to a day.
        sessions: its upstream sessions.
        judge: raises ``Dead`` when its newest day is too far behind the last session.
    """

    source_id: str
    levels: Callable[[str, date, date], list[Row]]
    sessions: "Sequence[UpstreamSession]"
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
    data_set = DATASET

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        return [session for source in self.sources for session in source.sessions]

    def units(self) -> list[Unit]:
        """Return each index and year, newest year first; a year without an ended session is not wanted yet."""
        latest = self.calendar.latest_ended(self.now)
        years = range(latest.year, self.start.year - 1, -1)
        return [self.unit(f"{code}:{year}", f"{code} {year}년") for year in years for code in CODES]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the year was read after the numbers of its last session were final."""
        return (
            not self.again
            and entry.status == "done"
            and entry.asked_at.replace(tzinfo=clock.KST) >= final_at(self._last(unit))
        )

    def has_news(self, unit: Unit, since: datetime) -> bool:
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
                rows = source.levels(code, first_day, last_day)
                newest = max((row["trade_date"] for row in rows), default=first_day)
                answer = Answer(unit, source.source_id, rows, asked_at, passed_over=tuple(passed_over))
                if rows and newest >= last_day:
                    return answer
                lagging = answer if _newest(answer) > _newest(lagging) else lagging
                # No level at all is no answer, and says nothing about whether the source lives.
                if rows:
                    source.judge(newest, last_day)
            except UPSTREAM_ERRORS as error:
                passed_over.append((source.source_id, error))
        if lagging is None:
            failures = [error for _, error in passed_over]
            alive = [error for error in failures if not isinstance(error, Dead)]
            raise next(iter([*alive, *failures]), NotYet(f"{unit.label} 지수가 아직 나오지 않았습니다."))
        return replace(lagging, passed_over=tuple(one for one in passed_over if one[0] != lagging.source_id))

    def parse(self, answer: Answer) -> Parsed:
        rows: list[Row] = answer.payload
        days = {row["trade_date"] for row in rows}
        refuse_twice(f"{answer.unit.label} 지수", (row["trade_date"] for row in rows))
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
