"""Adjusted chains of the stocks that have a row on the score date, row by row instead of day by day.

The last row of every array is the score date and the row before it is the stock's previous row, whenever that was, so
that "k rows ago" is one position for everybody. Nothing later than the score date enters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foresto_cli.datasets.listed.sectors import COMMON_SHARE
from foresto_cli.score.formula import YEAR
from foresto_cli.score.panel import ADJUSTED, KOSDAQ, KOSPI, Event, Panel

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Series:
    """Rows x stocks, nan before a stock's first row.

    Attributes:
        tickers: the stocks, ascending.
        close, base: unadjusted won.
        price: adjusted close (P), carried over rows without a trade.
        high: adjusted high (H).
        returns: r, missing without a trade and on the first row.
        volume, value, shares: as listed that day.
        market: the market's return on that row's day.
        cumulative: A, the factor that makes a price of that row one of the score date.
        rows: n, rows up to the score date (at most the window's).
        valid: returns in the last 252 rows.
        segment: market on the score date (:data:`foresto_cli.score.panel.KOSPI`).
        events: stock → (row, event) within the window.
    """

    tickers: NDArray[np.str_]
    close: Floats
    base: Floats
    price: Floats
    high: Floats
    returns: Floats
    volume: Floats
    value: Floats
    shares: Floats
    market: Floats
    cumulative: Floats
    rows: NDArray[np.int64]
    valid: NDArray[np.int64]
    segment: NDArray[np.uint8]
    events: Mapping[int, list[tuple[int, Event]]]

    @property
    def market_cap(self) -> Floats:
        """Return the market value of the class on the score date, in won."""
        cap: Floats = self.close[-1] * self.shares[-1]
        return cap

    @property
    def idle_rows(self) -> NDArray[np.int64]:
        """Return how many of the newest rows in a row are without a trade."""
        traded = self.volume[::-1] > 0
        return np.where(traded.any(axis=0), traded.argmax(axis=0), self.rows)


def market_returns(panel: Panel) -> dict[int, Floats]:
    """Return the return of each session of KOSPI and of KOSDAQ: common shares weighted by the day before."""
    weight = np.full_like(panel.close, np.nan)
    weight[1:] = panel.close[:-1] * panel.shares[:-1]
    usable = (panel.base > 0) & ~np.isnan(weight) & (panel.quality != ADJUSTED)
    usable &= np.array([ticker[-1] == COMMON_SHARE for ticker in panel.tickers], bool)
    returns = panel.close / np.where(usable, panel.base, 1.0) - 1
    found = {}
    for market in (KOSPI, KOSDAQ):
        own = usable & (panel.market == market)
        total = np.where(own, weight, 0.0).sum(axis=1)
        moved = np.where(own, weight * returns, 0.0).sum(axis=1)
        found[market] = np.where(total > 0, moved / np.where(total > 0, total, 1), np.nan)
    return found


def series(panel: Panel) -> Series:
    """Return the series of every stock with a row on the panel's last day."""
    live = ~np.isnan(panel.close[-1])
    tickers = panel.tickers[live]
    moves = market_returns(panel)
    segment = panel.market[-1][live]
    market = np.where(segment == KOSPI, moves[KOSPI][:, None], moves[KOSDAQ][:, None])
    factors, events = event_factors(panel, tickers)
    there = ~np.isnan(panel.close[:, live])
    order = _gapless(there)

    def aligned(array: Floats) -> Floats:
        own = np.ascontiguousarray(array)
        for column, rows in order.items():
            own[:, column] = own[rows, column]
        return own

    close, volume, high = aligned(panel.close[:, live]), aligned(panel.volume[:, live]), aligned(panel.high[:, live])
    cumulative = aligned(cumulative_factors(factors, panel.quality[:, live] == ADJUSTED))
    count = there.sum(axis=0)
    price, returns = chain(close * cumulative, volume, len(close) - count)
    return Series(
        tickers=tickers,
        close=close,
        base=aligned(panel.base[:, live]),
        price=price,
        high=np.where(volume > 0, high, close) * cumulative,
        returns=returns,
        volume=volume,
        value=aligned(panel.value[:, live]),
        shares=aligned(panel.shares[:, live]),
        market=aligned(market),
        cumulative=cumulative,
        rows=count,
        valid=(~np.isnan(returns[-YEAR:])).sum(axis=0),
        segment=segment,
        events=_moved(events, order),
    )


def chain(adjusted: Floats, volume: Floats, first: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return P and r of adjusted closes: the last traded price carried forward, and its change on traded rows.

    Args:
        adjusted: closes in prices of the last row.
        volume: shares traded; nan where there is no row.
        first: each stock's first row, which counts even without a trade.
    """
    length = len(adjusted)
    place = np.arange(length)[:, None]
    counts = (volume > 0) | (place == first)
    last = np.maximum.accumulate(np.where(counts & (place >= first), place, 0), axis=0)
    price = np.where(place >= first, np.take_along_axis(adjusted, last, axis=0), np.nan)
    returns = np.full_like(price, np.nan)
    returns[1:] = np.where((volume[1:] > 0) & (place[1:] > first), price[1:] / price[:-1] - 1, np.nan)
    return price, returns


def cumulative_factors(factors: Floats, is_adjusted: Bools) -> Floats:
    """Return the product of all later factors, per ticker; 1 where the source adjusted already."""
    later = np.ones_like(factors)
    later[:-1] = np.cumprod(factors[:0:-1], axis=0)[::-1]
    return np.where(is_adjusted, 1.0, later)


def event_factors(panel: Panel, tickers: NDArray[np.str_]) -> tuple[Floats, dict[int, list[tuple[int, Event]]]]:
    """Return the factor of each session and ticker, 1 without an event, and the events by column with their rows."""
    column_of = {str(ticker): column for column, ticker in enumerate(tickers)}
    row_of = {day: row for row, day in enumerate(panel.days)}
    factors = np.ones((len(panel.days), len(tickers)))
    found: dict[int, list[tuple[int, Event]]] = {}
    for event in panel.events:
        if event.ticker in column_of and event.day in row_of:
            row, column = row_of[event.day], column_of[event.ticker]
            factors[row, column] = event.factor
            found.setdefault(column, []).append((row, event))
    return factors, found


def _gapless(there: Bools) -> dict[int, NDArray[np.int64]]:
    """Return, for stocks with a gap between their rows, the order that moves the empty rows before the first."""
    span = len(there) - there.argmax(axis=0)
    gaps = np.flatnonzero(span != there.sum(axis=0))
    return {int(column): np.argsort(there[:, column], kind="stable") for column in gaps}


def _moved(
    events: dict[int, list[tuple[int, Event]]], order: Mapping[int, NDArray[np.int64]]
) -> dict[int, list[tuple[int, Event]]]:
    for column, rows in order.items():
        if column in events:
            place = np.empty_like(rows)
            place[rows] = np.arange(len(rows))
            events[column] = [(int(place[row]), event) for row, event in events[column]]
    return events
