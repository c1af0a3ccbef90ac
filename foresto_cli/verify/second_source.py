"""A second opinion on stored prices: fifty stocks against Naver's charts, a different sample each week.

Naver's prices are adjusted as of today and truncated to a won. Its closes run on to the after-market's last trade, so
opening prices are compared, which both sources have from the regular session: the newest as it is, an older one
adjusted as our close is. Who could not be asked is no finding: it is said in a note.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

from foresto_cli.collecting.checks import WARNING, Check, Rows, Scope
from foresto_cli.datasets.prices.repairs import prices_again
from foresto_cli.errors import ForestoError
from foresto_cli.upstream.naver import Bar, Naver

SAMPLE, LARGEST = 50, 10
BARS = 21
"""Sessions of a chart: a month."""
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
            f"{SAMPLE}종목의 시가와 수정시가가 네이버의 것과 같다",
            prices_again,
            self._find,
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
                bars = self.naver.bars(ticker, BARS)
            except ForestoError as error:
                self.silence = str(error)
                break
            self.asked += 1
            found += differences(scope.connection, ticker, scope.last, bars)
        return found


def sample(connection: Connection, last: date) -> Sequence[str]:
    """Return the largest stocks priced on ``last`` and some others, chosen by week and ticker."""
    year, week, _ = last.isocalendar()
    rows = connection.execute(
        text(
            "SELECT ticker, row_number() OVER (ORDER BY market_cap DESC) AS place,"
            " md5(ticker || :week) AS chance FROM stock_price_daily"
            " WHERE trade_date = :last AND quality_flag <> 'ADJUSTED' AND volume > 0"
        ),
        {"last": last, "week": f"{year}-{week}"},
    ).all()
    ranked = sorted(rows, key=lambda row: (row.place > LARGEST, row.chance))
    return [row.ticker for row in ranked[:SAMPLE]]


def differences(connection: Connection, ticker: str, last: date, bars: Sequence[Bar]) -> Iterator[dict[str, object]]:
    """Yield the newest common session and the oldest one, where the two sources differ beyond tolerance."""
    theirs = {day: opened for day, opened, *_ in bars if day <= last and opened > 0}
    ours = connection.execute(
        text(
            "SELECT trade_date, open_price * adj_close_price / close_price AS opened FROM stock_price_daily"
            " WHERE ticker = :ticker AND open_price > 0"
            " AND trade_date = ANY(:days) AND quality_flag <> 'ADJUSTED' AND adj_close_price IS NOT NULL"
            " ORDER BY trade_date"
        ),
        {"ticker": ticker, "days": list(theirs)},
    ).all()
    for row in [*ours[-1:], *ours[:-1][:1]]:
        tolerance = SAME_DAY if row.trade_date == last else EARLIER
        other = theirs[row.trade_date]
        if abs(float(row.opened) - other) > max(WON, tolerance * float(row.opened)):
            yield {"ticker": ticker, "거래일": row.trade_date, "저장된_수정시가": float(row.opened), "네이버": other}
