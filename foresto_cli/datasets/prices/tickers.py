"""Daily prices by ticker from Naver: for operators without a key, one request for a stock's history.

The rows are adjusted as of the day of asking and marked ``ADJUSTED``; they never replace rows of the exchange, and rows
of the exchange replace them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.adjustment.closes import follow_source
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.datasets.prices.price_rows import from_naver, impossible
from foresto_cli.datasets.prices.tables import stock_price_daily
from foresto_cli.errors import BadPayload
from foresto_cli.regimes import closes_at
from foresto_cli.store import price_sessions
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import naver
from foresto_cli.upstream.naver import Naver

DATASET = DataSet(
    name="prices.ticker",
    label="종목별 시세",
    table="stock_price_daily",
    command="prices incremental",
    clients=("naver",),
    batch="PRICE",
)
STORED = text("SELECT trade_date FROM stock_price_daily WHERE ticker = :ticker")


@dataclass
class PriceTickers(Loader):
    """Loader of single stocks' history; a unit is one ticker and span.

    Attributes:
        client: the chart service.
        calendar: the sessions.
        tickers: those wanted; each is listed now (Naver has no others).
        start: first day wanted.
        end: last day wanted.
        now: the clock's reading.
        lasting: whether a ticker is one unit for ever, asked again only for sessions it did not reach; otherwise the
            span is part of the unit.
        lacking: sessions before the span that nobody at hand has; when the chart is cut off, they are missed.
        advice: what the operator can do about those.
        span: what to take for the span once it is this loader's turn; None from it means that nothing is wanted.
    """

    client: Naver
    calendar: Calendar
    tickers: Sequence[str]
    start: date
    end: date
    now: datetime
    lasting: bool = False
    lacking: Sequence[date] = ()
    advice: str = ""
    span: Callable[[], tuple[date, date] | None] | None = None
    data_set = DATASET
    source_id = naver.SOURCE_ID

    def days(self) -> list[date]:
        """Return the ended sessions of the span, oldest first."""
        return self.calendar.sessions(self.start, min(self.end, self.calendar.latest_ended(self.now)))

    def units(self) -> list[Unit]:
        """Return one unit a ticker."""
        if self.span is not None:
            found = self.span()
            if found is None:
                return []
            self.start, self.end = found
        days = self.days()
        if not days:
            return []
        span = "" if self.lasting else f":{days[0]}:{days[-1]}"
        return [
            Unit(f"{ticker}{span}", f"{ticker} {days[0]}~{days[-1]}", 1, naver.POLICY.name) for ticker in self.tickers
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the ticker was asked for after the last session wanted was over."""
        asked = entry.asked_at.replace(tzinfo=clock.KST)
        return entry.status in {"done", "no_data"} and asked >= closes_at(self.days()[-1])

    def ask(self, unit: Unit) -> Sequence[naver.Bar]:
        """Ask for as many bars as reach back to the start of the span."""
        count = (self.now.date() - self.start).days + timedelta(days=2).days
        return self.client.bars(unit.key.split(":")[0], count)

    def parse(self, answer: Answer) -> Parsed:
        """Return the bars of the span; further than 3,000 sessions back there are none.

        Raises:
            BadPayload: no bar at all for a stock that is listed, or none of the span where there ought to be some.
        """
        ticker = answer.unit.key.split(":")[0]
        rows = from_naver(ticker, answer.payload, frozenset(self.days()))
        if not answer.payload:
            raise BadPayload(f"네이버 차트가 상장 종목 {ticker}의 시세를 하나도 주지 않았습니다.")
        refuse_twice(f"네이버 차트의 {ticker} 시세", (row["trade_date"] for row in rows))
        is_cut_off = len(answer.payload) >= naver.MOST_BARS
        if not rows and is_cut_off and not self.lasting:
            raise BadPayload(
                f"네이버 차트가 {ticker}의 최근 {naver.MOST_BARS:,}거래일만 주어 이 기간의 시세가 없습니다."
            )
        if not rows:
            return Parsed(status="no_data", reason="이 기간에는 시세가 없습니다(상장 전이거나 3,000거래일보다 오래됨)")
        short = self._missed(ticker, min(row["trade_date"] for row in rows)) if is_cut_off else None
        return Parsed(rows, reason=short, short=short)

    def _missed(self, ticker: str, first: date) -> str | None:
        """Say which sessions are missed before ``first``, the oldest bar of a chart that was cut off."""
        missed = sorted({*self.lacking, *([] if self.lasting else self.days())})
        missed = [day for day in missed if day < first]
        if not missed:
            return None
        first = min(first, self.calendar.following(missed[-1]))
        return (
            f"{ticker}의 시세는 {first}부터 있습니다. 그 전 {len(missed):,}거래일({missed[0]}~{missed[-1]})은 받을 곳이"
            f" 없습니다(네이버는 종목당 {naver.MOST_BARS:,}거래일만 줍니다). {self.advice}".rstrip()
        )

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        return impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the bars, but never over a row of the exchange."""
        ticker = answer.unit.key.split(":")[0]
        over = "old.quality_flag = 'ADJUSTED'"
        before = set(connection.scalars(STORED, {"ticker": ticker}))
        scope = {"ticker": ticker}
        counts = upsert(connection, stock_price_daily, parsed.rows, provenance, only_over=over, scope=scope)
        price_sessions.one_more(connection, sorted({row["trade_date"] for row in parsed.rows} - before))
        follow_source(connection, ticker)
        return counts
