"""A small universe of exchange-traded funds that follow the synthetic indices."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import codes
from foresto_cli.sandbox.market.market_calendar import EPOCH
from foresto_cli.sandbox.market.market_indices import KOSDAQ, KOSPI_200
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.whole_market import OPEN, Market

IDLE = 0.03
"""Of the funds, those without a trade on a day."""
MOST = 1_066
THEMES = ("200", "코스닥150", "전자", "바이오", "배당", "반도체", "에너지", "가치", "성장", "저변동")
STYLES = (("", 1.0, "일반"), ("레버리지", 2.0, "2X 레버리지 (2)"), ("인버스", -1.0, "1X 인버스 (-1)"))
BRANDS = (("가온", "가온가상자산운용"), ("누리", "누리가상자산운용"), ("도담", "도담가상자산운용"))
NEW_IN, GONE_IN, SPLIT_IN, LACKING_IN, WITHOUT_INDEX_IN = 6, 25, 40, 40, 30
"""One fund in so many was listed lately, has left, had its units split, has no NAV or no net assets, no known index."""
NEWEST_LISTING, NEWEST_LEAVING, NEWEST_SPLIT = date(2026, 11, 12), date(2026, 10, 27), date(2026, 9, 7)
GONE, SPLIT, WITHOUT_NAV, WITHOUT_ASSETS, WITHOUT_INDEX = 9, 8, 14, 15, 16
"""Which one it is."""
SPLIT_BY = 5
TICK = 5
TICK_FROM = 2_000


class Fund(NamedTuple):
    """A fund; ``multiple`` is how it follows its index."""

    code: str
    name: str
    manager: str
    theme: str
    style: str
    multiple: float
    source: int
    listed: date
    units: int
    start: int
    """Price before 2020-01-02 (won), in units as they were then."""
    gone: date | None = None
    """First session on which it is not listed any more."""
    split: date | None = None
    """From this session on five units are what one was."""
    has_nav: bool = True
    has_assets: bool = True
    has_index: bool = True

    def is_listed(self, day: date) -> bool:
        """Say whether it is traded on ``day``."""
        return self.listed <= day and (self.gone is None or day < self.gone)

    def pieces(self, day: date) -> int:
        """Return how many units of ``day`` a unit of 2020 is."""
        return SPLIT_BY if self.split is not None and self.split <= day else 1


@dataclass(frozen=True)
class FundQuotes:
    """Quotes of all ``funds`` listed on a day; prices and money in won, NAV with two decimals, 0 for none."""

    funds: list[Fund]
    close: NDArray[np.int64]
    base: NDArray[np.int64]
    open: NDArray[np.int64]
    high: NDArray[np.int64]
    low: NDArray[np.int64]
    volume: NDArray[np.int64]
    nav: NDArray[np.float64]
    units: NDArray[np.int64]
    index: float
    index_before: float


@cache
def universe(stocks: int) -> tuple[Fund, ...]:
    """Return the funds of a market of ``stocks`` stocks, oldest first."""
    found = []
    for number in range(min(max(stocks // 3, 3), MOST)):
        theme = THEMES[number // 3 % len(THEMES)]
        style, multiple, kind = STYLES[number % 3]
        brand, manager = BRANDS[number // 30 % len(BRANDS)]
        series = number // 90
        name = f"{brand} 가상{theme}{style}{'' if not series else series + 1}"
        turn = timedelta(weeks=1) * (number // NEW_IN)
        listed = (
            NEWEST_LISTING - turn
            if number % NEW_IN == NEW_IN - 1
            else date(2002, 10, 14) + timedelta(days=(number * 37) % 6_200)
            if number % 10
            else EPOCH + timedelta(days=number * 2)
        )
        code = codes.numeric(32_000 + number) if number % 6 else codes.alphanumeric(9_000 - number)
        source = KOSDAQ if theme == "코스닥150" else KOSPI_200
        found.append(
            Fund(
                code,
                name,
                manager,
                theme,
                kind,
                multiple,
                source,
                listed,
                100_000 * (1 + number % 70),
                5_000 + number % 40 * 1_000,
                gone=NEWEST_LEAVING - timedelta(days=61) * (number // GONE_IN) if number % GONE_IN == GONE else None,
                split=NEWEST_SPLIT - timedelta(days=97) * (number // SPLIT_IN) if number % SPLIT_IN == SPLIT else None,
                has_nav=number % LACKING_IN != WITHOUT_NAV,
                has_assets=number % LACKING_IN != WITHOUT_ASSETS,
                has_index=number % WITHOUT_INDEX_IN != WITHOUT_INDEX,
            )
        )
    return tuple(found)


def quotes(market: Market, day: date) -> FundQuotes:
    """Return the quotes of session ``day``, as far as they are known now."""
    t = market.position(day)
    everyone = universe(market.size)
    rows = [number for number, fund in enumerate(everyone) if fund.is_listed(day)]
    funds = [everyone[number] for number in rows]
    paths = _values(market)
    pieces = np.array([fund.pieces(day) for fund in funds], np.int64)
    nav = paths[t][rows] / pieces
    before = (paths[t - 1][rows] if t else np.array([fund.start for fund in funds], np.float64)) / pieces
    close, base = _on_grid(nav), _on_grid(before)
    numbers = np.array(rows)
    draws = [uniform(market.seed, 30 + stream, day.toordinal(), numbers) for stream in range(4)]
    opened = _on_grid(before + (nav - before) * draws[0])
    if market.state(day) == OPEN:
        close = _on_grid(opened + (close - opened) * market.progress)
    high = np.maximum(_on_grid(np.maximum(opened, close) * (1 + 0.006 * draws[1])), np.maximum(opened, close))
    low = np.minimum(_on_grid(np.minimum(opened, close) * (1 - 0.006 * draws[2])), np.minimum(opened, close))
    units = np.array([fund.units for fund in funds], np.int64) * pieces
    share = market.progress if market.state(day) == OPEN else 1.0
    # Some funds find no buyer on some days.
    volume = np.where(draws[3] < IDLE, 0, (units * 0.04 * draws[3] ** 2 * share).astype(np.int64) + 1)
    traded = volume > 0
    levels = market.path.levels
    return FundQuotes(
        funds,
        close,
        base,
        np.where(traded, opened, 0),
        np.where(traded, high, 0),
        np.where(traded, low, 0),
        volume,
        np.where([fund.has_nav for fund in funds], np.round(nav * (1 + 0.002 * (draws[1] - 0.5)), 2), 0.0),
        units,
        float(levels[t, KOSPI_200]),
        float(levels[max(t - 1, 0), KOSPI_200]),
    )


def _on_grid(prices: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return ``prices`` on the ETF grid: 1 won below 2,000, else 5."""
    size = np.where(prices < TICK_FROM, 1, TICK)
    return np.maximum((np.rint(prices / size) * size).astype(np.int64), 1)


def _values(market: Market) -> NDArray[np.float64]:
    """Return (sessions, funds) net asset values: the index's daily return times the multiple, and some noise."""
    if market not in _KNOWN:
        everyone = universe(market.size)
        levels = market.path.levels
        returns = np.diff(levels, axis=0, prepend=levels[:1]) / np.vstack([levels[:1], levels[:-1]])
        multiples = np.array([fund.multiple for fund in everyone])
        sources = np.array([fund.source for fund in everyone])
        days = np.array([day.toordinal() for day in market.all_sessions])[:, None]
        noise = uniform(market.seed, 40, days, np.arange(len(everyone))[None, :]) - 0.5
        growth = 1 + returns[:, sources] * multiples + 0.004 * noise
        _KNOWN[market] = np.cumprod(growth, axis=0) * np.array([fund.start for fund in everyone])
    return _KNOWN[market]


_KNOWN: WeakKeyDictionary[Market, NDArray[np.float64]] = WeakKeyDictionary()
