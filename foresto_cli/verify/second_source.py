"""A second opinion on stored prices: every stock against Naver's chart once a quarter, a thirteenth of them each week.

Naver's prices are adjusted as of today and truncated to a won. Its closes run on to the after-market's last trade, so
opening prices are compared, which both sources have from the regular session: the newest as it is, every older one
adjusted as our close is, by its ratio to Naver's beside the ratios of the sessions around it. Two sources may adjust
for an event differently, which moves all ratios before it; a wrong row stands alone. Who could not be asked is no
finding: it is said in a note.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median

from sqlalchemy import Connection, text

from foresto_cli.collecting.checks import WARNING, Check, Rows, Scope, days_of
from foresto_cli.datasets.prices.repairs import prices_again
from foresto_cli.errors import ForestoError
from foresto_cli.upstream import naver
from foresto_cli.upstream.naver import Bar, Naver

WEEKS, LARGEST = 13, 10
"""A quarter, in which every stock has its turn; and the largest, which are asked about each week."""
BARS = 21
"""Sessions of an index: a month."""
AROUND = 3
"""Sessions on either side whose ratios say what the ratio of a session should be."""
SAME_DAY, EARLIER = 0.001, 0.01
"""Tolerances: of the newest opening price, and of an earlier one, where factors are rounded differently."""
WON = 1
HUNDREDTH = Decimal("0.01")
"""Of a point: how exactly an index is published."""


@dataclass
class SecondSource:
    """The check and what it could not find out.

    Attributes:
        naver: the other source.
        asked: stocks it answered for.
        silence: why it was not asked further, if so.
    """

    naver: Naver
    asked: int = 0
    silence: str | None = field(default=None)

    @property
    def check(self) -> Check:
        """Return the check; it asks when it is run."""
        return Check(
            "prices.second_source",
            "다른 출처와 견준 시세",
            WARNING,
            "stock_price_daily",
            f"종목의 {WEEKS}분의 1(분기마다 모두)의 저장된 시가가 네이버의 것과 같다",
            prices_again,
            self._find,
            units=days_of("prices.day"),
        )

    @property
    def index_check(self) -> Check:
        """Return the check of the KOSPI; it asks when it is run."""
        return Check(
            "index.second_source",
            "다른 출처와 견준 코스피",
            WARNING,
            "index_price_daily",
            "최근 한 달의 코스피 종가가 네이버의 것과 같다",
            "foresto prices index --again",
            self._find_index,
        )

    @property
    def notes(self) -> list[str]:
        """Return what has to be said beside the findings."""
        if self.silence is None:
            return []
        return [f"다른 출처와는 {self.asked}종목만 견주었습니다: {self.silence}"]

    def _find_index(self, scope: Scope) -> Rows:
        ours = scope.rows(
            text(
                "SELECT trade_date, close_price FROM index_price_daily WHERE index_code = 'KOSPI'"
                " AND source_id <> 'NAVER' AND trade_date <= :last ORDER BY 1 DESC LIMIT :count"
            ),
            last=scope.last,
            count=BARS,
        )
        if not ours:
            return []
        try:
            theirs = {bar.day: bar.close for bar in self.naver.index_bars("KOSPI", 2 * BARS)}
        except ForestoError as error:
            self.silence = str(error)
            return []
        return [
            {"지수": "KOSPI", "거래일": row["trade_date"], "저장된_종가": row["close_price"], "네이버": theirs[day]}
            for row in ours
            if (day := row["trade_date"]) in theirs and abs(row["close_price"] - theirs[day]) > HUNDREDTH
        ]

    def _find(self, scope: Scope) -> Rows:
        found: Rows = []
        for ticker in sample(scope.connection, scope.last):
            try:
                bars = self.naver.bars(ticker, naver.MOST_BARS)
            except ForestoError as error:
                self.silence = str(error)
                break
            self.asked += 1
            found += differences(scope.connection, ticker, scope.last, bars)
        return found


def sample(connection: Connection, last: date) -> Sequence[str]:
    """Return the largest stocks priced on ``last`` and those whose turn it is this week."""
    return connection.scalars(
        text(
            "SELECT ticker FROM (SELECT ticker, row_number() OVER (ORDER BY market_cap DESC) AS place,"
            " row_number() OVER (ORDER BY ticker) % :weeks AS turn FROM stock_price_daily"
            " WHERE trade_date = :last AND quality_flag <> 'ADJUSTED' AND volume > 0) AS priced"
            " WHERE place <= :largest OR turn = :turn ORDER BY place"
        ),
        {"last": last, "weeks": WEEKS, "largest": LARGEST, "turn": last.toordinal() // 7 % WEEKS},
    ).all()


def differences(connection: Connection, ticker: str, last: date, bars: Sequence[Bar]) -> Iterator[dict[str, object]]:
    """Yield the sessions whose opening price contradicts Naver's: older ones by those around them."""
    theirs = {day: opened for day, opened, *_ in bars if day <= last and opened > 0}
    ours = connection.execute(
        text(
            "SELECT trade_date, open_price * adj_close_price / close_price AS opened FROM stock_price_daily"
            " WHERE ticker = :ticker AND open_price > 0"
            " AND close_price > 0 AND adj_close_price IS NOT NULL"
            " AND trade_date = ANY(:days) AND quality_flag <> 'ADJUSTED'"
            " ORDER BY trade_date"
        ),
        {"ticker": ticker, "days": list(theirs)},
    ).all()
    opened = [float(row.opened) for row in ours]
    ratios = [own / theirs[row.trade_date] for own, row in zip(opened, ours, strict=True)]
    for place, row in enumerate(ours):
        other = float(theirs[row.trade_date])
        is_newest = row.trade_date == last
        near = [*ratios[max(place - AROUND, 0) : place], *ratios[place + 1 : place + 1 + AROUND]]
        expected = other if is_newest or not near else other * median(near)
        if abs(opened[place] - expected) > max(WON, (SAME_DAY if is_newest else EARLIER) * opened[place]):
            yield {"ticker": ticker, "거래일": row.trade_date, "저장된_수정시가": opened[place], "네이버": other}
