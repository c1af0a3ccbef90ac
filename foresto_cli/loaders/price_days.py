"""Daily prices by market day: every stock of a session in one unit, through the best source that has it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.adjustment.pending import note_pending
from foresto_cli.calendar import Calendar
from foresto_cli.regimes import final_at
from foresto_cli.errors import UPSTREAM_ERRORS, BadPayload, ForestoError, NotYet
from foresto_cli.loaders import Answer, Parsed, Unit
from foresto_cli.loaders.price_rows import impossible, nobody_traded
from foresto_cli.loaders.price_sources import PriceSource
from foresto_cli.store.ledger import Entry
from foresto_cli.store.tables import stock_price_daily
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream.http import UpstreamSession

NAME = "prices.day"
LEAST_SHARE = 0.85
"""An answer with fewer rows than this share of a near session's is half an answer: a market is missing, or a part."""
NEAR = 10
"""Sessions to either side that count as near."""

Witness = Callable[[date], bool | None]
"""Says whether the market opened on a day; None when it cannot know yet."""


@dataclass
class PriceDays:
    """Loader of market days (:class:`foresto_cli.loaders.Loader`).

    Attributes:
        sources: in order of preference.
        calendar: the sessions.
        start: first day wanted.
        end: last day wanted.
        now: the clock's reading.
        witness: second opinion on a day without trades.
        refresh_days: newest sessions in which a snapshot's rows are replaced once a settling source has the session.
        distrusted: sessions asked for again whatever the ledger says.
        row_counts: rows per session by the ledger, to notice half an answer; grows while we collect.
        stored: rows per session in the table, from ``counted_since`` on; one that lost rows is asked for again.
        counted_since: first day of ``stored``.
    """

    sources: Sequence[PriceSource]
    calendar: Calendar
    start: date
    end: date
    now: datetime
    witness: Witness
    refresh_days: int
    distrusted: frozenset[date] = frozenset()
    row_counts: dict[date, int] = field(default_factory=dict)
    stored: Mapping[date, int] = field(default_factory=dict)
    counted_since: date = date.max
    name: str = NAME
    label: str = "일별 시세"
    batch_type: str = "PRICE"
    table: str = "stock_price_daily"

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return the sessions of every source."""
        return [session for source in self.sources for session in source.sessions]

    def wanted(self) -> list[date]:
        """Return every ended session of the span, newest first, whether or not a source has it."""
        latest = self.calendar.latest_ended(self.now)
        return self.calendar.sessions(self.start, min(self.end, latest))[::-1]

    def units(self) -> list[Unit]:
        """Return the sessions that some source has, newest first."""
        return [unit for day in self.wanted() for unit in self._unit(day)]

    def _unit(self, day: date) -> list[Unit]:
        best = self._capable(day)[:1]
        return [Unit(f"{day}", f"{day}", source.requests, source.sessions[-1].policy.name) for source in best]

    def without_source(self, entries: Mapping[str, Entry]) -> list[date]:
        """Return the sessions that ought to be stored, are not, and that no source at hand has."""
        return [day for day in self.wanted() if f"{day}" not in entries and not self._capable(day)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the session is stored for good: provisional and failed ones are asked for again."""
        day = date.fromisoformat(unit.key)
        lost = day >= self.counted_since and self.stored.get(day, 0) < entry.row_count
        if day in self.distrusted or lost or entry.status == "failed":
            return False
        if entry.status == "provisional":
            return self.now < final_at(day)
        settling = [source for source in self._capable(day) if source.settles]
        return entry.source_id != "FDR" or not settling or day not in self.wanted()[: self.refresh_days]

    def fetch(self, unit: Unit) -> Answer:
        """Ask the sources that have the session, best first, until one answers.

        Raises:
            ForestoError: of the first source, when none answered.
        """
        day = date.fromisoformat(unit.key)
        passed_over: list[tuple[str, ForestoError]] = []
        for source in self._capable(day):
            asked_at = clock.wall()
            try:
                records = source.fetch(day)
                closed = nobody_traded(records) and self._is_closed(day)
            except UPSTREAM_ERRORS as error:
                passed_over.append((source.source_id, error))
                continue
            return Answer(unit, source.source_id, records, asked_at, closed, tuple(passed_over))
        raise passed_over[0][1] if passed_over else NotYet(f"{day} 시세를 줄 수 있는 곳이 없습니다.")

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the session, provisional when they were read before 18:30.

        Raises:
            BadPayload: half an answer, a stock twice, or a field that is not what it should be.
        """
        day = date.fromisoformat(answer.unit.key)
        if answer.closed:
            return Parsed(status="no_data", reason="휴장")
        source = next(source for source in self.sources if source.source_id == answer.source_id)
        rows = source.rows(answer.payload, day)
        self._refuse_half(day, rows)
        if answer.asked_at.replace(tzinfo=clock.KST) >= final_at(day):
            return Parsed(rows)
        return Parsed(
            [{**row, "quality_flag": "PROVISIONAL"} for row in rows], "provisional", "장 마감 직후의 잠정 시세"
        )

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        return impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the session, or note that the exchange was closed."""
        day = date.fromisoformat(answer.unit.key)
        # A closure changes which session is the one before, so its neighbours are looked at again too.
        note_pending(connection, day)
        if answer.closed:
            note_closure(connection, day)
            return Counts()
        self.row_counts[day] = len(parsed.rows)
        return upsert(connection, stock_price_daily, parsed.rows, provenance, scope={"trade_date": day})

    def _capable(self, day: date) -> list[PriceSource]:
        return [source for source in self.sources if source.can(day, self.now)]

    def _is_closed(self, day: date) -> bool:
        """Say whether a day without trades is a day without trading.

        Raises:
            NotYet: it is today, and the numbers may still come.
            BadPayload: the calendar or the index says it was a session.
        """
        if not self.calendar.is_session(day):
            return True
        opened = self.witness(day)
        if opened is None:
            raise NotYet("시세가 아직 나오지 않았습니다. 나중에 다시 받습니다.")
        if opened:
            raise BadPayload("거래일인데 시세가 모두 비어 있습니다. 휴장으로 기록하지 않고 다시 묻습니다.")
        return True

    def _refuse_half(self, day: date, rows: Sequence[Row]) -> None:
        tickers = {row["ticker"] for row in rows}
        if len(tickers) != len(rows):
            raise BadPayload(f"{day} 시세에 같은 종목이 두 번 있습니다.")
        usual = self._usual_count(day)
        if len(rows) < LEAST_SHARE * usual:
            raise BadPayload(
                f"{day} 시세가 {len(rows):,}종목뿐입니다(가까운 거래일은 {usual:,}종목). 일부만 온 응답입니다."
            )

    def _usual_count(self, day: date) -> int:
        near = timedelta(days=NEAR * 7 // 5)
        known = [other for other in self.row_counts if other != day and abs(other - day) <= near]
        return self.row_counts[min(known, key=lambda other: abs(other - day))] if known else 0


def note_closure(connection: Connection, day: date) -> None:
    """Remember that the exchange was closed on a weekday that the published calendar calls a session."""
    connection.execute(
        text(
            "INSERT INTO market_closure (trade_date, is_closed, reason, noted_at)"
            " VALUES (:day, true, '시세와 지수 모두 거래가 없음(관측)', :now) ON CONFLICT (trade_date) DO NOTHING"
        ),
        {"day": day, "now": clock.wall()},
    )
